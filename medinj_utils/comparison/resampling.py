"""Bootstrap draws of the systems' mean scores: what every interval of this room rests on.

Uncertainty has up to two levels. Items are resampled (whole clusters of them where clusters are
given), for all systems together, which keeps the pairing (Efron & Tibshirani, An Introduction to
the Bootstrap, 1993). Where systems were tuned with several seeds, other seeds would have given
other runs: two or three runs are too few to be drawn from, so this level is a t-distribution with
one variance, pooled over all systems; the base has no such level. Intervals are 95 % percentile
intervals of both levels together.

With few clusters the bootstrap underestimates the spread: it divides by n, not n − 1, and uses
normal in place of Student's quantiles. Draws are spread by the factor by which both widen a 95 %
interval (the expanded percentile interval of Hesterberg 2015). Draws depend on the seed alone, not
on how many are made at once. How far unseen clusters reach, and where an interval ends, is in
`medinj_utils.comparison.unseen`.
"""

import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm, poisson
from scipy.stats import t as student
from threadpoolctl import ThreadpoolController

from medinj_utils.comparison.inference import interval
from medinj_utils.comparison.scores import (
    SMALL,
    Scores,
    check_scores,
    cluster_sums,
    draw_blocks,
)
from medinj_utils.comparison.unseen import outer_ends, unseen_reach
from medinj_utils.core.machine import available_cores
from medinj_utils.core.names import BASE

#: Of draws × clusters from one stream of random numbers, and at once in one thread.
_STREAM_CELLS = 2_000_000


class Estimate(NamedTuple):
    """An estimate and the ends of its 95 % interval.

    Attributes:
        estimate: in the scores' unit.
        low: lower end.
        high: upper end.
    """

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Resampled:
    """Scores with one bootstrap of them, shared by every analysis of these scores.

    Args:
        scores: the checked scores.
        draws: resamples × systems: the mean score of each system in each draw.
        seed: that the draws were made with.
    """

    scores: Scores
    draws: pd.DataFrame
    seed: int = 0

    @cached_property
    def means(self) -> pd.Series:
        """Mean score of each system, over its runs."""
        return self.scores.means()

    def contrast(self, weights: Mapping[str, float], level: float = 0.95) -> Estimate:
        """A weighted sum of the systems' mean scores, with its interval.

        Args:
            weights: by system.
            level: of the interval.

        Returns:
            In the scores' unit.
        """
        estimate = sum(weight * self.means[system] for system, weight in weights.items())
        ends = interval(self.drawn(weights), level)
        return Estimate(float(estimate), *self.with_unseen(weights, ends, level))

    def drawn(self, weights: Mapping[str, float]) -> pd.Series:
        """The draws of a weighted sum of the systems' mean scores."""
        return sum(weight * self.draws[system] for system, weight in weights.items())

    def with_unseen(self, weights: Mapping[str, float], ends: tuple[float, float],
                    level: float = 0.95) -> tuple[float, float]:
        """The ends of an interval of `contrast`, as far as unseen clusters and scores reach.

        Args:
            weights: by system.
            ends: (low, high) of the interval by the draws.
            level: of the interval.

        Returns:
            (low, high), in the scores' unit.
        """
        estimate = sum(weight * self.means[system] for system, weight in weights.items())
        down, up = unseen_reach(self.scores, weights, level)
        low = min(ends[0], estimate + down) if down else ends[0]
        high = max(ends[1], estimate + up) if up else ends[1]
        bottom, top = outer_ends(self.scores, weights)
        return float(max(low, bottom)), float(min(high, top))


