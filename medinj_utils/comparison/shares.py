"""The mean of one column of scores with its interval: whole questions are resampled."""

import numpy as np
import pandas as pd

from medinj_utils.comparison.inference import interval_where_defined
from medinj_utils.comparison.resampling import Estimate, widening
from medinj_utils.comparison.unseen import reach, too_few, unseen_share, usual_of


def clusters_of(rows: pd.DataFrame, clusters: pd.Series) -> pd.Series:
    """The cluster of each row's item; one without a cluster, such as a triplet, is its own.

    Args:
        rows: with the column ``item``.
        clusters: cluster of items, by item.

    Returns:
        Indexed as the rows.
    """
    return rows["item"].map(clusters).fillna(rows["item"])


def stratum_weights(strata: pd.Series, counts: pd.Series) -> np.ndarray:
    """Weights that give the strata of a sample their shares of the population.

    Args:
        strata: stratum of each answer in the sample.
        counts: answers in the population, by stratum, for each stratum in the sample.

    Returns:
        Weights in the same order, 1 on average where every stratum is in the sample.
    """
    drawn = strata.map(strata.value_counts()).to_numpy(dtype=float)
    return (strata.map(counts / counts.sum()).to_numpy(dtype=float) * len(strata)) / drawn


def effective_size(weights: np.ndarray) -> float:
    """Effective sample size: as many equal weights give a mean the same variance (Kish 1965).

    Args:
        weights: not all 0.
    """
    return float(weights.sum() ** 2 / (weights**2).sum())


def mean_with_interval(values: pd.Series, clusters: pd.Series, resamples: int,
                       ends: tuple[float, float] = (0.0, 1.0), seed: int = 0,
                       weights: np.ndarray | None = None) -> Estimate:
    """The mean of the available scores, with a 95 % interval by bootstrap of whole clusters.

    Intervals are widened for few and for unseen clusters, as everywhere in this room
    (`medinj_utils.comparison.resampling`, `medinj_utils.comparison.unseen`).

    Args:
        values: scores; NaN ones are left out. Report their number.
        clusters: label of each score's cluster, in the same order.
        resamples: number of draws.
        ends: the lowest and the highest possible score.
        seed: of the random numbers.
        weights: how much each score counts, of `stratum_weights`; None: all alike.

    Returns:
        In the scores' unit; NaN without scores, and no interval of a single cluster.
    """
    present = values.notna().to_numpy()
    scores = values.to_numpy(dtype=float)[present]
    counted = np.ones(len(scores)) if weights is None else weights[present]
    if not len(scores):
        return Estimate(np.nan, np.nan, np.nan)
    numbers, known = pd.factorize(np.asarray(clusters, dtype=object)[present])
    n, estimate = len(known), float(np.average(scores, weights=counted))
    if n < 2:
        return Estimate(estimate, np.nan, np.nan)
    sums = np.bincount(numbers, weights=scores * counted)
    counts = np.bincount(numbers, weights=counted)
    times = np.random.default_rng([seed, 7]).multinomial(n, np.full(n, 1 / n), size=resamples)
    draws = (times @ sums) / (times @ counts)
    units = n if weights is None else max(effective_size(counts), 2.0)
    low, high = interval_where_defined(estimate + widening(units) * (draws - estimate))
    usual, differing = usual_of(sums / counts, 1e-9)
    if too_few(differing):
        down, up = reach(estimate, ends, unseen_share(units), usual)
        low, high = min(low, estimate + down), max(high, estimate + up)
    return Estimate(estimate, float(max(low, ends[0])), float(min(high, ends[1])))
