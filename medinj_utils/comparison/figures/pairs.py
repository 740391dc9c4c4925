"""Figures of differences between systems: to the base, and of every pair."""

import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.comparison.figures.intervals import draw_systems, name_rows
from medinj_utils.comparison.pairs import significant_pairs
from medinj_utils.core.names import BASE, in_order
from medinj_utils.core.wording import number, spelled


def forest_figure(parts: pd.DataFrame) -> tuple[plt.Figure, str]:
    """Differences to the base with intervals, a panel for each part of the test.

    Args:
        parts: of `medinj_utils.comparison.parts.compare_parts`.

    Returns:
        The figure and its alternative text.
    """
    names = list(dict.fromkeys(parts["part"]))
    systems = [name for name in in_order({*parts["first"], *parts["second"]}) if name != BASE]
    columns = min(3, len(names))
    lines = -(-len(names) // columns)
    figure, panels = plt.subplots(lines, columns, sharex=True, sharey=True, squeeze=False,
                                  figsize=(7.2, 0.9 + (1 + 0.22 * len(systems)) * lines))
    for axes, name in zip(panels.flat, names, strict=False):
        gains = _gains(parts[parts["part"] == name]).reindex(systems)
        draw_systems(axes, gains, range(len(systems)), systems, markersize=5, capsize=2)
        name_rows(axes, systems, "")
        axes.set_title(spelled(name), fontsize=10)
    for axes in panels.flat[len(names):]:
        axes.set_visible(False)
    figure.supxlabel(f"Difference to {BASE} in points of exact match, 95 % interval", fontsize=11)
    figure.suptitle("Differences to the base")
    figure.tight_layout()
    significant = significant_pairs(parts)["part"].value_counts()
    counts = "; ".join(f"{spelled(name)} {significant.get(name, 0)} of {total}"
                       for name, total in parts["part"].value_counts().loc[names].items())
    return figure, ("Differences to the base with 95 % intervals, by part of the test. Significant "
                    f"pairs of all systems: {counts}.")


def _gains(pairs: pd.DataFrame) -> pd.DataFrame:
    """Differences of the tuned systems to the base, by system, whichever of the two comes first."""
    ahead = pairs[pairs["second"] == BASE].set_index("first")
    behind = pairs[pairs["first"] == BASE].set_index("second")
    return pd.concat([
        ahead[["difference", "low", "high"]].rename(columns={"difference": "estimate"}),
        pd.DataFrame({"estimate": -behind["difference"], "low": -behind["high"],
                      "high": -behind["low"]})])


def pairs_figure(pairs: pd.DataFrame) -> tuple[plt.Figure, str] | None:
    """Matrix of the differences row − column, in points; None without pairs.

    Bold where Holm's adjusted p is below 5 %, ≈ where two are equivalent.

    Returns:
        (figure, its alt text), or None.
    """
    if pairs.empty:
        return None
    systems = in_order({*pairs["first"], *pairs["second"]})
    figure, axes = plt.subplots(figsize=(7.2, 5.4))
    most = pairs["difference"].abs().max() or 1
    grid = pd.DataFrame(float("nan"), index=systems, columns=systems)
    for row in pairs.to_dict("records"):
        pair = row["first"], row["second"]
        for (a, b), sign in ((pair, 1), (pair[::-1], -1)):
            grid.loc[a, b] = sign * row["difference"]
            axes.text(systems.index(b), systems.index(a),
                      number(100 * sign * row["difference"], 1, True) + " ≈" * row["equivalent"],
                      ha="center", va="center", fontsize=9,
                      color="white" if abs(row["difference"]) > 0.6 * most else "black",
                      weight="bold" if row["p_holm"] < 0.05 else "normal")
    axes.imshow(grid, cmap="PuOr", vmin=-most, vmax=most, aspect="auto")
    axes.set_xticks(range(len(systems)), systems, rotation=45, ha="right", fontsize=10)
    axes.set_yticks(range(len(systems)), systems, fontsize=10)
    axes.grid(False)
    axes.set_title("Row minus column, in points")
    return figure, (f"Matrix of the differences between {len(systems)} systems in points. "
                    f"{len(significant_pairs(pairs))} of {len(pairs)} pairs differ at 5 % after "
                    f"Holm's adjustment; {int(pairs['equivalent'].sum())} are equivalent.")
