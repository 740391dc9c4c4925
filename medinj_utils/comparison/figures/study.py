"""Figures about the study: its claims beside runs, and what a number of questions shows."""

import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.comparison.figures.intervals import (
    GREY,
    LEGEND_ABOVE,
    draw_intervals,
)
from medinj_utils.core.style import percent_axis
from medinj_utils.core.wording import number

#: Ground and text of a verdict's chip.
_CHIPS = {"supported": ("#222222", "white"), "contradicted": ("white", "#222222"),
          "undecided": ("#dddddd", "#222222")}


def claims_figure(published: pd.DataFrame, here: pd.DataFrame) -> tuple[plt.Figure, str]:
    """The claims' contrasts by the paper's figures and, joined by a line, by the runs here.

    Args:
        published: of `medinj_utils.comparison.claims.contrasts_published`, worst pairing.
        here: of `medinj_utils.comparison.claims.contrasts_here`.

    Returns:
        The figure and its alternative text.
    """
    names = _names(published)
    figure, axes = plt.subplots(figsize=(7.2, 1.2 + 0.5 * len(names)))
    above = [position - 0.15 for position in range(len(names))]
    below = [names.index(name) + 0.15 for name in _names(here)]
    draw_intervals(axes, published, above, GREY, fmt="s", markersize=6, capsize=3, linewidth=None,
                   label="the paper's figures, worst pairing")
    draw_intervals(axes, here, below, "#0072B2", capsize=3, linewidth=None,
                   label="runs here" if len(here) else "")
    both = published.merge(here, on=["first", "second"], suffixes=("_paper", "_here"))
    for name, row in zip(_names(both), both.to_dict("records"), strict=True):
        height = names.index(name)
        axes.plot([row["estimate_paper"], row["estimate_here"]], [height - 0.15, height + 0.15],
                  color="#999999", zorder=0)
    axes.axvline(0, color=GREY, linewidth=1)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel("Difference in points of exact match, 95 % interval")
    percent_axis(axes.xaxis)
    axes.legend(ncols=2, **LEGEND_ABOVE)
    axes.set_title("The claims' differences", pad=30)
    alt = ("Differences between systems with 95 % intervals. Including zero: from the paper's "
           f"figures, under the worst pairing, {_including_zero(published)}; from the runs here "
           f"{_including_zero(here)}.")
    return figure, alt


def study_figure(on_paper: pd.DataFrame) -> tuple[plt.Figure, str]:
    """The study's claims by its own means: smallest difference, bounded interval, and verdict.

    Claims that these means can't test are left out. The figure is narrow and has each claim's name
    above its intervals, so that it can be read on a phone.

    Args:
        on_paper: of `medinj_utils.comparison.verdicts.verdicts_on_paper`.

    Returns:
        The figure and its alternative text.
    """
    tested = on_paper.dropna(subset="estimate")
    names, numbers = list(dict.fromkeys(tested["name"])), list(dict.fromkeys(tested["items"]))
    figure, axes = plt.subplots(figsize=(4.6, 1.4 + 0.75 * len(names)))
    shifts = {items: 0.3 * i for i, items in enumerate(numbers)}
    for (items, shift), marker in zip(shifts.items(), "osD^v", strict=False):
        rows = tested[tested["items"] == items].set_index("name").loc[names]
        positions = [position + shift for position in range(len(names))]
        draw_intervals(axes, rows, positions, GREY, fmt=marker, markersize=5, capsize=3,
                       linewidth=None, label=f"{number(items)} questions")
        for position, verdict in zip(positions, rows["verdict"], strict=True):
            ground, ink = _CHIPS[verdict]
            box = {"boxstyle": "round,pad=0.2", "facecolor": ground, "edgecolor": "#222222"}
            axes.annotate(verdict, (1.02, position), xycoords=("axes fraction", "data"),
                          fontsize=10, color=ink, va="center", bbox=box)
    axes.axvline(0, color=GREY, linewidth=1)
    for position, name in enumerate(names):
        axes.annotate(name.replace("-", " "), (0, position - 0.3), va="center",
                      xycoords=("axes fraction", "data"),
                      bbox={"boxstyle": "square,pad=0.1", "facecolor": "white"})
    axes.set(yticks=[], ylim=(len(names) - 0.4, -0.6))
    axes.set_xlabel("Smallest difference of the claim,\npoints of exact match")
    percent_axis(axes.xaxis)
    axes.legend(ncols=2, **LEGEND_ABOVE)
    axes.set_title("The study's claims by its own means", pad=30)
    verdicts = "; ".join(f"{name}: {' or '.join(dict.fromkeys(rows['verdict']))}"
                     for name, rows in tested.groupby("name", sort=False))
    return figure, f"Claims with bounded 95 % intervals and verdicts. {verdicts}."


def _names(contrasts: pd.DataFrame) -> list[str]:
    return [f"{first} − {second}"
            for first, second in contrasts[["first", "second"]].itertuples(index=False)]


def _including_zero(contrasts: pd.DataFrame) -> str:
    including = (contrasts["low"] <= 0) & (contrasts["high"] >= 0)
    return f"{int(including.sum())} of {len(contrasts)}"


def power_figure(curves: pd.DataFrame, power: float, items: int,
                 shown_here: float) -> tuple[plt.Figure, str]:
    """Smallest difference that a number of questions shows.

    Args:
        curves: of `medinj_utils.comparison.planning.power_curves`.
        power: that the curves hold for.
        items: number of questions of this run.
        shown_here: smallest difference of the middle pair that they show; NaN for none.

    Returns:
        The figure and its alternative text.
    """
    figure, axes = plt.subplots()
    for name, dash in zip(curves, ["-", "--", ":", "-."], strict=False):
        axes.plot(curves.index, curves[name], dash, color=GREY, label=name)
    axes.set(xlim=(curves.index[0], curves.index[-1]), ylim=(0.4, 60), xscale="log", yscale="log")
    axes.set_yticks([0.5, 1, 2, 5, 10, 20], ["0.5", "1", "2", "5", "10", "20"])
    axes.set_xlabel("Test questions")
    axes.set_ylabel(f"Smallest difference shown\nwith {100 * power:g}\u00a0% power (points)")
    axes.legend(frameon=False, fontsize=9)
    axes.set_title("Smallest difference shown by number of questions")
    alt = (f"Smallest difference shown with {100 * power:g}\u00a0% power over the number of "
           f"questions, for {len(curves.columns)} cases. ")
    if pd.isna(shown_here):
        alt += ("No difference of the middle pair, which hardly differs, is large enough for the "
                "questions of this run.")
    else:
        alt += (f"With the {items} questions of this run the middle pair shows "
                f"{100 * shown_here:.1f} points.")
    return figure, alt
