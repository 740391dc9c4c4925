"""What clusters that nobody has seen may change: the part of an interval that no bootstrap knows.

A bootstrap draws what was seen. Where all clusters agree, on a score or on a difference, it has
nothing to vary and gives an interval without width. Where all but one, two or three agree, more
than 2.5 % of its draws hold none of these (e⁻³ is 5 %, e⁻⁴ 1.8 %), and an end of its interval may
lie where there is nothing to vary. So, in all tables alike:

- a kind of cluster that none of n is of may still be 3.7/n of all: the upper limit of a Poisson
  rate of which nothing was counted (Garwood 1936), in its one-sided form the rule of three (Hanley
  & Lippman-Hand 1983);
- where at most three clusters differ from all others, an interval reaches at least as far as that
  share of the most extreme clusters there could be would take the estimate;
- an interval ends where the scores do: a share lies between 0 and 1, a difference between −1 and 1.

Everywhere else an interval is the bootstrap's alone.
"""

from collections.abc import Mapping

import numpy as np

from medinj_utils.comparison.scores import Scores

#: Clusters that may differ from all others.
_FEW = 3


def unseen_share(clusters: int, level: float = 0.95) -> float:
    """The largest share of all clusters that may be of a kind that none of so many is of.

    Args:
        clusters: number of clusters that were seen.
        level: of the interval.

    Returns:
        Between 0 and 1.
    """
    return float(min(1.0, -np.log((1 - level) / 2) / clusters))


def unseen_reach(scores: Scores, weights: Mapping[str, float],
                 level: float = 0.95) -> tuple[float, float]:
    """How far unseen clusters may take a weighted sum of the systems' means, down and up.

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
    middle = (len(sums) - 1) // 2
    usual = np.partition(sums, middle)[middle]
    differing = int((np.abs(sums - usual) > tolerance).sum())
    if not too_few(differing, len(sums)):
        return 0.0, 0.0
    estimate = scores.item_means[:, columns].mean(axis=0) @ by_weight
    return reach(estimate, _extreme_sums(scores, weights), unseen_share(len(sums), level))


def too_few(differing: float, clusters: int) -> bool:
    """Whether so few clusters differ from all others that unseen ones count.

    Args:
        differing: number of clusters that differ from all others.
        clusters: number of all clusters.
    """
    return differing <= _FEW and 2 * differing < clusters


def reach(estimate: float, ends: tuple[float, float], share: float) -> tuple[float, float]:
    """How far an unseen share at either of the extreme ``ends`` takes an estimate, down and up.

    Args:
        estimate: in the scores' unit.
        ends: (lowest, highest) value that a cluster may have.
        share: of the clusters that may be unseen.

    Returns:
        (at most 0, at least 0), in the scores' unit.
    """
    return float(share * min(ends[0] - estimate, 0)), float(share * max(ends[1] - estimate, 0))


def outer_ends(scores: Scores, weights: Mapping[str, float]) -> tuple[float, float]:
    """Beyond what a weighted sum of the systems' means can't lie; −∞ and ∞ of unbounded scores.

    Only scores that all lie between 0 and 1 are taken to be bounded.

    Args:
        scores: the checked scores.
        weights: by system.

    Returns:
        (lowest, highest).
    """
    return _extreme_sums(scores, weights) if scores.limits == (0, 1) else (-np.inf, np.inf)


def _extreme_sums(scores: Scores, weights: Mapping[str, float]) -> tuple[float, float]:
    """The lowest and the highest weighted sum of scores within their limits."""
    ends = np.multiply.outer(list(weights.values()), scores.limits)
    return float(ends.min(axis=1).sum()), float(ends.max(axis=1).sum())
