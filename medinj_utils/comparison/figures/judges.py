"""Figures of notebook 35: how far scorers agree with humans, and what length does to them."""

from itertools import cycle

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from medinj_utils.comparison.figures.intervals import GREY, draw_intervals
from medinj_utils.comparison.paper import JUDGE_MARK, JUDGE_PEARSON, METRICS_PEARSON
from medinj_utils.comparison.scorers import CONSTANT, POOLED
from medinj_utils.comparison.verbosity import BOTH
from medinj_utils.core.style import percent_axis
from medinj_utils.core.wording import number, points, spelled
from medinj_utils.evaluation.triplets.scorers import HUMAN, JUDGE, LENGTH, METRIC, kind_of

_COLOURS = {METRIC: "#56B4E9", JUDGE: "#D55E00", HUMAN: "#009E73", LENGTH: GREY}
_MARKERS = {METRIC: "o", JUDGE: "s", HUMAN: "D", LENGTH: "^"}
_PANELS = {"pearson": "Pearson's r", "auc": "AUC", "kappa": "Cohen's κ", "accuracy": "Accuracy"}
_EDITS = {"pad": "padded (wrong)", "shorten": "shortened (right)", "bullet": "as a list",
          "hedge": "hedged", "translate": "translated"}


def agreement_figure(agreement: pd.DataFrame) -> tuple[plt.Figure, str] | None:
    """Agreement of every scorer with the human labels, a panel per figure of agreement.

    Args:
        agreement: of ``judge_agreement.csv``.

    Returns:
        The figure and its alternative text; None without answers.
    """
    pooled = agreement[agreement["generator"] == POOLED]
    scorers = [name for name in pooled["scorer"].unique() if name != CONSTANT]
    if not scorers:
        return None
    figure, square = plt.subplots(2, 2, sharey=True, figsize=(7.2, 2.4 + 0.56 * len(scorers)))
    panels = square.ravel()
    for axes, (name, title) in zip(panels, _PANELS.items(), strict=True):
        _draw_scorers(axes, pooled[pooled["figure"] == name], scorers)
        axes.set_title(title, fontsize=11)
        axes.tick_params(labelsize=9)
    panels[0].axvspan(*METRICS_PEARSON, color="#cccccc", alpha=0.6, linewidth=0, zorder=0)
    panels[0].axvline(JUDGE_PEARSON, color=GREY, linestyle="--", linewidth=1)
    constant = pooled.loc[pooled["scorer"] == CONSTANT, "estimate"]
    panels[-1].axvline(constant.iloc[0], color="black", linestyle=":", linewidth=1.5)
    panels[0].set_yticks(range(len(scorers)), [*map(spelled, scorers)])
    panels[0].set_ylim(len(scorers) - 0.5, -0.5)
    figure.suptitle("Agreement with the human label, 95 % intervals")
    figure.text(0.02, -0.02, f"Pearson's r: grey and dashed, the paper's metrics and judge "
                f"[{JUDGE_MARK}]. Accuracy: dotted, the constant baseline."
                + (" Crosses: planted." if "planted" in pooled else ""), fontsize=9, va="top")
    figure.tight_layout()
    r = pooled[pooled["figure"] == "pearson"].dropna(subset="estimate").set_index("scorer")
    said = "; ".join(f"{spelled(name)} {number(value, 2)}"
                     for name, value in r["estimate"].items())
    return figure, f"Pearson's r of each scorer with the human label, of all generators: {said}."


def _draw_scorers(axes: Axes, rows: pd.DataFrame, scorers: list[str]) -> None:
    rows = rows.set_index("scorer").reindex(scorers)
    for i, name in enumerate(scorers):
        kind = kind_of(name)
        draw_intervals(axes, rows.iloc[[i]], [i], _COLOURS[kind], fmt=_MARKERS[kind],
                       markersize=5, capsize=2, linewidth=1.5)
    if "planted" in rows:
        axes.scatter(rows["planted"], range(len(scorers)), marker="x", s=35, color="black",
                     zorder=3)


def verbosity_figure(effects: pd.DataFrame,
                     changes: pd.DataFrame) -> tuple[plt.Figure, str] | None:
    """What length does to scores: as answers are written, and by edits.

    Args:
        effects: of ``judge_length.csv``.
        changes: of ``judge_edits.csv``.

    Returns:
        The figure and its alternative text; None without answers.
    """
    both = effects[effects["label"] == BOTH].dropna(subset="estimate")
    flips = changes[changes["figure"] == "flips"]
    flips = flips[flips["scorer"].map(kind_of) == JUDGE]
    if both.empty:
        return None
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 1.8 + 0.3 * len(both)))
    names = list(both["scorer"])
    _draw_scorers(left, both, names)
    left.axvline(0, color=GREY, linewidth=1)
    left.set_yticks(range(len(names)), [*map(spelled, names)], fontsize=9)
    left.set_ylim(len(names) - 0.5, -0.5)
    left.set_xlabel("Points per doubling of the length,\nat a fixed human label", fontsize=10)
    _draw_flips(right, flips)
    right.set_xlabel("Verdicts that an edit flips, %", fontsize=10)
    for axes in (left, right):
        percent_axis(axes.xaxis)
    figure.suptitle("Effects of length and of edits")
    figure.tight_layout()
    said = "; ".join(f"{spelled(row['scorer'])} {points(row)}" for row in both.to_dict("records")
                     if kind_of(row["scorer"]) == JUDGE)
    return figure, ("What a doubling of the length goes with, at a fixed human label: "
                    f"{said or 'no judge'}. Beside it the share of verdicts that edits flip.")


def _draw_flips(axes: Axes, flips: pd.DataFrame) -> None:
    edits, judges = list(flips["edit"].unique()), list(flips["scorer"].unique())
    shifts = {name: 0.3 * (i - (len(judges) - 1) / 2) for i, name in enumerate(judges)}
    for name, marker in zip(judges, cycle("sDv^o<>"), strict=False):
        rows = flips[flips["scorer"] == name].set_index("edit").reindex(edits)
        positions = [position + shifts[name] for position in range(len(edits))]
        draw_intervals(axes, rows, positions, _COLOURS[JUDGE], fmt=marker, markersize=5, capsize=2,
                       linewidth=1.5, label=spelled(name))
        if "planted" in rows:
            axes.scatter(rows["planted"], positions, marker="x", s=35, color="black", zorder=3)
    axes.set_yticks(range(len(edits)), [_EDITS[edit] for edit in edits], fontsize=9)
    if judges:
        axes.set_ylim(len(edits) - 0.5, -0.5)
        axes.legend(fontsize=8, frameon=False)
