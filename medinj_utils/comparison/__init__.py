"""The comparison room: paired estimates and tests between systems, the factorial, costs, claims."""

from medinj_utils.comparison.factorial import factorial_effects
from medinj_utils.comparison.pairs import compare_pairs

__all__ = ["compare_pairs", "factorial_effects"]
