"""Paired comparison of systems that answered the same items.

Uncertainty has up to two levels. Items are resampled (whole clusters of them where clusters are told), for all
systems together, which keeps the pairing; where a system was tuned with several seeds, its seeds are resampled
too, independently of the other systems'. Intervals are 95 % percentile intervals of that bootstrap
(Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13).
"""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from statsmodels.stats.multitest import multipletests

_BLOCK = 500  # bootstrap draws at once: bounds the memory


def _checked(scores: pd.DataFrame, clusters) -> tuple[np.ndarray, list[str], list[np.ndarray], np.ndarray]:
    """Values (items × columns), system names in order, each system's columns, and cluster numbers per item."""
    if scores.empty or scores.shape[1] < 2:
        raise ValueError(f"scores are {scores.shape[0]} items × {scores.shape[1]} columns; need items and two systems")
    if scores.index.has_duplicates:
        raise ValueError(f"scores hold item {scores.index[scores.index.duplicated()][0]} twice")
    values = scores.to_numpy(dtype=float)
    if np.isnan(values).any():
        row, column = np.argwhere(np.isnan(values))[0]
        raise ValueError(f"no score of system {scores.columns[column]!r} for item {scores.index[row]}: "
                         "compare systems on the items that all have answered")
    of_column = list(scores.columns.get_level_values(0))
    systems = list(dict.fromkeys(of_column))
    columns = [np.flatnonzero([name == system for name in of_column]) for system in systems]
    if clusters is None:
        return values, systems, columns, np.arange(len(values))
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
    return values, systems, columns, numbers


def bootstrap_means(scores: pd.DataFrame, resamples: int = 10_000, seed: int = 0, clusters=None) -> pd.DataFrame:
    """Bootstrap draws of every system's mean score: ``resamples`` rows, a column per system."""
    if resamples < 1:
        raise ValueError(f"resamples is {resamples}; need at least 1 (10,000 for figures that are shown)")
    values, systems, columns, cluster = _checked(scores, clusters)
    rng = np.random.default_rng([seed, 1])  # a stream of its own, also where the scores were simulated with this seed
    n_clusters = int(cluster.max()) + 1
    sums, sizes = np.zeros((n_clusters, values.shape[1])), np.bincount(cluster).astype(float)
    np.add.at(sums, cluster, values)
    draws = []
    for start in range(0, resamples, _BLOCK):
        n = min(_BLOCK, resamples - start)
        weights = rng.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=n).astype(float)
        means = (weights @ sums) / (weights @ sizes)[:, None]
        picked = [np.take_along_axis(means[:, c], rng.integers(len(c), size=(n, len(c))), axis=1).mean(axis=1)
                  for c in columns]
        draws.append(np.stack(picked, axis=1))
    return pd.DataFrame(np.concatenate(draws), columns=systems)


