"""The figures of training curves."""

import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.core.names import run_parts
from medinj_utils.core.style import system_colour


def _draw(axes: plt.Axes, curves: dict[str, pd.DataFrame], column: str, mean_of: int = 1) -> None:
    """A line per run (``<configuration>-s<seed>``): a colour for the configuration, a dash for the seed."""
    seeds = sorted({run_parts(run)[1] for run in curves})
    for run, curve in curves.items():
        configuration, seed = run_parts(run)
        axes.plot(curve["step"], curve[column].rolling(mean_of, min_periods=1).mean(),
                  ["-", "--", ":", "-."][seeds.index(seed) % 4], color=system_colour(configuration), label=run)
    axes.set_xlabel("Step")


def curves_figure(curves: dict[str, pd.DataFrame], title: str = "") -> plt.Figure:
    """Training loss over steps, and below it the learning rate, the gradient's norm and the speed; each but the rate as the
    mean of the last five steps."""
    figure, panels = plt.subplot_mosaic([["loss"] * 3, ["learning_rate", "grad_norm", "tokens_per_second"]],
                                        height_ratios=[1.9, 1], figsize=(8.6, 6.0))
    for column, axes in panels.items():
        _draw(axes, curves, column, mean_of=1 if column == "learning_rate" else 5)
        axes.set_title({"loss": title, "learning_rate": "Learning rate", "grad_norm": "Gradient norm",
                        "tokens_per_second": "Tokens a second"}[column], fontsize=12 if column == "loss" else 10)
        axes.tick_params(labelsize=9)
        axes.set_ylim(bottom=0)
    panels["loss"].set_ylabel("Training loss, mean of 5 steps\n(nats per taught token)")
    panels["loss"].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    figure.tight_layout()
    return figure


def looks_figure(looks: dict[str, pd.DataFrame]) -> plt.Figure:
    """What each look at validation questions told, over steps: a panel per figure of ``validation.csv``."""
    columns = [column for column in pd.concat(looks.values()) if column != "step"]
    figure, panels = plt.subplots(len(columns), 1, sharex=True, squeeze=False, figsize=(6.4, 2.6 * len(columns)))
    for column, axes in zip(columns, panels[:, 0], strict=True):
        _draw(axes, {run: look for run, look in looks.items() if column in look}, column)
        axes.set_ylabel({"loss": "validation loss"}.get(column, column.replace("_", " ")))
        axes.set_xlabel("Step" if column == columns[-1] else "")
    panels[0, 0].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return figure
