"""Scores of triplets by every scorer that there is: metrics, the files' own, judges, the length."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from medinj_utils.evaluation.judge.votes import majority
from medinj_utils.evaluation.open_answers import score_open_answers
from medinj_utils.evaluation.open_answers.encoder import Encoder
from medinj_utils.evaluation.open_answers.scoring import OPEN_METRICS
from medinj_utils.evaluation.triplets.columns import SCORE

LENGTH = "length"
#: Metrics that compare the words of answer and reference, as the study's do.
OVERLAP = ("bleu", "chrf", "rouge_1", "rouge_2", "rouge_l", "meteor", "bertscore")
METRIC, JUDGE, HUMAN = "metric", "judge", "human"
_HUNDREDS = ("bleu", "chrf")  # metrics whose library has a scale of 0 to 100


def words_of(candidates: pd.Series) -> pd.Series:
    """Number of words of each answer: parts between white space."""
    return candidates.str.split().str.len()


def metric_scores(triplets: pd.DataFrame, encoder: Encoder | None = None) -> pd.DataFrame:
    """Scores by `medinj_utils.evaluation.score_open_answers`, all between 0 and 1.

    Args:
        triplets: with ``candidate`` and ``reference``.
        encoder: of BERTScore; without one it isn't computed.

    Returns:
        Triplets × metrics, with their index. Metrics that score none of them are left out.
    """
    scores = score_open_answers(triplets["candidate"], triplets["reference"], encoder)
    scores = scores[list(OPEN_METRICS)]
    scores = scores.assign(**{name: scores[name] / 100 for name in _HUNDREDS})
    return scores.dropna(axis=1, how="all")


def triplet_scores(triplets: pd.DataFrame, verdicts: Mapping[str, pd.DataFrame],
                   encoder: Encoder | None = None) -> pd.DataFrame:
    """Scores of each triplet by every scorer.

    Args:
        triplets: of `medinj_utils.evaluation.triplets.read_triplets`.
        verdicts: by judge, its verdicts on them
            (`medinj_utils.evaluation.judge.judge_answers`); of repeats the majority counts.
        encoder: of BERTScore.

    Returns:
        Triplets × scorers, with the triplets' index: metrics, scores that the files have, judges by
        name, and ``length``, the number of words. NaN where a scorer gave none.

    Raises:
        ValueError: a judge has the name of a score in the files.
    """
    own = triplets[[name for name in triplets if name.startswith(SCORE)]]
    own = own.rename(columns=lambda name: name.removeprefix(SCORE)).dropna(axis=1, how="all")
    if twice := sorted(set(verdicts) & set(own)):
        raise ValueError(f"judge {twice[0]!r} has the name of a score in the files: rename one")
    judged = {name: said(table, triplets) for name, table in verdicts.items()}
    return pd.concat([metric_scores(triplets, encoder), own,
                      pd.DataFrame(judged, index=triplets.index, dtype=float),
                      words_of(triplets["candidate"]).rename(LENGTH).astype(float)], axis=1)


def said(verdicts: pd.DataFrame, triplets: pd.DataFrame) -> np.ndarray:
    """A judge's verdict on each triplet; NaN where there is none, or none that can be read.

    Args:
        verdicts: of `medinj_utils.evaluation.judge.judge_answers`, by the triplets' ``item``.
        triplets: with ``item``.
    """
    votes = majority(verdicts, "repeats").set_index("item")["value"]
    return votes.reindex(triplets["item"]).to_numpy(dtype=float)


def kind_of(scorer: str) -> str:
    """What a scorer of `triplet_scores` is: a metric, a judge, a human, or the length."""
    if scorer in OPEN_METRICS:
        return METRIC
    if scorer == LENGTH:
        return LENGTH
    return HUMAN if scorer.startswith("rater_") else JUDGE
