"""Figures of the factorial: effects, interactions, shares, and the mixtures as a triangle."""

import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.comparison.factorial import is_factorial
from medinj_utils.comparison.figures.intervals import (
    draw_intervals,
    draw_planted,
    draw_systems,
    name_rows,
)
from medinj_utils.core.names import BASE, parts_of
from medinj_utils.core.style import MARKERS, PART_COLOURS, percent_axis, system_colour
from medinj_utils.core.wording import points, score

#: By kind of effect: title, what the axis says, what the alternative text says.
_KINDS = {
    "main": ("Main effects of the provenances", "Main effect", "Main effects of the provenances"),
    "synergy": ("Synergy: mixtures against the mean of their parts", "Synergy",
                "Synergy of the mixtures of several parts")}


def _named(effects: pd.DataFrame, kind: str) -> str:
    rows = effects[effects["kind"] == kind].to_dict("records")
    return "; ".join(f"{row['effect']} {points(row)}" for row in rows)


def effects_figure(effects: pd.DataFrame, kind: str) -> tuple[plt.Figure, str] | None:
    """Effects of one kind with intervals; planted ones, if any, as crosses.

    Args:
        effects: of ``effects.csv``.
        kind: "main" or "synergy".

    Returns:
        The figure and its alternative text; None without effects.
    """
    title, label, words = _KINDS[kind]
    rows = effects[effects["kind"] == kind]
    if rows.empty:
        return None
    figure, axes = plt.subplots(figsize=(7.2, 1.6 + 0.4 * len(rows)))
    draw_systems(axes, rows, range(len(rows)), list(rows["effect"]))
    if "planted" in rows:
        draw_planted(axes, rows["planted"], "planted")
    name_rows(axes, list(rows["effect"]), f"{label}: points of exact match, 95 % interval")
    axes.set_title(title, pad=24 if "planted" in rows else 10)
    return figure, f"{words}, with 95 % intervals: {_named(effects, kind)}."


def shapley_figure(effects: pd.DataFrame) -> tuple[plt.Figure, str] | None:
    """Each provenance's share in the gain of ALL over the base; None without effects.

    Returns:
        (figure, its alt text), or None.
    """
    rows = effects[effects["kind"] == "shapley"]
    if rows.empty:
        return None
    figure, axes = plt.subplots(figsize=(7.2, 2.8))
    colours = [PART_COLOURS[part] for part in rows["effect"]]
    axes.barh(range(len(rows)), rows["estimate"], color=colours, height=0.6)
    draw_intervals(axes, rows, range(len(rows)), "black", fmt="none")
    name_rows(axes, list(rows["effect"]),
              "Share in the gain of ALL over the base, points of exact match, 95 % interval")
    axes.set_title("Shapley shares in the gain of ALL over the base")
    alt = ("Shapley shares in the gain of ALL over the base, with 95 % intervals: "
           f"{_named(effects, 'shapley')}.")
    return figure, alt


def interactions_figure(cells: pd.DataFrame,
                        effects: pd.DataFrame) -> tuple[plt.Figure, str] | None:
    """For each two provenances the mean score without and with each of them.

    Parallel lines are gains that add up.

    Args:
        cells: of `medinj_utils.comparison.factorial.cell_means`.
        effects: of ``effects.csv``, which the alternative text takes the interactions from.

    Returns:
        The figure and its alternative text; None without cells.
    """
    if cells.empty:
        return None
    groups = cells.groupby(["one", "other"], sort=False)
    figure, panels = plt.subplots(1, len(groups), sharey=True, figsize=(7.2, 3.4))
    for axes, ((one, other), rows) in zip(panels, groups, strict=True):
        for with_other, line in rows.groupby("with_other"):
            shift = 0.04 if with_other else -0.04
            draw_intervals(axes, line, line["with_one"] + shift, PART_COLOURS[other], vertical=True,
                           fmt="o-" if with_other else "o--", markersize=None, capsize=3,
                           linewidth=None, label=f"{'with' if with_other else 'without'} {other}")
        axes.set_xticks([0, 1], [f"without\n{one}", f"with\n{one}"])
        axes.set_xlim(-0.3, 1.3)
        axes.legend(frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    panels[0].set_ylabel("Exact match, %")
    percent_axis(panels[0].yaxis)
    figure.suptitle("Interactions of the provenances")
    figure.tight_layout()
    alt = ("Mean scores without and with each provenance. Interactions with 95 % intervals: "
           f"{_named(effects, 'interaction')}.")
    return figure, alt


def simplex_figure(comparison: pd.DataFrame) -> tuple[plt.Figure, str] | None:
    """The seven mixtures, placed by their shares of the provenances, with scores in points.

    Args:
        comparison: of ``comparison.csv``.

    Returns:
        The figure and its alternative text; None where a mixture was not run.
    """
    if not is_factorial(comparison["system"]):
        return None
    corners = dict(zip(PART_COLOURS, [(0.5, 0.87), (0.0, 0.0), (1.0, 0.0)], strict=True))
    mixtures = comparison[comparison["system"] != BASE].to_dict("records")
    figure, axes = plt.subplots(figsize=(7.2, 5))
    axes.fill(*zip(*corners.values(), strict=True), facecolor="none", edgecolor="#999999")
    for row in mixtures:
        parts = [corners[part] for part in sorted(parts_of(row["system"]))]
        x, y = (sum(position) / len(parts) for position in zip(*parts, strict=True))
        axes.scatter(x, y, s=130, color=system_colour(row["system"]), zorder=3,
                     marker=MARKERS[row["system"]])
        axes.annotate(f"{row['system']}\n{score(row)}", (x, y),
                      xytext=(0, 10 if y else -32), textcoords="offset points", ha="center",
                      fontsize=10, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
    axes.set(xlim=(-0.25, 1.25), ylim=(-0.16, 1.05), aspect="equal")
    axes.axis("off")
    axes.set_title("Scores of the seven mixtures")
    alt = ("The seven mixtures in a triangle, with their scores in points: "
           + "; ".join(f"{row['system']} {100 * row['exact_match']:.1f}" for row in mixtures) + ".")
    return figure, alt
