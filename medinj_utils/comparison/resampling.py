"""Resampling of systems that answered the same items: the draws behind every interval and every p-value of this room.

Uncertainty has up to two levels. Items are resampled (whole clusters of them where clusters are told), for all systems
together, which keeps the pairing (Efron & Tibshirani, An Introduction to the Bootstrap, 1993). Where systems were tuned with
several seeds, other seeds would have given other runs: two or three of them are too few to be drawn from, so that this level
is a t-distribution with one variance for all systems but the base, pooled over them. Intervals are 95 % percentile intervals
of both together. The bootstrap of few clusters spreads too little, since it divides by their number and not by one less, and
knows the normal distribution where Student's is meant: draws are spread by as much more as both make of a 95 % interval
(the expanded percentile interval of Hesterberg 2015). Draws depend on the seed alone, and not on how many are made at once.
"""

import warnings
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest, norm, poisson
from scipy.stats import t as student
from threadpoolctl import ThreadpoolController

from medinj_utils.core.machine import available_cores
from medinj_utils.core.names import BASE

SMALL = 20  # clusters (items, where each is its own) below which intervals are warned of
_BLOCK_CELLS = 8_000_000  # of draws × clusters at once: bounds the memory to some hundred megabytes
_STREAM_CELLS = 2_000_000  # of draws × clusters from one stream of random numbers, and at once in one thread


class Scores(NamedTuple):
    """``values``, items × columns; ``systems`` in order; ``columns`` of each system; ``cluster`` number of each item."""

    values: np.ndarray
    systems: list[str]
    columns: list[np.ndarray]
    cluster: np.ndarray

    def means(self) -> np.ndarray:
        """Items × systems: the mean over a system's seeds."""
        return np.stack([self.values[:, c].mean(axis=1) for c in self.columns], axis=1)


def checked(scores: pd.DataFrame, clusters=None) -> Scores:
    """Scores (items × systems, or × (system, seed)) and clusters, as numbers. Raises ValueError on gaps, repeated items,
    fewer than two systems, items without a cluster, or a single cluster."""
    of_column = list(scores.columns.get_level_values(0))
    systems = list(dict.fromkeys(of_column))
    if scores.empty or len(systems) < 2:
        raise ValueError(f"scores are {scores.shape[0]} items × {len(systems)} systems; need items and two systems")
    if scores.columns.has_duplicates:
        raise ValueError(f"scores have column {scores.columns[scores.columns.duplicated()][0]!r} twice: runs of a system "
                         "are told apart by a second level, their seeds")
    if scores.index.has_duplicates:
        raise ValueError(f"scores hold item {scores.index[scores.index.duplicated()][0]} twice")
    try:
        values = scores.to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"scores are not all numbers ({error}): need items as the index, and a column of scores for each "
                         f"system, or (system, seed); columns are {', '.join(map(str, scores.columns))}") from None
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise ValueError(f"no finite score of system {scores.columns[column]!r} for item {scores.index[row]}: "
                         "compare systems on the items that all have answered")
    columns = [np.flatnonzero([name == system for name in of_column]) for system in systems]
    if clusters is None:
        return Scores(values, systems, columns, np.arange(len(values)))
    if isinstance(clusters, pd.Series):  # by the items' index, in whatever order it comes
        if strange := set(scores.index) ^ set(clusters.index):
            raise ValueError(f"clusters and scores are not of the same items: {len(strange)} stand in one of them alone, "
                             f"such as {next(iter(strange))}")
        clusters = clusters.loc[scores.index]
    clusters = np.asarray(clusters, dtype=object)
    if clusters.shape != (len(values),):
        raise ValueError(f"clusters of shape {clusters.shape} for {len(values)} items: need one label per item")
    numbers, labels = pd.factorize(clusters)
    if (numbers < 0).any():
        raise ValueError(f"item {scores.index[int(np.argmin(numbers))]} has no cluster: give each item a label")
    if len(labels) < 2:
        raise ValueError("all items are in one cluster: with nothing to resample there is no interval")
    return Scores(values, systems, columns, numbers)


def need_columns(table: pd.DataFrame, expected: Iterable[str], what: str) -> None:
    """Raises ValueError where a table lacks one of the ``expected`` columns."""
    if missing := set(expected) - set(table.columns):
        raise ValueError(f"{what} have no column {', '.join(sorted(missing))}; expected: {', '.join(sorted(expected))}; "
                         f"there are: {', '.join(map(str, table.columns))}")


def independent(ids: pd.Index | list, clusters: pd.Series | None) -> int:
    """How many of these items can be drawn by themselves: all, or as many as they have clusters."""
    return len(ids) if clusters is None else clusters.loc[ids].nunique()


