"""The runs' own answers that people rated in notebook 36, as triplets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from medinj_utils.core.names import Run
from medinj_utils.core.parameters import TripletsAsked
from medinj_utils.core.tree import Tree
from medinj_utils.data import load_records
from medinj_utils.evaluation.long_scores import load_long
from medinj_utils.evaluation.open_answers import load_open_answers
from medinj_utils.evaluation.questions import choose_open_questions
from medinj_utils.evaluation.ratings.keys import RatingKeys, is_now
from medinj_utils.evaluation.triplets.reading import TRIPLETS, read_triplets

#: Name of the set, in tables.
RATED = "rated here"


def triplets_and_rated(tree: Tree, sets: Sequence[TripletsAsked | Mapping[str, Any]],
                       own_ratings: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Triplets of files and, where it is asked for, of the runs' own answers that people rated.

    Args:
        tree: the output tree.
        sets: as for `medinj_utils.evaluation.triplets.read_triplets`.
        own_ratings: whether `rated_triplets` are among them.

    Returns:
        (triplets, quarantine) as `read_triplets`.

    Raises:
        FileNotFoundError: own ratings are asked for, and notebook 36 was not run.
    """
    read, quarantine = read_triplets(sets)
    if not own_ratings:
        return read, quarantine
    parts = [part for part in (read, rated_triplets(tree)) if len(part)]
    return (pd.concat(parts, ignore_index=True) if parts else read), quarantine


def rated_triplets(tree: Tree) -> pd.DataFrame:
    """The answers of runs that people rated, with what most raters said as the label.

    Blank answers, which are wrong by rule and which nobody rates, are left out, and so is an answer
    that isn't the one that was rated any more.

    Args:
        tree: the output tree, with the ratings of notebook 36.

    Returns:
        The columns of `medinj_utils.evaluation.triplets.read_triplets`. The label is NaN where as
        many raters said 1 as 0; ``labels_by`` has their codes.

    Raises:
        FileNotFoundError: there are no ratings, or no answers of a run that was rated.
    """
    ratings = load_long(tree, "humans")
    if ratings.empty:
        return pd.DataFrame(columns=list(TRIPLETS)).astype({"label": float})
    questions = choose_open_questions(load_records(tree.need(tree.records)))
    keys = RatingKeys.of(tree)
    shown = keys.items[is_now(keys.items, keys.now(tree, questions))]
    shown = shown[["run", "question_id"]].drop_duplicates()
    votes = ratings.groupby(["run", "item"], as_index=False, sort=False).agg(
        ones=("value", "mean"), labels_by=("rater", lambda codes: ", ".join(sorted(codes))))
    answers = load_open_answers(tree, [Run.named(run) for run in votes["run"].unique()], questions)
    table = answers.merge(votes, on=["run", "item"]).rename(columns={"item": "question_id"})
    table = table.merge(shown, on=["run", "question_id"])
    label = np.select([table["ones"] > 0.5, table["ones"] < 0.5], [1.0, 0.0], np.nan)
    item = [item_of(*row) for row in zip(table["run"], table["question_id"], strict=True)]
    return table.assign(label=label, item=item, translation="")[list(TRIPLETS)]


def of_files(triplets: pd.DataFrame) -> pd.DataFrame:
    """The triplets of `triplets_and_rated` that come from files."""
    return triplets[~triplets["item"].str.startswith(f"{RATED}/")].reset_index(drop=True)


def item_of(run: str, question: str) -> str:
    """The item that a run's answer to a question is among triplets.

    Args:
        run: its name.
        question: id of the question.
    """
    return f"{RATED}/{run}/{question}"
