from dataclasses import replace

import pandas as pd
import pytest

from medinj_utils.core.cards import card_file
from medinj_utils.core.files import read_json
from medinj_utils.core.names import BASE, Run
from medinj_utils.core.recipe import load_recipe
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation import answer as answer_module
from medinj_utils.evaluation.open_answers import load_open_answers
from medinj_utils.evaluation.probes import ways_to_ask
from medinj_utils.evaluation.protocol import Protocol
from medinj_utils.evaluation.questions import choose_open_questions, open_questions_asked
from medinj_utils.evaluation.score_runs import (
    OpenQuestions,
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
    scores = score_runs(tree, runs, items.head(6), Base("planted"), RECIPE,
                        Protocol(["constrained"]))
    assert scores.groupby("run", sort=False).size().to_dict() == {"BASE": 6, "NAT-s7": 6}
    assert scores[["run", "system", "seed"]].drop_duplicates().values.tolist() == [
        ["BASE", "BASE", 0],
        ["NAT-s7", "NAT", 7],
    ]
    assert pd.read_parquet(tree.scores)["id"].tolist() == scores["id"].tolist()
    for run in runs:
        card = read_json(tree.answers(run).with_suffix(".card.json"))
        assert card["step"] == "50_vary_recipe"
        assert card["parameters"]["max_new_tokens"] == RECIPE.max_new_tokens


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
    assert asked[["run", "answers", "set_aside", "context_cut"]].values.tolist() == [["BASE", 3, 1,
                                                                                      0]]


def test_open_questions_are_asked_beside_and_leave_the_answers_to_choices_as_they_are(
    tree, records, items, models
):
    alone, _ = ask_runs(tree, items.head(4), models, Protocol(["constrained"]))
    before = tree.answers(Run(BASE)).stat().st_mtime_ns
    card = read_json(tree.answers_card(Run(BASE)))
    recipe = replace(RECIPE, open_prompt="Réponds en un mot.", open_max_new_tokens=3,
                     open_stops=["\n"])
    asked_open = open_questions_asked(records, recipe, most=5)
    also = OpenQuestions(asked_open, Asking.open_from_recipe(recipe))
    answers, asked = ask_runs(tree, items.head(4), models, Protocol(["constrained"]), also)
    assert answers[Run(BASE)]["raw"].tolist() == alone[Run(BASE)]["raw"].tolist()
    assert tree.answers(Run(BASE)).stat().st_mtime_ns == before
    assert read_json(tree.answers_card(Run(BASE))) == card
    assert asked[["answers", "open_answers", "set_aside"]].values.tolist() == [[4, 5, 0]]
    table = pd.read_parquet(tree.open_answers(Run(BASE)))
    assert table["id"].tolist() == asked_open["id"].tolist()
    assert set(table["mode"]) == {"greedy"}
    assert table["raw"].notna().all()
    card = read_json(card_file(tree.open_answers(Run(BASE))))
    assert card["parameters"]["max_new_tokens"] == 3 and card["parameters"]["stops"] == ["\n"]
    assert "Réponds en un mot." in card["first_prompt"]


def test_no_open_question_leaves_an_empty_table(tree, records, items, models):
    none = OpenQuestions(open_questions_asked(records, replace(RECIPE, open_max_new_tokens=0)),
                         Asking(0))
    _, asked = ask_runs(tree, items.head(2), models, Protocol(["constrained"]), none)
    assert asked["open_answers"].tolist() == [0]
    assert load_open_answers(tree, [Run(BASE)], choose_open_questions(records)).empty


def test_open_answers_go_on_after_an_interrupt(tree, records, items, models, monkeypatch):
    also = OpenQuestions(open_questions_asked(records, RECIPE), Asking.open_from_recipe(RECIPE))
    protocol = Protocol(["constrained"], batch_tokens=60)
    ask_runs(Tree(tree.root / "whole"), items.head(2), models, protocol, also)
    write, written = answer_module.write_parquet, []

    def failing(table, path):
        if "open" in str(path.relative_to(tree.root)):
            written.append(path)
            if len(written) == 4:
                raise KeyboardInterrupt
        return write(table, path)

    with monkeypatch.context() as patch:
        patch.setattr(answer_module, "write_parquet", failing)
        with pytest.raises(KeyboardInterrupt):
            ask_runs(tree, items.head(2), models, protocol, also)
    kept = list(tree.open_answers(Run(BASE)).with_suffix(".parts").glob("[!.]*.parquet"))
    assert len(kept) == 3
    ask_runs(tree, items.head(2), models, protocol, also)
    assert (
        tree.open_answers(Run(BASE)).read_bytes()
        == Tree(tree.root / "whole").open_answers(Run(BASE)).read_bytes()
    )


def test_variants_are_asked_scored_and_hold_their_right_letters(tree, items, models):
    few = items.head(6)
    asked = ways_to_ask(few, 1)
    scores = score_variants(tree, asked, models, Protocol(["constrained"]))
    assert set(scores.loc[scores["reordered"], "variant"]) == {"order 1"}
    assert scores_by_variant(scores).loc["BASE"].between(0, 1).all()
    assert set(scores["variant"]) == {name for name, table in asked.items() if len(table)}
    assert tree.answers(Run(BASE), "order 1").exists()
    assert len(pd.read_parquet(tree.probe_scores)) == len(scores)
    ordered = asked["order 1"].set_index("id")["answer_letters"].map(", ".join)
    own = scores[scores["variant"] == "order 1"]
    assert own["gold"].tolist() == ordered.loc[own["id"]].tolist() and (own["system"] == BASE).all()


def test_without_variants_nothing_is_asked_or_written(tree, models):
    assert score_variants(tree, {}, models, Protocol(["greedy"])).empty
    assert not tree.probe_scores.exists()
