"""The judge of open answers: its prompt, which fences the candidate, its calls and its verdicts."""

from medinj_utils.core.judges import Prices
from medinj_utils.evaluation.judge.asking import Judge, estimate_cost, judge_answers
from medinj_utils.evaluation.judge.injections import load_injections
from medinj_utils.evaluation.judge.prompt import JudgePrompt
from medinj_utils.evaluation.judge.verdict import VERDICT_SCHEMA, read_verdict
from medinj_utils.evaluation.judge.votes import majority, self_consistency

__all__ = ["VERDICT_SCHEMA", "Judge", "JudgePrompt", "Prices", "estimate_cost", "judge_answers",
           "load_injections", "majority", "read_verdict", "self_consistency"]
