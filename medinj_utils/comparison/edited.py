"""What edits that leave an answer as right as it was do to its scores: changes and flips."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from medinj_utils.comparison.inference import interval_where_defined
from medinj_utils.comparison.resampling import widening
from medinj_utils.comparison.unseen import too_few, unseen_share
from medinj_utils.comparison.weighted import question_weights
from medinj_utils.evaluation.raters import is_binary

CHANGE, FLIPS = "change", "flips"
COLUMNS = ["edit", "scorer", "figure", "estimate", "low", "high", "n", "up", "down", "unscored"]


def edit_changes(edited: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame,
                 resamples: int = 2_000, seed: int = 0) -> pd.DataFrame:
    """How edits change scores, pair by pair.

    Args:
        edited: of `medinj_utils.evaluation.triplets.edits.edited_triplets`.
        before: scores of the original of each edited answer, edited answers × scorers.
        after: scores of the edited answers, with the same index and columns.
        resamples: number of draws of whole questions.
        seed: of the random numbers.

    Returns:
        A row per edit, scorer and figure: ``change``, the mean change of the score, and, of scores
        of 0 and 1, ``flips``, the share of pairs whose verdict differs. ``estimate``, ``low``,
        ``high`` (95 %); ``n``, the pairs; ``up`` and ``down``, how many rose and fell; and
        ``unscored``, pairs of which the scorer gave none to one or both. Where flips are seen at
        five questions or fewer, the interval reaches as far as unseen questions may take it.

    Raises:
        ValueError: the columns of the two tables differ.
    """
    if list(before) != list(after):
        raise ValueError(f"scorers before ({', '.join(before)}) and after ({', '.join(after)}) "
                         "the edit differ")
    rows = []
    for edit, own in edited.groupby("edit", sort=False):
        question, _ = pd.factorize(own["question_id"])
        for name in before:
            pairs = np.column_stack([table.loc[own.index, name] for table in (before, after)])
            there = np.flatnonzero(np.isfinite(pairs).all(axis=1))
            difference = pairs[there, 1] - pairs[there, 0]
            counts = (len(there), int((difference > 0).sum()), int((difference < 0).sum()),
                      len(own) - len(there))
            figures = {CHANGE: difference}
            if len(there) and is_binary(pairs[there]):
                figures[FLIPS] = np.abs(difference)
            for figure, values in figures.items():
                found = _mean(values, question, there, resamples, seed)
                if figure == FLIPS:
                    found = _reaching_unseen(found, values, question[there])
                rows.append((edit, name, figure, *found, *counts))
    return pd.DataFrame(rows, columns=COLUMNS)


def _mean(values: np.ndarray, question: np.ndarray, there: np.ndarray, resamples: int,
          seed: int) -> Sequence[float]:
    """A mean with its interval."""
    questions = len(np.unique(question[there]))
    estimate = float(values.mean()) if len(values) else np.nan
    if questions < 2:
        return estimate, np.nan, np.nan
    draws = []
    for weights in question_weights(question, there, resamples, seed):
        with np.errstate(invalid="ignore"):
            draws.append(weights @ values / weights.sum(1))
    spread = widening(questions)
    return estimate, *interval_where_defined(estimate + spread * (np.concatenate(draws) - estimate))


def _reaching_unseen(found: Sequence[float], flips: np.ndarray,
                     question: np.ndarray) -> Sequence[float]:
    """The interval of a share, as far as questions of a kind that wasn't seen may take it."""
    estimate, low, high = found
    if np.isnan(low):
        return found
    unseen = unseen_share(len(np.unique(question)))
    if too_few(len(np.unique(question[flips == 1]))):
        high = max(high, estimate + unseen * (1 - estimate))
    if too_few(len(np.unique(question[flips == 0]))):
        low = min(low, estimate * (1 - unseen))
    return estimate, max(low, 0.0), min(high, 1.0)
