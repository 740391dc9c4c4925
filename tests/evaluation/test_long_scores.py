"""The long table: one row per run, question, metric and rater, and back to a table of scores."""

import pandas as pd
import pytest

from medinj_utils.core.names import Run
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.long_scores import (
    LONG,
    as_scores,
    load_long,
    long_choices,
    long_of,
    save_long,
)
from medinj_utils.evaluation.scoring import score_answers


@pytest.fixture
def tree(tmp_path) -> Tree:
    return Tree(tmp_path)


WIDE = pd.DataFrame({"run": ["BASE", "NAT-s1"], "item": ["a", "a"], "bleu": [1.5, None],
                     "chrf": [2, 3]})


def test_long_scores_are_kept_as_they_are(tree):
    table = long_of(WIDE, ["bleu", "chrf"])
    saved = save_long(tree, "metrics", table.assign(other=1))
    assert list(saved) == LONG and saved.equals(load_long(tree, "metrics"))
    assert saved.values.tolist()[0] == ["BASE", "a", "bleu", "", 1.5]
    assert saved["value"].isna().sum() == 1
    assert save_long(tree, "judges", table.head(0)).empty and load_long(tree, "judges").empty


@pytest.mark.parametrize("changes, message", [
    ({"value": "bien"}, "a value is no number"), ({"item": None}, "row 0: item is missing"),
    ({"metric": "bleu"}, "hold BASE, a, bleu,  twice")])
def test_what_is_no_long_table_is_refused(tree, changes, message):
    with pytest.raises(ValueError, match=message):
        save_long(tree, "metrics", long_of(WIDE, ["bleu", "chrf"]).assign(**changes))
    with pytest.raises(ValueError, match="no column rater"):
        save_long(tree, "metrics", long_of(WIDE, ["bleu"]).drop(columns="rater"))


def test_one_metric_of_one_rater_becomes_a_table_of_scores():
    long = pd.concat([long_of(WIDE, ["bleu", "chrf"]), long_of(WIDE, ["chrf"], "r1")])
    scores = as_scores(long, "bleu")
    assert scores[["run", "system", "seed", "id", "set_aside"]].values.tolist() == [
        ["BASE", "BASE", 0, "a", False], ["NAT-s1", "NAT", 1, "a", True]]
    assert as_scores(long, "chrf", "r1")["value"].tolist() == [2, 3]
    with pytest.raises(ValueError,
                       match=r"no scores of meteor; there are: bleu, chrf, chrf \(r1\)"):
        as_scores(long, "meteor")
    with pytest.raises(ValueError, match="'gpt' is no run"):
        as_scores(long.assign(run="gpt"), "bleu")


def test_scores_of_choices_fit_in_and_those_set_aside_have_no_value(tree, items):
    answers = pd.DataFrame({"id": items["id"].head(2), "mode": "greedy", "raw": ["A", None],
                            "note": ["", "long"],
                            "probabilities": [[], []], "ended": ["stop", ""],
                            "letters_mass": [None, None]})
    scores = score_answers(answers, items, Run("NAT", 1))
    long = save_long(tree, "choices", long_choices(scores, ["exact_match", "jaccard"]))
    assert sorted(long["metric"].unique()) == ["greedy: exact_match", "greedy: jaccard"]
    assert len(long) == 4
    back = as_scores(long, "greedy: exact_match")
    assert back["value"].tolist()[0] == scores["exact_match"].iloc[0]
    assert back["set_aside"].tolist() == [False, True]
