import pandas as pd
import pytest

from medinj_utils.evaluation.scoring import score_answers, score_choices, summarise


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
