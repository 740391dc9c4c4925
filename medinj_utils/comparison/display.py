"""Tables of the comparison as notebooks show them: scores in per cent, differences in points.

The CSV files keep shares. Every function returns texts, an estimate with its 95 % interval in one
column.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from medinj_utils.comparison.paper import EXACT_MATCH_MARK
from medinj_utils.core.names import BASE, in_order
from medinj_utils.core.wording import interval, number, numbers, show_p
from medinj_utils.evaluation.probes import ORIGINAL

_ENDS = ("low", "high")


def _differences(table: pd.DataFrame, name: str = "estimate",
                 ends: Sequence[str] = _ENDS) -> list[str]:
    """Differences in points with intervals: "+4.9 [−10.1, +19.3]"; empty where there is none."""
    rows = table[[name, *ends]].itertuples(index=False)
    return ["" if pd.isna(estimate) else
            f"{number(100 * estimate, 1, True)} {interval(low, high, True)}"
            for estimate, low, high in rows]


def _scores(table: pd.DataFrame, name: str = "exact_match") -> list[str]:
    """Scores in per cent with intervals: "46.5 [33.2, 61.3]"."""
    rows = table[[name, *_ENDS]].itertuples(index=False)
    return [f"{number(100 * score, 1)} {interval(low, high)}" for score, low, high in rows]


def _estimates(table: pd.DataFrame, name: str = "estimate", ends: Sequence[str] = _ENDS,
               sign: bool = False) -> list[str]:
    """Estimates as they are, with intervals: "0.25 [−0.10, 0.61]"; empty where there is none."""
    rows = table[[name, *ends]].itertuples(index=False)
    return ["" if pd.isna(estimate) else f"{number(estimate, 2, sign)} "
            f"[{number(low, 2, sign)}, {number(high, 2, sign)}]" for estimate, low, high in rows]


def shown_systems(comparison: pd.DataFrame) -> pd.DataFrame:
    """``comparison.csv`` by system; the share of unread answers where there are some.

    Args:
        comparison: of ``comparison.csv``, or of ``general_knowledge.csv``.
    """
    if comparison.empty:
        return comparison
    difference = _differences(comparison, "difference", ("difference_low", "difference_high"))
    shown = pd.DataFrame({
        "questions": numbers(comparison["n_items"]), "seeds": numbers(comparison["n_seeds"]),
        "exact match, %": _scores(comparison), "to the base, points": difference,
        "adjusted p": [show_p(p) for p in comparison["p_holm"]]},
        index=pd.Index(comparison["system"], name="system"))
    unread = comparison["unread_share"].astype(float)
    return shown.assign(**{"unread, %": numbers(100 * unread, 1)}) if unread.any() else shown


def shown_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs of systems, a row each, after the part or recipe that they belong to.

    The column of equivalent pairs is there where a pair is.

    Args:
        pairs: of ``pairs.csv``, ``pairs_by_part.csv`` or ``recipe_pairs.csv``.
    """
    leading = [name for name in ("part", "recipe", "items") if name in pairs]
    shown = pd.DataFrame({
        **{name: pairs[name] for name in (*leading, "first", "second")},
        "difference, points": _differences(pairs, "difference"), "p": pairs["p"].map(show_p),
        "adjusted p": pairs["p_holm"].map(show_p), "q": pairs["q_bh"].map(show_p),
        "only first right": numbers(pairs["only_first_right"]),
        "only second right": numbers(pairs["only_second_right"]),
        "equivalent": pairs["equivalent"].map({True: "≈", False: ""})})
    return shown if pairs["equivalent"].any() else shown.drop(columns="equivalent")


def shown_planted(beside: pd.DataFrame) -> pd.DataFrame:
    """Planted and found scores by system, and whether the planted one is inside the interval.

    Args:
        beside: of `medinj_utils.comparison.planted.scores_beside_planted`.
    """
    if beside.empty:
        return beside
    inside = beside["planted"].between(beside["low"], beside["high"])
    return pd.DataFrame({
        "found, %": _scores(beside, "found"), "planted, %": numbers(100 * beside["planted"], 1),
        "inside": inside.map({True: "yes", False: "no"}).to_numpy()}, index=beside.index)


