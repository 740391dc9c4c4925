"""Figures of the evaluation room."""

import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.style import in_order, system_colour


def reliability_figure(calibrated: pd.DataFrame, title: str = "") -> plt.Figure:
    """Exact match over confidence (rows of `medinj_utils.evaluation.scoring.calibration`), a line per
    system, seeds together; the diagonal is perfect calibration, the size of a dot the number of answers."""
    figure, axes = plt.subplots(figsize=(6.4, 4.6))
    axes.plot([0, 1], [0, 1], "--", color="#444444", linewidth=1)
    for system in in_order(calibrated["system"]):
        own = calibrated[calibrated["system"] == system]
        axes.plot(own["confidence"], own["exact_match"], color=system_colour(system), linewidth=1.2, label=system)
        axes.scatter(own["confidence"], own["exact_match"], s=200 * own["items"] / calibrated["items"].max() + 8,
                     color=system_colour(system), alpha=0.7)
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("Confidence (probability of the letter given)")
    axes.set_ylabel("Exact match")
    axes.set_title(title)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return figure
