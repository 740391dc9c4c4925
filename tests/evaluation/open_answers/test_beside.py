"""Open answers side by side, and ROUGE-L by two tokenizers."""

import pandas as pd
import pytest

from medinj_utils.evaluation.open_answers import (
    OPEN_ANSWERS,
    one_question,
    side_by_side,
    tokenizers_beside,
)

NONE = pd.DataFrame(columns=OPEN_ANSWERS)
ANSWERS = pd.DataFrame([
    {"run": run, "system": system, "item": item, "provenance": "native", "instruction": f"{item} ?",
     "reference": right,
     "candidate": f"{run}: {right}" if run != "NAT-s1" else "hépatique", "ended": "stop"}
    for run, system in (("BASE", "BASE"), ("NAT-s0", "NAT"), ("NAT-s1", "NAT"))
    for item, right in (("a", "le foie"), ("b", "une hépatite"))])


def test_a_question_stands_beside_the_answers_of_all():
    table = side_by_side(ANSWERS)
    assert list(table) == ["provenance", "question", "reference", "BASE", "NAT"] and len(table) == 2
    assert table["NAT"].tolist() == ["NAT-s0: le foie", "NAT-s0: une hépatite"]  # of the first run
    first = one_question(ANSWERS)
    assert first.index.tolist() == ["BASE", "NAT-s0", "NAT-s1"]
    assert set(first["question"]) == {"a ?"}
    assert side_by_side(NONE).empty and one_question(NONE).empty


def test_the_default_tokenizer_cuts_words_at_accents_and_scores_what_is_left():
    table = tokenizers_beside(ANSWERS[ANSWERS["run"] == "NAT-s1"])
    default, ours = table.loc["rouge-score's default"], table.loc["of this book"]
    assert default["reference"] == "une | h | patite" and ours["reference"] == "une | hépatite"
    assert default["answer"] == "h | patique" and ours["answer"] == "hépatique"
    assert default["rouge_l"] == pytest.approx(2 * (1 / 2 * 1 / 3) / (1 / 2 + 1 / 3))
    assert ours["rouge_l"] == 0
    assert ours["pairs"] == 1  # references with an accent alone
    assert ours["pair"] == "of the answers here"


def test_where_the_tokenizers_differ_on_no_answer_an_example_shows_how():
    same = ANSWERS[ANSWERS["item"] == "b"].assign(candidate="La rate.")
    for answers, pairs in ((NONE, 0), (ANSWERS.assign(candidate=" "), 0), (same, 1)):
        table = tokenizers_beside(answers)
        default, ours = table.loc["rouge-score's default"], table.loc["of this book"]
        assert default["answer"] == "une | h | patite | chronique" and ours["pairs"] == pairs
        assert default["rouge_l"] == 0.75 and ours["rouge_l"] == pytest.approx(2 / 3)
        assert default["pair"].startswith("an example")
        assert pd.isna(ours["mean_rouge_l"]) if not pairs else ours["mean_rouge_l"] == 0
