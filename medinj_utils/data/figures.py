"""Figures of the data room. Each function returns the figure and its alternative text."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

from medinj_utils.core.names import PROVENANCES, TASKS, in_order
from medinj_utils.core.prompts import LETTERS
from medinj_utils.core.style import COLOURS
from medinj_utils.core.wording import spelled

_HATCHES = {"mcqu": "", "mcq": "//", "oeq": ".."}
_UNEVEN = 0.01  # p-value below which positions are called uneven
_BESIDE = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "frameon": False}


def composition_figure(composition: pd.DataFrame) -> tuple[plt.Figure, str]:
    """Rows of each mixture by provenance (colour) and task (hatching).

    Args:
        composition: columns configuration, provenance, task, rows.

    Returns:
        The figure and its alternative text.
    """
    figure, axes = plt.subplots()
    names = in_order(composition["configuration"])
    left = pd.Series(0.0, index=names)
    for provenance in PROVENANCES:
        for task in TASKS:
            part = composition[(composition["provenance"] == provenance)
                               & (composition["task"] == task)]
            rows = part.groupby("configuration")["rows"].sum().reindex(names, fill_value=0)
            if rows.any():
                axes.barh(names, rows, left=left, color=COLOURS[provenance], hatch=_HATCHES[task],
                          edgecolor="white", label=f"{provenance}, {spelled(task)}")
                left += rows
    axes.invert_yaxis()
    axes.set_xlabel("Rows")
    axes.legend(**_BESIDE, fontsize=9)
    totals = composition.groupby("configuration")["rows"].sum()
    alt = "Rows of each mixture by provenance and task: " + "; ".join(
        f"{name} {totals[name]:,} rows" for name in names) + "."
    return figure, alt


def records_figure(records: pd.DataFrame) -> tuple[plt.Figure, str]:
    """Numbers of records by task and split (rows) and provenance (columns).

    Returns:
        (figure, its alt text).
    """
    sizes = records.groupby(["task", "split", "provenance"]).size()
    counts = sizes.unstack("provenance", fill_value=0)
    counts.index = [spelled(" · ".join(group)) for group in counts.index]
    alt = "Records by task, split and provenance: " + "; ".join(
        f"{name} {column.sum():,}" for name, column in counts.items()) + "."
    return _counts_figure(counts, "Records by provenance, task and split"), alt


def overlap_figure(matrix: pd.DataFrame, records: pd.DataFrame) -> tuple[plt.Figure, str]:
    """Numbers of training rows that are also in the test.

    Args:
        matrix: what `medinj_utils.data.overlap.leak_matrix` gave.
        records: all records.

    Returns:
        The figure and its alternative text.
    """
    n_training = (records["split"] == "train").sum()
    counts = matrix.set_axis([" · ".join(origin) for origin in matrix.index])
    per_source = "; ".join(f"{origin} {row.sum():,}" for origin, row in counts.iterrows())
    alt = (f"Training rows whose question is also in the test: {counts.to_numpy().sum():,} of "
           f"{n_training:,}. {per_source}.")
    figure = _counts_figure(counts, "Training rows that are also in the test",
                            ("source of the test row", "training row"))
    return figure, alt


def _counts_figure(counts: pd.DataFrame, title: str,
                   labels: tuple[str, str] = ("", "")) -> plt.Figure:
    """A table of numbers as cells with the numbers in them, shaded by their logarithm."""
    if counts.empty:
        return _nothing(title)
    width = max(4.5, 1.3 * counts.shape[1] + 2.5)
    height = max(2.2, 0.42 * len(counts) + 1.2)
    figure, axes = plt.subplots(figsize=(width, height))
    numbers = counts.map(lambda n: f"{n:,}" if n else "·")
    sns.heatmap(np.log10(counts.astype(float) + 1), annot=numbers, fmt="", cmap="Blues", cbar=False,
                linewidths=1, ax=axes)
    axes.set(xlabel=labels[0], ylabel=labels[1], title=title)
    axes.tick_params(axis="x", rotation=0 if counts.shape[1] < 5 else 30)
    axes.tick_params(axis="y", rotation=0)
    return figure


def _nothing(title: str) -> plt.Figure:
    figure, axes = plt.subplots(figsize=(4.5, 1.5))
    axes.set_axis_off()
    axes.set_title(title)
    axes.text(0.5, 0.5, "nothing of this kind among the records", ha="center", va="center")
    return figure


def positions_figure(positions: pd.DataFrame) -> tuple[plt.Figure, str]:
    """Share of right letters at each position, with the equal share as a line.

    There is a panel per task and number of options, for the four with the most right letters.

    Args:
        positions: what `medinj_utils.data.artefacts.right_positions` gave.

    Returns:
        The figure and its alternative text.
    """
    uneven = positions[positions["p, equal shares"] < _UNEVEN]
    groups = uneven[["provenance", "task", "options"]].itertuples(index=False)
    named = [f"{provenance} {spelled(task)} with {n} options" for provenance, task, n in groups]
    alt = ("Share of right letters at each position by provenance. Uneven at the 1 % level: "
           f"{'; '.join(named) or 'none'}.")
    if positions.empty:
        return _nothing(""), alt
    by_size = positions.sort_values("right letters", ascending=False)
    panels = by_size.drop_duplicates(["task", "options"]).head(4)
    figure, all_axes = plt.subplots(1, len(panels), figsize=(2.8 * max(len(panels), 2), 3.4),
                                    sharey=True, squeeze=False)
    all_axes = all_axes[0]
    for axes, (task, n) in zip(all_axes, panels[["task", "options"]].itertuples(index=False),
                               strict=True):
        panel_positions = positions[(positions["task"] == task) & (positions["options"] == n)]
        _draw_positions(axes, panel_positions.set_index("provenance"), LETTERS[:n])
        axes.set_title(f"{spelled(task)}, {n} options", fontsize=11)
    all_axes[0].set_ylabel("Share of right letters")
    bars = _legend_entries(all_axes)
    figure.legend(bars.values(), bars.keys(), loc="upper center", bbox_to_anchor=(0.5, 1.12),
                  ncols=3, frameon=False)
    return figure, alt


def _draw_positions(axes: plt.Axes, shares: pd.DataFrame, letters: Sequence[str]) -> None:
    """A group of bars per letter, a bar per provenance in it."""
    names = [name for name in PROVENANCES if name in shares.index]
    width = 0.8 / len(names)
    for number, name in enumerate(names):
        offset = (number - (len(names) - 1) / 2) * width
        heights = shares.loc[name, list(letters)].astype(float)
        axes.bar(np.arange(len(letters)) + offset, heights, width, color=COLOURS[name], label=name)
    axes.axhline(1 / len(letters), color="#444444", linewidth=1, linestyle="--")
    axes.set_xticks(range(len(letters)), list(letters))


def _legend_entries(all_axes: Sequence[plt.Axes]) -> dict:
    """Handles of all panels by label, each label once."""
    entries = {}
    for axes in all_axes:
        handles, labels = axes.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    return entries


def lengths_figure(records: pd.DataFrame, words: pd.Series) -> tuple[plt.Figure, str]:
    """Words of question and answer by provenance and task.

    Boxes are quartiles, whiskers go from the 5th to the 95th percentile.

    Args:
        records: a records table.
        words: number of words of each record.

    Returns:
        The figure and its alternative text.
    """
    figure, axes = plt.subplots()
    table = records[["provenance"]].assign(words=words, task=records["task"].map(spelled))
    tasks = [task for task in map(spelled, TASKS) if task in set(table["task"])]
    provenances = [name for name in PROVENANCES if name in set(table["provenance"])]
    sns.boxplot(table, x="words", y="task", hue="provenance", order=tasks, hue_order=provenances,
                palette=COLOURS, whis=(5, 95), showfliers=False, saturation=1, ax=axes)
    axes.set(xlabel="Words of question, options and answer", ylabel="")
    axes.legend(title="", **_BESIDE)
    medians = table.groupby("provenance")["words"].median()
    alt = "Words of questions and answers by provenance and task. Medians: " + "; ".join(
        f"{name} {median:.0f}" for name, median in medians.items()) + "."
    return figure, alt
