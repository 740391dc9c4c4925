"""Figures of differences between systems: to the base, and of every pair."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from medinj_utils.comparison.figures.intervals import draw_coloured, name_rows
from medinj_utils.comparison.pairs import significant_pairs
from medinj_utils.core.names import BASE
from medinj_utils.core.style import in_order, system_colour


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
        draw_coloured(axes, gains, range(len(systems)), [system_colour(name) for name in systems],
                      markersize=5, capsize=2)
        name_rows(axes, systems, "")
        axes.set_title(name, fontsize=10)
    for axes in panels.flat[len(names):]:
        axes.set_visible(False)
    figure.supxlabel(f"Difference to {BASE} (exact match), 95 % interval", fontsize=11)
    figure.suptitle("Differences to the base")
    figure.tight_layout()
    found = significant_pairs(parts)["part"].value_counts()
    counts = "; ".join(f"{name} {found.get(name, 0)} of {total}"
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
    """Matrix of the differences row − column, in points.

    Bold where Holm's adjusted p is below 5 %, ≈ where two are equivalent. A panel for each part of
    the test, where ``pairs`` have several (those of
    `medinj_utils.comparison.parts.compare_parts`). None without pairs.
    """
    if pairs.empty:
        return None
    systems = in_order({*pairs["first"], *pairs["second"]})
    parts = list(pairs.groupby("part", sort=False)) if "part" in pairs else [("", pairs)]
    columns = min(2, len(parts))
    lines = -(-len(parts) // columns)
    font, height = (10, 5.4) if columns == 1 else (7.5, 3.1)
    figure, panels = plt.subplots(lines, columns, sharex=True, sharey=True, squeeze=False,
                                  figsize=(7.2, height * lines))
    most = pairs["difference"].abs().max() or 1
    for axes, (name, rows) in zip(panels.flat, parts, strict=False):
        _draw_matrix(axes, rows, systems, most, font)
        axes.set_title(name, fontsize=10)
    for axes in panels.flat[len(parts):]:
        axes.set_visible(False)
    for axes in panels.flat[len(parts) - columns:len(parts)]:  # also above one that isn't there
        axes.tick_params(labelbottom=True)
    figure.suptitle("Row minus column, in points")
    figure.tight_layout()
    return figure, _pairs_alt(pairs, systems, parts)


def _draw_matrix(axes: Axes, pairs: pd.DataFrame, systems: list[str], most: float,
                 font: float) -> None:
    """Draw one matrix of differences, coloured up to ``most``."""
    grid = pd.DataFrame(float("nan"), index=systems, columns=systems)
    for row in pairs.to_dict("records"):
        pair = row["first"], row["second"]
        for (a, b), sign in ((pair, 1), (pair[::-1], -1)):
            grid.loc[a, b] = sign * row["difference"]
            axes.text(systems.index(b), systems.index(a),
                      f"{100 * sign * row['difference']:+z.1f}{' ≈' * row['equivalent']}",
                      ha="center", va="center", fontsize=font - 1,
                      color="white" if abs(row["difference"]) > 0.6 * most else "black",
                      weight="bold" if row["p_holm"] < 0.05 else "normal")
    axes.imshow(grid, cmap="PuOr", vmin=-most, vmax=most, aspect="auto")
    axes.set_xticks(range(len(systems)), systems, rotation=45, ha="right", fontsize=font)
    axes.set_yticks(range(len(systems)), systems, fontsize=font)
    axes.grid(False)


def _pairs_alt(pairs: pd.DataFrame, systems: list[str], parts: list) -> str:
    if "part" in pairs:
        return ("Differences between systems in points, a matrix for each part of the test. "
                "Largest: " + "; ".join(f"{name} {100 * rows['difference'].abs().max():.1f}"
                            for name, rows in parts) + ".")
    return (f"Matrix of the differences between {len(systems)} systems in points. "
            f"{len(significant_pairs(pairs))} of {len(pairs)} pairs differ at 5 % after Holm's "
            f"adjustment; {int(pairs['equivalent'].sum())} are equivalent.")