def interval(draws: np.ndarray | pd.Series) -> tuple[float, float]:
    """95 % percentile interval of bootstrap draws."""
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided McNemar p-value from the two discordant counts (McNemar 1947; the binomial form)."""
    discordant = only_first + only_second
    return float(binomtest(only_first, discordant, 0.5).pvalue) if discordant else 1.0


def sign_flip(differences: np.ndarray, cluster: np.ndarray, resamples: int, seed: int) -> float:
    """Two-sided p-value of a paired permutation test: the sign of each cluster's summed difference is flipped at
    random (Good, Permutation, Parametric and Bootstrap Tests of Hypotheses, 2005). Never below 1/(resamples+1)."""
    sums = np.bincount(cluster, weights=differences)
    sums = sums[sums != 0]
    if not len(sums):
        return 1.0
    rng, extreme = np.random.default_rng([seed, 2]), 0
    for start in range(0, resamples, _BLOCK):
        signs = rng.choice([-1.0, 1.0], size=(min(_BLOCK, resamples - start), len(sums)))
        extreme += int((np.abs(signs @ sums) >= abs(sums.sum()) - 1e-9).sum())
    return (extreme + 1) / (resamples + 1)


def contrast_p(scores: pd.DataFrame, differences: np.ndarray, clusters=None, resamples: int = 10_000,
               seed: int = 0) -> float:
    """Two-sided p-value of the mean of ``differences`` (one per item of ``scores``) by `sign_flip`, by clusters."""
    return sign_flip(differences, _checked(scores, clusters)[3], resamples, seed)


def compare_pairs(scores: pd.DataFrame, resamples: int = 10_000, seed: int = 0, clusters=None) -> pd.DataFrame:
    """Compare every pair of systems on the same items.

    ``scores``: items × systems of 0/1 or real values, no gaps; columns are system names, or pairs (system, seed)
    where systems were tuned several times. ``clusters``: one label per item where items hang together (a Series is
    taken by the items' index, anything else by position).

    Returns a row per pair: ``first``, ``second``, ``difference`` (mean of first − mean of second, in the scores'
    unit), ``low`` and ``high`` (95 % bootstrap interval), ``p``, ``p_holm`` (Holm 1979 over all pairs returned),
    ``only_first_right`` and ``only_second_right`` (items on which one is better than the other, by their means
    over seeds), ``test``: "mcnemar" (exact; 0/1 scores, one seed each, no clusters) or "sign-flip" (permutation by
    cluster, otherwise). Raises ValueError on gaps, repeated items, fewer than two systems, items without a cluster,
    or a single cluster.
    """
    values, systems, columns, cluster = _checked(scores, clusters)
    draws = bootstrap_means(scores, resamples, seed, clusters)
    means = np.stack([values[:, c].mean(axis=1) for c in columns], axis=1)
    exact = clusters is None and np.isin(means, (0, 1)).all()
    rows = []
    for a, b in combinations(range(len(systems)), 2):
        difference = means[:, a] - means[:, b]
        better, worse = int((difference > 1e-9).sum()), int((difference < -1e-9).sum())
        low, high = interval(draws[systems[a]] - draws[systems[b]])
        p = mcnemar(better, worse) if exact else sign_flip(difference, cluster, resamples, seed)
        rows.append({"first": systems[a], "second": systems[b], "difference": difference.mean(), "low": low,
                     "high": high, "p": p, "p_holm": np.nan, "only_first_right": better, "only_second_right": worse,
                     "test": "mcnemar" if exact else "sign-flip"})
    pairs = pd.DataFrame(rows)
    pairs["p_holm"] = multipletests(pairs["p"], method="holm")[1]
    return pairs


def compare_systems(scores: pd.DataFrame, base: str, pairs: pd.DataFrame, unread: pd.Series, resamples: int = 10_000,
                    seed: int = 0, clusters=None) -> pd.DataFrame:
    """One row per system: mean score with interval, and its difference to ``base`` with interval and p-values.

    ``pairs`` is the result of `compare_pairs` on the same scores: p-values are taken from there, so Holm's family
    is all pairs. ``unread``: share of unread answers per system. Columns as in ``comparison.csv``.
    """
    values, systems, columns, _ = _checked(scores, clusters)
    draws = bootstrap_means(scores, resamples, seed, clusters)
    if base not in systems:
        raise ValueError(f"no system {base!r} among {', '.join(systems)}")
    rows = []
    for system, column in zip(systems, columns, strict=True):
        low, high = interval(draws[system])
        row = {"system": system, "n_items": len(values), "n_seeds": len(column),
               "exact_match": values[:, column].mean(), "low": low, "high": high}
        against = pairs[pairs[["first", "second"]].isin([system, base]).all(axis=1)]
        if system != base and len(against):
            pair, change = against.iloc[0], draws[system] - draws[base]
            sign = 1 if pair["first"] == system else -1
            row["difference"] = sign * pair["difference"]
            row["difference_low"], row["difference_high"] = interval(change)
            row["p"], row["p_holm"] = pair["p"], pair["p_holm"]
        rows.append(row | {"unread_share": unread[system]})
    order = ["system", "n_items", "n_seeds", "exact_match", "low", "high", "difference", "difference_low",
             "difference_high", "p", "p_holm", "unread_share"]
    return pd.DataFrame(rows).reindex(columns=order)
