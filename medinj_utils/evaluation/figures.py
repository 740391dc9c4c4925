"""Figures of the evaluation room."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from medinj_utils.core.style import in_order, system_colour


def reliability_figure(calibrated: pd.DataFrame, title: str = "") -> plt.Figure:
    """Exact match over confidence (rows of `medinj_utils.evaluation.scoring.calibration`), a panel per system, with Wilson
    95 % intervals that take answers for independent; the diagonal is perfect calibration."""
    systems = in_order(calibrated["system"])
    columns = min(4, max(len(systems), 1))
    figure, axes = plt.subplots(-(-max(len(systems), 1) // columns), columns, figsize=(2.1 * columns + 0.6, 2.3 * -(
        -max(len(systems), 1) // columns) + 0.4), sharex=True, sharey=True, squeeze=False)
    for panel in axes.ravel()[len(systems):]:
        panel.set_visible(False)
    for panel, system in zip(axes.ravel(), systems, strict=False):
        own = calibrated[calibrated["system"] == system]
        right = (own["exact_match"] * own["items"]).round()
        low, high = proportion_confint(right, own["items"], method="wilson")
        spread = np.maximum(np.stack([own["exact_match"] - low, high - own["exact_match"]]), 0)
        panel.plot([0, 1], [0, 1], "--", color="#444444", linewidth=1)
        panel.errorbar(own["confidence"], own["exact_match"], yerr=spread, fmt="o", markersize=4, elinewidth=1.2,
                       color=system_colour(system))
        panel.set_title(system, fontsize=11)
        panel.set_xlim(0, 1.05)
        panel.set_ylim(0, 1.05)
        panel.set_xticks([0, 0.5, 1])
    figure.supxlabel("Confidence (probability of the letter given)", fontsize=11)
    figure.supylabel("Exact match", fontsize=11)
    figure.suptitle(title)
    figure.tight_layout()
    return figure
