import pandas as pd
import pytest

from medinj_utils.core.files import read_json
from medinj_utils.core.names import BASE, Run
from medinj_utils.core.recipe import load_recipe
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.probes import ways_to_ask
from medinj_utils.evaluation.protocol import Protocol
from medinj_utils.evaluation.score_runs import (
    ask_runs,
    score_runs,
    score_variants,
    scores_by_variant,
)
from medinj_utils.models.answers import Asking
from medinj_utils.models.engine import Engine
from medinj_utils.models.loading import Base

RECIPE = load_recipe("profiles/recipes/demo.yaml")


@pytest.fixture
def tree(tmp_path) -> Tree:
    return Tree(tmp_path, "50_vary_recipe")


@pytest.fixture
def tuned(tree) -> Run:
    """A run whose adapter stands in the tree."""
    from peft import LoraConfig, get_peft_model

    from medinj_utils.models.loading import load_base
    run = Run("NAT", 7)
    config = LoraConfig(target_modules=["q_proj"], init_lora_weights=False)
    get_peft_model(load_base(Base("planted"))[0], config).save_pretrained(tree.run(run) / "adapter")
    return run


def test_runs_are_asked_and_scored_in_one_go(tree, tuned, items):
    runs = [Run(BASE), tuned]
    scores = score_runs(tree, runs, items.head(6), Base("planted"), RECIPE, Protocol(["constrained"]))
    assert scores.groupby("run", sort=False).size().to_dict() == {"BASE": 6, "NAT-s7": 6}
    assert scores[["run", "system", "seed"]].drop_duplicates().values.tolist() == [["BASE", "BASE", 0], ["NAT-s7", "NAT", 7]]
    assert pd.read_parquet(tree.scores)["id"].tolist() == scores["id"].tolist()
    for run in runs:
        card = read_json(tree.answers(run).with_suffix(".card.json"))
        assert card["step"] == "50_vary_recipe" and card["parameters"]["max_new_tokens"] == RECIPE.max_new_tokens


def test_a_run_without_an_adapter_names_the_notebook_to_run(tree, items):
    with pytest.raises(FileNotFoundError, match="21_train_adapter"):
        score_runs(tree, [Run("SYN", 1)], items, Base("planted"), RECIPE, Protocol(["greedy"]))


@pytest.fixture
def models(loaded):
    return [(Run(BASE), Engine(*loaded, Asking(16)), {"base_model": "planted"})]


def test_the_table_of_the_asking_counts_what_was_set_aside(tree, items, models):
    long = items.head(3).copy()
    long.iat[0, long.columns.get_loc("context")] = "mot " * 500
    answers, asked = ask_runs(tree, long, models, Protocol(["greedy"], max_length=200))
    assert answers[Run(BASE)]["id"].tolist() == long["id"].tolist()
    assert asked[["run", "answers", "set_aside", "context_cut"]].values.tolist() == [["BASE", 3, 1, 0]]


def test_variants_are_asked_scored_and_hold_their_right_letters(tree, items, models):
    few = items.head(6)
    asked = ways_to_ask(few, 1)
    scores = score_variants(tree, asked, models, Protocol(["constrained"]))
    assert set(scores.loc[scores["reordered"], "variant"]) == {"order 1"}
    assert scores_by_variant(scores).loc["BASE"].between(0, 1).all()
    assert set(scores["variant"]) == {name for name, table in asked.items() if len(table)}
    assert tree.answers(Run(BASE), "order 1").exists() and len(pd.read_parquet(tree.probe_scores)) == len(scores)
    ordered = asked["order 1"].set_index("id")["answer_letters"].map(", ".join)
    own = scores[scores["variant"] == "order 1"]
    assert own["gold"].tolist() == ordered.loc[own["id"]].tolist() and (own["system"] == BASE).all()


def test_without_variants_nothing_is_asked_or_written(tree, models):
    assert score_variants(tree, {}, models, Protocol(["greedy"])).empty and not tree.probe_scores.exists()
