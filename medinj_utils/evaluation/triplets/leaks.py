"""Evaluated answers that a judge may have seen when it was tuned."""

import numpy as np
import pandas as pd

from medinj_utils.core.identity import normalise
from medinj_utils.data.near import near_duplicates

SAME_ANSWER, SAME_QUESTION = "same answer", "same question"
NEARLY = "nearly the same question"
NONE = "not seen"
#: From the surest to none.
REASONS = (SAME_ANSWER, SAME_QUESTION, NEARLY, NONE)


def leaked(triplets: pd.DataFrame, training: pd.DataFrame) -> pd.Series:
    """How each evaluated triplet occurs in what a judge was tuned on.

    Args:
        triplets: of `medinj_utils.evaluation.triplets.read_triplets`.
        training: the same, of the judge's training files.

    Returns:
        One of `REASONS` each, with the triplets' index. Questions are compared with their contexts,
        answers with their questions, both without differences of typography.
    """
    if training.empty:
        return pd.Series(NONE, triplets.index, dtype=object)
    questions, trained_questions = _questions(triplets), _questions(training)
    answers, trained_answers = (own + "\x1f" + table["candidate"].map(normalise)
                     for own, table in ((questions, triplets), (trained_questions, training)))
    conditions = [answers.isin(trained_answers), questions.isin(trained_questions),
                  questions.isin(_near(triplets, training))]
    return pd.Series(np.select(conditions, REASONS[:3], NONE), triplets.index)


def leak_table(reasons: pd.Series, triplets: pd.DataFrame, training: pd.DataFrame) -> pd.DataFrame:
    """How many evaluated answers and questions occur in a judge's training files.

    Args:
        reasons: of `leaked`.
        triplets, training: as for `leaked`.

    Returns:
        By reason: ``answers``, ``share`` of them, ``questions``; ``attrs["training"]`` is the
        number of triplets in the training files.
    """
    counts = triplets.groupby(reasons)["question_id"].agg(["size", "nunique"])
    counts = counts.reindex(REASONS, fill_value=0)
    shares = counts["size"] / max(len(triplets), 1)
    table = pd.DataFrame({"answers": counts["size"], "share": shares,
                          "questions": counts["nunique"]}).rename_axis("met in training")
    table.attrs["training"] = len(training)
    return table


def _questions(triplets: pd.DataFrame) -> pd.Series:
    return triplets["context"].map(normalise) + "\x1f" + triplets["instruction"].map(normalise)


def _near(triplets: pd.DataFrame, training: pd.DataFrame) -> set[str]:
    """Evaluated questions that nearly equal a training question."""
    both = pd.concat([triplets, training], keys=[False, True], names=["training", "row"])
    both = both.reset_index("training").assign(question=lambda table: _questions(table))
    both = both.drop_duplicates(["training", "question"]).reset_index(drop=True)
    records = both.assign(question_id=range(len(both)), options=[[]] * len(both))
    pairs = near_duplicates(records)
    is_training = both["training"].to_numpy()
    return {both["question"].iloc[evaluated]
            for first, second in pairs[["first", "second"]].to_numpy()
            for evaluated, trained in ((first, second), (second, first))
            if is_training[trained] and not is_training[evaluated]}
