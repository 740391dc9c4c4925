"""The mean of one column of scores with its interval: whole questions are resampled."""

import numpy as np
import pandas as pd

from medinj_utils.comparison.inference import interval_where_defined
from medinj_utils.comparison.resampling import Estimate, widening
from medinj_utils.comparison.unseen import reach, too_few, unseen_share, usual_of


def mean_with_interval(values: pd.Series, clusters: pd.Series, resamples: int,
                       ends: tuple[float, float] = (0.0, 1.0), seed: int = 0) -> Estimate:
    """The mean of scores that are there, with a 95 % interval by bootstrap of whole clusters.

    Intervals are widened for few and for unseen clusters, as everywhere in this room
    (`medinj_utils.comparison.resampling`, `medinj_utils.comparison.unseen`).

    Args:
        values: scores; NaN ones are left out. Say how many they are.
        clusters: label of each score's cluster, in the same order.
        resamples: number of draws.
        ends: the lowest and the highest score that there can be.
        seed: of the random numbers.

    Returns:
        In the scores' unit; NaN without scores, and no interval of a single cluster.
    """
    there = values.notna().to_numpy()
    scores = values.to_numpy(dtype=float)[there]
    if not len(scores):
        return Estimate(np.nan, np.nan, np.nan)
    numbers, known = pd.factorize(np.asarray(clusters, dtype=object)[there])
    n, estimate = len(known), float(scores.mean())
    if n < 2:
        return Estimate(estimate, np.nan, np.nan)
    sums, counts = np.bincount(numbers, weights=scores), np.bincount(numbers)
    weights = np.random.default_rng([seed, 7]).multinomial(n, np.full(n, 1 / n), size=resamples)
    draws = (weights @ sums) / (weights @ counts)
    low, high = interval_where_defined(estimate + widening(n) * (draws - estimate))
    usual, differing = usual_of(sums / counts, 1e-9)
    if too_few(differing):
        down, up = reach(estimate, ends, unseen_share(n), usual)
        low, high = min(low, estimate + down), max(high, estimate + up)
    return Estimate(estimate, float(max(low, ends[0])), float(min(high, ends[1])))
