import pandas as pd
import pytest

from medinj_utils.core.names import BASE, Run
from medinj_utils.evaluation.reading.reasons import CUT, LITTLE_MASS, NO_PROBABILITIES
from medinj_utils.evaluation.scoring import (
    METRICS,
    calibration,
    score_answers,
    score_choices,
    summarise,
)


def given(ids, raw, mode="greedy", note="", **columns):
    return pd.DataFrame({"id": list(ids), "mode": mode, "raw": raw, "note": note} | columns)


@pytest.mark.parametrize("predicted, gold, exact, jaccard", [
    ({"A"}, {"A"}, 1, 1.0), ({"B"}, {"A"}, 0, 0.0), ({"A", "C"}, {"A", "C"}, 1, 1.0),
    ({"A"}, {"A", "C"}, 0, 0.5),
    ({"A", "B", "C"}, {"A", "C"}, 0, 2 / 3), ({"A", "B"}, {"B", "C"}, 0, 1 / 3)])
def test_scores_by_hand(predicted, gold, exact, jaccard):
    assert score_choices(predicted, gold, "mcq") == {
        "exact_match": exact,
        "jaccard": pytest.approx(jaccard),
        "read": True,
    }


def test_an_extraction_failure_scores_nothing_and_an_empty_gold_is_refused():
    assert score_choices(None, {"A"}, "mcqu") == {"exact_match": 0, "jaccard": 0.0, "read": False}
    with pytest.raises(ValueError, match="gold answer is empty"):
        score_choices(None, set(), "mcq")
    with pytest.raises(ValueError, match="accepted: mcqu, mcq"):
        score_choices({"A"}, {"A"}, "oeq")


def test_answers_become_rows_and_rows_become_tables(question):
    items = question(id=["a", "b", "c"], task=["mcqu", "mcq", "mcqu"], general=[True, False, False],
                     options=[["foie", "rein"], ["un", "deux", "trois"], ["oui", "non"]],
                     answer_letters=[["A"], ["A", "C"], ["B"]])
    answers = given("abc", ["A", "A", None], note=["", "", "prompt of 9 tokens, over 8"])
    scores = score_answers(answers, items, Run("NAT", 3))
    assert scores[["run", "system", "seed"]].drop_duplicates().values.tolist() == [["NAT-s3", "NAT",
                                                                                    3]]
    assert scores["general"].tolist() == [True, False, False]
    assert scores["exact_match"].tolist()[:2] == [1, 0]
    assert scores["set_aside"].tolist() == [False, False, True]
    assert scores.loc[2, ["letters", "exact_match"]].isna().all()
    table = summarise(scores, ["system"])
    assert table.loc[0, "items"] == 2
    assert table.loc[0, "exact_match"] == 0.5
    assert table.loc[0, "jaccard_mcq"] == 0.5
    assert table.loc[0, "extraction_failures"] == 0


def test_options_are_counted_and_chance_is_taken_off_by_hand(question):
    items = question(id=["a", "b", "c"], task=["mcq", "mcq", "mcqu"],
                     options=[list("xyz"), list("xyz"), list("wxyz")],
                     answer_letters=[["A", "C"], ["B"], ["D"]])
    answers = given("abc", ["A, B", "Je ne sais pas.", "La bonne réponse est la D."])
    scores = score_answers(answers, items, Run(BASE))
    assert scores[["hits", "false_alarms", "misses"]].values.tolist() == [[1, 1, 1], [0, 0, 1],
                                                                          [1, 0, 0]]
    assert scores["format_compliant"].tolist() == [True, False, False]
    assert scores["chance"].tolist() == [1 / 7, 1 / 7, 1 / 4]
    row = summarise(scores, ["system"]).iloc[0]
    assert (row["precision_mcq"], row["recall_mcq"], row["f1_mcq"]) == (1 / 2, 1 / 3,
                                                                        2 * 1 / (2 + 1 + 2))
    assert row["exact_match"] == pytest.approx(1 / 3) and row["exact_match_read"] == 1 / 2
    assert row["above_chance"] == pytest.approx((1 / 3 - row["chance"]) / (1 - row["chance"]))
    alone = summarise(scores[scores["task"] == "mcqu"], ["system"])
    assert alone[["jaccard_mcq", "precision_mcq", "recall_mcq", "f1_mcq"]].isna().all(axis=None)


def test_a_gold_that_is_empty_or_beyond_the_options_is_set_aside_and_not_scored(question):
    items = question(id=list("abcde"), task="mcqu", options=[["foie", "rein"]] * 5,
                     answer_letters=[[], ["C"], ["A", "B"], None, float("nan")])
    scores = score_answers(given("abcde", "A"), items, Run(BASE))
    assert scores["set_aside"].all()
    assert scores["exact_match"].isna().all()
    assert scores["reason"].str.contains("beyond").all()


def test_no_answers_and_missing_texts_make_tables_too(question):
    items = question(id=["a"], task="mcqu", options=[["foie", "rein"]], answer_letters=[["A"]])
    answers = given("a", [None])
    assert score_answers(answers, items, Run(BASE))["reason"].tolist() == ["there is no answer"]
    assert summarise(score_answers(answers.head(0), items, Run(BASE)), ["system"]).empty
    with pytest.raises(ValueError, match="BASE: 1 answers .* not among the items, the first z"):
        score_answers(given("z", ["A"]), items, Run(BASE))


