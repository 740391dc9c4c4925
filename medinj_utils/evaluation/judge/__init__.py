"""The judge of open answers: its prompt, which fences the candidate, and its verdict."""

from medinj_utils.evaluation.judge.verdict import VERDICT_SCHEMA, read_verdict

__all__ = ["VERDICT_SCHEMA", "read_verdict"]
