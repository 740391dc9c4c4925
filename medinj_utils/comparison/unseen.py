"""Intervals that allow for clusters that the sample does not contain.

A bootstrap resamples observed clusters only. Where all clusters agree, on a score or on a
difference, nothing varies and its interval has no width. Where all but a few agree, the interval
rests on these few: with four that all favour one system it excludes zero, although a sign test has
p = 0.125 for four, 0.06 (2 · 2⁻⁵) for five and 0.03 for six. All tables therefore follow one rule:

- A kind of cluster that is absent from a sample of n may still be 1 − 0.025^(1/n) of all clusters,
  about 3.7/n: the upper limit of a share with a count of zero (Clopper & Pearson 1934), whose
  one-sided form is the rule of three (Hanley & Lippman-Hand 1983). Six clusters that all favour one
  system thus exclude zero, as their sign test does.
- Where at most five clusters differ from all others, or there are at most five, the interval
  extends at least as far as that share of the most extreme possible clusters would move the
  estimate.
- It then also includes the value of all other clusters, such as zero, if clusters can lie on either
  side of that value. A share can't lie below 0, so a share of 4 % keeps its lower end.
- The p-value and the interval of two systems never contradict each other. Where the test has
  p ≥ 0.05, the interval includes zero. Where the interval includes zero because few clusters are
  known, p is the level at which it still does (`medinj_utils.comparison.resampling.Resampled`).
- An interval stays within the range of the scores: 0 to 1 for a share, −1 to 1 for a difference.
  Other scores have no known range. An unseen cluster is then assumed to be as far from the
  estimate, on either side, as the farther end of the observed range; equal scores have no such
  range.

In all other cases the interval is that of the bootstrap.
"""

from collections.abc import Mapping

import numpy as np

from medinj_utils.comparison.scores import Scores

#: Clusters that may differ from all others: all on one side they are no evidence at 5 %.
_FEW = 5


def unseen_share(clusters: float, level: float = 0.95) -> float:
    """The largest plausible share of a kind of cluster that is absent from a sample.

    Args:
        clusters: number of observed clusters; with weights, their effective number.
        level: of the interval.

    Returns:
        Between 0 and 1.
    """
    return float(1 - ((1 - level) / 2) ** (1 / clusters))


def unseen_reach(scores: Scores, weights: Mapping[str, float],
                 level: float = 0.95) -> tuple[float, float]:
    """How far unseen clusters may move a weighted sum of the systems' means, down and up.

    Args:
        scores: the checked scores.
        weights: of the systems.
        level: of the interval.

    Returns:
        (at most 0, at least 0), in the scores' unit; both 0 where more than a few clusters differ.
    """
    columns = [scores.systems.index(system) for system in weights]
    by_weight = np.array(list(weights.values()))
    sums = scores.cluster_means[:, columns] @ by_weight
    tolerance = 1e-9 * np.abs(by_weight).sum() * max(map(abs, scores.limits))
    usual, differing = usual_of(sums, tolerance)
    if not too_few(differing):
        return 0.0, 0.0
    estimate = scores.item_means[:, columns].mean(axis=0) @ by_weight
    ends = _extreme_sums(scores, weights)
    if not scores.bounded:
        farthest = max(estimate - ends[0], ends[1] - estimate)
        ends = (estimate - farthest, estimate + farthest)
    return reach(estimate, ends, unseen_share(len(sums), level), usual)


def usual_of(sums: np.ndarray, tolerance: float) -> tuple[float | None, int]:
    """What most clusters show, and how many show something else.

    Args:
        sums: of each cluster.
        tolerance: largest difference of two equal values.

    Returns:
        (the common value, number of clusters that differ); if all of several clusters differ,
        (None, their number).
    """
    ordered = np.sort(sums)
    groups = np.split(ordered, np.flatnonzero(np.diff(ordered) > tolerance) + 1)
    largest = max(groups, key=len)
    if len(largest) == 1 < len(sums):
        return None, len(sums)
    return float(largest[0]), len(sums) - len(largest)


def too_few(differing: float) -> bool:
    """Whether so few clusters differ from all others that unseen ones count.

    Args:
        differing: number of clusters that differ from all others.
    """
    return differing <= _FEW


def reach(estimate: float, ends: tuple[float, float], share: float,
          usual: float | None) -> tuple[float, float]:
    """How far an unseen share of clusters at the extremes moves an estimate, down and up.

    Args:
        estimate: in the scores' unit.
        ends: (lowest, highest) value that a cluster may have.
        share: of the clusters that may be unseen.
        usual: value of most clusters, which the interval includes if it lies between the ends.

    Returns:
        (at most 0, at least 0), in the scores' unit.
    """
    to_usual = 0.0
    if usual is not None and ends[0] < usual < ends[1]:
        to_usual = (usual - estimate) * (1 + 1e-12)  # no rounding keeps it from being reached
    return (float(min(share * (ends[0] - estimate), to_usual, 0)),
            float(max(share * (ends[1] - estimate), to_usual, 0)))


def agreement_ends(ends: tuple[float, float], estimate: float, expected: float,
                   differs: np.ndarray, question: np.ndarray,
                   ones: np.ndarray | None = None) -> tuple[float, float]:
    """The interval of a measure of agreement, widened for unseen questions.

    The measure is 1 − (observed ÷ ``expected`` share of differing answers), as Cohen's κ is. For
    the share of equal answers, ``expected`` is 1.

    Args:
        ends: (low, high) by the bootstrap.
        estimate: of the figure.
        expected: share of differing answers at which the measure is 0.
        differs: whether the two differ on each answer.
        question: number of each answer's question.
        ones: mean of the ratings of each answer, where what is expected hangs on it: where all are
            0 but a few, the figure hangs on the few that all call 1.

    Returns:
        (low, high), wider where few questions show a difference, or few show agreement.
    """
    low, high = ends
    observed, unseen = (1 - estimate) * expected, unseen_share(len(np.unique(question)))
    if too_few(len(np.unique(question[differs]))):
        low = min(low, 1 - (observed + unseen * (1 - observed)) / expected)
    if too_few(len(np.unique(question[~differs]))):
        high = max(high, 1 - observed * (1 - unseen) / expected)
    for value in (0, 1) if ones is not None else ():
        if too_few(len(np.unique(question[ones == value]))):
            mean = ones.mean()
            moved = (1 - unseen) * mean + unseen * value
            wider = expected * moved * (1 - moved) / (mean * (1 - mean))
            high = max(high, 1 - observed * (1 - unseen) / wider)
    return low, high


def outer_ends(scores: Scores, weights: Mapping[str, float]) -> tuple[float, float]:
    """The possible range of a weighted sum of the systems' means; −∞ and ∞ of unbounded scores.

    Only scores that all lie between 0 and 1 are taken to be bounded.

    Args:
        scores: the checked scores.
        weights: by system.

    Returns:
        (lowest, highest).
    """
    return _extreme_sums(scores, weights) if scores.bounded else (-np.inf, np.inf)


def _extreme_sums(scores: Scores, weights: Mapping[str, float]) -> tuple[float, float]:
    """The lowest and the highest weighted sum of scores within their limits."""
    ends = np.multiply.outer(list(weights.values()), scores.limits)
    return float(ends.min(axis=1).sum()), float(ends.max(axis=1).sum())
