"""Figure of the systems' open answers by one metric."""

import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.comparison.figures.intervals import LEGEND_ABOVE, draw_intervals
from medinj_utils.core.names import in_order
from medinj_utils.core.style import MARKERS, system_colour
from medinj_utils.core.wording import in_words, number


def open_scores_figure(scores: pd.DataFrame, metric: str) -> tuple[plt.Figure, str] | None:
    """One metric of each system, with its interval, by provenance of the question.

    Args:
        scores: of `medinj_utils.comparison.open_scores.open_systems`.
        metric: that is drawn.

    Returns:
        The figure and its alternative text; None where no question has a score by it.
    """
    rows = scores[(scores["metric"] == metric) & scores["estimate"].notna()]
    if rows.empty:
        return None
    parts, systems = list(rows["provenance"].unique()), in_order(rows["system"])
    figure, axes = plt.subplots(figsize=(7.2, 1.6 + 0.2 * len(parts) * max(len(systems), 3)))
    for i, system in enumerate(systems):
        own = rows[rows["system"] == system].set_index("provenance")
        shift = 0.8 / len(systems) * (i - (len(systems) - 1) / 2)
        draw_intervals(axes, own, [parts.index(part) + shift for part in own.index],
                       system_colour(system), fmt=MARKERS[system], markersize=5, capsize=3,
                       linewidth=None, label=system)
    sizes = rows.groupby("provenance")["questions"].first()
    axes.set_yticks(range(len(parts)), [f"{part}\n{sizes[part]} questions" for part in parts])
    axes.invert_yaxis()
    name = in_words(metric)
    axes.set_xlabel(f"{name}, with 95 % interval")
    axes.legend(ncols=4, **LEGEND_ABOVE)
    axes.set_title("Open answers by provenances seen in tuning",
                   pad=20 + 16 * -(-len(systems) // 4))
    spans = rows.groupby("provenance", sort=False)["estimate"].agg(["min", "max"])
    alt = (f"Mean {name} of the open answers of {len(systems)} systems, with 95 % intervals, by "
           "provenance of the question. Lowest to highest: "
           + "; ".join(f"{part} {number(low, 2)} to {number(high, 2)}"
                       for part, low, high in spans.itertuples()) + ".")
    return figure, alt
