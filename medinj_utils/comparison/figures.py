"""Figures of the comparison: systems and effects, each with its interval and, where there is one, its truth."""

import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.core.names import seen
from medinj_utils.core.style import PART_COLOURS, in_order, system_colour


def points_with_intervals(table: pd.DataFrame, planted: pd.Series | None = None, title: str = "") -> plt.Figure:
    """Exact match of each system with its 95 % interval; planted truth, if any, as crosses.

    ``table`` has the columns of ``comparison.csv``; ``planted`` is by system.
    """
    figure, axes = plt.subplots()
    rows = table.rename(columns={"exact_match": "estimate"}).set_index("system").reindex(in_order(table["system"]))
    _intervals(axes, rows, range(len(rows)), map(system_colour, rows.index))
    if planted is not None:
        axes.scatter(planted.reindex(rows.index), range(len(rows)), marker="x", s=70, color="black", zorder=3,
                     label="planted truth (ideal learner)")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, fontsize=10)
    axes.set_yticks(range(len(rows)), rows.index)
    axes.invert_yaxis()
    axes.set_xlabel("Exact match (share of items), 95 % interval")
    axes.set_title(title, pad=34 if planted is not None else 10)
    return figure


def _intervals(axes, table: pd.DataFrame, places, colours, **style) -> None:
    """Estimates with intervals (columns estimate, low, high), one a place, each in its colour."""
    style = {"fmt": "o", "markersize": 8, "capsize": 4, "linewidth": 2} | style
    for place, row, colour in zip(places, table.to_dict("records"), colours, strict=True):
        axes.errorbar(row["estimate"], place, color=colour, **style,
                      xerr=[[row["estimate"] - row["low"]], [row["high"] - row["estimate"]]])


def _rows(axes, names, label: str) -> None:
    """Names down the left side, from the top, and a line at zero."""
    axes.axvline(0, color="#444444", linewidth=1)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel(label)


def effects_figure(effects: pd.DataFrame, kind: str = "main", title: str = "") -> plt.Figure:
    """Effects of one kind with intervals; planted ones (column ``planted``, if any) as crosses."""
    rows = effects[effects["kind"] == kind]
    figure, axes = plt.subplots(figsize=(7.2, 1.6 + 0.4 * len(rows)))
    _intervals(axes, rows, range(len(rows)), [PART_COLOURS.get(name) or (
        system_colour(name) if kind == "synergy" else "#444444") for name in rows["effect"]])
    if "planted" in rows:
        axes.scatter(rows["planted"], range(len(rows)), marker="x", s=70, color="black", zorder=3, label="planted")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, fontsize=10)
    _rows(axes, rows["effect"], f"{kind.capitalize()}{' effect' * (kind == 'main')}: change of exact match, 95 % interval")
    axes.set_title(title, pad=24 if "planted" in rows else 10)
    return figure


def shapley_figure(effects: pd.DataFrame, title: str = "") -> plt.Figure:
    """Each provenance's share in the gain of ALL over the base, as bars with intervals."""
    rows = effects[effects["kind"] == "shapley"]
    figure, axes = plt.subplots(figsize=(7.2, 2.8))
    axes.barh(range(len(rows)), rows["estimate"], color=[PART_COLOURS[part] for part in rows["effect"]], height=0.6)
    _intervals(axes, rows, range(len(rows)), ["black"] * len(rows), fmt="none")
    _rows(axes, rows["effect"], "Share in the gain of ALL over the base (exact match), 95 % interval")
    axes.set_title(title)
    return figure


