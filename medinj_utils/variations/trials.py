"""Repeat the study with another recipe, or with a part of the budget.

A variation has mixtures, runs, answers and scores in a tree of its own below ``variations/``, and
the records of the whole tree. Finished steps are not repeated.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import pandas as pd

from medinj_utils.core.names import Run
from medinj_utils.core.recipe import Recipe
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import agreeing
from medinj_utils.data import load_mixture, part_of, save_mixture
from medinj_utils.models.loading import Base
from medinj_utils.training.backends import Backend, start_backend

MODE = "constrained"  # no system loses points for the form of its answers


@dataclass(frozen=True)
class Variation:
    """One way to tune that differs from the tree's own runs.

    Attributes:
        kind: "recipe" or "budget".
        label: what the tables call it.
        folder: name of its tree.
        recipe: the whole recipe.
        share: of each mixture's rows.
    """

    kind: str
    label: str
    folder: str
    recipe: Recipe
    share: float = 1.0

    def tree(self, tree: Tree) -> Tree:
        """The variation's tree below ``tree``."""
        return tree.variation(self.folder, own_mixtures=self.share < 1)


@dataclass(frozen=True)
class Tuned:
    """How the tree's own runs were tuned, from their cards.

    Attributes:
        recipe: the whole recipe.
        backend: "unsloth" or "peft".
        base: the base model.
    """

    recipe: Recipe
    backend: str
    base: Base


@dataclass(frozen=True)
class Plan:
    """What is varied; nothing where the notebook's parameter names no variation.

    Attributes:
        variations: ways to tune, which differ from the tree's own only in what is varied.
        tuned: how those were tuned; None without variations.
    """

    variations: Sequence[Variation] = ()
    tuned: Tuned | None = None

    def start_backend(self) -> None:
        """Start the training backend, before anything imports transformers, trl or peft."""
        if self.tuned:
            start_backend(self.tuned.backend, self.tuned.base, self.tuned.recipe)

    def in_words(self) -> str:
        """How many variations there are, in a sentence."""
        return f"{len(self.variations) or 'No'} variations to try."


def plan_recipes(tree: Tree, runs: Sequence[Run], recipe: Recipe, learning_rates: Sequence[float],
                 epochs_tried: Sequence[int]) -> Plan:
    """A variation for each learning rate with each number of epochs.

    Args:
        tree, runs, recipe: as for `how_tuned`.
        learning_rates: peaks of the learning rate; without any, nothing is varied.
        epochs_tried: numbers of epochs.

    Raises:
        FileNotFoundError, ValueError: as `how_tuned`.
    """
    if not learning_rates:
        return Plan()
    tuned = how_tuned(tree, runs, recipe)
    return Plan(recipe_variations(tuned.recipe, learning_rates, epochs_tried), tuned)


def plan_budgets(tree: Tree, runs: Sequence[Run], recipe: Recipe, shares: Sequence[float]) -> Plan:
    """A variation for each share of the budget.

    Args:
        tree, runs, recipe: as for `how_tuned`.
        shares: parts of the budget, below 1; without any, nothing is varied.

    Raises:
        FileNotFoundError, ValueError: as `how_tuned`.
    """
    if not shares:
        return Plan()
    tuned = how_tuned(tree, runs, recipe)
    return Plan(budget_variations(tuned.recipe, shares), tuned)


def recipe_label(recipe: Recipe) -> str:
    """What tables call a recipe by the two things that are varied."""
    return (f"learning rate {recipe.learning_rate:g}, {recipe.epochs} "
            f"{agreeing(recipe.epochs, 'epoch', 'epochs')}")


def how_tuned(tree: Tree, runs: Sequence[Run], recipe: Recipe) -> Tuned:
    """How notebook 21 tuned these runs, so that a variation can't differ by an oversight.

    Args:
        tree: the output tree.
        runs: runs of notebook 21.
        recipe: gives what the runs' cards don't say: how questions are asked.

    Raises:
        FileNotFoundError: a run isn't there; the message names notebook 21.
        ValueError: the runs differ in recipe, backend or base model.
    """
    names = [*recipe.tuning, "backend", "base_model", "revision"]
    cards = {run: tree.run_card(run)["parameters"] for run in runs}
    first = cards[runs[0]]
    for run, card in cards.items():
        if different := [name for name in names if card[name] != first[name]]:
            raise ValueError(f"{run} and {runs[0]} were tuned with different "
                             f"{', '.join(different)}: a variation needs runs that differ in "
                             "mixture and seed alone")
    own = replace(recipe, **{name: first[name] for name in recipe.tuning})
    return Tuned(own, first["backend"], Base(first["base_model"], first["revision"]))


