"""Open answers: the texts, and metrics of what they share with a reference."""

from medinj_utils.evaluation.open_answers.encoder import Encoder
from medinj_utils.evaluation.open_answers.loading import OPEN_ANSWERS, load_open_answers
from medinj_utils.evaluation.open_answers.overlap import signatures
from medinj_utils.evaluation.open_answers.scoring import OPEN_METRICS, score_open_answers

__all__ = ["OPEN_ANSWERS", "OPEN_METRICS", "Encoder", "load_open_answers", "score_open_answers",
           "signatures"]
