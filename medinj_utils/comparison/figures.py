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


def claims_figure(published: pd.DataFrame, here: pd.DataFrame, title: str = "") -> plt.Figure:
    """Contrasts (first, second, estimate, low, high) of the paper's figures and, below each, of the runs here, with
    intervals; the runs' in the colour of the first system."""
    contrasts = [f"{row['first']} − {row['second']}" for _, row in published.iterrows()]
    figure, axes = plt.subplots(figsize=(7.2, 1.2 + 0.5 * len(contrasts)))
    for table, shift, marker in ((published, -0.15, "s"), (here, 0.15, "o")):
        for number, row in enumerate(table.to_dict("records")):
            colour = "#444444" if table is published else system_colour(row["first"])
            place = contrasts.index(f"{row['first']} − {row['second']}") + shift
            axes.errorbar(row["estimate"], place, fmt=marker, capsize=3, color=colour, markersize=6 if marker == "s" else 8,
                          xerr=[[row["estimate"] - row["low"]], [row["high"] - row["estimate"]]],
                          label=("the paper's figures, worst pairing" if table is published else "runs here")
                          if not number else None)
    axes.axvline(0, color="#444444", linewidth=1)
    axes.set_yticks(range(len(contrasts)), contrasts)
    axes.invert_yaxis()
    axes.set_xlabel("Difference of exact match (share of items), 95 % interval")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False, fontsize=10)
    axes.set_title(title, pad=30)
    return figure
