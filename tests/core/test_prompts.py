"""How a record becomes a chat, and options that change places with their letters."""

import numpy as np
import pytest

from medinj_utils.core.prompts import (
    NUMBERS,
    answer_turn,
    labels_of,
    messages,
    permute_options,
    user_turn,
)

RECORD = {"instruction": "Que produit le foie ?", "context": "Cas.",
          "options": ["bile", "urine", "albumine"],
          "answer_letters": ["A", "C"], "answer_text": "bile ; albumine",
          "explanation": "Il fait les deux.", "task": "mcq"}
OPEN = RECORD | {"options": [], "answer_letters": [], "answer_text": "La bile.", "task": "oeq"}


def test_the_user_turn_has_context_question_options_and_task_line():
    assert user_turn(RECORD) == ("Cas.\nQue produit le foie ?\n(A) bile\n(B) urine\n(C) albumine\n"
                                 "Une ou plusieurs bonnes réponses.")
    assert user_turn(OPEN | {"context": ""}) == "Que produit le foie ?"
    assert user_turn(RECORD, about="B").endswith(
        "La proposition (B) est-elle exacte ? Réponds par Oui ou par Non."
    )


@pytest.mark.parametrize("answer_format, expected", [
    ("letters", "A, C"), ("letters_and_text", "A) bile, C) albumine"), ("text", "bile ; albumine"),
    ("with_explanation", "A, C\nIl fait les deux.")])
def test_the_answer_turn_follows_its_format(answer_format, expected):
    assert answer_turn(RECORD, answer_format) == expected
    assert answer_turn(OPEN, answer_format) == "La bile."


def test_options_may_be_called_by_numbers():
    numbered = RECORD | {"labels": NUMBERS}
    assert list(labels_of(numbered)) == ["1", "2", "3"]
    assert answer_turn(numbered, "letters") == "1, 3"
    assert "(3) albumine" in user_turn(numbered)


def test_a_chat_has_the_system_turn_first_and_examples_before_the_question():
    chat = messages(RECORD, system="Réponds.", with_answer=False, examples=[OPEN])
    assert [turn["role"] for turn in chat] == ["system", "user", "assistant", "user"]
    assert messages(RECORD)[-1] == {"role": "assistant", "content": "A, C"}


def test_an_unknown_format_is_refused_with_those_there_are():
    with pytest.raises(ValueError,
                       match="answer_format is 'letter'; accepted: letters, letters_and_text"):
        answer_turn(RECORD, "letter")


def test_right_letters_move_with_their_options():
    right = {"bile", "albumine"}
    for seed in range(20):
        moved = permute_options(RECORD, np.random.default_rng(seed))
        assert {
            moved["options"]["ABC".index(letter)] for letter in moved["answer_letters"]
        } == right
        assert moved["answer_letters"] == sorted(moved["answer_letters"])
    assert RECORD["options"] == ["bile", "urine", "albumine"]
