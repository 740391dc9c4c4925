"""Scores of variations as the matrices that are compared."""

from collections.abc import Iterable, Sequence

import pandas as pd

from medinj_utils.comparison.tables import score_matrix
from medinj_utils.core.names import Run
from medinj_utils.core.tree import Tree
from medinj_utils.variations.trials import MODE, Variation


def load_matrix(tree: Tree, runs: Sequence[Run]) -> pd.DataFrame:
    """Items × (system, seed) of exact match of these runs, without general knowledge.

    Raises:
        FileNotFoundError: nothing was scored; the message names the notebook.
    """
    scores = pd.read_parquet(tree.need(tree.scores))
    names = [run.name for run in runs]
    chosen = (scores["mode"] == MODE) & ~scores["general"] & scores["run"].isin(names)
    return score_matrix(scores[chosen])


def recipe_matrices(tree: Tree, own_label: str, variations: Iterable[Variation],
                    runs: Sequence[Run]) -> dict[str, pd.DataFrame]:
    """By recipe, the tree's own first: `load_matrix`. Empty without variations."""
    matrices = {variation.label: load_matrix(variation.tree(tree), runs)
                for variation in variations}
    return {own_label: load_matrix(tree, runs)} | matrices if matrices else {}


def budget_matrices(tree: Tree, variations: Iterable[Variation],
                    runs: Sequence[Run]) -> dict[int, pd.DataFrame]:
    """By number of training questions, the whole budget last: `load_matrix`. Empty without any.

    Raises:
        FileNotFoundError: a run or its scores aren't there; the message names the notebook.
    """
    trees = [variation.tree(tree) for variation in variations]
    whole = [tree] if trees else []
    return {own.run_card(runs[0])["rows"]: load_matrix(own, runs) for own in [*trees, *whole]}
