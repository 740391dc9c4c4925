"""Tables for the planning of a study: questions and runs that show a difference."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

from medinj_utils.comparison.pairs import tuned_pairs
from medinj_utils.comparison.paper import ITEMS
from medinj_utils.comparison.power import (
    Case,
    detectable,
    detectable_with_runs,
    items_needed,
    runs_needed,
)
from medinj_utils.core.wording import counted_points


def planning_cases(pairs: pd.DataFrame) -> dict[str, Case]:
    """The middle and the most demanding pair of tuned systems, by name, from `discordances`.

    The middle pair also appears as if its questions were independent. All pairs count
    where there is no pair of tuned systems.
    """
    tuned = tuned_pairs(pairs)
    tuned = tuned if len(tuned) else pairs
    demand = tuned["discordance"] * tuned["design_effect"]
    ranked = tuned.assign(demand=demand).sort_values("demand", ignore_index=True)
    cases = [Case(float(discordance), float(effect)) for discordance, effect
             in ranked[["discordance", "design_effect"]].itertuples(index=False)]
    middle = cases[len(cases) // 2]
    return {"middle pair": middle, "most demanding pair": cases[-1],
            "middle pair, independent questions": Case(middle.discordance)}


def plan_table(cases: Mapping[str, Case], differences: Sequence[float],
               power: float = 0.8) -> pd.DataFrame:
    """Questions needed for each difference, by case.

    Args:
        cases: pairs of systems, by name.
        differences: to be shown, as shares of the questions.
        power: chance that a difference of that size is found.

    Returns:
        By case: discordance, design_effect, and questions needed for each difference; none where it
        exceeds the discordance rate.
    """
    rows = [{"case": name, "discordance": case.discordance, "design_effect": case.design_effect} | {
        f"for {counted_points(100 * d)}": (
            items_needed(d, case, power) if d <= case.discordance else None)
        for d in differences} for name, case in cases.items()]
    return pd.DataFrame(rows).set_index("case")


def power_curves(cases: Mapping[str, Case], power: float = 0.8) -> pd.DataFrame:
    """Smallest difference shown, over the number of questions.

    Args:
        cases: pairs of systems, by name.
        power: chance that a difference of this size is found.

    Returns:
        Numbers of questions (100 to 100,000) × cases, in points.
    """
    items = np.unique(np.logspace(2, 5, 60).round().astype(int))
    return pd.DataFrame({name: [100 * detectable(n, case, power) for n in items]
                         for name, case in cases.items()}, index=pd.Index(items, name="questions"))


def study_sizes(items: int, freedom: int) -> list[int]:
    """Numbers of questions for which runs are planned: those here, and round ones.

    Args:
        items: questions of this run.
        freedom: of `medinj_utils.comparison.resampling.run_spread`; where it is 0 there is nothing
            to plan with.
    """
    return [items, 1000, 10_000, 100_000] if freedom else []


def runs_table(items: Iterable[int], case: Case, spread: float,
               power: float = 0.8) -> pd.DataFrame:
    """Smallest difference that several runs of each system show.

    Args:
        items: numbers of questions.
        case: the two systems.
        spread: standard deviation of `medinj_utils.comparison.resampling.run_spread`.
        power: chance that a difference of this size is found.

    Returns:
        Runs of each system × numbers of questions, in points.
    """
    table = {f"{n:,} questions": {
        runs: 100 * detectable_with_runs(n, case, spread, runs, power)
        for runs in (1, 2, 3, 5, 10)} for n in items}
    return pd.DataFrame(table).rename_axis("runs")


def runs_needed_table(differences: Sequence[float], items: Iterable[int], case: Case,
                      spread: float, power: float = 0.8) -> pd.DataFrame:
    """Runs of each system needed.

    Args:
        differences: as shares of the questions.
        items: numbers of questions.
        case: the two systems.
        spread: standard deviation of `medinj_utils.comparison.resampling.run_spread`.
        power: chance that a difference of that size is found.

    Returns:
        Differences × numbers of questions; infinite where no number of runs shows the difference.
    """
    table = {f"{n:,} questions": {
        f"for {counted_points(100 * d)}": runs_needed(d, n, case, spread, power)
        for d in differences} for n in items}
    return pd.DataFrame(table).rename_axis("difference")


def study_table(power: float) -> pd.DataFrame:
    """Smallest difference that one run of each system of the study shows, in points.

    Args:
        power: chance that a difference of that size is found.

    Returns:
        Numbers of questions and design effects × discordance rates, all of them assumed.
    """
    sizes = list(product(ITEMS, (1.0, 2.0)))
    table = {f"discordance rate {100 * share:g}\u00a0%": {
        f"{n:,} questions, design effect {effect:g}":
            100 * detectable(n, Case(share, effect), power)
        for n, effect in sizes} for share in (0.1, 0.2, 0.3, 0.5)}
    return pd.DataFrame(table).rename_axis("case")
