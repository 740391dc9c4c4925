"""Open answers are scored by all metrics, and kept as long scores with a card."""

import pandas as pd
import pytest

from medinj_utils.core.cards import card_file
from medinj_utils.core.files import read_json, sha256, write_parquet
from medinj_utils.core.names import BASE, OPEN_METRICS, Run
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.long_scores import as_scores, load_long
from medinj_utils.evaluation.open_answers import load_open_answers
from medinj_utils.evaluation.questions import choose_open_questions
from medinj_utils.evaluation.score_open_runs import (
    encoder_in_words,
    encoder_named,
    save_open_scores,
)


@pytest.fixture
def planted(tmp_path, world):
    """A tree in which the base answers nothing and a tuned run all rightly, and their answers."""
    tree, items = Tree(tmp_path, "33_score_open_answers"), choose_open_questions(world["records"])
    for run, texts in ((Run(BASE), ""), (Run("NAT", 1), items["answer_text"])):
        write_parquet(pd.DataFrame({"id": items["id"], "raw": texts, "ended": "stop"}),
                      tree.open_answers(run))
    return tree, load_open_answers(tree, [Run(BASE), Run("NAT", 1)], items)


def test_a_planted_right_answer_scores_one_and_a_blank_one_nothing(planted):
    tree, answers = planted
    runs = [Run(BASE), Run("NAT", 1)]
    long = save_open_scores(tree, runs, answers, None)
    assert long.equals(load_long(tree, "metrics")) and set(long["metric"]) == set(OPEN_METRICS)
    for metric, best in (("content_recall", 1), ("rouge_l", 1), ("chrf", 100)):
        by_run = as_scores(long, metric).groupby("run")["value"]
        assert by_run.max().to_dict() == {"BASE": 0, "NAT-s1": best}
        assert by_run.min()["NAT-s1"] == pytest.approx(best)
    assert as_scores(long, "bertscore")["set_aside"].all()
    card = read_json(card_file(tree.long_scores("metrics")))
    assert card["parameters"]["metrics"]["bertscore"] == "not computed: no encoder"
    assert "bleu" in card["parameters"]["metrics"]
    assert card["inputs"] == {
        str(tree.open_answers(run)): sha256(tree.open_answers(run)) for run in runs
    }


def test_without_questions_nothing_is_scored(tmp_path, planted):
    tree = Tree(tmp_path / "empty", "33_score_open_answers")
    assert save_open_scores(tree, [Run(BASE)], planted[1].head(0), None).empty
    assert load_long(tree, "metrics").empty


def test_an_encoder_is_named_or_there_is_none():
    assert encoder_named("", "", 8) is None and encoder_in_words(None) == "not computed: no encoder"
    assert encoder_in_words(encoder_named("planted", "", 2)) == "planted, layer 2"
