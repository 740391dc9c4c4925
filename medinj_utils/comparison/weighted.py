"""Measures of agreement for many weighted samples at once: a bootstrap draw is a row of weights.

They are those of `medinj_utils.evaluation.agreement`, for samples that contain pair i as often as
its weight says. Each takes labels and scores, shape (pairs,), and weights, draws × pairs, and
returns a number per draw, NaN where it is undefined.
"""

from collections.abc import Callable, Iterator

import numpy as np

from medinj_utils.comparison.scores import draw_blocks

#: Of labels, scores and weights.
Figure = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def question_weights(question: np.ndarray, answers: np.ndarray, resamples: int,
                     seed: int) -> Iterator[np.ndarray]:
    """How often each of some answers is in each bootstrap draw of whole questions, in blocks.

    All figures of one table of answers share the same draws, whichever answers they use.

    Args:
        question: number of each answer's question, from 0.
        answers: positions of the selected answers.
        resamples: number of draws.
        seed: of the random numbers.

    Returns:
        Blocks of weights, draws × selected answers.
    """
    n = int(question.max()) + 1
    rng = np.random.default_rng([seed, 5])
    for size in draw_blocks(resamples, max(n, len(answers))):
        counts = rng.multinomial(n, np.full(n, 1 / n), size=size)
        yield counts[:, question[answers]].astype(float)


def _pearson(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    # Centred first, so that large means lose no digits, and at most 1, so that squares have room.
    x, y = (part / (np.abs(part).max() or 1.0) for part in (labels - labels.mean(),
                                                            scores - scores.mean()))
    return _correlation(weights, *(weights @ part for part in (x, y, x * x, y * y, x * y)))


def _spearman(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    x, y = _ranks(labels, weights), _ranks(scores, weights)
    x, y = x - x.mean(1, keepdims=True), y - y.mean(1, keepdims=True)
    sums = [(weights * part).sum(1) for part in (x, y, x * x, y * y, x * y)]
    return _correlation(weights, *sums)


def _auc(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    order, starts = _ties(scores)
    ones = np.add.reduceat(weights[:, order] * labels[order], starts, axis=1)
    zeros = np.add.reduceat(weights[:, order] * (1 - labels[order]), starts, axis=1)
    below = zeros.cumsum(1) - zeros / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return (ones * below).sum(1) / (ones.sum(1) * zeros.sum(1))


def _accuracy(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return weights @ (labels == scores) / weights.sum(1)


def _kappa(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    n = weights.sum(1)
    x, y = weights @ labels / n, weights @ scores / n
    chance = x * y + (1 - x) * (1 - y)
    with np.errstate(invalid="ignore", divide="ignore"):
        kappa = (_accuracy(labels, scores, weights) - chance) / (1 - chance)
    return np.where(1 - chance < 1e-12, np.nan, kappa)


def _f1(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return 2 * (weights @ (labels * scores)) / (weights @ (labels + scores))


#: By name; AUC needs labels of 0 and 1, the second group scores of 0 and 1 as well.
REAL: dict[str, Figure] = {"pearson": _pearson, "spearman": _spearman, "auc": _auc}
BINARY: dict[str, Figure] = {"kappa": _kappa, "f1": _f1, "accuracy": _accuracy}


def _correlation(weights, x, y, xx, yy, xy) -> np.ndarray:
    n = weights.sum(1)
    spread_x, spread_y = xx - x * x / n, yy - y * y / n
    correlations = np.full(len(n), np.nan)
    # A spread that is only rounding error is none.
    defined = ((spread_x > 1e-10 * np.maximum(xx, 1e-300))
               & (spread_y > 1e-10 * np.maximum(yy, 1e-300)))
    both = np.sqrt(spread_x[defined] * spread_y[defined])
    correlations[defined] = (xy[defined] - x[defined] * y[defined] / n[defined]) / both
    return correlations


def _ties(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The order of the values, and where in it each group of equal ones starts."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    return order, np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))


def _ranks(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Draws × values: the mean rank of each, up to a constant."""
    order, starts = _ties(values)
    counts = np.add.reduceat(weights[:, order], starts, axis=1)
    middle = counts.cumsum(1) - counts / 2
    ranks = np.empty(weights.shape)
    ranks[:, order] = np.repeat(middle, np.diff(np.append(starts, len(values))), axis=1)
    return ranks
