import random

import numpy as np
import pandas as pd
import pytest

from medinj_utils.evaluation import score_open_answers
from medinj_utils.evaluation.open_answers import OPEN_METRICS

OVERLAPS = ["bleu", "chrf", "rouge_1", "rouge_2", "rouge_l", "meteor"]
REFERENCE = "Amoxicilline 50 mg/kg par jour pendant dix jours, sans corticoïde."


def one(candidate, reference=REFERENCE) -> pd.Series:
    return score_open_answers([candidate], [reference]).iloc[0]


def test_an_identical_answer_reaches_the_top_of_each_scale():
    scores = one(REFERENCE)
    assert scores["bleu"] == pytest.approx(100) and scores["chrf"] == pytest.approx(100)
    assert (
        list(
            scores[
                [
                    "rouge_1",
                    "rouge_2",
                    "rouge_l",
                    "content_recall",
                    "numbers_recall",
                    "numbers_precision",
                ]
            ]
        )
        == [1] * 6
    )
    assert 0.99 < scores["meteor"] < 1


@pytest.mark.parametrize("blank", ["", " \n", "\u00a0"])
def test_a_blank_answer_scores_nothing(blank):
    scores = one(blank)
    assert list(scores[OVERLAPS]) == [0] * 6
    assert scores["content_recall"] == 0
    assert scores["numbers_recall"] == 0
    assert np.isnan(scores["numbers_precision"])


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, np.float64("nan")])
def test_a_missing_answer_has_no_score(missing):
    scores = score_open_answers([missing, REFERENCE], [REFERENCE, REFERENCE])[
        list(OPEN_METRICS)[:-1]
    ]
    assert scores.iloc[0].isna().all() and scores.iloc[1].notna().all()


@pytest.mark.parametrize("missing", [None, float("nan"), "", "  "])
def test_without_a_reference_there_is_no_score(missing):
    assert one("Une réponse.", missing)[list(OPEN_METRICS)].isna().all()


@pytest.mark.parametrize("answer", [
    "肝臓", "الكبد", "печень", "ήπαρ", "🙂", "?!", "ตับ", "\u202e\u0000"])
def test_answers_in_other_scripts_have_scores(answer):
    scores = one(answer)
    assert scores[[*OVERLAPS, "content_recall"]].between(0, 3).all()
    assert one(answer, answer)["bleu"] > 0


def test_a_huge_answer_is_scored():
    rng = random.Random(0)
    words = [f"mot{rng.randint(0, 999)}" for _ in range(20_000)]
    scores = one(" ".join(words[:10_000]), " ".join(words[5_000:15_000]))
    assert scores[OVERLAPS].gt(0).all() and scores["rouge_l"] >= 0.5
    assert scores["content_recall"] == 1


def test_a_dose_ten_times_too_high_is_seen_by_the_numbers_alone():
    wrong = one(REFERENCE.replace("50 mg", "500 mg"))
    assert wrong["numbers_recall"] == wrong["numbers_precision"] == 1 / 2
    assert wrong["bleu"] > 60 and wrong["rouge_l"] > 0.9 and wrong["content_recall"] == 1


def test_typography_makes_no_difference():
    straight, curly = one("l'oedème", "d'oedème"), one("l’œdème", "d'oedème")
    pd.testing.assert_series_equal(straight, curly)


def test_a_missing_negation_is_seen_in_the_content():
    assert (
        one("Amoxicilline 50 mg/kg par jour pendant dix jours, corticoïde.")["content_recall"] < 1
    )


def test_the_table_keeps_the_candidates_index_and_says_what_was_not_computed():
    table = score_open_answers(pd.Series(["foie", "rein"], index=["x", "y"]), ["foie", "foie"])
    assert list(table.index) == ["x", "y"]
    assert list(table.columns) == [*OPEN_METRICS, "bertscore_encoder"]
    assert table["bertscore"].isna().all()
    assert set(table["bertscore_encoder"]) == {"not computed: no encoder"}


def test_no_pairs_give_an_empty_table():
    table = score_open_answers([], [])
    assert table.empty and list(table.columns) == [*OPEN_METRICS, "bertscore_encoder"]


def test_what_is_shared_out_is_what_is_scored_at_once():
    answers = [f"le foie pèse {n} g" for n in range(600)]
    references = ["le foie pèse 300 g"] * 600
    table = score_open_answers(answers, references)
    for n in (0, 299, 300, 599):
        pd.testing.assert_series_equal(table.iloc[n], one(answers[n], references[n]),
                                       check_names=False)


@pytest.mark.parametrize(("candidates", "references", "error", "message"), [
    (["a"], ["a", "b"], ValueError, "1 candidates for 2 references"),
    ("abc", ["a", "b", "c"], TypeError, "one text, 'abc'"),
    (["a", 3.5], ["a", "b"], TypeError, "candidate 1 is 3.5"),
    (["a", "b"], ["a", ["b"]], TypeError, r"reference 1 is \['b'\]"),
    (pd.Series(["a", "b"]), pd.Series(["a", "b"], index=[1, 0]), ValueError, "different indices"),
])
def test_what_cannot_be_scored_is_named(candidates, references, error, message):
    with pytest.raises(error, match=message):
        score_open_answers(candidates, references)
