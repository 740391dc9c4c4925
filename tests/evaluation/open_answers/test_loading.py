"""Open answers of runs beside their references, whether or not each run was asked each question."""

import pandas as pd
import pytest

from medinj_utils.core.files import write_parquet
from medinj_utils.core.names import BASE, Run
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.open_answers import OPEN_ANSWERS, load_open_answers

ITEMS = pd.DataFrame({"id": ["a", "b", "c"], "provenance": "native", "source": "s",
                      "instruction": ["Un ?", "Deux ?", "Trois ?"],
                      "context": "", "answer_text": ["un", "deux", "trois"], "task": "oeq"})


def answered(tree, run, **texts):
    table = pd.DataFrame({"id": list(texts), "raw": list(texts.values()),
                          "ended": ["stop" if text else "" for text in texts.values()]})
    write_parquet(table.astype({"raw": object}), tree.open_answers(run))


def test_answers_stand_beside_their_references_and_gaps_are_none(tmp_path):
    tree, run = Tree(tmp_path), Run("NAT", 1)
    answered(tree, Run(BASE), a="Un.", b="")
    answered(tree, run, a=None)
    table = load_open_answers(tree, [Run(BASE), run], ITEMS)
    assert list(table) == OPEN_ANSWERS
    assert table[["run", "item", "reference", "candidate", "ended"]].values.tolist() == [
        ["BASE", "a", "un", "Un.", "stop"], ["BASE", "b", "deux", "", ""],
        ["NAT-s1", "a", "un", None, ""], ["NAT-s1", "b", "deux", None, ""]]
    assert load_open_answers(tree, [run], ITEMS)["item"].tolist() == ["a"]


def test_without_questions_there_is_nothing_and_strange_answers_are_refused(tmp_path):
    tree = Tree(tmp_path)
    assert load_open_answers(tree, [Run(BASE)], ITEMS.head(0)).empty
    with pytest.raises(FileNotFoundError, match="30_answer_questions"):
        load_open_answers(tree, [Run(BASE)], ITEMS)
    answered(tree, Run(BASE))
    assert list(load_open_answers(tree, [Run(BASE)], ITEMS)) == OPEN_ANSWERS
    answered(tree, Run(BASE), z="Oui")
    with pytest.raises(ValueError,
                       match=r"1 answers are to questions that the test doesn't have, such as z"):
        load_open_answers(tree, [Run(BASE)], ITEMS)
