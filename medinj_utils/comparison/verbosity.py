"""The effect of an answer's length on its score, at a fixed human label."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from medinj_utils.comparison.inference import interval_where_defined
from medinj_utils.comparison.resampling import widening
from medinj_utils.comparison.weighted import question_weights

BOTH = "both"
#: Human labels of the answers that an effect is taken of.
LABELS = (BOTH, "0", "1")
COLUMNS = ["scorer", "label", "estimate", "low", "high", "n"]


class Written(NamedTuple):
    """Answers with a human label, and how long they are.

    Attributes:
        labels: 0 or 1 of each answer.
        questions: which question each answers.
        words: number of words of each; 0 counts as 1.
    """

    labels: Sequence
    questions: Sequence
    words: Sequence


def length_effects(answers: Written, scores: pd.DataFrame, resamples: int = 2_000,
                   seed: int = 0) -> pd.DataFrame:
    """The change of the score that goes with a doubling of the length, at a fixed human label.

    It is the slope of a linear regression of the score on the logarithm of the words to base 2,
    with a level of its own for each label. With scores of 0 and 1 it is in shares of verdicts.
    Whole questions are resampled for the intervals. It describes answers as they were written: what
    length does by itself is shown by edits (`medinj_utils.comparison.edited`).

    Args:
        answers: the labelled answers.
        scores: answers × scorers; NaN where there is none.
        resamples: number of draws.
        seed: of the random numbers.

    Returns:
        A row per scorer and label (`LABELS`): ``estimate``, ``low``, ``high`` (95 %), in the
        score's unit per doubling, and ``n``. NaN where answers of one label are all equally long.
    """
    question, known = pd.factorize(np.asarray(answers.questions, dtype=object))
    labels = np.asarray(answers.labels, dtype=float)
    length = np.log2(np.maximum(np.asarray(answers.words, dtype=float), 1))
    rows = []
    for name in scores:
        given = scores[name].to_numpy(dtype=float)
        for label in LABELS:
            wanted = np.isfinite(given) & ((label == BOTH) | (labels == float(label == "1")))
            there = np.flatnonzero(wanted)
            effect = (np.nan,) * 3
            if len(there) and len(known) > 1:
                data = labels[there], length[there], given[there]
                effect = _with_interval(data, question, there, resamples, seed)
            rows.append((name, label, *effect, len(there)))
    return pd.DataFrame(rows, columns=COLUMNS)


def slope(labels: np.ndarray, length: np.ndarray, scores: np.ndarray,
          weights: np.ndarray) -> np.ndarray:
    """The slope of scores on length within labels, of many weighted samples at once.

    Args:
        labels: of each answer, shape (answers,).
        length: log2 of the words.
        scores: of the scorer.
        weights: how often each answer counts, draws × answers.

    Returns:
        A number per draw; NaN where no length differs from another of its label.
    """
    above, below = np.zeros(len(weights)), np.zeros(len(weights))
    for label in np.unique(labels):
        own = weights[:, labels == label]
        x, y = length[labels == label], scores[labels == label]
        x, y = x - x.mean(), y - y.mean()
        total, by_x, by_y = own.sum(1), own @ x, own @ y
        with np.errstate(invalid="ignore", divide="ignore"):
            above += np.where(total > 0, own @ (x * y) - by_x * by_y / total, 0)
            below += np.where(total > 0, own @ (x * x) - by_x**2 / total, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 1e-9, above / below, np.nan)


def _with_interval(data: tuple[np.ndarray, ...], question: np.ndarray, there: np.ndarray,
                   resamples: int, seed: int) -> tuple[float, float, float]:
    estimate = float(slope(*data, np.ones((1, len(there))))[0])
    draws = np.concatenate([slope(*data, weights) for weights
                            in question_weights(question, there, resamples, seed)])
    spread = widening(len(np.unique(question[there])))
    return (estimate, *interval_where_defined(estimate + spread * (draws - estimate)))
