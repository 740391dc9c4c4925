"""Figures of the data room: what mixtures hold, what overlaps, where right letters stand, how long texts are."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

from medinj_utils.core.prompts import LETTERS
from medinj_utils.core.style import COLOURS, in_order
from medinj_utils.data.audit import in_french
from medinj_utils.data.records import PROVENANCES, TASKS

_HATCHES = {"mcqu": "", "mcq": "//", "oeq": ".."}


def composition_figure(counts: pd.DataFrame, title: str = "") -> plt.Figure:
    """Rows of each mixture by provenance (colour) and task (hatching); ``counts``: configuration, provenance, task, rows."""
    figure, axes = plt.subplots()
    names = in_order(counts["configuration"])
    left = pd.Series(0.0, index=names)
    for provenance in PROVENANCES:
        for task in TASKS:
            part = counts[(counts["provenance"] == provenance) & (counts["task"] == task)]
            rows = part.groupby("configuration")["rows"].sum().reindex(names, fill_value=0)
            if rows.any():
                axes.barh(names, rows, left=left, color=COLOURS[provenance], hatch=_HATCHES[task], edgecolor="white",
                          label=f"{provenance}, {task}")
                left += rows
    axes.invert_yaxis()
    axes.set_xlabel("Rows")
    axes.set_title(title)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return figure


def _nothing(title: str) -> plt.Figure:
    figure, axes = plt.subplots(figsize=(4.5, 1.5))
    axes.set_axis_off()
    axes.set_title(title)
    axes.text(0.5, 0.5, "nothing of this kind among the records", ha="center", va="center")
    return figure


def counts_figure(counts: pd.DataFrame, title: str = "", x: str = "", y: str = "") -> plt.Figure:
    """A table of numbers as shaded cells with the numbers in them; shades follow the logarithm."""
    if counts.empty:
        return _nothing(title)
    figure, axes = plt.subplots(figsize=(max(4.5, 1.3 * counts.shape[1] + 2.5), max(2.2, 0.42 * len(counts) + 1.2)))
    labels = counts.map(lambda n: in_french(n) if n else "·")
    sns.heatmap(np.log10(counts.astype(float) + 1), annot=labels, fmt="", cmap="Blues", cbar=False, linewidths=1, ax=axes)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_title(title)
    axes.tick_params(axis="x", rotation=0 if counts.shape[1] < 5 else 30)
    axes.tick_params(axis="y", rotation=0)
    return figure


def positions_figure(positions: pd.DataFrame, title: str = "") -> plt.Figure:
    """Share of right letters at each position (`right_positions`), a panel per task and number of options, with the equal
    share as a line."""
    if positions.empty:
        return _nothing(title)
    panels = positions.sort_values("right letters", ascending=False).drop_duplicates(["task", "options"]).head(4)
    figure, all_axes = plt.subplots(1, len(panels), figsize=(2.8 * max(len(panels), 2), 3.4), sharey=True, squeeze=False)
    for axes, (task, n) in zip(all_axes[0], panels[["task", "options"]].itertuples(index=False), strict=True):
        letters = list(LETTERS[:n])
        held = positions[(positions["task"] == task) & (positions["options"] == n)].set_index("provenance")
        held = held.reindex([name for name in PROVENANCES if name in held.index])
        for place, (provenance, row) in enumerate(held.iterrows()):
            width = 0.8 / len(held)
            axes.bar(np.arange(n) + (place - (len(held) - 1) / 2) * width, row[letters].astype(float), width,
                     color=COLOURS[provenance], label=provenance)
        axes.axhline(1 / n, color="#444444", linewidth=1, linestyle="--")
        axes.set_xticks(range(n), letters)
        axes.set_title(f"{task}, {n} options", fontsize=11)
    all_axes[0][0].set_ylabel("Share of right letters")
    handles = {label: bar for axes in all_axes[0] for bar, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc="upper center", bbox_to_anchor=(0.5, 1.12), ncols=3, frameon=False)
    figure.suptitle(title, y=1.2)
    return figure


def lengths_figure(records: pd.DataFrame, words: pd.Series, title: str = "") -> plt.Figure:
    """Words of question and answer by provenance and task: boxes are quartiles, whiskers 5th to 95th percentile."""
    figure, axes = plt.subplots()
    table = records[["provenance", "task"]].assign(words=words)
    sns.boxplot(table, x="words", y="task", hue="provenance", order=[task for task in TASKS if task in set(table["task"])],
                hue_order=[name for name in PROVENANCES if name in set(table["provenance"])], palette=COLOURS,
                whis=(5, 95), showfliers=False, saturation=1, ax=axes)
    axes.set_xlabel("Words of question, options and answer")
    axes.set_ylabel("")
    axes.set_title(title)
    axes.legend(title="", frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
