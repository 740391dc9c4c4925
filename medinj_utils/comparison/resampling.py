"""Bootstrap draws of the systems' mean scores, from which this room computes its intervals.

Uncertainty has up to two levels. Items are resampled (whole clusters of them where clusters are
given), for all systems together, which keeps the pairing (Efron & Tibshirani, An Introduction to
the Bootstrap, 1993). Where systems were tuned with several seeds, other seeds would have given
other runs: two or three runs are too few to be drawn from, so this level is a t-distribution with
one variance, pooled over all systems; the base has no such level. Intervals are 95 % percentile
intervals of both levels together.

With few clusters the bootstrap underestimates the spread: it divides by n, not n − 1, and uses
normal in place of Student's quantiles. Draws are spread by the factor by which both widen a 95 %
interval (the expanded percentile interval of Hesterberg 2015). Draws depend on the seed alone, not
on how many are made at once. `medinj_utils.comparison.unseen` allows for clusters that
the sample does not contain.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from medinj_utils.comparison.drawing import drawn_totals
from medinj_utils.comparison.inference import better, interval, mcnemar, sign_flips, two_sided
from medinj_utils.comparison.scores import (
    SMALL,
    Scores,
    check_scores,
    cluster_sums,
    draw_blocks,
)
from medinj_utils.comparison.unseen import outer_ends, unseen_reach
from medinj_utils.core.names import BASE

#: Significance level: systems differ where p is below it; intervals have the level 1 − this.
TAIL = 0.05


class Estimate(NamedTuple):
    """An estimate and the ends of its 95 % interval.

    Attributes:
        estimate: in the scores' unit.
        low: lower end.
        high: upper end.
    """

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Resampled:
    """Scores with one bootstrap of them, shared by every analysis of these scores.

    Args:
        scores: the checked scores.
        draws: resamples × systems: the mean score of each system in each draw.
        seed: of the draws.
    """

    scores: Scores
    draws: pd.DataFrame
    seed: int = 0

    @cached_property
    def means(self) -> pd.Series:
        """Mean score of each system, over its runs."""
        return self.scores.means()

    @cached_property
    def exact(self) -> bool:
        """Whether pairs are tested exactly: 0/1 scores of single runs without clusters."""
        scores = self.scores
        return bool(not scores.clustered and np.isin(scores.item_means, (0, 1)).all())

    @cached_property
    def p_values(self) -> dict[frozenset[str], float]:
        """p-value of each pair of systems: of its test, or the largest that interval or draws give.

        With several runs it is never below the bootstrap's, which includes the variation between
        seeds. Where the 95 % interval includes zero because few clusters are known, it is the
        level at which it still does.
        """
        scores = self.scores
        pairs = list(combinations(scores.systems, 2))
        columns = {system: scores.item_means[:, i] for i, system in enumerate(scores.systems)}
        differences = np.stack([columns[a] - columns[b] for a, b in pairs], axis=1)
        if self.exact:
            tested = [mcnemar(*better(difference)) for difference in differences.T]
        else:
            tested = sign_flips(differences, scores.cluster, len(self.draws), self.seed)
        several = {system: len(runs) > 1 for system, runs in scores.columns.items()}
        return {frozenset(pair): self._p_value(pair, float(p), any(several[one] for one in pair))
                for pair, p in zip(pairs, tested, strict=True)}

    def _p_value(self, pair: tuple[str, str], p: float, several: bool) -> float:
        """The p-value of a pair from that of its test: the largest that interval or draws give."""
        weights = dict(zip(pair, (1.0, -1.0), strict=True))
        drawn = self.drawn(weights)
        if several:
            p = max(p, two_sided(drawn))

        def holds_zero(tail: float) -> bool:
            low, high = self._reaching(weights, interval(drawn, 1 - tail), 1 - tail)
            return low <= 0 <= high

        if p >= TAIL or not holds_zero(TAIL):
            return p
        below, above = TAIL, 1.0
        for _ in range(12):  # halves: to 0.0002
            middle = (below + above) / 2
            below, above = (middle, above) if holds_zero(middle) else (below, middle)
        return above

    def contrast(self, weights: Mapping[str, float], level: float = 0.95) -> Estimate:
        """A weighted sum of the systems' mean scores, with its interval.

        Args:
            weights: by system.
            level: of the interval.

        Returns:
            In the scores' unit.
        """
        estimate = sum(weight * self.means[system] for system, weight in weights.items())
        ends = interval(self.drawn(weights), level)
        return Estimate(float(estimate), *self.with_unseen(weights, ends, level))

    def drawn(self, weights: Mapping[str, float]) -> pd.Series:
        """The draws of a weighted sum of the systems' mean scores."""
        return sum(weight * self.draws[system] for system, weight in weights.items())

    def with_unseen(self, weights: Mapping[str, float], ends: tuple[float, float],
                    level: float = 0.95) -> tuple[float, float]:
        """The ends of an interval of `contrast`, widened for unseen clusters.

        That of a difference of two systems excludes zero only where the pair's p-value is below
        1 − ``level``.

        Args:
            weights: by system.
            ends: (low, high) of the interval by the draws.
            level: of the interval.

        Returns:
            (low, high), in the scores' unit.
        """
        low, high = self._reaching(weights, ends, level)
        is_pair = sorted(weights.values()) == [-1, 1]
        if is_pair and (low > 0 or high < 0) and self.p_values[frozenset(weights)] >= 1 - level:
            return min(low, 0.0), max(high, 0.0)
        return low, high

    def _reaching(self, weights: Mapping[str, float], ends: tuple[float, float],
                  level: float) -> tuple[float, float]:
        estimate = sum(weight * self.means[system] for system, weight in weights.items())
        down, up = unseen_reach(self.scores, weights, level)
        low = min(ends[0], estimate + down) if down else ends[0]
        high = max(ends[1], estimate + up) if up else ends[1]
        bottom, top = outer_ends(self.scores, weights)
        return float(max(low, bottom)), float(min(high, top))


