"""Scores of variations as the matrices that are compared."""

from collections.abc import Sequence

import pandas as pd

from medinj_utils.comparison.tables import asked_items, score_matrix
from medinj_utils.core.names import Run
from medinj_utils.core.tree import Tree
from medinj_utils.variations.curves import Curves
from medinj_utils.variations.trials import MODE, Plan, recipe_label


def load_matrix(tree: Tree, runs: Sequence[Run]) -> pd.DataFrame:
    """Exact match of runs, without general knowledge.

    Args:
        tree: of a variation, or of the tree's own runs.
        runs: whose scores are taken.

    Returns:
        Items × (system, seed).

    Raises:
        FileNotFoundError: nothing was scored; the message names the notebook.
    """
    scores = pd.read_parquet(tree.need(tree.scores))
    names = [run.name for run in runs]
    chosen = (scores["mode"] == MODE) & ~scores["general"] & scores["run"].isin(names)
    return score_matrix(scores[chosen])


def load_recipes(tree: Tree, plan: Plan,
                 runs: Sequence[Run]) -> tuple[dict[str, pd.DataFrame], pd.Series | None]:
    """Scores under each recipe of a plan, and under the tree's own.

    Args:
        tree: the output tree.
        plan: what was varied.
        runs: the runs tuned under each recipe.

    Returns:
        By recipe, the tree's own first, `load_matrix`, and the label of each item's cluster.
        Nothing without variations.

    Raises:
        FileNotFoundError: nothing was scored; the message names the notebook.
    """
    if not plan.variations:
        return {}, None
    own = {f"{recipe_label(plan.tuned.recipe)} (notebook 21's)": load_matrix(tree, runs)}
    matrices = own | {variation.label: load_matrix(variation.tree(tree), runs)
                      for variation in plan.variations}
    return matrices, _clusters(tree, matrices)


def load_curves(tree: Tree, plan: Plan, runs: Sequence[Run], resamples: int) -> Curves:
    """Curves over the shares of a plan and the whole budget; without points for no shares.

    Args:
        tree: the output tree.
        plan: what was varied.
        runs: the runs tuned on each share.
        resamples: bootstrap draws.

    Raises:
        FileNotFoundError: a run or its scores aren't there; the message names the notebook.
    """
    if not plan.variations:
        return Curves({}, resamples)
    trees = [*(variation.tree(tree) for variation in plan.variations), tree]
    matrices = {own.run_card(runs[0])["rows"]: load_matrix(own, runs) for own in trees}
    return Curves(matrices, resamples, clusters=_clusters(tree, matrices))


def _clusters(tree: Tree, matrices: dict) -> pd.Series:
    return asked_items(tree, next(iter(matrices.values())).index)[1]
