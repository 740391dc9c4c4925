"""Figures of the evaluation room."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from medinj_utils.core.names import in_order
from medinj_utils.core.style import system_colour

_COLUMNS = 4  # panels side by side


def reliability_figure(calibrated: pd.DataFrame) -> tuple[plt.Figure, str]:
    """Exact match over confidence, a panel per system; the diagonal is perfect calibration.

    Bars are Wilson 95 % intervals, which take answers as independent.

    Args:
        calibrated: of `medinj_utils.evaluation.scoring.calibration`, by system.

    Returns:
        (figure, alternative text).
    """
    systems = in_order(calibrated["system"])
    columns = min(_COLUMNS, max(len(systems), 1))
    rows = -(-max(len(systems), 1) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(2.1 * columns + 0.6, 2.3 * rows + 0.4),
                                sharex=True, sharey=True, squeeze=False)
    for panel in axes.ravel()[len(systems):]:
        panel.set_visible(False)
    for panel, system in zip(axes.ravel(), systems, strict=False):
        _reliability_panel(panel, calibrated[calibrated["system"] == system], system)
    figure.supxlabel("Confidence (probability of the letter given)", fontsize=11)
    figure.supylabel("Exact match", fontsize=11)
    figure.tight_layout()
    return figure, _reliability_alt(calibrated, systems)


def _reliability_panel(panel: plt.Axes, bins: pd.DataFrame, system: str) -> None:
    """One system's bins of confidence."""
    from statsmodels.stats.proportion import proportion_confint  # here: it takes a second
    right = (bins["exact_match"] * bins["items"]).round()
    low, high = proportion_confint(right, bins["items"], method="wilson")
    spread = np.maximum(np.stack([bins["exact_match"] - low, high - bins["exact_match"]]), 0)
    panel.plot([0, 1], [0, 1], "--", color="#444444", linewidth=1)
    panel.errorbar(bins["confidence"], bins["exact_match"], yerr=spread, fmt="o", markersize=4,
                   elinewidth=1.2, color=system_colour(system))
    panel.set_title(system, fontsize=11)
    panel.set_xlim(0, 1.05)
    panel.set_ylim(0, 1.05)
    panel.set_xticks([0, 0.5, 1])


def _reliability_alt(calibrated: pd.DataFrame, systems: list[str]) -> str:
    """Alternative text of `reliability_figure`."""
    if not systems:
        return "No question was asked in the mode likelihood."
    errors = calibrated.groupby("system")["ece"].first()
    by_system = "; ".join(f"{system} {errors[system]:.2f}" for system in systems)
    return f"Exact match over confidence. Expected calibration error: {by_system}."
