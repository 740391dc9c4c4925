"""The judge of open answers: its prompt, which fences the candidate, and its verdict."""

from medinj_utils.evaluation.judge.injections import load_injections
from medinj_utils.evaluation.judge.prompt import JudgePrompt
from medinj_utils.evaluation.judge.verdict import VERDICT_SCHEMA, read_verdict

__all__ = ["VERDICT_SCHEMA", "JudgePrompt", "load_injections", "read_verdict"]
