"""Names of columns, labels, scores and texts of triplets in the spellings that files have."""

import math

import pytest

from medinj_utils.data.formats import SourceError
from medinj_utils.data.rules import BadRow
from medinj_utils.evaluation.triplets.columns import (
    check_scale,
    columns_of,
    label_of,
    score_of,
    text_of,
)


def test_columns_are_known_in_several_spellings():
    written = ["Énoncé", "Vérité-terrain", "Candidate answer", "Modèle", "équivalence", "Judge A",
               "score_bleu", "id"]
    assert columns_of(written, "f") == {
        "instruction": "Énoncé", "reference": "Vérité-terrain", "candidate": "Candidate answer",
        "run": "Modèle",
        "label": "équivalence", "score_judge_a": "Judge A", "score_bleu": "score_bleu"}
    assert columns_of(["Judge", "rater", "score", "juge b"], "f") == {
        "score_judge_1": "Judge", "score_rater_1": "rater", "score_1": "score",
        "score_juge_b": "juge b"}
    with pytest.raises(SourceError, match="f: columns 'model' and 'system' are both the run"):
        columns_of(["model", "system"], "f")


@pytest.mark.parametrize("value", ["Oui", "oui ", 1, 1.0, "1", "1.0", "1,0", True, "Équivalent"])
def test_labels_that_say_yes(value):
    assert label_of(value, "label") == 1


@pytest.mark.parametrize("value", ["Non", 0, "0,0", False, "non équivalent"])
def test_labels_that_say_no(value):
    assert label_of(value, "label") == 0


@pytest.mark.parametrize("value", [None, "", " ", "NA", float("nan")])
def test_labels_that_are_not_there(value):
    assert math.isnan(label_of(value, "label"))


@pytest.mark.parametrize("value", ["0.5", 0.5, "10/10", "peut-être", 2, "partiel"])
def test_labels_that_are_none(value):
    with pytest.raises(BadRow, match="label"):
        label_of(value, "label")


def test_scores_are_numbers():
    assert score_of("0,25", "s") == 0.25 and score_of(3, "s") == 3 and math.isnan(score_of("", "s"))
    for value in ("10/10", "inf", "sans avis"):
        with pytest.raises(BadRow):
            score_of(value, "s")


def test_judges_and_further_humans_may_say_oui_and_metrics_may_not():
    assert score_of("Oui ", "Judge A") == 1 and score_of("non", "rater") == 0
    with pytest.raises(BadRow):
        score_of("oui", "score_x")


@pytest.mark.parametrize("value", [4, "2", "1,5", 2.0])
def test_a_column_of_grades_is_refused_whole(value):
    with pytest.raises(SourceError, match=r"t.csv, row 2, note: .* is a grade, and labels are 0"):
        check_scale([0, "1", value], "note", "t.csv")
    check_scale([0, "1", None, "oui", "10/10", 0.5, float("nan")], "note", "t.csv")


def test_texts_are_there_or_said_to_be_missing():
    columns = {"candidate": "c", "context": "x"}
    assert text_of({"c": 35}, "candidate", columns) == "35"
    assert text_of({"c": ""}, "candidate", columns, filled=False) == ""
    assert text_of({"x": None}, "context", columns, filled=False) == ""
    for value in (None, ["a"], float("nan")):
        with pytest.raises(BadRow):
            text_of({"c": value}, "candidate", columns, filled=False)
    with pytest.raises(BadRow, match="empty"):
        text_of({"c": " "}, "candidate", columns)
