"""What the figures of this room share: estimates with intervals, and rows that have names."""

from collections.abc import Iterable, Sequence

import pandas as pd
from matplotlib.axes import Axes

from medinj_utils.core.style import MARKERS, percent_axis, system_colour

GREY = "#444444"
#: A legend above the axes, which hides nothing.
LEGEND_ABOVE = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "frameon": False,
                "fontsize": 10}


def draw_intervals(axes: Axes, table: pd.DataFrame, positions: Iterable[float], colour: str,
                   vertical: bool = False, **style) -> None:
    """Draw estimates with their intervals in one colour: the error bars of every figure.

    Args:
        axes: to draw on.
        table: columns estimate, low, high.
        positions: of the rows, across the direction of the intervals.
        colour: of all.
        vertical: whether intervals run upwards.
        style: further arguments of ``Axes.errorbar``.
    """
    below = (table["estimate"] - table["low"]).clip(lower=0)
    above = (table["high"] - table["estimate"]).clip(lower=0)
    style = {"fmt": "o", "markersize": 8, "capsize": 4, "linewidth": 2, "color": colour} | style
    positions = list(positions)
    if vertical:
        axes.errorbar(positions, table["estimate"], yerr=[below, above], **style)
    else:
        axes.errorbar(table["estimate"], positions, xerr=[below, above], **style)


def draw_systems(axes: Axes, table: pd.DataFrame, positions: Sequence[float],
                 systems: Sequence[str], vertical: bool = False, **style) -> None:
    """As `draw_intervals`, with each row in the colour and the shape of its system.

    Args:
        axes: to draw on.
        table: columns estimate, low, high.
        positions: of the rows, across the direction of the intervals.
        systems: of the rows.
        vertical: whether intervals stand upright.
        style: as for `draw_intervals`.
    """
    for number, (position, system) in enumerate(zip(positions, systems, strict=True)):
        draw_intervals(axes, table.iloc[[number]], [position], system_colour(system), vertical,
                       fmt=MARKERS[system], **style)


def draw_planted(axes: Axes, planted: pd.Series, label: str) -> None:
    """Draw the planted truth of each row as a cross, with a legend.

    Args:
        axes: to draw on.
        planted: planted values, a row each.
        label: of the crosses in the legend.
    """
    axes.scatter(planted, range(len(planted)), marker="x", s=70, color="black", zorder=3,
                 label=label)
    axes.legend(**LEGEND_ABOVE)


def name_rows(axes: Axes, names: Sequence[str], label: str) -> None:
    """Name the rows down the left side, draw a line at zero; label the horizontal axis, of points.

    Args:
        axes: to draw on.
        names: of the rows, from the top.
        label: of the horizontal axis.
    """
    axes.axvline(0, color=GREY, linewidth=1)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel(label)
    percent_axis(axes.xaxis)
