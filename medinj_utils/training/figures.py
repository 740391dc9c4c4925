"""The figures of training curves. Each function returns the figure and its alternative text."""

from collections.abc import Collection, Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.ticker import MaxNLocator

from medinj_utils.core.names import Run
from medinj_utils.core.style import MARKERS, percent_axis, system_colour
from medinj_utils.core.wording import in_words

_DASHES = ("-", "--", ":", "-.")
_SMOOTHED = 5  # steps
_SHAPES = 6  # on each line
_PANELS = {"loss": "", "learning_rate": "Learning rate", "grad_norm": "Gradient norm",
           "tokens_per_second": "Tokens per second"}


def figure_name(what: str, runs: Collection[Run]) -> str:
    """Name of a figure of several runs, such as ``loss-NAT+SYN-s0+1``.

    Args:
        what: what it shows.
        runs: the runs in it.
    """
    systems = "+".join(dict.fromkeys(run.system for run in runs))
    seeds = "+".join(str(seed) for seed in dict.fromkeys(run.seed for run in runs))
    return f"{what}-{systems}-s{seeds}"


def curves_figure(curves: Mapping[Run, pd.DataFrame], loss_on: str) -> tuple[plt.Figure, str]:
    """Training loss over steps; below it the learning rate, the gradient's norm and the speed.

    All but the learning rate are moving averages of five steps.

    Args:
        curves: ``curve.csv`` of each run.
        loss_on: the tokens that the loss is taken over: "answer" or "all".

    Returns:
        The figure and its alternative text.
    """
    mosaic = [["loss"] * 3, ["learning_rate", "grad_norm", "tokens_per_second"]]
    figure, panels = plt.subplot_mosaic(mosaic, height_ratios=[1.9, 1], figsize=(7.2, 6.0))
    for column, axes in panels.items():
        _draw(axes, curves, column, smoothed=1 if column == "learning_rate" else _SMOOTHED,
              large=column == "loss")
        axes.set_title(_PANELS[column], fontsize=10)
        axes.tick_params(labelsize=9)
        axes.set_ylim(bottom=0)
    tokens = "the answer's tokens" if loss_on == "answer" else "all tokens"
    panels["loss"].set_title(f"Training loss on {tokens}", fontsize=12, loc="left",
                             pad=8 + 14 * -(-len(curves) // 4))
    panels["loss"].set_ylabel("Training loss, mean of 5 steps\n(nats per supervised token)")
    _add_legend(panels["loss"])
    figure.tight_layout()
    last = {run: curve["loss"].tail(_SMOOTHED).mean() for run, curve in curves.items()}
    lowest = min(last, key=last.get)
    highest = max(last, key=last.get)
    alt = (f"Training loss over steps for {len(curves)} runs; the last losses range from "
           f"{last[lowest]:.3f} ({lowest}) to {last[highest]:.3f} ({highest}).")
    return figure, alt


def validation_figure(curves: Mapping[Run, pd.DataFrame]) -> tuple[plt.Figure, str] | None:
    """Validation loss and scores over steps, a panel for each column of ``validation.csv``.

    Args:
        curves: ``validation.csv`` of each run.

    Returns:
        The figure and its alternative text; None without curves.
    """
    if not curves:
        return None
    columns = [column for column in pd.concat(curves.values()) if column != "step"]
    figure, panels = plt.subplots(len(columns), 1, sharex=True, squeeze=False,
                                  figsize=(6.4, 2.6 * len(columns)))
    for column, axes in zip(columns, panels[:, 0], strict=True):
        _draw(axes, {run: curve for run, curve in curves.items() if column in curve}, column)
        if column == "loss":
            axes.set_ylabel("Validation loss")
        else:
            axes.set_ylabel(f"{in_words(column).capitalize()}, %".replace(" ", "\n", 1))
            percent_axis(axes.yaxis)
        axes.set_xlabel("Step" if column == columns[-1] else "")
    _add_legend(panels[0, 0])
    last = "; ".join(f"{run} {curve['loss'].iloc[-1]:.3f}" for run, curve in curves.items())
    return figure, f"Validation loss and scores over steps. Last validation losses: {last}."


def _draw(axes: plt.Axes, curves: Mapping[Run, pd.DataFrame], column: str,
          smoothed: int = 1, large: bool = True) -> None:
    """A line for each run: colour and, in a large panel, shape for the configuration, a dash for
    the seed."""
    seeds = sorted({run.seed for run in curves})
    for i, (run, curve) in enumerate(curves.items()):
        # A few shapes a line, shifted from run to run, so that they don't lie on one another.
        every = max(1, len(curve) // _SHAPES)
        axes.plot(curve["step"], curve[column].rolling(smoothed, min_periods=1).mean(),
                  _DASHES[seeds.index(run.seed) % len(_DASHES)], color=system_colour(run.system),
                  label=run.name, marker=MARKERS[run.system] if large else "", markersize=5,
                  markevery=(i * every // len(curves), every))
    axes.set_xlabel("Step")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))


def _add_legend(axes: plt.Axes) -> None:
    # Above and to the left, where a narrow screen begins to show a figure.
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, frameon=False, fontsize=9)
