"""The tour of one question: a leaked one if there is one, its answers as they came, and no text
that escapes its fence."""

import pandas as pd
import pytest

from medinj_utils.book.tour import tour
from medinj_utils.core.files import write_csv, write_json, write_parquet

pytestmark = pytest.mark.filterwarnings("ignore:.*resamples no p-value:UserWarning")
LEAK = {"place": "train.csv:3", "provenance": "translated", "reason": "same parent",
        "test_place": ""}


@pytest.fixture
def toured(ran):
    tree, items = ran
    scores = pd.read_parquet(tree.scores)
    write_parquet(scores.assign(raw="A", letters="A", reason="a letter"), tree.scores)
    write_json({"parameters": {"mode": "greedy"}}, tree.draws_card)
    write_parquet(
        pd.DataFrame(
            [
                LEAK | {"test_place": items["place"].iloc[5]},
                LEAK | {"test_place": items["place"].iloc[2], "reason": "same in other words"},
            ]
        ),
        tree.leaks,
    )
    write_csv(pd.DataFrame({"system": ["BASE"], "n_items": 1234, "exact_match": 0.25}),
              tree.table("comparison"))
    write_csv(pd.DataFrame({"claim": ["Open.", "Native helps."], "estimand": ["", "NAT − BASE"],
                            "estimate": [None, 0.1],
                            "low": [None, 0.05], "high": [None, 0.15],
                            "verdict": ["not testable here", "supported"]}),
              tree.table("claims"))
    return tree, items


def test_a_question_that_training_certainly_asks_is_followed(toured):
    tree, items = toured
    made = tour(tree)
    question = items.iloc[5]
    assert question["place"] in made["tour_place"]
    assert question["instruction"] in made["tour_question"]
    assert "| `train.csv:3` | translated | same parent |" in made["tour_leaks"]
    assert "other words" not in made["tour_leaks"]
    assert made["tour_right"] == ", ".join(question["answer_letters"])
    scores = pd.read_parquet(tree.scores)
    own = scores[(scores["id"] == question["id"]) & (scores["mode"] == "greedy")]
    assert made["tour_score"].startswith(
        f"{int(own['exact_match'].sum())} of {len(own)} answers to it"
    )
    assert "1,234 questions" in made["tour_score"]
    assert made["tour_answers"].count("\n") == 1 + own["system"].nunique()
    assert "“Native helps.” needs NAT − BASE above zero" in made["tour_verdict"]
    assert "**supported**" in made["tour_verdict"]


def test_without_leaks_the_first_question_is_followed(toured):
    tree, _ = toured
    write_parquet(pd.DataFrame([LEAK]).head(0), tree.leaks)
    write_csv(tree.read_table("claims").head(1), tree.table("claims"))
    made = tour(tree)
    assert made["tour_leaks"].startswith("No training row")
    assert made["tour_verdict"].startswith("No claim could")


def test_what_a_model_writes_closes_no_fence_and_no_cell(toured):
    tree, _ = toured
    scores = pd.read_parquet(tree.scores)
    write_parquet(scores.assign(raw="``` | <script>\n\n# B"), tree.scores)
    rows = [line for line in tour(tree)["tour_answers"].splitlines()[2:]]
    assert len(rows) == 8
    assert all(line.startswith("| ") and "`''' \\| <script> # B`" in line for line in rows)
