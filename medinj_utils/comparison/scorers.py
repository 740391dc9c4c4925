"""Scorers of open answers (metrics, judges, a length, a constant) judged by human labels.

Intervals are by bootstrap of whole questions, since answers to one question are alike; where few
questions show that a scorer errs, they reach as far as unseen ones may take it. Pooling
generators inflates correlations where generators differ in quality, so every figure is also taken
of each generator alone.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from medinj_utils.comparison.inference import adjust_holm, interval_where_defined, two_sided
from medinj_utils.comparison.resampling import TAIL, widening
from medinj_utils.comparison.unseen import agreement_ends
from medinj_utils.comparison.weighted import BINARY, REAL, Figure, question_weights
from medinj_utils.core.wording import number
from medinj_utils.evaluation.raters import cross_validated, is_binary

POOLED = "pooled"
CONSTANT = "constant baseline"
#: Figure of each scorer: the accuracy of that baseline on the answers that it scored.
BASELINE = "constant_baseline"
_ENDS = {"pearson": (-1, 1), "spearman": (-1, 1), "kappa": (-1, 1)}


class Labelled(NamedTuple):
    """Answers with a human label.

    Attributes:
        labels: 0 or 1 of each answer, shape (answers,).
        questions: which question each answers.
        generators: which system gave each.
    """

    labels: Sequence
    questions: Sequence
    generators: Sequence


class _Sample(NamedTuple):
    """Checked answers: labels, numbers of their questions, generators."""

    labels: np.ndarray
    question: np.ndarray
    generators: np.ndarray


def scorer_agreement(answers: Labelled, scores: pd.DataFrame, resamples: int = 2_000,
                     seed: int = 0) -> pd.DataFrame:
    """Agreement of each scorer with the human labels, pooled and by generator.

    Scores other than 0 and 1 are made so for ``kappa``, ``f1`` and ``accuracy`` at thresholds that
    other questions choose (`medinj_utils.evaluation.raters.cross_validated`); these are not chosen
    anew in each draw.

    Args:
        answers: the answers that humans labelled.
        scores: answers × scorers; NaN where a scorer gave none, such as an unreadable verdict.
        resamples: number of draws.
        seed: of the random numbers.

    Returns:
        A row per generator ("pooled" first), scorer ("constant baseline" last) and figure:
        ``generator``, ``scorer``, ``figure`` (for a scorer also `BASELINE`, what the constant one
        gets right of the same answers), ``estimate``, ``low``, ``high`` (95 %), ``n``, the answers
        it was taken of, and ``unscored``, those that the scorer gave none. An estimate is
        NaN where it is undefined, an interval also where it is in more than a tenth of the draws.

    Raises:
        ValueError: a label is neither 0 nor 1, there is no question or generator for each, there
            are fewer than two questions, or a score is infinite or no number.
    """
    sample, table = _checked(answers, scores)
    binary = _all_binary(sample, table)
    rows = []
    for generator in [POOLED, *pd.unique(sample.generators)]:
        from_generator = (sample.generators == generator) | (generator == POOLED)
        for name in table:
            there = np.flatnonzero(from_generator & table[name].notna().to_numpy())
            unscored = int(from_generator.sum() - len(there))
            for figure, (function, values) in _figures(table[name], binary[name]).items():
                ends = _with_ends(figure, *_estimate(sample, there, function, values, resamples,
                                                     seed))
                ends = _with_unseen(figure, ends, sample, there, binary[name].to_numpy())
                rows.append((generator, name, figure, *ends, len(there), unscored))
            rows.append((generator, name, BASELINE, *_baseline(sample, there, resamples, seed),
                         len(there), unscored))
        there = np.flatnonzero(from_generator)
        rows.append((generator, CONSTANT, "accuracy", *_baseline(sample, there, resamples, seed),
                     len(there), 0))
    return pd.DataFrame(rows, columns=["generator", "scorer", "figure", "estimate", "low", "high",
                                       "n", "unscored"])


def scorer_pairs(answers: Labelled, scores: pd.DataFrame, figure: str, resamples: int = 2_000,
                 seed: int = 0, pairs: Sequence[tuple[str, str]] | None = None) -> pd.DataFrame:
    """Differences between scorers in one figure, on the answers that both scored.

    Args:
        answers, scores, resamples, seed: as for `scorer_agreement`.
        figure: one of those that it gives.
        pairs: of scorers; None for all there are.

    Returns:
        A row per pair: ``first``, ``second``, ``difference``, ``low``, ``high`` (95 %), ``p`` by
        the same draws, and no less than 0.05 where the interval includes zero, ``p_holm`` over all
        pairs, and ``n``, the answers that both scored.

    Raises:
        ValueError: as `scorer_agreement`, or there is no such figure.
    """
    if figure not in REAL | BINARY:
        raise ValueError(f"figure is {figure!r}; choose from {', '.join(REAL | BINARY)}")
    sample, table = _checked(answers, scores)
    binary = _all_binary(sample, table)
    values, rows = binary if figure in BINARY else table, []
    for first, second in combinations(table, 2) if pairs is None else pairs:
        there = np.flatnonzero(table[[first, second]].notna().all(axis=1).to_numpy())
        one, other = (_estimate(sample, there, (REAL | BINARY)[figure], values[name].to_numpy(),
                                resamples, seed) for name in (first, second))
        difference, draws = one[0] - other[0], one[1] - other[1]
        reaches = [_unseen_reach(figure, estimate, sample, there, binary[name].to_numpy())
                   for (estimate, _), name in ((one, first), (other, second))]
        ends = _wider(_with_ends("", difference, draws), *reaches)
        rows.append((first, second, *ends, _p_value(draws, *ends[1:]), len(there)))
    differences = pd.DataFrame(rows, columns=["first", "second", "difference", "low", "high", "p",
                                              "n"])
    tested = differences["p"].notna()
    differences.insert(6, "p_holm", np.nan)
    differences.loc[tested, "p_holm"] = adjust_holm(differences.loc[tested, "p"])
    return differences


def without_r(judge: str, n: int) -> str:
    """Why a judge's correlation with labels is undefined.

    Args:
        judge: its name.
        n: answers on which it declares a verdict.
    """
    if not n:
        return f"{judge} declares no verdict on these answers"
    return (f"{judge} declares a verdict on {number(n)} of these answers, and its r is undefined: "
            "verdicts or labels don't vary enough")


def _checked(answers: Labelled, scores: pd.DataFrame) -> tuple[_Sample, pd.DataFrame]:
    labels = pd.Series(list(answers.labels), dtype=object)
    if strange := [i for i, label in labels.items()
                   if pd.isna(label) or label not in (0, 1)]:
        raise ValueError(f"label {strange[0]} is {labels[strange[0]]!r}: need 0 or 1")
    if not len(labels) == len(answers.questions) == len(answers.generators) == len(scores):
        raise ValueError(f"{len(labels)} labels, {len(answers.questions)} questions, "
                         f"{len(answers.generators)} generators, {len(scores)} rows of scores: "
                         "need as many of each")
    question, known = pd.factorize(np.asarray(answers.questions, dtype=object))
    generators = np.asarray(answers.generators, dtype=object)
    if (question < 0).any() or pd.isna(generators).any():
        raise ValueError("an answer has no question or no generator: name both for each")
    if POOLED in generators:
        raise ValueError(f"a generator is called {POOLED!r}, as all together are: rename it")
    if len(known) < 2:
        raise ValueError("all answers are to one question: with nothing to resample there is no "
                         "interval; give answers to several questions")
    if scores.columns.has_duplicates:
        twice = scores.columns[scores.columns.duplicated()][0]
        raise ValueError(f"scores have column {twice!r} twice: name each scorer once")
    try:
        table = scores.astype(float).reset_index(drop=True)
    except (TypeError, ValueError) as error:
        raise ValueError(f"scores are not all numbers ({error})") from None
    if np.isinf(table.to_numpy()).any():
        row, column = np.argwhere(np.isinf(table.to_numpy()))[0]
        raise ValueError(f"scorer {table.columns[column]!r} has an infinite score in row {row}")
    return _Sample(labels.to_numpy(dtype=float), question, generators), table


def _as_binary(sample: _Sample, values: np.ndarray) -> np.ndarray:
    there = np.isfinite(values)
    if is_binary(values[there]):
        return values
    predicted = np.full(len(values), np.nan)
    predicted[there] = cross_validated(sample.labels[there], values[there], sample.question[there])
    return predicted


def _all_binary(sample: _Sample, table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({name: _as_binary(sample, table[name].to_numpy()) for name in table},
                        index=table.index)


def _figures(values: pd.Series, binary: pd.Series) -> dict[str, tuple[Figure, np.ndarray]]:
    """By figure, how it is computed and of what."""
    return {name: (function, values.to_numpy()) for name, function in REAL.items()} | {
        name: (function, binary.to_numpy()) for name, function in BINARY.items()}


def _estimate(sample: _Sample, there: np.ndarray, function: Figure, values: np.ndarray,
              resamples: int, seed: int) -> tuple[float, np.ndarray]:
    """A figure of some answers, and its draws."""
    if not len(there):
        return np.nan, np.full(resamples, np.nan)
    labels, given = sample.labels[there], values[there]
    estimate = function(labels, given, np.ones((1, len(there))))[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        draws = np.concatenate([function(labels, given, weights)
                                for weights in question_weights(sample.question, there,
                                                                resamples, seed)])
    spread = widening(len(np.unique(sample.question[there])))
    return float(estimate), estimate + spread * (draws - estimate)


def _with_ends(figure: str, estimate: float, draws: np.ndarray) -> tuple[float, float, float]:
    """An estimate with its interval, within the figure's ends."""
    low, high = interval_where_defined(draws)
    if np.isnan(estimate) or np.isnan(low):
        return estimate, np.nan, np.nan
    bottom, top = _ENDS.get(figure, (0, 1) if figure else (-np.inf, np.inf))
    return estimate, max(low, bottom), min(high, top)


