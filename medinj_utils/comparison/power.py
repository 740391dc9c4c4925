"""How large a study has to be: from the discordance rate of two systems, and from clusters.

For 0/1 scores of the same questions, of which a share ``discordance`` is answered right by exactly
one of two systems, the number of questions that shows a difference of the means with a given power
is that of McNemar's test (Connor 1987) at 5 %, times the design effect: by how much the variance
of the difference is larger than if questions were independent (Kish 1965). Variation
between seeds is not included: it falls with more runs and not with more questions, and
`detectable_with_runs` plans for it.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations, product

import numpy as np
import pandas as pd
import scipy
from scipy.special import ndtri

from medinj_utils.comparison.scores import Scores, cluster_sums

_LEVEL = 0.05  # of the two-sided test


@dataclass(frozen=True)
class Case:
    """What decides how many questions two systems need.

    Args:
        discordance: share of questions that exactly one of them answers right.
        design_effect: how many times as many questions are needed because some are clustered.
    """

    discordance: float
    design_effect: float = 1.0


@cache
def _quantiles(power: float) -> tuple[float, float]:
    """Of the normal distribution: for the test's level, and for the power."""
    return -float(ndtri(_LEVEL / 2)), float(ndtri(power))


def items_needed(difference: float, case: Case, power: float = 0.8) -> int:
    """Questions that show a difference of two means with this power.

    Args:
        difference: as a share of the questions.
        case: the two systems.
        power: chance that a difference of this size is found.

    Returns:
        A whole number of questions, clusters and the exact test allowed for.

    Raises:
        ValueError: the difference is 0 or larger than the discordance rate.
    """
    if not 0 < abs(difference) <= case.discordance <= 1:
        raise ValueError(f"a difference of {difference} can't come from a discordance rate of "
                         f"{case.discordance}: need 0 < difference <= discordance <= 1")
    of_level, of_power = _quantiles(power)
    spread = (of_level * np.sqrt(case.discordance)
              + of_power * np.sqrt(case.discordance - difference**2))
    exact = 1 / abs(difference)  # what the exact test needs beside the normal approximation
    return int(np.ceil(case.design_effect * ((spread / difference) ** 2 + exact)))


def detectable(items: int, case: Case, power: float = 0.8) -> float:
    """The smallest difference that can be detected with a number of questions.

    Args:
        items: number of questions.
        case: the two systems.
        power: chance that a difference of this size is found.

    Returns:
        As a share of the questions; NaN where no difference can be detected.
    """
    largest = case.discordance
    if not largest or items_needed(largest, case, power) > items:
        return float("nan")
    return float(scipy.optimize.brentq(
        lambda d: items_needed(d, case, power) - items - 0.5, 1e-6, largest))


def detectable_with_runs(items: int, case: Case, spread: float, runs: int,
                         power: float = 0.8) -> float:
    """The smallest difference that can be detected with several runs of each system.

    By the normal approximation: the variance of the difference is that of the questions and,
    twice, the runs' own variance over their number. That more runs also reduce chance on
    single questions is left out, which is conservative.

    Args:
        items: number of questions.
        case: the two systems.
        spread: standard deviation of `medinj_utils.comparison.resampling.run_spread`.
        runs: number of runs of each system.
        power: chance that a difference of this size is found.

    Returns:
        As a share of the questions; NaN where none can be detected, or the two always answer alike.
    """
    quantiles = sum(_quantiles(power))

    def shortfall(d: float) -> float:
        return quantiles * np.sqrt(_item_variance(d, items, case) + 2 * spread**2 / runs) - d

    if not shortfall(1) < 0 < case.discordance:
        return float("nan")
    return float(scipy.optimize.brentq(shortfall, 0, 1))


def _item_variance(difference: float, items: int, case: Case) -> float:
    """Variance of a difference that comes from the questions."""
    return case.design_effect * max(case.discordance - difference**2, 0) / items


def runs_needed(difference: float, items: int, case: Case, spread: float,
                power: float = 0.8) -> float:
    """Runs of each system needed to detect a difference (see `detectable_with_runs`).

    Args:
        difference: as a share of the questions.
        items: number of questions.
        case: the two systems.
        spread: standard deviation of `medinj_utils.comparison.resampling.run_spread`.
        power: chance that a difference of this size is found.

    Returns:
        A whole number, at least 1; infinite where no number of runs shows it, since there are too
        few questions.
    """
    quantiles = sum(_quantiles(power))
    left = (difference / quantiles) ** 2 - _item_variance(difference, items, case)
    return max(1.0, float(np.ceil(2 * spread**2 / left))) if left > 0 else float("inf")


def discordances(scores: Scores) -> pd.DataFrame:
    """Discordance rate and design effect of each pair of systems.

    Args:
        scores: 0/1 scores.

    Returns:
        Columns first, second, discordance, design_effect, both of single runs: means over all
        pairs of their runs.

    Raises:
        ValueError: scores are not 0 and 1.
    """
    if not scores.binary:
        raise ValueError("discordance needs scores of 0 and 1")
    rows = []
    for first, second in combinations(scores.systems, 2):
        runs = product(scores.columns[first], scores.columns[second])
        apart = np.stack([scores.values[:, a] - scores.values[:, b] for a, b in runs], axis=1)
        centred = apart - apart.mean(axis=0)
        sums = cluster_sums(centred, scores.cluster)
        effect = float((sums**2).sum() / (centred**2).sum()) if centred.any() else 1.0
        rows.append({"first": first, "second": second, "discordance": float(np.abs(apart).mean()),
                     "design_effect": effect})
    return pd.DataFrame(rows)


def with_detectable(pairs: pd.DataFrame, items: int, power: float = 0.8) -> pd.DataFrame:
    """`discordances` with ``shown here``: the smallest detectable difference, as a share.

    Args:
        pairs: of `discordances`.
        items: number of questions.
        power: chance that a difference of this size is found.
    """
    shown = [detectable(items, Case(discordance, effect), power) for discordance, effect
             in pairs[["discordance", "design_effect"]].itertuples(index=False)]
    return pairs.assign(**{"shown here": shown})
