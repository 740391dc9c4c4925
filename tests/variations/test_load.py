"""Which scores of a variation are compared, and with which of the tree's own."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.tables import clusters_of
from medinj_utils.core.files import write_json, write_parquet
from medinj_utils.core.names import Run
from medinj_utils.core.recipe import load_recipe
from medinj_utils.core.tree import Tree
from medinj_utils.data import save_records
from medinj_utils.models.loading import Base
from medinj_utils.variations.load import load_curves, load_matrix, load_recipes
from medinj_utils.variations.trials import (
    MODE,
    Plan,
    Tuned,
    budget_variations,
    recipe_label,
    recipe_variations,
)

RECIPE = load_recipe("profiles/recipes/demo.yaml")
RUNS = [Run("NAT", 0), Run("SYN", 0)]


def save_scores(tree: Tree, items: pd.DataFrame, shares=(0.8, 0.2), rows: int = 8) -> None:
    """Scores of both runs, right this often, and their cards."""
    rng = np.random.default_rng(rows)
    made = [items[["id", "general"]].assign(**run.columns(), mode=MODE, set_aside=False,
                                            exact_match=(rng.random(len(items)) < share) * 1.0)
            for run, share in zip(RUNS, shares, strict=True)]
    write_parquet(pd.concat(made, ignore_index=True), tree.scores)
    for run in RUNS:
        write_json({"rows": rows}, tree.run_files(run).card)


@pytest.fixture(scope="module")
def items(world) -> pd.DataFrame:
    """All choice questions of the small world's test: several on a fact."""
    records = world["records"]
    test = records[(records["split"] == "test") & (records["task"] != "oeq")]
    return test.drop_duplicates("id")


@pytest.fixture
def tree(world, items, tmp_path) -> Tree:
    """The small world with scores of the tree's own runs, which learnt from 8 rows."""
    tree = Tree(tmp_path)
    save_records(world["records"], tree.records)
    write_json(world["key"], tree.key_file)
    save_scores(tree, items)
    return tree


def plan(variations) -> Plan:
    return Plan(variations, Tuned(RECIPE, "peft", Base("planted")))


def test_general_knowledge_other_modes_and_other_runs_are_left_out(tree, items):
    scores = pd.read_parquet(tree.scores)
    others = scores.assign(run="ALL-s0", system="ALL")
    likeliest = scores.assign(mode="likelihood", exact_match=0.5)
    write_parquet(pd.concat([likeliest, scores, others]), tree.scores)
    matrix = load_matrix(tree, RUNS[:1])
    own = scores[(scores["run"] == "NAT-s0") & ~scores["general"]].set_index("id")["exact_match"]
    assert matrix.columns.tolist() == [("NAT", 0)] and 0 < len(own) < len(items)
    assert matrix["NAT", 0].to_dict() == own.to_dict()


def test_recipes_stand_beside_the_trees_own_which_is_first(tree, items):
    tried = plan(recipe_variations(RECIPE, [0.01, 0.001], [2]))
    for number, variation in enumerate(tried.variations):
        save_scores(variation.tree(tree), items, (number, 1 - number))
    matrices, clusters = load_recipes(tree, tried, RUNS)
    own = f"{recipe_label(RECIPE)} (notebook 21's)"
    assert list(matrices) == [own, *(variation.label for variation in tried.variations)]
    assert matrices[own].equals(load_matrix(tree, RUNS))
    assert [matrices[label]["NAT", 0].mean() for label in list(matrices)[1:]] == [0, 1]
    known = clusters_of(items.set_index("id").loc[matrices[own].index], tree.key)
    assert clusters.equals(known) and clusters.nunique() < len(clusters)


def test_curves_go_from_the_smallest_share_to_the_whole_budget(tree, items):
    tried = plan(budget_variations(RECIPE, [0.5, 0.25]))
    for variation, rows in zip(tried.variations, (4, 2), strict=True):
        save_scores(variation.tree(tree), items, (rows / 8, 0), rows)
    curves = load_curves(tree, tried, RUNS, 100)
    assert curves.sizes == [2, 4, 8] and curves.systems == ["NAT", "SYN"]
    assert curves.means["NAT"][-1] == load_matrix(tree, RUNS)["NAT", 0].mean()
    assert curves.means["SYN"][:2].tolist() == [0, 0] < curves.means["SYN"][2:].tolist()


def test_without_variations_nothing_is_read(tmp_path):
    assert load_recipes(Tree(tmp_path), Plan(), RUNS) == ({}, None)
    assert load_curves(Tree(tmp_path), Plan(), RUNS, 100).sizes == []


def test_scores_that_are_missing_are_named_with_their_notebook(tree):
    with pytest.raises(FileNotFoundError, match=r"scores/items\.parquet.*notebook 50_vary_recipe"):
        load_recipes(tree, plan(recipe_variations(RECIPE, [0.01], [2])), RUNS)
    with pytest.raises(FileNotFoundError, match=r"card\.json.*run notebook 51_vary_budget first"):
        load_curves(tree, plan(budget_variations(RECIPE, [0.5])), RUNS, 100)
