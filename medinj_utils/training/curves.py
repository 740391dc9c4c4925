"""The figure of training curves."""

import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.runs import run_parts
from medinj_utils.style import system_colour


def curves_figure(curves: dict[str, pd.DataFrame], title: str = "") -> plt.Figure:
    """Training loss over steps (mean of the last five), a line per run (``<configuration>-s<seed>``)."""
    figure, axes = plt.subplots()
    dashes = {seed: style for seed, style in zip(sorted({run_parts(run)[1] for run in curves}),
                                                 ["-", "--", ":", "-."] * 10, strict=False)}
    for run, curve in curves.items():
        configuration, seed = run_parts(run)
        axes.plot(curve["step"], curve["loss"].rolling(5, min_periods=1).mean(), dashes[seed],
                  color=system_colour(configuration), label=run)
    axes.set_xlabel("Step")
    axes.set_ylabel("Training loss, mean of 5 steps\n(nats per taught token)")
    axes.set_title(title)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return figure