def recipe_variations(recipe: Recipe, learning_rates: Iterable[float],
                      epochs_tried: Iterable[int]) -> list[Variation]:
    """A variation for each learning rate with each number of epochs, without validations.

    Args:
        recipe: what is varied.
        learning_rates: peaks of the learning rate.
        epochs_tried: numbers of epochs.
    """
    recipes = [replace(_without_validation(recipe), learning_rate=rate, epochs=epochs)
               for rate, epochs in product(learning_rates, epochs_tried)]
    return [Variation("recipe", recipe_label(varied),
                      f"recipe-rate-{varied.learning_rate:g}-epochs-{varied.epochs}", varied)
            for varied in recipes]


def budget_variations(recipe: Recipe, shares: Iterable[float]) -> list[Variation]:
    """A variation for each share of the budget, tuned for as many epochs and so in fewer steps.

    Args:
        recipe: of all of them, but for its validations.
        shares: parts of the budget, below 1.
    """
    varied = _without_validation(recipe)
    return [Variation("budget", f"{100 * share:g}\u00a0% of the rows", f"budget-{share:g}", varied,
                      share) for share in shares]


def _without_validation(recipe: Recipe) -> Recipe:
    return replace(recipe, validations=0, keep="last", patience=0)


def try_variations(tree: Tree, plan: Plan, runs: Sequence[Run], items: pd.DataFrame) -> None:
    """Tune every run in each variation's way, ask it the questions, and score its answers.

    Args:
        tree: the output tree, with the mixtures; scores are written to the variations' trees.
        plan: what is varied.
        runs: what to tune.
        items: test questions (records).
    """
    for variation in plan.variations:
        _try_variation(tree, variation, runs, items, plan.tuned)


def _try_variation(tree: Tree, variation: Variation, runs: Sequence[Run], items: pd.DataFrame,
                   tuned: Tuned) -> None:
    from medinj_utils.evaluation.protocol import Protocol
    from medinj_utils.evaluation.score_runs import score_runs
    from medinj_utils.training.train import train_run

    own, recipe = variation.tree(tree), variation.recipe
    for run in runs:
        if variation.share < 1:
            part = part_of(load_mixture(tree, run.system), variation.share)
            save_mixture(part, run.system, own, share=variation.share)
        train_run(own, run, recipe, Backend(tuned.backend), tuned.base)
    protocol = Protocol.from_recipe(recipe, (MODE,))
    score_runs(own, runs, items, tuned.base, recipe, protocol)


def tuning_table(tree: Tree, variations: Iterable[Variation], runs: Iterable[Run]) -> pd.DataFrame:
    """What tuning took, from the runs' cards.

    Args:
        tree: the output tree.
        variations: ways to tune.
        runs: that were tuned in each.

    Returns:
        A row per variation and run: the variation's label under its kind, ``run``, ``rows``,
        ``steps``, ``supervised_tokens``, ``final_loss`` (nats per supervised token) and
        ``training_seconds``.

    Raises:
        FileNotFoundError: a run isn't there; the message names the notebook.
    """
    figures = ["rows", "steps", "supervised_tokens", "final_loss", "training_seconds"]
    rows = []
    for variation, run in product(variations, runs):
        card = variation.tree(tree).run_card(run)
        rows.append({variation.kind: variation.label, "run": run.name}
                    | {figure: card[figure] for figure in figures})
    return pd.DataFrame(rows)


def mean_scores(tree: Tree, variations: Iterable[Variation]) -> pd.DataFrame:
    """Exact match over all test questions.

    Args:
        tree: the output tree.
        variations: ways to tune, which were tried.

    Returns:
        A row per variation, a column per run: shares of the questions.
    """
    means = {}
    for variation in variations:
        scores = pd.read_parquet(variation.tree(tree).scores)
        exact_match = scores["exact_match"].astype(float)
        means[variation.label] = exact_match.groupby(scores["run"], sort=False).mean()
    return pd.DataFrame(means).T.rename_axis("variation")
