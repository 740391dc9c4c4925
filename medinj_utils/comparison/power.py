"""How large a study has to be: from how often exactly one of two systems is right, and how much questions hang together.

For 0/1 scores of the same questions, a share ``one_alone`` of which only one of two systems answers right, the number of
questions that shows a difference of the means with a given power is that of McNemar's test (Connor 1987), times the design
effect: by how much the variance of the difference is larger than if questions were independent (Kish 1965). What runs with
other seeds add is not in it: that falls with more runs and not with more questions, and is planned for by
`detectable_with_runs`.
"""

from itertools import combinations, product

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm

from medinj_utils.comparison.resampling import by_cluster, checked


def items_needed(difference: float, one_alone: float, design_effect: float = 1.0, power: float = 0.8,
                 level: float = 0.05) -> int:
    """Questions that show a ``difference`` (share of questions) with this power in a two-sided test of this level."""
    if not 0 < abs(difference) <= one_alone <= 1:
        raise ValueError(f"a difference of {difference} can't come from a share of {one_alone} that one system alone "
                         "answers right: need 0 < difference <= one_alone <= 1")
    spread = norm.isf(level / 2) * np.sqrt(one_alone) + norm.ppf(power) * np.sqrt(one_alone - difference**2)
    exact = 1 / abs(difference)  # what the exact test needs beside the normal approximation
    return int(np.ceil(design_effect * ((spread / difference) ** 2 + exact)))


def detectable(items: int, one_alone: float, design_effect: float = 1.0, power: float = 0.8, level: float = 0.05) -> float:
    """The smallest difference that so many questions show with this power; NaN where not even the largest one shows."""
    if not one_alone or items_needed(one_alone, one_alone, design_effect, power, level) > items:
        return float("nan")
    return float(brentq(lambda d: items_needed(d, one_alone, design_effect, power, level) - items - 0.5, 1e-6, one_alone))


def detectable_with_runs(items: int, one_alone: float, spread: float, runs: int, design_effect: float = 1.0,
                         power: float = 0.8, level: float = 0.05) -> float:
    """The smallest difference that ``runs`` of each system on so many questions show with this power, by the normal
    approximation: the variance of the difference is that of the questions and, twice, ``spread``² (of
    `resampling.spread_of_runs`) over the runs. What more runs take from chance on single questions is left out, which errs
    on the safe side."""
    reach = norm.isf(level / 2) + norm.ppf(power)

    def short(d: float) -> float:
        return reach * np.sqrt(design_effect * max(one_alone - d**2, 0) / items + 2 * spread**2 / runs) - d

    return float(brentq(short, 0, 1)) if short(1) < 0 < one_alone else float("nan")


def runs_needed(difference: float, items: int, one_alone: float, spread: float, design_effect: float = 1.0,
                power: float = 0.8, level: float = 0.05) -> float:
    """Runs of each system that show a ``difference`` on so many questions with this power, by the approximation of
    `detectable_with_runs`; infinite where no number of runs does, since there are too few questions."""
    reach = norm.isf(level / 2) + norm.ppf(power)
    left = (difference / reach) ** 2 - design_effect * max(one_alone - difference**2, 0) / items
    return max(1.0, float(np.ceil(2 * spread**2 / left))) if left > 0 else float("inf")


def discordance(scores: pd.DataFrame, clusters=None) -> pd.DataFrame:
    """By pair of systems: first, second, one_alone, design_effect, both of single runs (means over all pairs of their runs).
    ``scores`` (0/1) and ``clusters`` as `compare_pairs` takes them."""
    told = checked(scores, clusters)
    if not np.isin(told.values, (0, 1)).all():
        raise ValueError("scores other than 0 and 1: one system alone being right is of right and wrong answers")
    rows = []
    for a, b in combinations(range(len(told.systems)), 2):
        apart = np.stack([told.values[:, i] - told.values[:, j]
                          for i, j in product(told.columns[a], told.columns[b])], axis=1)
        alone, apart = np.abs(apart).mean(), apart - apart.mean(axis=0)
        sums = by_cluster(apart, told.cluster)
        rows.append({"first": told.systems[a], "second": told.systems[b], "one_alone": float(alone),
                     "design_effect": float((sums**2).sum() / (apart**2).sum()) if apart.any() else 1.0})
    return pd.DataFrame(rows)


def power_curves(lines: dict[str, tuple[float, float]], power: float = 0.8) -> pd.DataFrame:
    """Smallest difference, in points, that is shown with this power, over the number of questions (index); by name of a line
    its (one_alone, design_effect)."""
    items = np.unique(np.logspace(2, 5, 60).round().astype(int))
    return pd.DataFrame({name: [100 * detectable(n, one_alone, effect, power) for n in items]
                         for name, (one_alone, effect) in lines.items()}, index=pd.Index(items, name="questions"))


def power_figure(curves: pd.DataFrame, power: float = 0.8, title: str = "") -> plt.Figure:
    """The `power_curves`."""
    figure, axes = plt.subplots()
    items = curves.index
    for name, dash in zip(curves, ["-", "--", ":", "-."], strict=False):
        axes.plot(items, curves[name], dash, color="#444444", label=name)
    axes.set(xlim=(items[0], items[-1]), ylim=(0.4, 60), xscale="log", yscale="log")
    axes.set_yticks([0.5, 1, 2, 5, 10, 20], ["0.5", "1", "2", "5", "10", "20"])
    axes.set_xlabel("Test questions")
    axes.set_ylabel(f"Smallest difference shown\nwith {power:.0%} power (points)")
    axes.legend(frameon=False, fontsize=9)
    axes.set_title(title)
    return figure
