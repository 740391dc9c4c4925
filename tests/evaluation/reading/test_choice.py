"""From raw answer to letters: short ways, refusals, arguments."""

import pytest

from medinj_utils.evaluation.reading import choice, explain_choice, read_choice, reasons
from medinj_utils.evaluation.reading.rules import ORGANS

POTASSIUM = {"A": "K+", "B": "K-", "C": "Na+"}
BLOOD = {"A": "O", "B": "A", "C": "B", "D": "AB"}


@pytest.mark.parametrize("output, options, task, reason", [
    ("F", ORGANS, "mcqu", "no option F"),
    ("Réponse : E, F", ORGANS, "mcq", "no option E, F"),
    ("Réponse : A, C", ORGANS, "mcqu", reasons.SEVERAL_LETTERS),
    ("A : vrai, C : vrai", ORGANS, "mcqu", reasons.SEVERAL_LETTERS),
    ("A", BLOOD, "mcqu", reasons.LETTER_IS_ANOTHER_TEXT),
    ("Aucune", ORGANS, "mcq", reasons.NO_LETTER_LEFT),
    ("A ou B", ORGANS, "mcqu", reasons.LEFT_OPEN),
    ("", ORGANS, "mcq", reasons.NOTHING_NAMED),
])
def test_refused(output, options, task, reason):
    assert explain_choice(output, options, task) == (None, reason)


@pytest.mark.parametrize("output, letters", [("B", "B"), (" D \n", "D"), ("A, C", "AC")])
def test_plain_letters_are_read_as_the_grammar_reads_them(output, letters, monkeypatch):
    expected = (frozenset(letters), reasons.AT_HEAD)
    assert explain_choice(output, ORGANS, "mcq") == expected
    monkeypatch.setattr(choice, "_plain_letters", lambda *arguments: frozenset())
    assert explain_choice(output, ORGANS, "mcq") == expected


@pytest.mark.parametrize("output, letter", [
    ("K+", "A"), ("K-", "B"), ("B) K-", "B"), ("(A) K+", "A")])
def test_texts_that_differ_in_marks_alone(output, letter):
    assert read_choice(output, POTASSIUM, "mcqu") == {letter}


def test_unknown_task():
    with pytest.raises(ValueError, match="task is 'oeq'; accepted: mcqu, mcq"):
        read_choice("B", ORGANS, "oeq")


def test_reasons_are_short_and_distinct():
    texts = [value for name, value in vars(reasons).items() if name.isupper()]
    assert len(set(texts)) == len(texts) == 15
    assert all(0 < len(text) < 80 for text in texts)
