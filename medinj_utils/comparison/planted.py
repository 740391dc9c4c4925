"""Planted values beside estimates, in worlds whose truth is known."""

from collections.abc import Iterable

import pandas as pd

from medinj_utils.comparison.factorial import effect_table, effects_of, is_factorial
from medinj_utils.comparison.resampling import Resampled
from medinj_utils.core.names import BASE
from medinj_utils.core.tree import Tree
from medinj_utils.data import load_mixture
from medinj_utils.demo.truth import planted_means

_NO_TRUTH = "These are real questions: there is no planted truth."


def planted_scores(tree: Tree, systems: Iterable[str]) -> pd.Series | None:
    """Mean scores of an ideal learner by system; None where questions are real.

    Args:
        tree: the output tree, with the world's key and the mixtures.
        systems: whose scores are wanted.

    Returns:
        Shares of the test questions.

    Raises:
        FileNotFoundError: a mixture is missing; the message names the notebook.
    """
    if tree.key is None:
        return None
    mixtures = {system: load_mixture(tree, system) for system in systems if system != BASE}
    return planted_means(tree.key, mixtures)


def scores_beside_planted(comparison: pd.DataFrame, planted: pd.Series | None) -> pd.DataFrame:
    """By system: the mean score found, the planted one, and the interval of the first.

    Args:
        comparison: of ``comparison.csv``.
        planted: of `planted_scores`.

    Returns:
        Columns found, planted, low, high (95 %); empty where questions are real.
    """
    if planted is None:
        return pd.DataFrame(columns=["found", "planted", "low", "high"])
    table = comparison.set_index("system")
    return pd.DataFrame({"found": table["exact_match"], "planted": planted.reindex(table.index),
                         "low": table["low"], "high": table["high"]})


def planted_scores_found(beside: pd.DataFrame) -> str:
    """How `scores_beside_planted` agree, by Spearman's correlation, in a sentence."""
    if beside.empty:
        return _NO_TRUTH
    correlation = beside["found"].corr(beside["planted"], "spearman")
    return f"Rank correlation of planted and found means: {correlation:.2f}."


def effects_beside_planted(tree: Tree, resampled: Resampled) -> pd.DataFrame:
    """The factorial's effects, and in a planted world those of an ideal learner.

    Args:
        tree: the output tree.
        resampled: the bootstrap of the systems' scores.

    Returns:
        As `medinj_utils.comparison.factorial.effect_table`, in a planted world with the column
        ``planted``; empty where the base or one of the seven mixtures was not run.
    """
    systems = resampled.scores.systems
    if not is_factorial(systems):
        return pd.DataFrame(columns=["kind", "effect", "estimate", "low", "high"])
    effects = effect_table(resampled)
    planted = planted_scores(tree, systems)
    if planted is not None:
        effects["planted"] = effects_of(planted)["estimate"]
    return effects


def planted_effects_found(effects: pd.DataFrame) -> str:
    """Which main effects have the planted one in their interval, in a sentence."""
    if effects.empty:
        return "There are no effects to compare with planted ones."
    if "planted" not in effects:
        return _NO_TRUTH
    main = effects[effects["kind"] == "main"]
    inside = main[(main["low"] <= main["planted"]) & (main["planted"] <= main["high"])]["effect"]
    return (f"Planted main effects inside their intervals: {', '.join(inside) or 'none'} "
            f"({len(inside)} of {len(main)}).")
