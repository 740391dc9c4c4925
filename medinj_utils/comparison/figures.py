"""Figures of the comparison: systems and effects, each with its interval and, where there is one, its truth."""

import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.style import PART_COLOURS, in_order, system_colour


def points_with_intervals(table: pd.DataFrame, planted: pd.Series | None = None, title: str = "") -> plt.Figure:
    """Exact match of each system with its 95 % interval; planted truth, if any, as crosses.

    ``table`` has the columns of ``comparison.csv``; ``planted`` is by system.
    """
    figure, axes = plt.subplots()
    rows = table.set_index("system").reindex(in_order(table["system"]))
    for place, (system, row) in enumerate(rows.iterrows()):
        bars = [[row["exact_match"] - row["low"]], [row["high"] - row["exact_match"]]]
        axes.errorbar(row["exact_match"], place, xerr=bars, fmt="o", markersize=8, capsize=4, linewidth=2,
                      color=system_colour(system))
    if planted is not None:
        axes.scatter(planted.reindex(rows.index), range(len(rows)), marker="x", s=70, color="black", zorder=3,
                     label="planted truth (ideal learner)")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, fontsize=10)
    axes.set_yticks(range(len(rows)), rows.index)
    axes.invert_yaxis()
    axes.set_xlabel("Exact match (share of items), 95 % interval")
    axes.set_title(title, pad=34 if planted is not None else 10)
    return figure


def effects_figure(effects: pd.DataFrame, title: str = "") -> plt.Figure:
    """Main effects with intervals; planted ones (column ``planted``, if any) as crosses."""
    main = effects[effects["kind"] == "main"].set_index("effect")
    figure, axes = plt.subplots(figsize=(7.2, 2.8))
    for place, (part, row) in enumerate(main.iterrows()):
        axes.errorbar(row["estimate"], place, xerr=[[row["estimate"] - row["low"]], [row["high"] - row["estimate"]]],
                      fmt="o", markersize=8, capsize=4, linewidth=2, color=PART_COLOURS[part])
    if "planted" in main:
        axes.scatter(main["planted"], range(len(main)), marker="x", s=70, color="black", zorder=3, label="planted")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, fontsize=10)
    axes.axvline(0, color="#444444", linewidth=1)
    axes.set_yticks(range(len(main)), main.index)
    axes.invert_yaxis()
    axes.set_xlabel("Main effect on exact match, 95 % interval")
    axes.set_title(title, pad=24 if "planted" in main else 10)
    return figure