def resample(scores: pd.DataFrame, resamples: int = 10_000, seed: int = 0,
             clusters: Sequence | pd.Series | None = None,
             same_runs: Mapping[str, str] | None = None) -> Resampled:
    """Draw a bootstrap of the systems' mean scores.

    Args:
        scores: items × systems, or × (system, seed): numbers without gaps.
        resamples: number of draws.
        seed: of the random numbers.
        clusters: one label per item, as `check_scores` takes them.
        same_runs: by system, a name for its runs, where several columns are scores of the same runs
            (under other conditions, say): they vary together.

    Returns:
        The checked scores with resamples × systems draws of their means.

    Raises:
        ValueError: ``resamples`` is below 1, or as `check_scores`.
    """
    if resamples < 1:
        raise ValueError(f"resamples is {resamples}; need at least 1 (10,000 to be shown)")
    checked = check_scores(scores, clusters)
    if checked.n_clusters < SMALL:
        units = "clusters" if checked.clustered else "items"
        warnings.warn(f"only {checked.n_clusters} independent {units}: bootstrap intervals of "
                      f"fewer than {SMALL} are rough", stacklevel=2)
    names = [(same_runs or {}).get(system, system) for system in checked.systems]
    draws = _item_draws(checked, resamples, seed) + _run_draws(checked, names, resamples, seed)
    return Resampled(checked, pd.DataFrame(draws, columns=checked.systems), seed)


