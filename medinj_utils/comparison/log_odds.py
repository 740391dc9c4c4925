"""The factorial's effects on the scale of log odds, where gains that multiply odds add up."""

import numpy as np
import pandas as pd
from statsmodels.api import GEE
from statsmodels.genmod.families import Binomial

from medinj_utils.comparison.factorial import (
    CELLS,
    factorial_weights,
    group_kind,
    group_name,
    is_factorial,
    part_groups,
)
from medinj_utils.comparison.scores import Scores
from medinj_utils.comparison.unseen import unseen_reach
from medinj_utils.core.names import FACTORS, parts_of


def log_odds_table(scores: Scores) -> pd.DataFrame:
    """As `log_odds_effects`; empty unless all eight systems give right and wrong answers."""
    if not _has_log_odds(scores):
        return pd.DataFrame(columns=["kind", "effect", "estimate", "low", "high"])
    return log_odds_effects(scores)


def _has_log_odds(scores: Scores) -> bool:
    """Whether all eight systems were run, each with 0/1 scores of both kinds."""
    if not is_factorial(scores.systems):
        return False
    cells = _cells(scores)
    return cells.binary and bool(cells.means().between(0, 1, inclusive="neither").all())


def log_odds_effects(scores: Scores) -> pd.DataFrame:
    """Main effects and interactions of the provenances on the scale of log odds.

    A logistic model of right and wrong answers on the three provenances, coded ± ½, is fitted by
    generalised estimating equations (Liang & Zeger 1986), with a cluster-robust covariance.
    Intervals hold for these runs; variation between seeds is not included.

    Args:
        scores: 0/1 scores of the eight systems.

    Returns:
        Columns kind, effect, estimate, low, high (95 %, with what
        `medinj_utils.comparison.unseen` adds).

    Raises:
        ValueError: a system is missing, a score is neither 0 nor 1, or a system is always right or
            always wrong, so that its odds are not finite.
    """
    scores = _checked(scores)
    groups = part_groups()
    design = _design(scores, groups)
    n_items, n_runs = scores.values.shape
    fit = GEE(scores.values.ravel(), np.tile(design, (n_items, 1)),
              np.repeat(scores.cluster, n_runs), family=Binomial()).fit()
    bounds = fit.conf_int()
    return pd.DataFrame([
        {"kind": group_kind(group), "effect": group_name(group), "estimate": fit.params[i]}
        | _ends_with_unseen(scores, group, fit.params[i], bounds[i])
        for i, group in enumerate(groups, start=1)])


def _ends_with_unseen(scores: Scores, group: tuple[str, ...], estimate: float,
                      bounds: np.ndarray) -> dict[str, float]:
    """Ends of an effect's interval, as far as unseen clusters reach in points, on this scale.

    At a share p one point is 1/p(1 − p) in log odds.
    """
    mean = scores.means().mean()
    down, up = (reach / (mean * (1 - mean))
                for reach in unseen_reach(scores, factorial_weights(group)))
    if not (down or up):
        return {"low": bounds[0], "high": bounds[1]}
    return {"low": min(bounds[0], estimate + down), "high": max(bounds[1], estimate + up)}


def _cells(scores: Scores) -> Scores:
    """The scores of the base and the seven mixtures."""
    return scores.of(system for system in scores.systems if system in CELLS.values())


def _checked(scores: Scores) -> Scores:
    if not is_factorial(scores.systems):
        raise ValueError("the factorial needs the base and all seven mixtures; there are: "
                         f"{', '.join(scores.systems)}")
    scores = _cells(scores)
    if not scores.binary:
        raise ValueError("scores other than 0 and 1 have no odds")
    means = scores.means()
    if len(extreme := means[means.isin([0, 1])]):
        raise ValueError(f"{extreme.index[0]} answers all items right, or all wrong: its odds are "
                         "not finite")
    return scores


def _design(scores: Scores, groups: list[tuple[str, ...]]) -> np.ndarray:
    """Runs × (intercept and groups): products of codes ± ½.

    With these codes a product's coefficient is a difference of differences, as the interactions in
    points are.
    """
    design = np.ones((scores.values.shape[1], 1 + len(groups)))
    for system, runs in scores.columns.items():
        code = {part: (part in parts_of(system)) - 0.5 for part in FACTORS}
        design[runs, 1:] = [np.prod([code[part] for part in group]) for group in groups]
    return design