def _with_unseen(figure: str, ends: tuple[float, float, float], sample: _Sample,
                 there: np.ndarray, binary: np.ndarray) -> tuple[float, float, float]:
    """A figure's estimate and interval, wider where few questions show that scorer and labels
    differ, or agree: a bootstrap of ten right verdicts knows no wrong one.

    Each figure is, or is nearly, 1 less the share of differing answers by that expected at 0.
    """
    estimate, low, high = ends
    if np.isnan(low):
        return ends
    labels, given = sample.labels[there], binary[there]
    x, y = labels.mean(), given.mean()
    if figure == "kappa" and x in (0, 1):  # 0 whatever the scorer says: nothing is known of it
        return estimate, np.nan, np.nan
    expected = {"accuracy": 1.0, "f1": x + y, "kappa": x * (1 - y) + y * (1 - x),
                "auc": 2 * min(x, 1 - x)}.get(figure, 2 * x * (1 - x))
    if not expected:
        return ends
    low, high = agreement_ends((low, high), estimate, expected, labels != given,
                               sample.question[there],
                               (labels + given) / 2 if figure == "kappa" else None)
    bottom, top = _ENDS.get(figure, (0, 1))
    return estimate, max(low, bottom), min(high, top)


def _unseen_reach(figure: str, estimate: float, sample: _Sample, there: np.ndarray,
                  binary: np.ndarray) -> tuple[float, float]:
    """How far unseen questions may take a scorer's figure, down and up."""
    if np.isnan(estimate):
        return np.nan, np.nan
    _, low, high = _with_unseen(figure, (estimate,) * 3, sample, there, binary)
    return estimate - low, high - estimate


def _wider(ends: tuple[float, float, float], first: tuple[float, float],
           second: tuple[float, float]) -> tuple[float, float, float]:
    """A difference's interval, as wide as what unseen questions do to either of the two."""
    difference, low, high = ends
    return (difference, float(np.minimum(low, difference - max(first[0], second[1]))),
            float(np.maximum(high, difference + max(first[1], second[0]))))


def _p_value(draws: np.ndarray, low: float, high: float) -> float:
    """Of a difference, by its draws; it never contradicts the interval."""
    if np.isnan(low):
        return np.nan
    p = two_sided(draws[np.isfinite(draws)])
    return max(p, TAIL) if low <= 0 <= high else p


def _baseline(sample: _Sample, there: np.ndarray, resamples: int,
              seed: int) -> tuple[float, float, float]:
    """Accuracy of always giving the more frequent label of these answers."""
    constant = np.full(len(sample.labels), float(2 * sample.labels[there].sum() > len(there)))
    ends = _with_ends("accuracy", *_estimate(sample, there, BINARY["accuracy"], constant, resamples,
                                             seed))
    return _with_unseen("accuracy", ends, sample, there, constant)
