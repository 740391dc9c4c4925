"""Paired comparison of systems that answered the same items; how it is resampled stands in `resampling`."""

import warnings
from itertools import combinations

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from medinj_utils.comparison.resampling import (
    bca,
    bootstrap_means,
    checked,
    interval,
    mcnemar,
    need_columns,
    sign_flips,
    two_sided,
)

SMALLEST = 0.01  # smallest effect of interest, in the scores' unit: one point of exact match


def compare_pairs(scores: pd.DataFrame, resamples: int = 10_000, seed: int = 0, clusters=None,
                  smallest: float = SMALLEST) -> pd.DataFrame:
    """Compare every pair of systems on the same items.

    ``scores``: items × systems of 0/1 or real values, no gaps; columns are system names, or pairs (system, seed)
    where systems were tuned several times. ``clusters``: one label per item where items hang together (a Series is
    taken by the items' index, anything else by position).

    Returns a row per pair: ``first``, ``second``, ``difference`` (mean of first − mean of second, in the scores'
    unit), ``low`` and ``high`` (95 % bootstrap interval), ``p``, ``p_holm`` (Holm 1979 over all pairs returned),
    ``only_first_right`` and ``only_second_right`` (items on which one is better than the other, by their means
    over seeds), ``test``: "mcnemar" (exact; 0/1 scores, one seed each, no clusters) or "sign-flip" (permutation by
    cluster, otherwise), with ", runs" where a system has several: these tests take runs as they are, so that p is then at
    least that of the bootstrap, which doesn't; ``q_bh`` (Benjamini & Hochberg 1995, for exploration), ``equivalent``:
    whether the 90 % interval lies within ± ``smallest``, the smallest effect of interest, which are two one-sided tests at
    5 % (Schuirmann 1987);
    ``low_bca`` and ``high_bca``, the bias-corrected and accelerated interval (Efron 1987), to be held against the other.
    Where no item tells two systems apart, the interval is what so many items leave possible.
    Raises ValueError on gaps, repeated items, fewer than two systems, items without a cluster, or a single cluster.
    """
    told = checked(scores, clusters)
    if smallest <= 0:
        raise ValueError(f"smallest is {smallest}; need an effect above 0")
    draws, means, systems = bootstrap_means(scores, resamples, seed, clusters), told.means(), told.systems
    exact, of = clusters is None and np.isin(means, (0, 1)).all(), list(combinations(range(len(systems)), 2))
    differences = np.stack([means[:, a] - means[:, b] for a, b in of], axis=1)
    flipped = None if exact else sign_flips(differences, told.cluster, resamples, seed)
    counted = 2 if max(map(len, told.columns)) > 1 else 1 - exact  # draws that the smallest p-value stands for
    if counted * len(of) / (resamples + 1) > 0.05:
        warnings.warn(f"with {resamples} resamples no p-value is small enough to stand after Holm's adjustment over "
                      f"{len(of)} pairs: take at least {40 * len(of)}", stacklevel=2)
    # The largest difference of a mean that items like these, none of which shows any, leave possible: 1 − (1 − d)ⁿ = level.
    unseen = -np.log([0.025, 0.05]) / (told.cluster.max() + 1) * max(np.ptp(told.values), 1.0)
    rows = []
    for number, (a, b) in enumerate(of):
        difference = differences[:, number]
        better, worse = int((difference > 1e-9).sum()), int((difference < -1e-9).sum())
        change = draws[systems[a]] - draws[systems[b]]
        (low, high), corrected = interval(change), bca(change, difference, told.cluster)
        if not better + worse:
            low, high = corrected = -unseen[0], unseen[0]
        p = mcnemar(better, worse) if exact else float(flipped[number])
        several = max(len(told.columns[a]), len(told.columns[b])) > 1
        p = max(p, two_sided(change)) if several else p
        rows.append({"first": systems[a], "second": systems[b], "difference": difference.mean(), "low": low,
                     "high": high, "p": p, "p_holm": np.nan, "only_first_right": better, "only_second_right": worse,
                     "test": ("mcnemar" if exact else "sign-flip") + ", runs" * several, "q_bh": np.nan,
                     "equivalent": bool(max(unseen[1], *np.abs(np.quantile(change, [0.05, 0.95]))) < smallest),
                     "low_bca": corrected[0], "high_bca": corrected[1]})
    pairs = pd.DataFrame(rows)
    pairs["p_holm"], pairs["q_bh"] = (multipletests(pairs["p"], method=name)[1] for name in ("holm", "fdr_bh"))
    return pairs


def rank_intervals(scores: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Rank of each system by its mean score (1 is best), and the ranks that it may have: ``best`` to ``worst``, for all
    systems together at 95 %.

    A system's best rank is one more than the number of systems that are better after Holm's adjustment over all ``pairs``
    (of `compare_pairs`), its worst leaves room for those that are worse (Al Mohamad, Goeman & van Zwet 2022)."""
    need_columns(pairs, {"first", "second", "difference", "p_holm"}, "pairs")
    told = checked(scores)
    means = pd.Series(told.means().mean(axis=0), index=told.systems)
    sure = pairs[pairs["p_holm"] < 0.05]
    winners = sure["first"].where(sure["difference"] > 0, sure["second"])
    losers = sure["second"].where(sure["difference"] > 0, sure["first"])
    return pd.DataFrame({"rank": means.rank(ascending=False, method="min").astype(int),
                         "best": 1 + losers.value_counts().reindex(means.index, fill_value=0),
                         "worst": len(means) - winners.value_counts().reindex(means.index, fill_value=0)})


def compare_systems(scores: pd.DataFrame, base: str, pairs: pd.DataFrame, unread: pd.Series, resamples: int = 10_000,
                    seed: int = 0, clusters=None) -> pd.DataFrame:
    """One row per system: mean score with interval, and its difference to ``base`` with interval and p-values.

    ``pairs`` is the result of `compare_pairs` on the same scores: p-values are taken from there, so Holm's family
    is all pairs. ``unread``: share of unread answers per system. Columns as in ``comparison.csv``.
    """
    need_columns(pairs, {"first", "second", "difference", "p", "p_holm"}, "pairs")
    values, systems, columns, _ = checked(scores, clusters)
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