def by_cluster(values: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """Sums over the items of each cluster: clusters × columns, from items × columns."""
    sums = np.zeros((int(cluster.max()) + 1, values.shape[1]))
    np.add.at(sums, cluster, values)
    return sums


def system_means(scores: pd.DataFrame) -> pd.Series:
    """Mean score of each system, over its seeds."""
    return scores.T.groupby(scores.columns.get_level_values(0)).mean().mean(axis=1)


def _blocks(resamples: int, clusters: int):
    size = max(1, _BLOCK_CELLS // clusters)
    return (min(size, resamples - start) for start in range(0, resamples, size))


def bootstrap_means(scores: pd.DataFrame, resamples: int = 10_000, seed: int = 0, clusters=None,
                    same_runs: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Bootstrap draws of every system's mean score: ``resamples`` rows, a column per system.

    ``same_runs`` names the systems whose columns are scores of the same runs (under other conditions, say) by one name each:
    their runs vary together.
    """
    if resamples < 1:
        raise ValueError(f"resamples is {resamples}; need at least 1 (10,000 for figures that are shown)")
    told = checked(scores, clusters)
    values, systems, columns, cluster = told
    # Streams of their own, also where the scores were simulated with this seed.
    rng, *of_runs = (np.random.default_rng([seed, stream]) for stream in (1, 3, 4))
    spread, freedom = spread_of_runs(told)
    names = [(same_runs or {}).get(name, name) for name in systems]
    runs, error = list(dict.fromkeys(names)), np.array([
        0.0 if name == BASE and len(c) == 1 else spread / np.sqrt(len(c)) for name, c in zip(names, columns, strict=True)])
    n_clusters = int(cluster.max()) + 1
    if n_clusters < SMALL:
        warnings.warn(f"only {n_clusters} independent {'items' if clusters is None else 'clusters'}: bootstrap intervals of "
                      f"fewer than {SMALL} are rough", stacklevel=2)
    sums = by_cluster(np.column_stack([values, np.ones(len(values))]), cluster)  # the last column counts the items
    # Clusters with the same scores are drawn together: eight systems right or wrong on single items are 256 kinds at most.
    kinds, held = np.unique(sums, axis=0, return_counts=True)
    if 16 * len(kinds) < n_clusters:
        totals = np.concatenate([rng.multinomial(n_clusters, held / n_clusters, size=n) @ kinds
                                 for n in _blocks(resamples, len(kinds))])
    else:
        totals = _drawn_totals(sums, resamples, seed)
    means, whole = totals[:, :-1] / totals[:, -1:], sums.sum(axis=0)
    wider = student.ppf(0.975, n_clusters - 1) / norm.ppf(0.975) * np.sqrt(n_clusters / (n_clusters - 1))
    means += (wider - 1) * (means - whole[:-1] / whole[-1])
    draws = np.stack([means[:, c].mean(axis=1) for c in columns], axis=1)
    if spread:  # one variance for all, known from few runs: so a t-distribution
        chance = np.sqrt(freedom / of_runs[1].chisquare(freedom, size=resamples))[:, None]
        draws += error * (of_runs[0].normal(size=(resamples, len(runs))) * chance)[:, [runs.index(name) for name in names]]
    return pd.DataFrame(draws, columns=systems)


@cache
def _threads() -> ThreadpoolController:
    """Found once: to look for the libraries takes as long as a small bootstrap."""
    return ThreadpoolController()


def _drawn_totals(sums: np.ndarray, resamples: int, seed: int) -> np.ndarray:
    """Sums over as many clusters as there are, drawn with replacement: resamples × columns, from clusters × columns.

    Independent Poisson counts, once their sum is known, are multinomial: every cluster is drawn by itself, a little less
    than once on average, and what is missing then is drawn among all. That is three times as fast as to draw all in turn.
    """
    n_clusters = len(sums)
    alone = max(0.0, 1 - 5 / np.sqrt(n_clusters))  # so that there are too many once in three million draws
    count = np.searchsorted(poisson.cdf(np.arange(16), alone), (np.arange(2**16) + 0.5) / 2**16).astype(np.int8)
    # Of whole numbers single precision loses nothing.
    exact = np.float32 if (sums == sums.round()).all() and np.abs(sums).sum() < 2**20 else np.float64
    sums = sums.astype(exact)
    together = max(1, _STREAM_CELLS // n_clusters)

    def drawn(start: int) -> np.ndarray:
        rng, n = np.random.default_rng([seed, 1, start]), min(together, resamples - start)
        whole = rng.integers(2**64, size=-(-n * n_clusters // 4), dtype=np.uint64)  # four numbers of 16 bits each
        counts = count[whole.view(np.uint16)[:n * n_clusters].reshape(n, n_clusters)]
        missing = np.maximum(n_clusters - counts.sum(axis=1, dtype=np.int32), 0)
        places = np.repeat(np.arange(n) * n_clusters, missing) + rng.integers(n_clusters, size=missing.sum())
        np.add.at(counts.reshape(-1), places, np.int8(1))
        return counts.astype(exact) @ sums

    # BLAS would start threads of its own in each of these.
    with _threads().limit(limits=1, user_api="blas"), ThreadPoolExecutor(available_cores()) as pool:
        return np.concatenate([*pool.map(drawn, range(0, resamples, together))]).astype(float)


def variance_of_runs(values: np.ndarray, cluster: np.ndarray) -> tuple[float, float]:
    """(variance between the means of one system's runs, how much of it is chance on single items), from items × seeds.

    Chance is the interaction of items and runs in an analysis of variance, by cluster: it falls with more items, and what is
    left of the variance doesn't."""
    k, means = values.shape[1], values.mean(axis=0)
    if k < 2:
        return 0.0, 0.0
    apart = values - means
    apart -= apart.mean(axis=1, keepdims=True)
    return float(means.var(ddof=1)), float((by_cluster(apart, cluster) ** 2).sum() / (k - 1) / len(values) ** 2)


def spread_of_runs(told: Scores) -> tuple[float, int]:
    """(standard deviation of a system's mean score from one seed to another, pooled over the systems, without what chance on
    single items adds to it; how many runs beyond the first of each it rests on). 0 where chance explains it all, or where no
    system has two runs."""
    found = [(len(c) - 1, *variance_of_runs(told.values[:, c], told.cluster)) for c in told.columns]
    freedom = sum(more for more, _, _ in found)
    own = sum(more * (between - chance) for more, between, chance in found) / max(freedom, 1)
    return float(np.sqrt(max(own, 0.0))), freedom


def two_sided(draws: np.ndarray | pd.Series) -> float:
    """p-value of no difference from bootstrap draws of a difference: twice the share on the other side of zero, below 5 %
    where the 95 % interval excludes zero. Never below 2/(draws + 1)."""
    values = np.asarray(draws)
    return float(min(1.0, 2 * (min((values <= 0).sum(), (values >= 0).sum()) + 1) / (len(values) + 1)))


def interval(draws: np.ndarray | pd.Series) -> tuple[float, float]:
    """95 % percentile interval of bootstrap draws."""
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def bca(draws: np.ndarray | pd.Series, values: np.ndarray, cluster: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mean of ``values`` (by item), bias-corrected and accelerated (Efron 1987), from its bootstrap
    draws. The acceleration is that of the mean over clusters; runs with other seeds enter through the draws alone."""
    estimate = values.mean()
    pull = np.bincount(cluster, weights=values - estimate)  # of each cluster on the mean, but for a factor
    spread = (pull**2).sum() ** 1.5
    if not spread or np.ptp(draws) == 0:
        return interval(draws)
    ties = np.isclose(draws, estimate, rtol=0, atol=1e-9)
    below = np.clip(((np.asarray(draws) < estimate) & ~ties).mean() + ties.mean() / 2, 1e-6, 1 - 1e-6)
    bias, acceleration = norm.ppf(below), (pull**3).sum() / (6 * spread)
    shifted = bias + norm.ppf([0.025, 0.975])
    low, high = np.quantile(draws, norm.cdf(bias + shifted / (1 - acceleration * shifted)))
    return float(low), float(high)


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided McNemar p-value from the two discordant counts (McNemar 1947; the binomial form)."""
    discordant = only_first + only_second
    return float(binomtest(only_first, discordant, 0.5).pvalue) if discordant else 1.0


def sign_flips(differences: np.ndarray, cluster: np.ndarray, resamples: int = 10_000, seed: int = 0) -> np.ndarray:
    """Two-sided p-values of paired permutation tests, one for each column of ``differences`` (items × tests): the sign of
    each cluster's summed difference is flipped at random, for all tests alike (Good, Permutation, Parametric and Bootstrap
    Tests of Hypotheses, 2005). Never below 1/(resamples + 1)."""
    sums = by_cluster(differences, cluster).round(9)  # what differs by less is a tie
    sums = sums[sums.any(axis=1)]
    if not len(sums):
        return np.ones(differences.shape[1])
    rng, extreme, found = np.random.default_rng([seed, 2]), np.zeros(differences.shape[1]), np.abs(sums.sum(axis=0))
    found -= 1e-6 * np.abs(sums).max(axis=0)
    # Differences of one size are flipped together: how many of them are positive is binomial.
    sizes = [np.unique(np.abs(column), return_counts=True) for column in sums.T]
    if 16 * max(len(size) for size, _ in sizes) < len(sums):
        for j, (size, held) in enumerate(sizes):
            positive = rng.binomial(held[:, None], 0.5, size=(len(held), resamples))
            extreme[j] = (np.abs(size @ (2 * positive - held[:, None])) >= found[j]).sum()
    else:
        for n in _blocks(resamples, len(sums)):
            signs = np.where(rng.random((n, len(sums)), dtype=np.float32) < 0.5, -1.0, 1.0)
            extreme += (np.abs(signs @ sums) >= found).sum(axis=0)
    return np.where(sums.any(axis=0), (extreme + 1) / (resamples + 1), 1.0)