def test_macro_means_weigh_each_cell_the_same(question):
    items = question(id=list("abcd"), provenance=["native"] * 3 + ["translated"], task="mcqu",
                     options=[["foie", "rein"]] * 4, answer_letters=[["A"]] * 4)
    scores = score_answers(given("abcd", ["A", "A", "B", "B"]), items, Run(BASE))
    row = summarise(scores, ["system"]).iloc[0]
    assert (row["exact_match"], row["exact_match_macro"]) == (0.5, pytest.approx((2 / 3 + 0) / 2))
    assert summarise(scores, ["provenance"])["exact_match_macro"].tolist() == pytest.approx(
        [2 / 3, 0]
    )


def test_calibration_by_hand(question):
    items = question(id=list("abcd"), task="mcqu", options=[["foie", "rein"]] * 4,
                     answer_letters=[["A"]] * 4)
    answers = given("abcd", ["A", "A", "B", "A"], "likelihood",
                    probabilities=[[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [1.0, 0.0]])
    table = calibration(score_answers(answers, items, Run(BASE)))
    assert table["items"].sum() == 4 and table["bin"].tolist() == [9]
    assert table["ece"].item() == pytest.approx(abs((0.9 * 3 + 1) / 4 - 3 / 4))
    assert table["brier"].item() == pytest.approx((0.02 + 0.02 + 1.62 + 0) / 4)
    lower = answers.assign(probabilities=[[0.6, 0.4], [0.9, 0.1], [0.1, 0.9], [0.9, 0.1]])
    scores = pd.concat([score_answers(answers, items, Run(BASE)),
                        score_answers(lower, items, Run("NAT", 1))])
    both = calibration(scores, ["system", "provenance"]).set_index(["system", "bin"])
    assert both["items"].to_dict() == {("BASE", 9): 4, ("NAT", 6): 1, ("NAT", 9): 3}
    assert both.loc["BASE", "ece"].item() == table["ece"].item()
    assert both.loc[("NAT", 6), "ece"] == pytest.approx((0.4 * 1 + abs(0.9 - 2 / 3) * 3) / 4)
    assert both.loc[("NAT", 9), "brier"] == pytest.approx((0.32 + 0.02 + 1.62 + 0.02) / 4)
    assert calibration(score_answers(answers.assign(probabilities=[[]] * 4), items,
                                     Run(BASE))).empty


def test_a_new_metric_is_a_function_and_an_entry(question, monkeypatch):
    def dice(read: set[str], right: set[str]) -> float:
        """Twice the size of the intersection over the sum of the sizes (Dice 1945)."""
        return 2 * len(read & right) / (len(read) + len(right))

    monkeypatch.setitem(METRICS, "dice", dice)
    items = question(id=["a"], task="mcq", options=[["un", "deux", "trois"]],
                     answer_letters=[["A", "C"]])
    scores = score_answers(given("a", ["A"]), items, Run(BASE))
    assert (
        scores["dice"].item()
        == summarise(scores, ["system"])["dice_mcq"].item()
        == pytest.approx(2 / 3)
    )


def test_cut_answers_are_counted_and_read_only_where_an_explanation_had_begun(question):
    items = question(id=list("abcde"), task="mcqu", options=[["foie", "rein"]] * 5,
                     answer_letters=[["B"]] * 5)
    raw = ["B", "B", "La réponse est B. Explication : le rein filtre le", "B", "B"]
    answers = given("abcde", raw, ended=["stop", "length", "length", "content_filter", "unknown"])
    scores = score_answers(answers, items, Run(BASE))
    assert scores["letters"].fillna("").tolist() == ["B", "", "B", "", "B"]
    assert scores["reason"].tolist()[1] == CUT
    assert scores["ended"].tolist() == answers["ended"].tolist()
    table = summarise(scores, ["system"])
    assert table[["cut_off", "end_unknown", "extraction_failures"]].values.tolist() == [
        [3, 1, 2 / 5]
    ]
    unknown = summarise(score_answers(given("abcde", "B"), items, Run(BASE)), ["system"])
    assert unknown[["cut_off", "end_unknown"]].values.tolist() == [[0, 5]]


@pytest.mark.parametrize("raw", [
    "Les bonnes réponses sont A (sensible à l'insuline), B (il", "Réponses : A, B,",
                                 "Les propositions exactes sont : A (sensibilité), C (rythme",
    "A, C (", "A,\n"])
def test_an_answer_that_stops_short_is_cut_where_nobody_kept_why_it_ended(question, raw):
    items = question(id=["a"], task="mcq", options=[["un", "deux", "trois"]],
                     answer_letters=[["A", "B"]])
    scores = score_answers(given("a", [raw], ended=["unknown"]), items, Run(BASE))
    assert scores["letters"].isna().all() and scores["reason"].item() == CUT
    whole = "A, B (sensible)\nC'est (presque) tout."
    assert (
        score_answers(given("a", [whole], ended=["unknown"]), items, Run(BASE))["letters"].item()
        == "A, B"
    )


def test_letters_with_little_probability_are_counted_and_refused_where_a_server_gave_them(question):
    items = question(id=list("abc"), task="mcqu", options=[["foie", "rein"]] * 3,
                     answer_letters=[["B"]] * 3)
    answers = given("abc", ["B", "", "B"], "likelihood", ended="", letters_mass=[0.9, 0.006, 0.01],
                    probabilities=[[0.2, 0.8], [], [0.3, 0.7]])
    scores = score_answers(answers, items, Run(BASE))
    assert scores["reason"].tolist()[1] == LITTLE_MASS
    assert scores["letters"].fillna("").tolist() == ["B", "", "B"]
    assert summarise(scores, ["system"])[["little_mass", "cut_off"]].values.tolist() == [[2, 0]]
    answers["letters_mass"] = [0.9, None, 0.01]
    assert score_answers(answers, items, Run(BASE))["reason"].tolist()[1] == NO_PROBABILITIES
