"""The comparison room: paired estimates and tests between systems, the factorial, tables and figures."""

from medinj_utils.comparison.factorial import factorial_effects
from medinj_utils.comparison.pairs import compare_pairs, compare_systems, rank_intervals

__all__ = ["compare_pairs", "compare_systems", "factorial_effects", "rank_intervals"]
