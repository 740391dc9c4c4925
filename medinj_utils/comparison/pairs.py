"""Paired comparison of systems that answered the same items."""

import warnings
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import scipy

from medinj_utils.comparison.inference import adjust_holm, bca, better
from medinj_utils.comparison.resampling import Resampled, resample
from medinj_utils.comparison.scores import need_columns
from medinj_utils.comparison.unseen import unseen_share
from medinj_utils.core.names import BASE, in_order
from medinj_utils.core.tree import Tree

#: Smallest effect of interest, in the scores' unit: one point of exact match. Of claims, too.
SMALLEST = 0.01
#: Columns of `system_table`.
COMPARISON_COLUMNS = ("system", "n_items", "n_seeds", "exact_match", "low", "high", "difference",
                      "difference_low", "difference_high", "p", "p_holm", "unread_share")
#: Columns of `pair_table`.
PAIR_COLUMNS = ("first", "second", "difference", "low", "high", "p", "p_holm", "only_first_right",
                "only_second_right", "test", "q_bh", "equivalent", "low_bca", "high_bca")


def compare_pairs(scores: pd.DataFrame, resamples: int = 10_000, seed: int = 0,
                  clusters: Sequence | pd.Series | None = None,
                  smallest: float = SMALLEST) -> pd.DataFrame:
    """Compare every pair of systems on the same items.

    Args:
        scores: items × systems of 0/1 or real values, without gaps. Columns are system names, or
            (system, seed) where systems were tuned several times.
        resamples: draws of the bootstrap and of the permutation test.
        seed: of the random numbers.
        clusters: one label per item where items are clustered. A Series is taken by the items'
            index, anything else by position.
        smallest: smallest effect of interest, in the scores' unit.

    Returns:
        As `pair_table`.

    Raises:
        ValueError: a score is missing, items stand twice, there are fewer than two systems, an
            item has no cluster, there is a single cluster, or ``smallest`` isn't above 0.
    """
    return pair_table(resample(scores, resamples, seed, clusters), smallest)


def pair_table(resampled: Resampled, smallest: float = SMALLEST) -> pd.DataFrame:
    """A row per pair of systems, from one bootstrap of their scores.

    Args:
        resampled: the bootstrap of the systems' scores.
        smallest: smallest effect of interest, in the scores' unit.

    Returns:
        ``first``, ``second``, ``difference`` (mean of first − mean of second, in the scores'
        unit), ``low`` and ``high`` (95 % interval, see `medinj_utils.comparison.unseen`),
        ``p`` (below 0.05 only where the interval excludes 0, and the reverse), ``p_holm`` (Holm
        1979, over all pairs),
        ``only_first_right`` and ``only_second_right`` (items on which one is better, by the means
        over seeds), ``test``: "mcnemar" (exact; 0/1 scores, one seed each, no clusters) or
        "sign-flip" (permutation by cluster), with ", runs" where a system has several: these tests
        ignore variation between seeds, so p is never below that of the bootstrap, which includes
        it; ``q_bh`` (Benjamini & Hochberg 1995, for exploration), ``equivalent`` (whether the 90 %
        interval lies within ± ``smallest``: two one-sided tests at 5 %, Schuirmann 1987),
        ``low_bca`` and ``high_bca`` (bias-corrected and accelerated interval, Efron 1987).

    Raises:
        ValueError: ``smallest`` isn't above 0.
    """
    if smallest <= 0:
        raise ValueError(f"smallest is {smallest}; need an effect above 0")
    scores = resampled.scores
    item_means = scores.item_means
    pairs = list(combinations(enumerate(scores.systems), 2))
    _warn_of_few_draws(resampled, len(pairs))
    table = pd.DataFrame([
        _pair_row(resampled, (first, second), item_means[:, a] - item_means[:, b], smallest)
        for (a, first), (b, second) in pairs])
    table["test"] = ("mcnemar" if resampled.exact else "sign-flip") + table["test"]
    table["p_holm"] = adjust_holm(table["p"])
    table["q_bh"] = scipy.stats.false_discovery_control(table["p"])
    return table


def _warn_of_few_draws(resampled: Resampled, pairs: int) -> None:
    resamples = len(resampled.draws)
    several = max(map(len, resampled.scores.columns.values())) > 1
    counted = 2 if several else 1 - resampled.exact  # draws that the smallest p-value stands for
    if counted * pairs / (resamples + 1) > 0.05:
        warnings.warn(f"with {resamples} resamples no p-value can be significant after "
                      f"Holm's adjustment over {pairs} pairs: take at least {40 * pairs}",
                      stacklevel=4)


