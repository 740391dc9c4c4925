"""How edits that don't change whether an answer is right change its scores."""

import numpy as np
import pandas as pd

from medinj_utils.comparison.shares import mean_with_interval
from medinj_utils.evaluation.raters import is_binary

CHANGE, FLIPS = "change", "flips"
#: Lowest and highest possible value, for scores between 0 and 1.
_ENDS = {CHANGE: (-1.0, 1.0), FLIPS: (0.0, 1.0)}
COLUMNS = ["edit", "scorer", "figure", "estimate", "low", "high", "n", "up", "down", "unscored"]


def edit_changes(edited: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame,
                 resamples: int = 2_000) -> pd.DataFrame:
    """How edits change scores, pair by pair.

    Args:
        edited: of `medinj_utils.evaluation.triplets.edits.edited_triplets`.
        before: scores of the original of each edited answer, edited answers × scorers; between 0
            and 1, NaN where there is none.
        after: scores of the edited answers, with the same index and columns.
        resamples: number of draws of whole questions.

    Returns:
        A row per edit, scorer and figure: ``change``, the mean change of the score, and, of scores
        of 0 and 1, ``flips``, the share of pairs whose verdict differs. ``estimate``, ``low``,
        ``high`` (95 %); ``n``, the pairs; ``up`` and ``down``, how many rose and fell; and
        ``unscored``, pairs in which one or both have no score.

    Raises:
        ValueError: the columns of the two tables differ.
    """
    if list(before) != list(after):
        raise ValueError(f"scorers before ({', '.join(before)}) and after ({', '.join(after)}) "
                         "the edit differ")
    rows = []
    for edit, own in edited.groupby("edit", sort=False):
        questions = own["question_id"]
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
                estimate = mean_with_interval(pd.Series(values), questions.iloc[there], resamples,
                                              _ENDS[figure])
                rows.append((edit, name, figure, *estimate, *counts))
    return pd.DataFrame(rows, columns=COLUMNS)
