"""Open answers: metrics of overlap with a reference, and what is said of them on a card."""

from medinj_utils.evaluation.open_answers.encoder import Encoder
from medinj_utils.evaluation.open_answers.overlap import signatures
from medinj_utils.evaluation.open_answers.scoring import OPEN_METRICS, score_open_answers

__all__ = ["OPEN_METRICS", "Encoder", "score_open_answers", "signatures"]
