"""What a variation keeps of the tree's own runs, and what it changes."""

from dataclasses import replace

import pandas as pd
import pytest

from medinj_utils.core.files import write_json, write_parquet
from medinj_utils.core.names import Run
from medinj_utils.core.recipe import load_recipe
from medinj_utils.core.tree import Tree
from medinj_utils.models.loading import Base
from medinj_utils.variations.trials import (
    Plan,
    budget_variations,
    how_tuned,
    mean_scores,
    plan_budgets,
    plan_recipes,
    recipe_label,
    recipe_variations,
    tuning_table,
)

RECIPE = load_recipe("profiles/recipes/demo.yaml")
NAT, SYN = Run("NAT", 0), Run("SYN", 0)


def write_card(tree, run, **changes):
    parameters = (
        RECIPE.tuning | {"backend": "peft", "base_model": "planted", "revision": ""} | changes
    )
    write_json({"parameters": parameters, "rows": 8, "steps": 2, "supervised_tokens": 30,
                "final_loss": 0.5,
                "training_seconds": 1.5}, tree.run(run) / "card.json")


def test_a_variation_is_tuned_as_the_cards_say_and_not_as_the_recipe_of_today(tmp_path):
    tree = Tree(tmp_path)
    write_card(tree, NAT, rank=4)
    tuned = how_tuned(tree, [NAT], replace(RECIPE, rank=64, max_new_tokens=99))
    assert (tuned.recipe.rank, tuned.recipe.max_new_tokens) == (4, 99)
    assert (tuned.backend, tuned.base) == ("peft", Base("planted", ""))


def test_runs_that_were_tuned_in_different_ways_are_refused(tmp_path):
    tree = Tree(tmp_path)
    write_card(tree, NAT)
    write_card(tree, SYN, epochs=1, backend="unsloth")
    with pytest.raises(ValueError,
                       match="SYN-s0 and NAT-s0 were tuned with different epochs, backend"):
        how_tuned(tree, [NAT, SYN], RECIPE)
    with pytest.raises(FileNotFoundError, match="run notebook 21_train_adapter first"):
        how_tuned(tree, [Run("ALL", 0)], RECIPE)


def test_variations_change_what_they_name_and_leave_validations_out():
    varied = recipe_variations(replace(RECIPE, validations=4, keep="best", patience=2),
                               [1e-3, 0.01], [2])
    assert [variation.label for variation in varied] == [
        "learning rate 0.001, 2 epochs", "learning rate 0.01, 2 epochs"]
    assert [variation.folder for variation in varied] == ["recipe-rate-0.001-epochs-2",
                                                          "recipe-rate-0.01-epochs-2"]
    assert recipe_label(replace(RECIPE, epochs=1)).endswith("1 epoch")
    for variation, rate in zip(varied, (1e-3, 0.01), strict=True):
        assert variation.recipe == replace(RECIPE, learning_rate=rate, epochs=2, validations=0,
                                           keep="last", patience=0)
    [half] = budget_variations(RECIPE, [0.5])
    assert (half.label, half.folder) == ("50\u00a0% of the rows", "budget-0.5")
    assert (half.share, half.recipe.epochs) == (0.5, RECIPE.epochs)
    assert recipe_variations(RECIPE, [], [2]) == budget_variations(RECIPE, []) == []


def test_a_plan_names_its_variations_and_how_the_trees_runs_were_tuned(tmp_path):
    tree = Tree(tmp_path)
    assert (
        plan_recipes(tree, [NAT], RECIPE, [], [2])
        == plan_budgets(tree, [NAT], RECIPE, [])
        == Plan()
    )
    assert Plan().in_words() == "No variations to try." and tuning_table(tree, (), [NAT]).empty
    Plan().start_backend()  # which backend isn't known, nor needed
    write_card(tree, NAT, rank=4)
    recipes, budgets = (
        plan_recipes(tree, [NAT], RECIPE, [1e-3], [2, 5]),
        plan_budgets(tree, [NAT], RECIPE, [0.5]),
    )
    assert recipes.in_words() == "2 variations to try."
    assert budgets.in_words() == "1 variations to try."
    assert (
        {variation.recipe.rank for variation in (*recipes.variations, *budgets.variations)}
        == {4}
        == {recipes.tuned.recipe.rank}
    )


def test_a_part_of_the_budget_has_its_own_mixtures_and_all_share_the_records(tmp_path):
    tree = Tree(tmp_path)
    [recipe], [budget] = recipe_variations(RECIPE, [0.01], [2]), budget_variations(RECIPE, [0.5])
    assert (
        recipe.tree(tree).mixture("NAT") == tree.mixture("NAT") != budget.tree(tree).mixture("NAT")
    )
    assert recipe.tree(tree).records == budget.tree(tree).records == tree.records
    assert recipe.tree(tree).run(NAT) != tree.run(NAT) != budget.tree(tree).run(NAT)


def test_tables_have_a_row_for_each_variation_and_run(tmp_path):
    tree = Tree(tmp_path)
    variations = budget_variations(RECIPE, [0.25, 0.5])
    for right, variation in enumerate(variations):
        for run in (NAT, SYN):
            write_card(variation.tree(tree), run)
        scores = pd.DataFrame({"run": ["NAT-s0", "NAT-s0", "SYN-s0"], "exact_match": [right, 1, 0]})
        write_parquet(scores, variation.tree(tree).scores)
    table = tuning_table(tree, variations, [NAT, SYN])
    assert table[["budget", "run"]].values.tolist() == [
        [label, run] for label in ("25\u00a0% of the rows", "50\u00a0% of the rows")
        for run in ("NAT-s0", "SYN-s0")]
    assert mean_scores(tree, variations).index.name == "variation"
    assert mean_scores(tree, variations).to_dict("list") == {"NAT-s0": [0.5, 1.0],
                                                             "SYN-s0": [0.0, 0.0]}