def resample(scores: pd.DataFrame, resamples: int = 10_000, seed: int = 0,
             clusters: Sequence | pd.Series | None = None,
             same_runs: Mapping[str, str] | None = None) -> Resampled:
    """Draw a bootstrap of the systems' mean scores.

    Args:
        scores: items × systems, or × (system, seed): numbers without gaps.
        resamples: number of draws.
        seed: of the random numbers.
        clusters: one label per item, as `check_scores` takes them.
        same_runs: by system, a name for its runs, where several columns are scores of the same runs
            (under other conditions, say): they vary together.

    Returns:
        The checked scores with resamples × systems draws of their means.

    Raises:
        ValueError: there is no draw to make, or as `check_scores`.
    """
    if resamples < 1:
        raise ValueError(f"resamples is {resamples}; need at least 1 (10,000 to be shown)")
    checked = check_scores(scores, clusters)
    if checked.n_clusters < SMALL:
        units = "clusters" if checked.clustered else "items"
        warnings.warn(f"only {checked.n_clusters} independent {units}: bootstrap intervals of "
                      f"fewer than {SMALL} are rough", stacklevel=2)
    names = [(same_runs or {}).get(system, system) for system in checked.systems]
    draws = _item_draws(checked, resamples, seed) + _run_draws(checked, names, resamples, seed)
    return Resampled(checked, pd.DataFrame(draws, columns=checked.systems), seed)


def _item_draws(scores: Scores, resamples: int, seed: int) -> np.ndarray:
    """Resamples × systems: mean scores over clusters of items that are drawn with replacement."""
    n_clusters = scores.n_clusters
    counted = np.column_stack([scores.values, np.ones(len(scores.values))])  # the last counts items
    sums = cluster_sums(counted, scores.cluster)
    # Clusters with the same scores are drawn together: eight systems right or wrong on single items
    # are 256 kinds at most.
    kinds, held = np.unique(sums, axis=0, return_counts=True)
    if 16 * len(kinds) < n_clusters:
        # A stream of its own, also where the scores were simulated with this seed.
        rng = np.random.default_rng([seed, 1])
        totals = np.concatenate([rng.multinomial(n_clusters, held / n_clusters, size=n) @ kinds
                                 for n in draw_blocks(resamples, len(kinds))])
    else:
        totals = _drawn_totals(sums, resamples, seed)
    means = totals[:, :-1] / totals[:, -1:]
    whole = sums.sum(axis=0)
    means += (widening(n_clusters) - 1) * (means - whole[:-1] / whole[-1])
    return np.stack([means[:, runs].mean(axis=1) for runs in scores.columns.values()], axis=1)


def widening(n_clusters: int) -> float:
    """By what draws of so many clusters are spread; a single cluster has no spread to widen."""
    if n_clusters == 1:
        return 1.0
    return float(student.ppf(0.975, n_clusters - 1) / norm.ppf(0.975)
                 * np.sqrt(n_clusters / (n_clusters - 1)))


def _run_draws(scores: Scores, names: list[str], resamples: int, seed: int) -> np.ndarray:
    """Resamples × systems: what runs with other seeds would add to the means.

    Args:
        scores: the checked scores.
        names: by system, the name of its runs; those of one name vary together.
        resamples: number of draws.
        seed: of the random numbers.
    """
    spread, _ = run_spread(scores)
    if not spread:
        return np.zeros((resamples, len(names)))
    runs_of = dict(zip(names, scores.columns.values(), strict=True))
    freedom = sum(len(runs) - 1 for runs in runs_of.values())  # runs of one name count once
    # One variance for all, known from few runs: so a t-distribution.
    variance = freedom / np.random.default_rng([seed, 4]).chisquare(freedom, size=resamples)
    known = list(dict.fromkeys(names))
    drawn = np.random.default_rng([seed, 3]).normal(size=(resamples, len(known)))
    drawn *= np.sqrt(variance)[:, None]
    error = np.array([0.0 if name == BASE and len(runs) == 1 else spread / np.sqrt(len(runs))
                      for name, runs in zip(names, scores.columns.values(), strict=True)])
    return error * drawn[:, [known.index(name) for name in names]]


@cache
def _threads() -> ThreadpoolController:
    """Found once: to look for the libraries takes as long as a small bootstrap."""
    return ThreadpoolController()