def _pair_row(resampled: Resampled, pair: tuple[str, str], difference: np.ndarray,
              smallest: float) -> dict:
    """A row of `pair_table`, from differences by item."""
    first, second = pair
    scores = resampled.scores
    only_first, only_second = better(difference)
    weights = {first: 1.0, second: -1.0}
    drawn = resampled.drawn(weights)
    _, low, high = resampled.contrast(weights)
    low_bca, high_bca = resampled.with_unseen(weights, bca(drawn, difference, scores.cluster))
    several = max(len(scores.columns[first]), len(scores.columns[second])) > 1
    # No pair is called equivalent on so few clusters that unseen ones could matter.
    unseen = unseen_share(scores.n_clusters, 0.9) * np.ptp(scores.limits)
    reach = max(unseen, *np.abs(resampled.contrast(weights, 0.9)[1:]))
    return {"first": first, "second": second, "difference": difference.mean(),
            "low": low, "high": high,
            "p": resampled.p_values[frozenset(pair)], "p_holm": np.nan,
            "only_first_right": only_first, "only_second_right": only_second,
            "test": ", runs" * several, "q_bh": np.nan, "equivalent": bool(reach < smallest),
            "low_bca": low_bca, "high_bca": high_bca}


def system_table(resampled: Resampled, pairs: pd.DataFrame,
                 failure_shares: pd.Series) -> pd.DataFrame:
    """A row per system: its mean score, and its difference to the base.

    Args:
        resampled: the bootstrap of the systems' scores.
        pairs: of `pair_table`, on the same scores: p-values are taken from there, so Holm's family
            is all pairs.
        failure_shares: share of answers that nothing could be read from, by system.

    Returns:
        The columns of ``comparison.csv``, systems in the book's order; the base has no differences
        and p-values.

    Raises:
        ValueError: there is no base, or ``pairs`` lack a column.
    """
    need_columns(pairs, {"first", "second", "difference", "p", "p_holm"}, "pairs")
    scores = resampled.scores
    if BASE not in scores.columns:
        raise ValueError(f"no system {BASE!r} among {', '.join(scores.systems)}")
    rows = []
    for system in in_order(scores.systems):
        own = resampled.contrast({system: 1.0})
        row = {"system": system, "n_items": len(scores.values),
               "n_seeds": len(scores.columns[system]),
               "exact_match": own.estimate, "low": own.low, "high": own.high}
        against = pairs[pairs[["first", "second"]].isin([system, BASE]).all(axis=1)]
        if system != BASE and len(against):
            gain = resampled.contrast({system: 1.0, BASE: -1.0})
            row |= {"difference": gain.estimate, "difference_low": gain.low,
                    "difference_high": gain.high} | against.iloc[0][["p", "p_holm"]].to_dict()
        rows.append(row | {"unread_share": failure_shares[system]})
    return pd.DataFrame(rows).reindex(columns=COMPARISON_COLUMNS)


def rank_intervals(means: pd.Series, pairs: pd.DataFrame) -> pd.DataFrame:
    """Simultaneous 95 % intervals of the systems' ranks.

    The best rank is one more than the number of systems that are better after Holm's adjustment
    over all pairs; the worst leaves room for those that are worse (Al Mohamad, Goeman & van Zwet
    2022).

    Args:
        means: mean score of each system.
        pairs: of `pair_table`, on the same scores.

    Returns:
        By system ``rank`` (1 is best), ``best`` and ``worst``.
    """
    need_columns(pairs, {"first", "second", "difference", "p_holm"}, "pairs")
    significant = significant_pairs(pairs)
    ahead = significant["difference"] > 0
    winners = significant["first"].where(ahead, significant["second"]).value_counts()
    losers = significant["second"].where(ahead, significant["first"]).value_counts()
    return pd.DataFrame({
        "rank": means.rank(ascending=False, method="min").astype(int),
        "best": 1 + losers.reindex(means.index, fill_value=0),
        "worst": len(means) - winners.reindex(means.index, fill_value=0)}).rename_axis("system")


def significant_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs that differ at 5 % after Holm's adjustment."""
    return pairs[pairs["p_holm"] < 0.05]


def null_pairs(root: str) -> pd.DataFrame:
    """The pairs that notebook 40 compared in a null world; empty for no world.

    Args:
        root: of the null world's output tree, or an empty text.

    Raises:
        FileNotFoundError: notebook 40 was not run there.
    """
    return Tree(root).read_table("pairs") if root else pd.DataFrame(columns=PAIR_COLUMNS)


def tuned_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs of tuned systems: those without the base."""
    return pairs[(pairs["first"] != BASE) & (pairs["second"] != BASE)]
