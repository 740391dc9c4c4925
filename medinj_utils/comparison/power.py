"""How large a study has to be: from how often exactly one of two systems is right, and how much questions hang together.

For 0/1 scores of the same questions, a share ``one_alone`` of which only one of two systems answers right, the number of
questions that shows a difference of the means with a given power is that of McNemar's test (Connor 1987), times the design
effect: by how much the variance of the difference is larger than if questions were independent (Kish 1965). What runs with
other seeds add is not in it: that falls with more runs and not with more questions, and is planned for by
`detectable_with_runs`.
"""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm

from medinj_utils.comparison.resampling import checked


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


def spread_of_runs(scores: pd.DataFrame) -> tuple[float, int]:
    """(standard deviation of a system's mean score from one seed to another on the same items, pooled over the systems; how
    many runs beyond the first of each it rests on). NaN where no system has two runs. ``scores`` as for `discordance`."""
    told = checked(scores)
    means = [told.values[:, column].mean(axis=0) for column in told.columns]
    freedom = sum(len(own) - 1 for own in means)
    squares = sum(((own - own.mean()) ** 2).sum() for own in means)
    return (float(np.sqrt(squares / freedom)), freedom) if freedom else (float("nan"), 0)


def detectable_with_runs(items: int, one_alone: float, spread: float, runs: int, design_effect: float = 1.0,
                         power: float = 0.8, level: float = 0.05) -> float:
    """The smallest difference that ``runs`` of each system on so many questions show with this power, by the normal
    approximation: the variance of the difference is that of the questions and, twice, ``spread``² over the runs."""
    reach = norm.isf(level / 2) + norm.ppf(power)

    def short(d: float) -> float:
        return reach * np.sqrt(design_effect * max(one_alone - d**2, 0) / items + 2 * spread**2 / runs) - d

    return float(brentq(short, 0, 1)) if short(1) < 0 < one_alone else float("nan")


def discordance(scores: pd.DataFrame, clusters=None) -> pd.DataFrame:
    """By pair of systems: first, second, one_alone (mean over the seeds that both have), design_effect. ``scores`` (0/1) and
    ``clusters`` as `compare_pairs` takes them."""
    told = checked(scores, clusters)
    if not np.isin(told.values, (0, 1)).all():
        raise ValueError("scores other than 0 and 1: one system alone being right is of right and wrong answers")
    means, rows = told.means(), []
    for a, b in combinations(range(len(told.systems)), 2):
        alone = [told.values[:, i] != told.values[:, j] for i, j in zip(told.columns[a], told.columns[b], strict=False)]
        apart = means[:, a] - means[:, b] - (means[:, a] - means[:, b]).mean()
        naive = (apart**2).sum()
        shared = (np.bincount(told.cluster, weights=apart) ** 2).sum()
        rows.append({"first": told.systems[a], "second": told.systems[b], "one_alone": float(np.mean(alone)),
                     "design_effect": float(shared / naive) if naive else 1.0})
    return pd.DataFrame(rows)


def power_figure(lines: dict[str, tuple[float, float]], title: str = "") -> plt.Figure:
    """Smallest difference that is shown with 80 % power over the number of questions; by name of a line its (one_alone,
    design_effect)."""
    figure, axes = plt.subplots()
    items = np.unique(np.logspace(2, 5, 60).round().astype(int))
    for (name, (one_alone, effect)), dash in zip(lines.items(), ["-", "--", ":", "-."], strict=False):
        axes.plot(items, [100 * detectable(n, one_alone, effect) for n in items], dash, color="#444444", label=name)
    axes.set(xlim=(items[0], items[-1]), ylim=(0.4, 60), xscale="log", yscale="log")
    axes.set_yticks([0.5, 1, 2, 5, 10, 20], ["0.5", "1", "2", "5", "10", "20"])
    axes.set_xlabel("Test questions")
    axes.set_ylabel("Smallest difference shown\nwith 80 % power (points)")
    axes.legend(frameon=False, fontsize=9)
    axes.set_title(title)
    return figure
