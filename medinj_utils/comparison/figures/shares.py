"""The share of each system's answers that judges, or human raters, call right."""

from math import ceil

import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.comparison.figures.intervals import draw_systems
from medinj_utils.core.names import in_order
from medinj_utils.core.style import percent_axis
from medinj_utils.core.wording import number

_WIDTH = 3.2  # inches of a panel
_BESIDE = 2  # panels beside each other: more can't be read on a phone


def shares_figure(shares: pd.DataFrame, by: str, label: str) -> tuple[plt.Figure, str] | None:
    """Shares with their intervals, a row per system and a panel per judge or rater, two beside
    each other.

    Where the table has ``if_unreadable_0`` and ``if_unreadable_1``, a thin grey line reaches from
    one to the other: where the share would lie were all unreadable verdicts wrong, or right.

    Args:
        shares: ``system``, ``estimate``, ``low``, ``high``, and the column ``by``.
        by: column that names the panels.
        label: of the horizontal axes.

    Returns:
        (figure, alternative text); None where there is no share.
    """
    drawn = shares.dropna(subset="estimate")
    if drawn.empty:
        return None
    panels, systems = list(dict.fromkeys(drawn[by])), in_order(drawn["system"])
    columns = min(_BESIDE, len(panels))
    lines = ceil(len(panels) / columns)
    figure, axes = plt.subplots(lines, columns, sharey=True, squeeze=False, figsize=(
        _WIDTH * columns + 1.2, (0.42 * len(systems) + 1.2) * lines))
    for unused in range(len(panels), lines * columns):
        axes.flat[unused].remove()
    for panel, name in zip(axes.flat, panels, strict=False):
        own = drawn[drawn[by] == name]
        heights = [systems.index(system) for system in own["system"]]
        if "if_unreadable_0" in own:
            panel.hlines(heights, own["if_unreadable_0"], own["if_unreadable_1"], color="#AAAAAA",
                         linewidth=6, alpha=0.5)
        filled = own.fillna({"low": own["estimate"], "high": own["estimate"]})
        draw_systems(panel, filled, heights, list(own["system"]))
        panel.set_title(name, fontsize=11)
        panel.set_xlim(-0.03, 1.03)
        panel.set_yticks(range(len(systems)), systems)
        panel.set_ylim(len(systems) - 0.5, -0.5)
        percent_axis(panel.xaxis)
    figure.supxlabel(label, fontsize=11)
    figure.tight_layout()
    estimates = "; ".join(f"{row[by]}, {row['system']}: {number(100 * row['estimate'], 1)}"
                          for row in drawn.to_dict("records"))
    return figure, f"{label}. {estimates}."
