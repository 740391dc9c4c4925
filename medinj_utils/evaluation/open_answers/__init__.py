"""Open answers: the texts, and metrics of what they share with a reference."""

from medinj_utils.core.names import OPEN_METRICS
from medinj_utils.evaluation.open_answers.beside import (
    one_question,
    side_by_side,
    tokenizers_beside,
)
from medinj_utils.evaluation.open_answers.encoder import Encoder
from medinj_utils.evaluation.open_answers.ends import asked_in_words, shown_ends, why_ended
from medinj_utils.evaluation.open_answers.loading import OPEN_ANSWERS, load_open_answers
from medinj_utils.evaluation.open_answers.overlap import signatures
from medinj_utils.evaluation.open_answers.scoring import score_open_answers

__all__ = ["OPEN_ANSWERS", "OPEN_METRICS", "Encoder", "asked_in_words", "load_open_answers",
           "one_question", "score_open_answers", "shown_ends", "side_by_side", "signatures",
           "tokenizers_beside", "why_ended"]