def _drawn_totals(sums: np.ndarray, resamples: int, seed: int) -> np.ndarray:
    """Sums over as many clusters as there are, drawn with replacement.

    Independent Poisson counts, once their sum is known, are multinomial: every cluster is drawn by
    itself, a little less than once on average, and what is then missing is drawn among all. That is
    three times as fast as to draw all in turn.

    Args:
        sums: clusters × columns.
        resamples: number of draws.
        seed: of the random numbers.

    Returns:
        Resamples × columns.
    """
    n_clusters = len(sums)
    table = _count_table(n_clusters)
    # Of whole numbers single precision loses nothing.
    whole = (sums == sums.round()).all() and np.abs(sums).sum() < 2**20
    sums = sums.astype(np.float32 if whole else np.float64)
    together = max(1, _STREAM_CELLS // n_clusters)

    def drawn(start: int) -> np.ndarray:
        n = min(together, resamples - start)
        return _drawn_counts(table, n, n_clusters, [seed, 1, start]).astype(sums.dtype) @ sums

    # BLAS would start threads of its own in each of these.
    with _threads().limit(limits=1, user_api="blas"):
        if resamples <= together:
            return drawn(0).astype(float)
        with ThreadPoolExecutor(available_cores()) as pool:
            return np.concatenate([*pool.map(drawn, range(0, resamples, together))]).astype(float)


@cache
def _count_table(n_clusters: int) -> np.ndarray:
    """65,536 equally likely counts of a cluster that is drawn by itself."""
    # So that there are too many once in three million draws.
    alone = max(0.0, 1 - 5 / np.sqrt(n_clusters))
    quantiles = (np.arange(2**16) + 0.5) / 2**16
    return np.searchsorted(poisson.cdf(np.arange(16), alone), quantiles).astype(np.int8)


def _drawn_counts(table: np.ndarray, n: int, n_clusters: int, stream: list[int]) -> np.ndarray:
    """How often each cluster is drawn: n × clusters, by `_count_table`."""
    rng = np.random.default_rng(stream)
    random = rng.integers(2**64, size=-(-n * n_clusters // 4), dtype=np.uint64)
    counts = table[random.view(np.uint16)[:n * n_clusters].reshape(n, n_clusters)]  # 16 bits each
    missing = np.maximum(n_clusters - counts.sum(axis=1, dtype=np.int32), 0)
    rows = np.repeat(np.arange(n) * n_clusters, missing)
    np.add.at(counts.reshape(-1), rows + rng.integers(n_clusters, size=missing.sum()), np.int8(1))
    return counts


def _run_variance(values: np.ndarray, cluster: np.ndarray) -> tuple[float, float]:
    """Variance between the means of one system's runs, and how much of it is chance on items.

    Chance is the interaction of items and runs in an analysis of variance, by cluster: it falls
    with more items, and what is left of the variance doesn't.

    Args:
        values: items × runs of one system.
        cluster: number of each item's cluster.

    Returns:
        (variance, part of it that chance explains), both 0 for a single run.
    """
    runs = values.shape[1]
    if runs < 2:
        return 0.0, 0.0
    means = values.mean(axis=0)
    residuals = values - means
    residuals -= residuals.mean(axis=1, keepdims=True)
    chance = (cluster_sums(residuals, cluster) ** 2).sum() / (runs - 1) / len(values) ** 2
    return float(means.var(ddof=1)), float(chance)


def run_spread(scores: Scores) -> tuple[float, int]:
    """By how much a system's mean score differs from one seed to another.

    Returns:
        (standard deviation, pooled over the systems, without what chance on items adds; degrees of
        freedom: runs beyond the first of each system). 0 where chance explains all, or where no
        system has two runs.
    """
    pooled, freedom = 0.0, 0
    for runs in scores.columns.values():
        between, chance = _run_variance(scores.values[:, runs], scores.cluster)
        pooled += (len(runs) - 1) * (between - chance)
        freedom += len(runs) - 1
    return float(np.sqrt(max(pooled / max(freedom, 1), 0.0))), freedom
