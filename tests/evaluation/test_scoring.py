import pandas as pd
import pytest

from medinj_utils.evaluation.scoring import calibration, score_answers, score_choices, summarise


@pytest.mark.parametrize("predicted, gold, exact, jaccard", [
    ({"A"}, {"A"}, 1, 1.0), ({"B"}, {"A"}, 0, 0.0), ({"A", "C"}, {"A", "C"}, 1, 1.0), ({"A"}, {"A", "C"}, 0, 0.5),
    ({"A", "B", "C"}, {"A", "C"}, 0, 2 / 3), ({"A", "B"}, {"B", "C"}, 0, 1 / 3)])
def test_scores_by_hand(predicted, gold, exact, jaccard):
    assert score_choices(predicted, gold, "mcq") == {"exact_match": exact, "jaccard": pytest.approx(jaccard), "read": True}


def test_an_unread_answer_scores_nothing_and_an_empty_gold_is_refused():
    assert score_choices(None, {"A"}, "mcqu") == {"exact_match": 0, "jaccard": 0.0, "read": False}
    with pytest.raises(ValueError, match="gold answer is empty"):
        score_choices(None, set(), "mcq")
    with pytest.raises(ValueError, match="accepted: mcqu, mcq"):
        score_choices({"A"}, {"A"}, "oeq")


def test_answers_become_rows_and_rows_become_tables():
    items = pd.DataFrame({
        "id": ["a", "b", "c"], "provenance": "native", "source": "s", "task": ["mcqu", "mcq", "mcqu"],
        "options": [["foie", "rein"], ["un", "deux", "trois"], ["oui", "non"]],
        "answer_letters": [["A"], ["A", "C"], ["B"]]})
    answers = pd.DataFrame({"id": ["a", "b", "c"], "mode": "greedy", "raw": ["A", "A", None],
                            "note": ["", "", "prompt of 9 tokens, over 8"]})
    scores = score_answers(answers, items, "BASE")
    assert scores["exact_match"].tolist()[:2] == [1, 0]
    assert scores["set_aside"].tolist() == [False, False, True]
    assert scores.loc[2, ["letters", "exact_match"]].isna().all()
    table = summarise(scores, ["system"])
    assert table.loc[0, "items"] == 2
    assert table.loc[0, "exact_match"] == 0.5
    assert table.loc[0, "jaccard_mcq"] == 0.5
    assert table.loc[0, "unread"] == 0


def test_options_are_counted_and_chance_is_taken_off_by_hand():
    items = pd.DataFrame({
        "id": ["a", "b", "c"], "provenance": "native", "source": "s", "task": ["mcq", "mcq", "mcqu"],
        "options": [list("xyz"), list("xyz"), list("wxyz")], "answer_letters": [["A", "C"], ["B"], ["D"]]})
    answers = pd.DataFrame({"id": ["a", "b", "c"], "mode": "greedy", "note": "",
                            "raw": ["A, B", "Je ne sais pas.", "La bonne réponse est la D."]})
    scores = score_answers(answers, items, "BASE")
    assert scores[["hits", "false_alarms", "misses"]].values.tolist() == [[1, 1, 1], [0, 0, 1], [1, 0, 0]]
    assert scores["as_asked"].tolist() == [True, False, False] and scores["chance"].tolist() == [1 / 7, 1 / 7, 1 / 4]
    row = summarise(scores, ["system"]).iloc[0]
    assert (row["precision_mcq"], row["recall_mcq"], row["f1_mcq"]) == (1 / 2, 1 / 3, 2 * 1 / (2 + 1 + 2))
    assert row["exact_match"] == pytest.approx(1 / 3) and row["exact_match_read"] == 1 / 2
    assert row["above_chance"] == pytest.approx((1 / 3 - row["chance"]) / (1 - row["chance"]))


def test_a_gold_that_is_empty_or_beyond_the_options_is_set_aside_and_not_scored():
    items = pd.DataFrame({"id": list("abcde"), "provenance": "native", "source": "s", "task": "mcqu",
                          "options": [["foie", "rein"]] * 5, "answer_letters": [[], ["C"], ["A", "B"], None, float("nan")]})
    scores = score_answers(pd.DataFrame({"id": list("abcde"), "mode": "greedy", "raw": "A", "note": ""}), items, "BASE")
    assert scores["set_aside"].all() and scores["exact_match"].isna().all() and scores["why"].str.contains("beyond").all()


def test_no_answers_and_missing_texts_make_tables_too():
    items = pd.DataFrame({"id": ["a"], "provenance": "native", "source": "s", "task": "mcqu", "options": [["foie", "rein"]],
                          "answer_letters": [["A"]]})
    answers = pd.DataFrame({"id": ["a"], "mode": "greedy", "raw": [None], "note": ""})
    assert score_answers(answers, items, "BASE")["why"].tolist() == ["there is no answer"]
    assert summarise(score_answers(answers.head(0), items, "BASE"), ["system"]).empty


def test_macro_means_weigh_each_cell_the_same():
    items = pd.DataFrame({"id": list("abcd"), "provenance": ["native"] * 3 + ["translated"], "source": "s", "task": "mcqu",
                          "options": [["foie", "rein"]] * 4, "answer_letters": [["A"]] * 4})
    answers = pd.DataFrame({"id": list("abcd"), "mode": "greedy", "raw": ["A", "A", "B", "B"], "note": ""})
    scores = score_answers(answers, items, "BASE")
    row = summarise(scores, ["system"]).iloc[0]
    assert (row["exact_match"], row["exact_match_macro"]) == (0.5, pytest.approx((2 / 3 + 0) / 2))
    assert summarise(scores, ["provenance"])["exact_match_macro"].tolist() == pytest.approx([2 / 3, 0])


def test_calibration_by_hand():
    items = pd.DataFrame({"id": list("abcd"), "provenance": "native", "source": "s", "task": "mcqu",
                          "options": [["foie", "rein"]] * 4, "answer_letters": [["A"]] * 4})
    answers = pd.DataFrame({"id": list("abcd"), "mode": "likelihood", "note": "", "raw": ["A", "A", "B", "A"],
                            "probabilities": [[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [1.0, 0.0]]})
    table = calibration(score_answers(answers, items, "BASE"))
    assert table["items"].sum() == 4 and table["bin"].tolist() == [9]
    assert table["ece"].item() == pytest.approx(abs((0.9 * 3 + 1) / 4 - 3 / 4))
    assert table["brier"].item() == pytest.approx((0.02 + 0.02 + 1.62 + 0) / 4)
    lower = answers.assign(probabilities=[[0.6, 0.4], [0.9, 0.1], [0.1, 0.9], [0.9, 0.1]])
    scores = pd.concat([score_answers(answers, items, "BASE"), score_answers(lower, items, "NAT-s1")])
    both = calibration(scores, ["system", "provenance"]).set_index(["system", "bin"])
    assert both["items"].to_dict() == {("BASE", 9): 4, ("NAT-s1", 6): 1, ("NAT-s1", 9): 3}
    assert both.loc["BASE", "ece"].item() == table["ece"].item()
    assert both.loc[("NAT-s1", 6), "ece"] == pytest.approx((0.4 * 1 + abs(0.9 - 2 / 3) * 3) / 4)
    assert both.loc[("NAT-s1", 9), "brier"] == pytest.approx((0.32 + 0.02 + 1.62 + 0.02) / 4)
    assert calibration(score_answers(answers.assign(probabilities=[[]] * 4), items, "BASE")).empty
