"""Options may be named by their texts, in entries of their own."""

import pytest

from medinj_utils.evaluation.reading import choice, labels, read_choice
from medinj_utils.evaluation.reading.rules import ORGANS, Example

from .helpers import examples, is_shown, read

RULE = type("Rule", (), {"name": "texts", "examples": labels.EXAMPLES})


@pytest.mark.parametrize("example", examples([RULE]))
def test_example(example):
    assert read(example) == example.read


def test_the_step_is_shown_by_an_example(monkeypatch):
    monkeypatch.setattr(choice, "with_letters_before_texts", lambda text, options: text)
    assert is_shown(RULE)


@pytest.mark.parametrize("output", [
    "Le foie : un filtre\nC. la rate : un réservoir", "Le foie : peut-être\nLe rein : oui", "Le foie : droit, le rein : gauche"])
def test_refused(output):
    assert read_choice(output, ORGANS, "mcqu") is None


@pytest.mark.parametrize("option, output", [
    ("6 semaines", "Six semaines"), ("six semaines", "6 semaines"), ("1 g", "1 gramme"), ("20 ans", "C'est vingt ans.")])
def test_numbers_in_words(option, output):
    assert read(Example(output, "A", {"A": option, "B": "autre chose"}, "mcqu")) == "A"


@pytest.mark.parametrize("output, letter", [
    ("L'affirmation est fausse.", "B"), ("C'est exact.", "A"), ("Cette proposition est correcte.", "A"), ("L'affirmation n'est pas fausse.", "")])
def test_options_that_are_verdicts(output, letter):
    assert read(Example(output, letter, {"A": "Vrai", "B": "Faux"}, "mcqu")) == letter
