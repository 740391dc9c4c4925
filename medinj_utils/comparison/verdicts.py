"""Verdicts on the study's claims, from runs or from its own published figures.

The verdict on a claim follows from the 95 % intervals of its contrasts and from p-values adjusted
over all contrasts of all claims (Holm 1979), with a smallest effect of interest
(`medinj_utils.comparison.pairs.SMALLEST`):

- *supported*: the interval of every contrast is above zero, and its adjusted p below 5 % (where a
  contrast lies below the smallest effect of interest all the same, ``reason`` says so);
- *contradicted*: else, where the interval of a contrast is below the smallest effect of interest,
  so that whatever difference there may be in the claimed direction is too small to matter; the
  interval is widened for as many contrasts as the claim has;
- *undecided*: neither;
- *not testable here*: the claim is about something that these scores don't hold, or a system
  wasn't run.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
from scipy.special import ndtri

from medinj_utils.comparison.claims import Claims, contrasts_published
from medinj_utils.comparison.judge_claims import Judged, judge_verdict
from medinj_utils.comparison.pairs import SMALLEST
from medinj_utils.comparison.paper import JUDGE_MARK, JUDGE_PEARSON, METRICS_PEARSON
from medinj_utils.core.tree import Tree

_UNTESTABLE = "not testable here"
_ONLY_AT_BEST = " only if the systems are right on the same questions as far as possible"
_SMALL = "true, but by less than the smallest effect of interest"
#: What claims about judges are tested by.
_ABOUT_JUDGES = {
    "agree": {"estimand": "r of each judge − r of each overlap metric", "unit": "r"},
    "length": {"estimand": "a doubling of the length, at a fixed human label", "unit": "points"}}
_NO_ORDERS = "no answers to questions with their options in other orders"


def verdicts(claims: Claims, contrasts: pd.DataFrame, orders: Mapping[str, float] | None = None,
             judged: Judged | None = None) -> pd.DataFrame:
    """One row per claim, by the rule at the head of this module.

    Args:
        claims: the claims.
        contrasts: of `medinj_utils.comparison.claims.contrasts_here`.
        orders: of `medinj_utils.comparison.probes.all_orders`.
        judged: of `medinj_utils.comparison.judge_claims.load_judged`.

    Returns:
        Columns name, claim, where, mark, estimand; estimate, low, high of the claim's smallest
        contrast; the largest p_adjusted; verdict; reason, where there is more to say; unit of the
        estimate: points (kept as shares), or "r", a difference of correlations.
    """
    by_pair = {(row["first"], row["second"]): row for row in contrasts.to_dict("records")}
    rows = []
    for claim in claims.claims:
        row = {"name": claim.name, "claim": claim.claim, "where": claim.where, "mark": claim.mark,
               "estimand": "; ".join(map(str, claim.contrasts)), "unit": "points"}
        if claim.orders:
            row |= _verdict_on_orders(claims.order_stays, orders)
        elif missing := [c for c in claim.contrasts if (c.first, c.second) not in by_pair]:
            row |= {"verdict": _UNTESTABLE, "reason": f"not run: {', '.join(map(str, missing))}"}
        elif claim.needs:
            row |= {"verdict": _UNTESTABLE, "reason": claim.needs}
            row |= _ABOUT_JUDGES.get(claim.judges, {})
            row |= judge_verdict(claim.judges, judged, _verdict) if claim.judges else {}
        else:
            row |= _verdict([by_pair[c.first, c.second] for c in claim.contrasts])
        rows.append(row)
    order = ["name", "claim", "where", "mark", "estimand", "estimate", "low", "high", "p_adjusted",
             "verdict", "reason", "unit"]
    return pd.DataFrame(rows).reindex(columns=order)


def _verdict(contrasts: Sequence[Mapping], least: float = SMALLEST) -> dict:
    """The verdict on a claim of these contrasts, with the figures behind it.

    Args:
        contrasts: of the claim.
        least: the smallest effect of interest.
    """
    smallest = min(contrasts, key=lambda row: row["estimate"])
    holds = all(row["low"] > 0 and row["p_adjusted"] < 0.05 for row in contrasts)
    # The lowest of several upper ends counts; were each at its own 97.5 %, it would lie too low
    # more often (Bonferroni).
    factor = ndtri(0.025 / len(contrasts)) / ndtri(0.025)
    ends = [row["estimate"] + factor * (row["high"] - row["estimate"]) for row in contrasts]
    small = any(end < least for end in ends)
    return {key: smallest[key] for key in ("estimate", "low", "high")} | {
        "p_adjusted": max(row["p_adjusted"] for row in contrasts),
        "verdict": _word(holds, small),
        "reason": _SMALL if holds and small else ""}


def _word(holds: bool, fails: bool) -> str:
    """The verdict, given whether the rule for support, and that for contradiction, is met."""
    if holds:
        return "supported"
    return "contradicted" if fails else "undecided"


def _verdict_on_orders(order_stays: float, orders: Mapping[str, float] | None) -> dict:
    """The verdict on the claim that in other orders of the options scores fall and ranks stay.

    Supported where the intervals of the fall and of tau say so, contradicted where one excludes it.
    """
    row = {"estimand": f"change in other orders < 0; tau > {order_stays:g}"}
    if not orders:
        return row | {"verdict": _UNTESTABLE, "reason": _NO_ORDERS}
    holds = orders["change_high"] < 0 and orders["tau_low"] > order_stays
    fails = orders["change_low"] > -SMALLEST or orders["tau_high"] < order_stays
    return row | {
        "estimate": orders["change"], "low": orders["change_low"], "high": orders["change_high"],
        "verdict": _word(holds, fails),
        "reason": f"tau {orders['tau']:.2f} [{orders['tau_low']:.2f}, {orders['tau_high']:.2f}]"}


def load_orders(tree: Tree) -> dict[str, float] | None:
    """What notebook 41 found of other orders of the options; None where it found none."""
    name = "probe_all_orders"
    rows = tree.read_table(name).to_dict("records") if tree.table(name).exists() else []
    return rows[0] if rows else None


def _without_answers(table: pd.DataFrame) -> pd.DataFrame:
    """The paper's figures of judges beside the claim that they can't test."""
    metrics = " to ".join(f"{r:.2f}" for r in METRICS_PEARSON)
    reason = (f"r {JUDGE_PEARSON:.2f} of the judge and {metrics} of metrics [{JUDGE_MARK}]; over "
              "how many answers isn't stated")
    about = table["estimand"] == _ABOUT_JUDGES["agree"]["estimand"]
    return table.assign(reason=table["reason"].mask(about, reason))


def verdicts_published(claims: Claims, items: int, pairing: str) -> pd.DataFrame:
    """`verdicts` on the paper's own figures, for an assumed number of items.

    Args:
        claims: the claims.
        items: number of test items that the means are taken over.
        pairing: one of `medinj_utils.core.names.PAIRINGS`. With "both", estimates and intervals
            are those of the worst pairing; where the best one would give another verdict, it is
            "undecided", and ``reason`` says so.

    Returns:
        As `verdicts`.

    Raises:
        ValueError: there are no items.
    """
    if pairing != "both":
        return _without_answers(verdicts(claims, contrasts_published(claims, items, pairing)))
    worst = _without_answers(verdicts(claims, contrasts_published(claims, items, "worst")))
    best = verdicts(claims, contrasts_published(claims, items, "best"))
    differ = worst["verdict"] != best["verdict"]
    worst.loc[differ, "reason"] = best["verdict"] + _ONLY_AT_BEST
    worst.loc[differ, "verdict"] = "undecided"
    return worst


def verdicts_on_paper(claims: Claims, items: Sequence[int], pairing: str) -> pd.DataFrame:
    """`verdicts_published` for several numbers of items, one below the other.

    Args:
        claims: the claims.
        items: numbers of test items that the means may be taken over.
        pairing: as in `verdicts_published`.

    Returns:
        As `verdicts`, with the number in the column ``items``.
    """
    tables = {number: verdicts_published(claims, number, pairing) for number in items}
    return pd.concat(tables, names=["items"]).reset_index("items").reset_index(drop=True)


def verdicts_here(claims: Claims, contrasts: pd.DataFrame, orders: Mapping[str, float] | None,
                  judged: Judged | None, published: pd.DataFrame) -> pd.DataFrame:
    """`verdicts`, with ``paper``: each claim's smallest contrast by the paper's figures.

    Args:
        claims: the claims.
        contrasts: of `medinj_utils.comparison.claims.contrasts_here`.
        orders: of `load_orders`.
        judged: of `medinj_utils.comparison.judge_claims.load_judged`.
        published: of `verdicts_published`.

    Returns:
        As `verdicts`, with ``paper``, a share of the items, before ``verdict``.
    """
    table = verdicts(claims, contrasts, orders, judged)
    table.insert(table.columns.get_loc("verdict"), "paper", published["estimate"])
    return table
