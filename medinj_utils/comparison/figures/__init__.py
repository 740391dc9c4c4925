"""Figures of the comparison: each function returns the figure and its alternative text."""

from medinj_utils.comparison.figures.effects import (
    effects_figure,
    interactions_figure,
    shapley_figure,
    simplex_figure,
)
from medinj_utils.comparison.figures.intervals import draw_intervals
from medinj_utils.comparison.figures.judges import agreement_figure, verbosity_figure
from medinj_utils.comparison.figures.open_scores import open_scores_figure
from medinj_utils.comparison.figures.pairs import forest_figure, pairs_figure
from medinj_utils.comparison.figures.shares import shares_figure
from medinj_utils.comparison.figures.study import claims_figure, power_figure, study_figure
from medinj_utils.comparison.figures.systems import (
    conditions_figure,
    forgetting_figure,
    pareto_figure,
    systems_figure,
)

__all__ = ["agreement_figure", "claims_figure", "conditions_figure", "draw_intervals",
           "effects_figure", "forest_figure", "forgetting_figure", "interactions_figure",
           "open_scores_figure", "pairs_figure", "pareto_figure", "power_figure",
           "shapley_figure", "shares_figure", "simplex_figure", "study_figure",
           "systems_figure", "verbosity_figure"]
