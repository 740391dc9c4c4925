"""Scores of triplets by every available scorer: metrics, the files' own, judges, the length."""

import pandas as pd

from medinj_utils.evaluation.open_answers import score_open_answers
from medinj_utils.evaluation.open_answers.encoder import Encoder
from medinj_utils.evaluation.open_answers.scoring import OPEN_METRICS
from medinj_utils.evaluation.triplets.columns import SCORE, SCORES

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


def triplet_scores(triplets: pd.DataFrame, judged: pd.DataFrame,
                   encoder: Encoder | None = None) -> pd.DataFrame:
    """Scores of each triplet by every scorer.

    Args:
        triplets: of `medinj_utils.evaluation.triplets.read_triplets`.
        judged: triplets × judges, of `medinj_utils.evaluation.triplets.judged.judged_triplets`.
        encoder: of BERTScore.

    Returns:
        Triplets × scorers, with the triplets' index: metrics, scores that the files have (as
        ``judge_…``, ``rater_…``, or ``score_…`` for further metrics), judges by name, and
        ``length``, the number of words. NaN where a scorer gave none.
    """
    length = words_of(triplets["candidate"]).rename(LENGTH).astype(float)
    return pd.concat([metric_scores(triplets, encoder), given_scores(triplets), judged, length],
                     axis=1)


def given_scores(triplets: pd.DataFrame) -> pd.DataFrame:
    """The scores that the files of triplets hold already, by scorer; see `triplet_scores`."""
    own = triplets[[name for name in triplets if name.startswith(SCORE)]]
    return own.rename(columns=_named).dropna(axis=1, how="all")


def _named(column: str) -> str:
    """A scorer's name: what the file says of judges and humans, else the whole column."""
    name = column.removeprefix(SCORE)
    return name if name.startswith(SCORES) else column


def kind_of(scorer: str) -> str:
    """What a scorer of `triplet_scores` is: a metric, a judge, a human, or the length."""
    if scorer in OPEN_METRICS or scorer.startswith(SCORE):
        return METRIC
    if scorer == LENGTH:
        return LENGTH
    return HUMAN if scorer.startswith("rater_") else JUDGE
