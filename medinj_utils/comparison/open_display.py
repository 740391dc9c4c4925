"""Tables on judges and human raters as notebooks show them: texts, shares in per cent."""

import pandas as pd

from medinj_utils.comparison.raters import ALL
from medinj_utils.core.wording import number, numbers, percent, with_interval


def _shares(table: pd.DataFrame, name: str = "estimate", sign: bool = False) -> list[str]:
    """Shares in per cent, or differences in points, with intervals where there are some."""
    rows = table[[name, "low", "high"]].astype(float).itertuples(index=False)
    return [with_interval(100 * share, 100 * low, 100 * high, 1, sign) for share, low, high in rows]


def _percents(values: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else percent(value) for value in values]


def _money(table: pd.DataFrame, name: str) -> list[str]:
    return ["no prices" if pd.isna(cost) else f"{number(cost, 2)} {currency}"
            for cost, currency in zip(table[name], table["currency"], strict=True)]


def shown_planned(planned: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.evaluation.judge.panel.planned_costs` by judge and what it is asked about."""
    shown = pd.DataFrame({
        "answers": numbers(planned["answers"]), "calls to make": numbers(planned["calls"]),
        "minutes, about": ["not known" if pd.isna(value) else number(value, 1)
                           for value in planned["minutes"]],
        "input tokens": numbers(planned["input_tokens"]),
        "output tokens, at most": numbers(planned["most_output_tokens"]),
        "cost, at most": _money(planned, "most_cost")})
    return shown.set_index([planned["judge"], planned["about"]])


def shown_used(used: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.evaluation.judge.panel.used` by judge and what it was asked about."""
    shown = pd.DataFrame({
        "calls": numbers(used["calls"]), "failed": numbers(used["failed_calls"]),
        "input tokens": numbers(used["input_tokens"]),
        "output tokens": numbers(used["output_tokens"]),
        "calls without token counts": numbers(used["calls_without_usage"]),
        "minutes": numbers(used["call_seconds"] / 60, 1), "cost": _money(used, "cost")})
    return shown.set_index([used["judge"], used["about"]])


def shown_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.judged.verdict_counts` by judge and system."""
    grades = [name for name in counts if name.replace(".", "", 1).isdigit()]
    shown = counts[["verdicts", *grades, "unreadable"]].map(number)
    shown["unreadable, %"] = [number(100 * share, 1) for share in counts["unreadable_share"]]
    shown["without a call"] = numbers(counts["without_call"])
    return shown.set_index([counts["judge"], counts["system"]])


def shown_judged(shares: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.judged.judged_shares` by judge and system, in per cent."""
    shown = pd.DataFrame({
        "answers": numbers(shares["answers"]), "unreadable": numbers(shares["unreadable"]),
        "judged right, %": _shares(shares),
        "were unreadable ones all wrong": _percents(shares["if_unreadable_0"]),
        "were they all right": _percents(shares["if_unreadable_1"])})
    return shown.set_index([shares["judge"], shares["system"]])


def shown_consistency(table: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.judged.consistency` by judge and what it was asked about."""
    shown = pd.DataFrame({"answers": numbers(table["answers"]), "all repeats agree, %":
                          _shares(table)})
    return shown.set_index([table["judge"], table["about"]])


def shown_steering(table: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.judged.steer_rates` by judge and kind of injection."""
    shown = pd.DataFrame({
        "injections": numbers(table["injections"]),
        "unreadable without": numbers(table["plain_unreadable"]),
        "only with it": numbers(table["unreadable"]),
        "right without, %": numbers(100 * table["right_without"].astype(float), 1),
        "right with, %": numbers(100 * table["right_with"].astype(float), 1),
        "difference, points": _shares(table, "difference", sign=True),
        "steered, %": numbers(100 * table["steered"].astype(float), 1)})
    return shown.set_index([table["judge"], table["kind"]])


def shown_swaps(table: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.judged.swap_consistency` by judge."""
    return pd.DataFrame({
        "pairs": numbers(table["pairs"]), "unreadable": numbers(table["unreadable"]),
        "both orders agree, %": _shares(table),
        "the first shown wins, %": numbers(100 * table["first_wins"].astype(float), 1)},
        index=pd.Index(table["judge"], name="judge"))


def shown_wins(table: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.judged.wins` by judge and system, in per cent."""
    shown = pd.DataFrame({"pairs": numbers(table["pairs"]),
                          "unreadable": numbers(table["unreadable"]),
                          "wins against the base, %": _shares(table)})
    return shown.set_index([table["judge"], table["system"]])


def shown_agreement(table: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.rated.beside_expected`, with how many more items it takes.

    Args:
        table: with ``expected`` and ``more_items``.
    """
    names = {"alpha": "Krippendorff's α", "kappa": "Cohen's κ",
             "accuracy": "share of equal ratings"}
    ends = table[["estimate", "low", "high"]].itertuples(index=False)
    shown = pd.DataFrame({
        "figure": table["figure"].map(names),
        "estimate": [with_interval(*row) for row in ends],
        "expected": numbers(table["expected"], 2), "answers": numbers(table["items"]),
        "questions": numbers(table["questions"]), "more items": numbers(table["more_items"])})
    other = table["second"].where(table["first"] != table["second"], "themselves")
    return shown.set_index([table["first"].rename("rater"), other.mask(
        table["first"] == ALL, "").rename("with")])


def shown_rated(shares: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.rated.rated_shares` by rater and system, in per cent."""
    shown = pd.DataFrame({"answers": numbers(shares["answers"]),
                          "rated right, %": _shares(shares)})
    if "planted" in shares:
        shown["planted, %"] = numbers(100 * shares["planted"].astype(float), 1)
    if shares["left_out"].ne("").any():
        shown["without questions that are"] = shares["left_out"]
    return shown.set_index([shares["rater"], shares["system"]])
