"""The share of right answers that humans would find, from a judge and a small human sample.

Both corrections are a few lines here. ppi-python has the second, but depends on a compiler
(numba) and a downloader (gdown); a test checks this one against its numbers.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri

from medinj_utils.comparison.shares import effective_size
from medinj_utils.comparison.unseen import unseen_share

JUDGE, HUMANS = "judge alone", "human sample alone"
ROGAN_GLADEN, PREDICTION_POWERED = "Rogan–Gladen", "prediction-powered"
_Z = ndtri(0.975)


def corrected_prevalence(judged: Sequence, sample_judged: Sequence,
                         sample_labels: Sequence) -> pd.DataFrame:
    """The share of answers that humans would call right, by four methods.

    The sample must be drawn at random from the same answers, at most one of each question: its
    answers count as independent.

    Args:
        judged: the judge's 0 or 1 of each answer outside the human sample.
        sample_judged: the judge's 0 or 1 of each answer in it.
        sample_labels: the humans' 0 or 1 of the same answers.

    Returns:
        ``method``, ``estimate``, ``low``, ``high`` (95 %), in this order: "judge alone" and "human
        sample alone" (Wilson's intervals); "Rogan–Gladen" (`rogan_gladen`) and "prediction-powered"
        (`prediction_powered`).

    Raises:
        ValueError: a value is neither 0 nor 1 (an unreadable verdict is none), there are none, or
            the sample's two columns differ in length.
    """
    from statsmodels.stats.proportion import proportion_confint  # here: it takes a second
    rest, ours, theirs = (_zeros_and_ones(values, what) for values, what in (
        (judged, "judged"), (sample_judged, "sample_judged"), (sample_labels, "sample_labels")))
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} sample_judged and {len(theirs)} sample_labels: need as many")
    alone = [(name, float(values.mean()), *proportion_confint(values.sum(), len(values), 0.05,
                                                              method="wilson"))
             for name, values in ((JUDGE, rest), (HUMANS, theirs))]
    rows = [*alone, (ROGAN_GLADEN, *rogan_gladen(rest, ours, theirs)),
            (PREDICTION_POWERED, *prediction_powered(rest, ours, theirs))]
    return pd.DataFrame(rows, columns=["method", "estimate", "low", "high"])


def rogan_gladen(judged: np.ndarray, sample_judged: np.ndarray, sample_labels: np.ndarray,
                 sample_weights: np.ndarray | None = None) -> tuple[float, float, float]:
    """The judge's share corrected by its sensitivity and specificity (Rogan & Gladen 1978).

    It is (share + specificity − 1) ÷ (sensitivity + specificity − 1). The interval is by the delta
    method, with one success and one failure added to each of the two rates (Lang & Reiczigel 2014).

    Args:
        judged: 0 or 1, outside the sample.
        sample_judged: the judge's 0 or 1 in the sample.
        sample_labels: the humans'.
        sample_weights: how many answers each of the sample stands for, up to a factor; None: as
            many each.

    Returns:
        (estimate, low, high), within 0 and 1. The estimate is NaN, and the interval all of [0, 1],
        where the sample lacks a class or the judge is no better than chance in it.
    """
    stands_for = np.ones(len(sample_labels)) if sample_weights is None else sample_weights
    ones, zeros = sample_labels == 1, sample_labels == 0
    if not ones.any() or not zeros.any():
        return float("nan"), 0.0, 1.0
    right = (sample_labels == sample_judged).astype(float)
    observed = [np.average(right[group], weights=stands_for[group]) for group in (ones, zeros)]
    if sum(observed) <= 1:
        return float("nan"), 0.0, 1.0
    share = judged.mean()
    estimate = _corrected(share, *observed)
    sizes = [effective_size(stands_for[group]) for group in (ones, zeros)]
    rates = [(rate * size + 1) / (size + 2) for rate, size in zip(observed, sizes, strict=True)]
    gain = rates[0] + rates[1] - 1
    if gain <= 0:
        return estimate, 0.0, 1.0
    middle = _corrected(share, *rates)
    variances = [rate * (1 - rate) / size for rate, size in zip(rates, sizes, strict=True)]
    spread = _Z / gain * np.sqrt(share * (1 - share) / len(judged) + middle**2 * variances[0]
                                 + (1 - middle) ** 2 * variances[1])
    return (estimate, float(min(max(middle - spread, 0), estimate)),
            float(max(min(middle + spread, 1), estimate)))


def prediction_powered(judged: np.ndarray, sample_judged: np.ndarray, sample_labels: np.ndarray,
                       judged_weights: np.ndarray | None = None,
                       sample_weights: np.ndarray | None = None) -> tuple[float, float, float]:
    """The judge's share corrected by its mean error in the sample, with a tuned weight.

    Prediction-powered inference of a mean (Angelopoulos et al. 2023) with power tuning (PPI++):
    an uninformative judge gets the weight 0, which leaves the sample alone. For the interval, one
    answer of each of the four kinds that labels and verdicts make is added to the sample, as
    successes and failures are to a share (Agresti & Coull 1998): in small samples of rare answers
    the plain one is too narrow. Where humans and judge agree on the whole sample, or humans gave
    one class alone, it is also as wide as the highest rate of anything else that such a sample
    allows (Clopper & Pearson 1934).

    Args:
        judged: 0 or 1, outside the sample.
        sample_judged: the judge's 0 or 1 in the sample.
        sample_labels: the humans'.
        judged_weights, sample_weights: how much each answer counts in the mean of its kind, 1 on
            average; None: all alike. A sample drawn by strata has as weights what each answer
            stands for.

    Returns:
        (estimate, low, high), within 0 and 1. With weights the interval takes what strata differ by
        for chance, so it is rather too wide.
    """
    outside = np.ones(len(judged)) if judged_weights is None else judged_weights
    inside = np.ones(len(sample_labels)) if sample_weights is None else sample_weights
    n, rest = effective_size(inside), len(judged)
    spread = np.concatenate([sample_judged, judged]).var(ddof=1)
    human, ours = (np.average(values, weights=inside) for values in (sample_labels, sample_judged))
    together = np.average((sample_labels - human) * (sample_judged - ours), weights=inside)
    weight = np.clip(together / ((1 + n / rest) * spread), 0, 1) if spread else 0.0
    corrected = sample_labels - weight * sample_judged
    middle = np.average(corrected, weights=inside)
    estimate = weight * (outside * judged).mean() + middle
    away = outside * (judged - np.average(judged, weights=outside))
    of_rest = weight**2 * (away**2).sum() / rest**2
    added, whole = np.array([0, 1, -weight, 1 - weight]), n + 4
    squares = ((n * inside * (corrected - middle)) ** 2).sum() / inside.sum() ** 2 + (
        (added - added.mean()) ** 2).sum() + 4 * n / whole * (middle - added.mean()) ** 2
    reach = _Z * np.sqrt(of_rest + squares / whole**2)
    shift = (added.sum() - 4 * middle) / whole
    ends = estimate + shift - reach, estimate + shift + reach
    unseen = 0.0
    if (sample_labels == sample_judged).all() or not np.ptp(sample_labels):
        unseen = _Z * np.sqrt(of_rest) + unseen_share(n)
    low, high = min(ends[0], estimate - unseen), max(ends[1], estimate + unseen)
    return tuple(float(np.clip(end, 0, 1)) for end in (estimate, low, high))


def _corrected(share: float, sensitivity: float, specificity: float) -> float:
    return float(np.clip((share + specificity - 1) / (sensitivity + specificity - 1), 0, 1))


def _zeros_and_ones(values: Sequence, what: str) -> np.ndarray:
    given = pd.Series(list(values), dtype=object)
    for position, value in given.items():
        if pd.isna(value) or value not in (0, 1):
            raise ValueError(f"{what}: {value!r} at position {position} is neither 0 nor 1; leave "
                             "unreadable verdicts out and report their number")
    if given.empty:
        raise ValueError(f"{what} is empty")
    return given.to_numpy(dtype=float)
