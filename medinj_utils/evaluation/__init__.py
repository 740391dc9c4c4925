"""The evaluation room: a model's raw answers, what can be read in them, and scores per item."""

from medinj_utils.evaluation.judge import read_verdict
from medinj_utils.evaluation.open_answers import score_open_answers
from medinj_utils.evaluation.raters import agreement
from medinj_utils.evaluation.reading import explain_choice, read_choice
from medinj_utils.evaluation.scoring import score_choices

__all__ = ["agreement", "explain_choice", "read_choice", "read_verdict", "score_choices",
           "score_open_answers"]
