from dataclasses import replace

import pandas as pd
import pytest

from medinj_utils.core.recipe import load_recipe
from medinj_utils.evaluation.questions import (
    choose_examples,
    choose_open_questions,
    choose_questions,
    open_questions_asked,
)
from medinj_utils.models.answers import Asking
from medinj_utils.models.engine import Engine


def test_questions_are_chosen_by_source_and_as_a_sample_that_stays(records):
    twice = pd.concat([records] * 2)
    every = choose_questions(twice)
    assert set(every["split"]) == {"test"}
    assert set(every["task"]) == {"mcqu", "mcq"}
    assert every["id"].is_unique
    source = every["source"].iloc[0]
    assert set(choose_questions(twice, [source])["source"]) == {source} != set(every["source"])
    few = choose_questions(twice, most=7)
    assert len(few) == 7 and few["id"].tolist() == choose_questions(twice, most=7)["id"].tolist()
    assert len(choose_questions(twice, most=10**6)) == len(every)
    with pytest.raises(ValueError, match=r"no test question of mediqal; there are: .*planted"):
        choose_questions(twice, ["mediqal", source])


def test_open_questions_are_chosen_apart_and_may_be_none(records, question):
    recipe = load_recipe("profiles/recipes/demo.yaml")
    asked = choose_open_questions(pd.concat([records] * 2))
    assert set(asked["task"]) == {"oeq"}
    assert asked["id"].is_unique
    assert set(asked["split"]) == {"test"}
    assert not set(asked["id"]) & set(choose_questions(records)["id"])
    assert len(choose_open_questions(records, most=5)) == 5
    assert choose_open_questions(records, ["general knowledge"]).empty
    assert choose_open_questions(records[records["task"] != "oeq"]).empty
    with_line = open_questions_asked(records, replace(recipe, open_prompt="Réponds."))
    assert set(with_line["last_line"]) == {"Réponds."}
    assert with_line["id"].tolist() == asked["id"].tolist()
    silent = open_questions_asked(records, replace(recipe, open_max_new_tokens=0))
    assert silent.empty and "last_line" in silent
    only_open = question(id=["a"], task="oeq", split="test")
    assert choose_questions(only_open, ["s"]).empty
    with pytest.raises(ValueError, match="no test question of mediqal"):
        choose_open_questions(records, ["mediqal"])


def test_examples_stand_before_the_question_and_are_no_test_questions(records, items, loaded):
    examples = choose_examples(records, 2)
    assert examples == choose_examples(records, 2)
    assert {task: len(own) for task, own in examples.items()} == {"mcqu": 2, "mcq": 2}
    tested = set(records.loc[records["split"] == "test", "question_id"])
    assert not tested & {example["question_id"] for own in examples.values() for example in own}
    engine = Engine(*loaded, Asking(16, examples=examples))
    item = items.iloc[0].to_dict()
    shown = engine.show(engine.prompt(item))
    places = [shown.index(example["instruction"]) for example in examples[item["task"]]] + [
        shown.index(item["instruction"])
    ]
    assert places == sorted(places)
    with pytest.raises(ValueError, match="shots is 5000"):
        choose_examples(records, 5000)
    assert choose_examples(records, 0) == {"mcqu": [], "mcq": []}