def shown_paper(beside: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.paper.beside_paper` in per cent and points, by system."""
    marked = {"paper": f"paper [{EXACT_MATCH_MARK}], %", "here": "here, %"}
    texts = {}
    for name in beside.columns.drop("paper_mark"):
        gain = "gain" in name
        head = f"{name}, points" if gain else marked[name]
        texts[head] = ["" if pd.isna(share) or (gain and system == BASE) else
                       number(100 * share, 1, gain) for system, share in beside[name].items()]
    return pd.DataFrame(texts, index=beside.index)


def shown_effects(effects: pd.DataFrame) -> pd.DataFrame:
    """``effects.csv`` by kind and effect, in points, beside what was planted.

    Args:
        effects: of ``effects.csv``, or of ``train_test_interactions.csv``.
    """
    if effects.empty:
        return effects
    named = [name for name in ("kind", "effect", "first", "second", "on", "items")
             if name in effects]
    shown = effects[named].assign(points=_differences(effects))
    if "planted" in effects:
        shown["planted"] = [number(100 * value, 1, True) for value in effects["planted"]]
    return shown.set_index(named)


def beside_odds(effects: pd.DataFrame, log_odds: pd.DataFrame) -> pd.DataFrame:
    """Main effects and interactions in points and in log odds, side by side.

    Args:
        effects: of ``effects.csv``.
        log_odds: of ``effects_log_odds.csv``.
    """
    if log_odds.empty:
        return log_odds
    by_odds = log_odds[["kind", "effect"]].assign(**{"log odds": _estimates(log_odds, sign=True)})
    by_points = effects[["kind", "effect"]].assign(points=_differences(effects))
    return by_points.merge(by_odds, on=["kind", "effect"]).set_index(["kind", "effect"])


def shown_costs(costs: pd.DataFrame) -> pd.DataFrame:
    """``costs.csv`` by system: questions and tokens in whole numbers, minutes, Wh and euros."""
    whole = [name for name in costs if name not in ("hours", "kwh", "euros")]
    shown = pd.DataFrame({name.replace("_", " "): numbers(costs[name]) for name in whole},
                         index=costs.index)
    shown["minutes"] = numbers(60 * costs["hours"], 1)
    shown["Wh"] = numbers(1000 * costs["kwh"], 2)
    if "euros" in costs:
        shown["euros"] = numbers(costs["euros"], 2)
    return shown


def shown_yields(yields: pd.DataFrame) -> pd.DataFrame:
    """Points gained for each unit that was spent: systems × units."""
    shown = yields.assign(shown=[
        "costs nothing" if pd.isna(points) else
        f"{_sized(points)} [{_sized(low)}, {_sized(high)}]"
        for points, low, high in yields[["points", *_ENDS]].itertuples(index=False)])
    wide = shown.pivot(index="system", columns="per", values="shown")
    return wide.loc[in_order(wide.index), yields["per"].unique()]


def _sized(value: float) -> str:
    """A number with about three significant figures."""
    if abs(value) >= 100:
        return number(value)
    return number(value, 1 if abs(value) >= 10 else 2)


def shown_break_even(even: pd.DataFrame) -> pd.DataFrame:
    """``break_even.csv`` by question, in euros, or the reason why there is no such price."""
    return pd.DataFrame({"price entered": numbers(even["price"], 2),
                         "price of a native one": numbers(even["native_price"], 2),
                         "break-even": _estimates(even), "reason": even["reason"].to_numpy()},
                        index=pd.Index(even["question"], name="question"))


def shown_discordances(pairs: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.power.with_detectable` by pair, in per cent and points."""
    return pd.DataFrame({
        "discordance rate, %": numbers(100 * pairs["discordance"], 1),
        "design effect": numbers(pairs["design_effect"], 1),
        "smallest difference shown here, points": numbers(100 * pairs["shown here"], 1)},
        index=pd.MultiIndex.from_frame(pairs[["first", "second"]]))


def shown_plan(plan: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.planning.plan_table` with questions in whole numbers."""
    first = {"discordance": "discordance rate, %", "design_effect": "design effect"}
    shown = plan.assign(discordance=numbers(100 * plan["discordance"], 1),
                        design_effect=numbers(plan["design_effect"], 1))
    for name in shown.columns.difference(list(first)):
        shown[name] = numbers(plan[name])
    return shown.rename(columns=first)


def shown_changes(means: pd.DataFrame) -> pd.DataFrame:
    """Changes of the scores against the original questions, in points: systems × variants.

    Args:
        means: of `medinj_utils.comparison.probes.probe_means`.
    """
    shown = means.assign(shown=_differences(means, "change", ("change_low", "change_high")))
    shown = shown[shown["variant"] != ORIGINAL]
    wide = shown.pivot(index="system", columns="variant", values="shown")
    return wide.loc[in_order(wide.index), shown["variant"].unique()]


def shown_against_base(parts: pd.DataFrame) -> pd.DataFrame:
    """Differences of the base to each system, by part of the test."""
    against = parts[parts["first"] == BASE]
    shown = pd.DataFrame({"items": against["items"],
                          "difference, points": _differences(against, "difference"),
                          "adjusted p": against["p_holm"].map(show_p)})
    return shown.set_index([against["part"], against["second"]])


def shown_rankings(rankings: pd.DataFrame) -> pd.DataFrame:
    """``probe_rankings.csv`` by variant: Kendall's tau with its interval."""
    return pd.DataFrame({"items": numbers(rankings["items"]),
                         "Kendall's tau": _estimates(rankings, "tau")},
                        index=pd.Index(rankings["variant"], name="variant"))


def shown_orders(together: pd.DataFrame) -> pd.DataFrame:
    """``probe_all_orders.csv``: the change of the scores in points, and Kendall's tau."""
    tau = _estimates(together, "tau", ("tau_low", "tau_high"))
    change = _differences(together, "change", ("change_low", "change_high"))
    return pd.DataFrame({"change, points": change, "Kendall's tau": tau},
                        index=pd.Index(["all others"] * len(together), name="orders"))


def shown_runs(table: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.planning.runs_table`; empty where more runs change nothing."""
    changes = (table.nunique(dropna=False) > 1).any()
    return table if changes else table.head(0)


def shown_runs_needed(table: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.planning.runs_needed_table` in whole numbers or words."""
    return table.map(lambda n: "too few questions" if n == float("inf") else number(n))


def shown_verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """Verdicts, each with its claim, the claim's smallest difference in points, and p-value.

    A difference of correlations is not in points and has an "r" before it.
    """
    correlations = [f"r {text}" if text else "" for text in _estimates(table, sign=True)]
    shown = pd.DataFrame({
        "claim": table["claim"] + " [" + table["mark"] + "]",
        "difference, points": np.where(table["unit"] == "r", correlations, _differences(table)),
        "adjusted p": table["p_adjusted"].map(show_p)})
    if "paper" in table:
        shown["paper, points"] = ["" if pd.isna(share) else number(100 * share, 1, True)
                                  for share in table["paper"]]
    return shown.assign(reason=table["reason"]).set_index(table["verdict"])


def shown_published(table: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.verdicts.verdicts_on_paper`: a claim a row, numbers of items beside.

    Args:
        table: of `medinj_utils.comparison.verdicts.verdicts_on_paper`.

    Returns:
        By claim: its smallest difference in points, then by number of items interval and verdict.
    """
    shown = table.assign(claim=table["claim"] + " [" + table["mark"] + "]",
                         interval=_differences(table))
    beside = [shown[shown["items"] == items].set_index("name")[["interval", "verdict", "reason"]]
              .rename(columns={"interval": "points"}).add_suffix(f", {number(items)} questions")
              for items in shown["items"].unique()]
    by_claim = shown.drop_duplicates("name").set_index("name")[["claim"]]
    return by_claim.join(beside).set_index("claim")


def shown_positions(positions: pd.DataFrame) -> pd.DataFrame:
    """Shares of letters named and right, in per cent: runs × letters."""
    shown = (100 * positions).map(lambda share: number(share, 1))
    return shown.unstack("letter").swaplevel(axis=1).sort_index(axis=1)