def _item_draws(scores: Scores, resamples: int, seed: int) -> np.ndarray:
    """Resamples × systems: mean scores over clusters of items that are drawn with replacement."""
    n_clusters = scores.n_clusters
    counted = np.column_stack([scores.values, np.ones(len(scores.values))])  # the last counts items
    sums = cluster_sums(counted, scores.cluster)
    # Clusters with the same scores are drawn together: eight systems right or wrong on single items
    # are 256 kinds at most.
    kinds, times = np.unique(sums, axis=0, return_counts=True)
    if 16 * len(kinds) < n_clusters:
        # A stream of its own, also where the scores were simulated with this seed.
        rng = np.random.default_rng([seed, 1])
        totals = np.concatenate([rng.multinomial(n_clusters, times / n_clusters, size=n) @ kinds
                                 for n in draw_blocks(resamples, len(kinds))])
    else:
        totals = drawn_totals(sums, resamples, seed)
    means = totals[:, :-1] / totals[:, -1:]
    total = sums.sum(axis=0)
    means += (widening(n_clusters) - 1) * (means - total[:-1] / total[-1])
    return np.stack([means[:, runs].mean(axis=1) for runs in scores.columns.values()], axis=1)


def widening(n_clusters: float) -> float:
    """The factor by which draws are spread, given the number of clusters; 1 for one cluster."""
    if n_clusters == 1:
        return 1.0
    return float(stdtrit(n_clusters - 1, 0.975) / ndtri(0.975)
                 * np.sqrt(n_clusters / (n_clusters - 1)))


def _run_draws(scores: Scores, names: list[str], resamples: int, seed: int) -> np.ndarray:
    """Resamples × systems: variation of the means between seeds.

    Args:
        scores: the checked scores.
        names: by system, the name of its runs; those of one name vary together.
        resamples: number of draws.
        seed: of the random numbers.
    """
    spread, _ = run_spread(scores)
    if not spread:
        return np.zeros((resamples, len(names)))
    runs_of = dict(zip(names, scores.columns.values(), strict=True))
    freedom = sum(len(runs) - 1 for runs in runs_of.values())  # runs of one name count once
    # One variance for all, known from few runs: so a t-distribution.
    variance = freedom / np.random.default_rng([seed, 4]).chisquare(freedom, size=resamples)
    known = list(dict.fromkeys(names))
    drawn = np.random.default_rng([seed, 3]).normal(size=(resamples, len(known)))
    drawn *= np.sqrt(variance)[:, None]
    error = np.array([0.0 if name == BASE and len(runs) == 1 else spread / np.sqrt(len(runs))
                      for name, runs in zip(names, scores.columns.values(), strict=True)])
    return error * drawn[:, [known.index(name) for name in names]]


def _run_variance(values: np.ndarray, cluster: np.ndarray) -> tuple[float, float]:
    """Variance between the means of one system's runs, and how much of it is chance on items.

    Chance is the interaction of items and runs in an analysis of variance, by cluster: it falls
    with more items, and what is left of the variance doesn't.

    Args:
        values: items × runs of one system.
        cluster: number of each item's cluster.

    Returns:
        (variance, part of it that chance explains), both 0 for a single run.
    """
    runs = values.shape[1]
    if runs < 2:
        return 0.0, 0.0
    means = values.mean(axis=0)
    residuals = values - means
    residuals -= residuals.mean(axis=1, keepdims=True)
    chance = (cluster_sums(residuals, cluster) ** 2).sum() / (runs - 1) / len(values) ** 2
    return float(means.var(ddof=1)), float(chance)


def run_spread(scores: Scores) -> tuple[float, int]:
    """The standard deviation of a system's mean score between seeds.

    Returns:
        (standard deviation, pooled over the systems, without what chance on items adds; degrees of
        freedom: runs beyond the first of each system). 0 where chance explains all, or where no
        system has two runs.
    """
    pooled, freedom = 0.0, 0
    for runs in scores.columns.values():
        between, chance = _run_variance(scores.values[:, runs], scores.cluster)
        pooled += (len(runs) - 1) * (between - chance)
        freedom += len(runs) - 1
    return float(np.sqrt(max(pooled / max(freedom, 1), 0.0))), freedom