def forest_figure(parts: pd.DataFrame, base: str = "BASE", title: str = "") -> plt.Figure:
    """Differences to ``base`` with intervals, a panel for each part of the test. ``parts`` are those of
    `tables.compare_parts`."""
    names = list(dict.fromkeys(parts["part"]))
    systems = [system for system in in_order({*parts["first"], *parts["second"]}) if system != base]
    columns = min(3, len(names))
    figure, panels = plt.subplots(-(-len(names) // columns), columns, sharex=True, sharey=True, squeeze=False,
                                  figsize=(7.2, 0.9 + (1 + 0.22 * len(systems)) * -(-len(names) // columns)))
    for axes, name in zip(panels.flat, names, strict=False):
        rows = parts[(parts["part"] == name) & parts[["first", "second"]].eq(base).any(axis=1)]
        sign = rows["second"].eq(base).map({True: 1, False: -1})
        told = pd.DataFrame({"estimate": sign * rows["difference"], "low": rows["low"].where(sign > 0, -rows["high"]),
                             "high": rows["high"].where(sign > 0, -rows["low"])})
        told = told.set_index(rows["first"].where(sign > 0, rows["second"])).reindex(systems)
        _intervals(axes, told, range(len(systems)), map(system_colour, systems), markersize=5, capsize=2)
        _rows(axes, systems, "")
        axes.set_title(name, fontsize=10)
    for axes in panels.flat[len(names):]:
        axes.set_visible(False)
    figure.supxlabel(f"Difference to {base} (exact match), 95 % interval", fontsize=11)
    figure.suptitle(title)
    figure.tight_layout()
    return figure


def pairs_figure(pairs: pd.DataFrame, title: str = "") -> plt.Figure:
    """Matrix of the differences row − column, in points; bold where Holm's adjusted p is below 5 %, ≈ where two are
    equivalent. A panel for each part of the test, where ``pairs`` have several (those of `tables.compare_parts`)."""
    systems, most = in_order({*pairs["first"], *pairs["second"]}), pairs["difference"].abs().max() or 1
    parts = list(pairs.groupby("part", sort=False)) if "part" in pairs else [("", pairs)]
    columns = min(2, len(parts))
    lines, (fonts, height) = -(-len(parts) // columns), ((10, 9), 5.4) if columns == 1 else ((7.5, 6.5), 3.1)
    figure, panels = plt.subplots(lines, columns, sharex=True, sharey=True, squeeze=False, figsize=(7.2, height * lines))
    for axes, (name, rows) in zip(panels.flat, parts, strict=False):
        grid = pd.DataFrame(float("nan"), index=systems, columns=systems)
        for row in rows.to_dict("records"):
            for a, b, sign in ((row["first"], row["second"], 1), (row["second"], row["first"], -1)):
                grid.loc[a, b] = sign * row["difference"]
                told = f"{100 * sign * row['difference']:+z.1f}{' ≈' * row['equivalent']}"
                axes.text(systems.index(b), systems.index(a), told, ha="center", va="center", fontsize=fonts[1],
                          color="white" if abs(row["difference"]) > 0.6 * most else "black",
                          weight="bold" if row["p_holm"] < 0.05 else "normal")
        axes.imshow(grid, cmap="PuOr", vmin=-most, vmax=most, aspect="auto")
        axes.set_xticks(range(len(systems)), systems, rotation=45, ha="right", fontsize=fonts[0])
        axes.set_yticks(range(len(systems)), systems, fontsize=fonts[0])
        axes.grid(False)
        axes.set_title(name, fontsize=10)
    for axes in panels.flat[len(parts):]:
        axes.set_visible(False)
    for axes in panels.flat[len(parts) - columns:len(parts)]:  # also above one that isn't there
        axes.tick_params(labelbottom=True)
    figure.suptitle(title)
    figure.tight_layout()
    return figure


def interactions_figure(cells: pd.DataFrame, title: str = "") -> plt.Figure:
    """For each two provenances the mean score without and with the one, in a line for without and with the other, with 95 %
    intervals: parallel lines are gains that add up. ``cells`` are those of `factorial.cell_means`."""
    groups = cells.groupby(["one", "other"], sort=False)
    figure, panels = plt.subplots(1, len(groups), sharey=True, figsize=(7.2, 3.4))
    for axes, ((one, other), rows) in zip(panels, groups, strict=True):
        for with_other, line in rows.groupby("with_other"):
            shift = 0.04 if with_other else -0.04
            axes.errorbar(line["with_one"] + shift, line["estimate"], capsize=3, fmt="o-" if with_other else "o--",
                          yerr=[line["estimate"] - line["low"], line["high"] - line["estimate"]],
                          color=PART_COLOURS[other], label=f"{'with' if with_other else 'without'} {other}")
        axes.set_xticks([0, 1], [f"without\n{one}", f"with\n{one}"])
        axes.set_xlim(-0.3, 1.3)
        axes.legend(frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    panels[0].set_ylabel("Exact match")
    figure.suptitle(title)
    figure.tight_layout()
    return figure


def simplex_figure(table: pd.DataFrame, title: str = "") -> plt.Figure:
    """The seven mixtures where their shares of the three provenances put them, each with its score and interval (points).

    ``table`` has the columns of ``comparison.csv``.
    """
    corners = dict(zip(PART_COLOURS, [(0.5, 0.87), (0.0, 0.0), (1.0, 0.0)], strict=True))
    figure, axes = plt.subplots(figsize=(7.2, 5))
    axes.fill(*zip(*corners.values(), strict=True), facecolor="none", edgecolor="#999999")
    for row in table[table["system"] != "BASE"].to_dict("records"):
        parts = [corners[part] for part in sorted(seen(row["system"]))]
        x, y = (sum(place) / len(parts) for place in zip(*parts, strict=True))
        axes.scatter(x, y, s=130, color=system_colour(row["system"]), zorder=3)
        axes.annotate(f"{row['system']}\n{100 * row['exact_match']:.1f} ({100 * row['low']:.1f} to {100 * row['high']:.1f})",
                      (x, y), xytext=(0, 10 if y else -32), textcoords="offset points", ha="center", fontsize=10,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
    axes.set(xlim=(-0.25, 1.25), ylim=(-0.16, 1.05), aspect="equal")
    axes.axis("off")
    axes.set_title(title)
    return figure


def claims_figure(published: pd.DataFrame, here: pd.DataFrame, title: str = "") -> plt.Figure:
    """Contrasts (first, second, estimate, low, high) of the paper's figures and, below each and joined by a line, of the
    runs here, with intervals; the runs' in the colour of the first system."""
    contrasts = [f"{row['first']} − {row['second']}" for _, row in published.iterrows()]
    figure, axes = plt.subplots(figsize=(7.2, 1.2 + 0.5 * len(contrasts)))
    for table, shift, marker in ((published, -0.15, "s"), (here, 0.15, "o")):
        for number, row in enumerate(table.to_dict("records")):
            colour = "#444444" if table is published else system_colour(row["first"])
            place = contrasts.index(f"{row['first']} − {row['second']}") + shift
            axes.errorbar(row["estimate"], place, fmt=marker, capsize=3, color=colour, markersize=6 if marker == "s" else 8,
                          xerr=[[row["estimate"] - row["low"]], [row["high"] - row["estimate"]]],
                          label=("the paper's figures, worst pairing" if table is published else "runs here")
                          if not number else None)
    both = published.merge(here, on=["first", "second"], suffixes=("_paper", "_here"))
    for row in both.to_dict("records"):
        place = contrasts.index(f"{row['first']} − {row['second']}")
        axes.plot([row["estimate_paper"], row["estimate_here"]], [place - 0.15, place + 0.15], color="#999999", zorder=0)
    axes.axvline(0, color="#444444", linewidth=1)
    axes.set_yticks(range(len(contrasts)), contrasts)
    axes.invert_yaxis()
    axes.set_xlabel("Difference of exact match (share of items), 95 % interval")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False, fontsize=10)
    axes.set_title(title, pad=30)
    return figure


def conditions_figure(means: pd.DataFrame, by: str, title: str = "") -> plt.Figure:
    """Exact match of each system, with its 95 % interval, under each condition (column ``by``), one below the other."""
    conditions, systems = list(dict.fromkeys(means[by])), in_order(means["system"])
    figure, axes = plt.subplots(figsize=(7.2, 1.4 + 0.2 * len(conditions) * max(len(systems), 3)))
    for number, system in enumerate(systems):
        rows = means[means["system"] == system].set_index(by).loc[conditions]
        places = [place + 0.8 / len(systems) * (number - (len(systems) - 1) / 2) for place in range(len(conditions))]
        bars = [rows["exact_match"] - rows["low"], rows["high"] - rows["exact_match"]]
        axes.errorbar(rows["exact_match"], places, xerr=bars, fmt="o", markersize=5, capsize=3, label=system,
                      color=system_colour(system))
    axes.set_yticks(range(len(conditions)), conditions)
    axes.invert_yaxis()
    axes.set_xlabel("Exact match (share of items), 95 % interval")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False, fontsize=10)
    axes.set_title(title, pad=20 + 16 * -(-len(systems) // 4))
    return figure
