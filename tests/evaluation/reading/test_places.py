"""Options may be named by their places."""

import pytest

from medinj_utils.evaluation.reading import places, read_choice
from medinj_utils.evaluation.reading.places import PLACES
from medinj_utils.evaluation.reading.rules import ORGANS

from .helpers import examples, is_shown, read


@pytest.mark.parametrize("example", examples(PLACES))
def test_example(example):
    assert read(example) == example.read


@pytest.mark.parametrize("rule", PLACES, ids=lambda rule: rule.name)
def test_each_rule_is_shown_by_an_example(rule, monkeypatch):
    patterns = [
        pattern for other, pattern in zip(PLACES, places._PLACES, strict=True) if other is not rule
    ]
    monkeypatch.setattr(places, "_PLACES", patterns)
    assert is_shown(rule)


@pytest.mark.parametrize("output, letters", [
    ("La dernière proposition", "D"), ("L'avant-dernière réponse est exacte.", "C"),
    ("The second option", "B"),
    ("La 3e proposition", "C"), ("Les deux premières", "AB"), ("Les propositions 2 et 4", "BD"),
    ("VFVF", "AC"), ("V, F, F, V", "AD"),
    ("Réponse : F V F F", "B"), ("La première et la troisième propositions sont exactes.", "AC")])
def test_read(output, letters):
    assert read_choice(output, ORGANS, "mcq") == set(letters)


@pytest.mark.parametrize("output", [
    "La première ou la deuxième proposition", "La première proposition est fausse.",
    "En première intention", "La sixième proposition",
    "Ma première réponse", "Les deux premières ou les deux dernières", "VFV", "FFFF", "Question 2",
    "La deuxième réponse possible", "La première réponse est A, la seconde B", "Option 7",
    "2 réponses"])
def test_refused(output):
    assert read_choice(output, ORGANS, "mcq") is None


def test_numbers_and_ordinals_may_be_the_options_own():
    assert read_choice("Option 2", {"A": "2 mg", "B": "4 mg"}, "mcqu") is None
    weeks = {"A": "La deuxième semaine", "B": "La première semaine"}
    assert read_choice("La première réponse", weeks, "mcqu") is None
