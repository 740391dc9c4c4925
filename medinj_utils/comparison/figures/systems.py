"""Figures of the systems' scores: alone, under several conditions, and over their cost."""

import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.comparison.costs import undominated
from medinj_utils.comparison.figures.intervals import (
    GREY,
    LEGEND_ABOVE,
    draw_intervals,
    draw_planted,
    draw_systems,
)
from medinj_utils.core.names import BASE, in_order
from medinj_utils.core.style import MARKERS, percent_axis, system_colour
from medinj_utils.core.wording import percent, score

_SCORE = "Exact match, %, with 95 % interval"


def systems_figure(comparison: pd.DataFrame, planted: pd.Series | None = None,
                   title: str = "Exact match by provenances seen in tuning"
                   ) -> tuple[plt.Figure, str]:
    """Exact match of each system with its interval; planted truth, if any, as crosses.

    Args:
        comparison: of ``comparison.csv``.
        planted: mean score of an ideal learner, by system.
        title: of the figure.

    Returns:
        The figure and its alternative text.
    """
    rows = comparison.rename(columns={"exact_match": "estimate"}).set_index("system")
    rows = rows.loc[in_order(rows.index)]
    figure, axes = plt.subplots()
    draw_systems(axes, rows, range(len(rows)), rows.index)
    if planted is not None:
        draw_planted(axes, planted.reindex(rows.index), "planted truth (ideal learner)")
    axes.set_yticks(range(len(rows)), rows.index)
    axes.invert_yaxis()
    axes.set_xlabel(_SCORE)
    percent_axis(axes.xaxis)
    axes.set_title(title, pad=10 if planted is None else 34)
    best = rows["estimate"].idxmax()
    alt = (f"Exact match of {len(rows)} systems with 95 % intervals. Highest: {best} with "
           f"{score(rows.loc[best], 'estimate')}; the base has "
           f"{percent(rows.loc[BASE, 'estimate'])}.")
    return figure, alt


def forgetting_figure(general: pd.DataFrame) -> tuple[plt.Figure, str] | None:
    """Exact match on general knowledge, as `systems_figure`; None where the test has none of it.

    Args:
        general: of ``general_knowledge.csv``.

    Returns:
        The figure and its alternative text.
    """
    if general.empty:
        return None
    return systems_figure(general, title="General knowledge by provenances seen in tuning")


def conditions_figure(means: pd.DataFrame, by: str, title: str) -> tuple[plt.Figure, str] | None:
    """Exact match of each system, with its interval, under each of several conditions.

    Args:
        means: columns ``by``, system, exact_match, low, high.
        by: the column that names the condition.
        title: of the figure.

    Returns:
        The figure and its alternative text; None for no condition.
    """
    if means.empty:
        return None
    table = means.rename(columns={"exact_match": "estimate"})
    conditions, systems = list(dict.fromkeys(means[by])), in_order(means["system"])
    height = 1.4 + 0.2 * len(conditions) * max(len(systems), 3)
    figure, axes = plt.subplots(figsize=(7.2, height))
    for number, system in enumerate(systems):
        rows = table[table["system"] == system].set_index(by).loc[conditions]
        shift = 0.8 / len(systems) * (number - (len(systems) - 1) / 2)
        draw_intervals(axes, rows, [position + shift for position in range(len(conditions))],
                       system_colour(system), fmt=MARKERS[system], markersize=5, capsize=3,
                       linewidth=None, label=system)
    axes.set_yticks(range(len(conditions)), conditions)
    axes.invert_yaxis()
    axes.set_xlabel(_SCORE)
    percent_axis(axes.xaxis)
    axes.legend(ncols=4, **LEGEND_ABOVE)
    axes.set_title(title, pad=20 + 16 * -(-len(systems) // 4))
    spans = means.groupby(by, sort=False)["exact_match"].agg(["min", "max"])
    alt = (f"Exact match of the systems with 95 % intervals, by {by}. Lowest to highest: "
           + "; ".join(f"{name} {percent(low)} to {percent(high)}"
                       for name, low, high in spans.itertuples()) + ".")
    return figure, alt


def pareto_figure(table: pd.DataFrame, in_euros: bool) -> tuple[plt.Figure, str]:
    """Exact match over cost; a line joins the systems on the Pareto front.

    Args:
        table: of `medinj_utils.comparison.costs.score_and_cost`.
        in_euros: whether cost is in euros, else in training questions.

    Returns:
        The figure and its alternative text.
    """
    unit = "Euros, questions and training" if in_euros else "Training questions"
    rows = table.rename(columns={"exact_match": "estimate"}).set_index("system")
    figure, axes = plt.subplots()
    for system, row in rows.iterrows():
        draw_systems(axes, rows.loc[[system]], [row["cost"]], [system], vertical=True,
                     linewidth=None, label=system)
    front = undominated(rows["cost"], rows["estimate"])
    axes.step(rows.loc[front, "cost"], rows.loc[front, "estimate"], "--", where="post", color=GREY,
              linewidth=1, zorder=0)
    axes.set_xlabel(unit)
    axes.set_ylabel(_SCORE)
    percent_axis(axes.yaxis)
    axes.legend(ncols=4, **LEGEND_ABOVE)
    axes.set_title("Score and cost", pad=46)
    alt = (f"Exact match with 95 % intervals over {unit.lower()}. On the Pareto front: "
           f"{', '.join(front)}.")
    return figure, alt
