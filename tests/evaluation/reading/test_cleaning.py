"""Every step of cleaning, by its examples and by what it makes of a text."""

import pytest

from medinj_utils.evaluation.reading.cleaning import STEPS, clean, fold

from .helpers import examples, is_shown, read, without_step


@pytest.mark.parametrize("example", examples(STEPS))
def test_example(example):
    assert read(example) == example.read


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_each_step_is_shown_by_an_example(step, monkeypatch):
    without_step(monkeypatch, step.name)
    assert is_shown(step)


@pytest.mark.parametrize("raw, cleaned", [
    ("**Réponse :** B", "Réponse :   B"),
    ("A <think>B</think> C", "A\nC"),
    ("template thought</think>C", "C"),
    ("<thinking>B</THINKING>C", "C"),
    ("B <think>but then", ""),
    ("✅ A. le foie\n❌ B. le rein", "A· le foie"),
    ("| A | vrai |", "A  :  vrai"),
    ("\\boxed{\\text{B}}", "réponse finale :  B}"),
    ("- A\n\n- A\n- C", "A\nC"),
    ("1. A\n2) C", "A\nC"),
    ("E. coli", "E· coli"),
    ("l’œil", "l'oeil"),
    ("B !!!", "B !"),
    ("", ""),
])
def test_clean(raw, cleaned):
    assert clean(raw) == cleaned


def test_fold():
    assert fold("Œdème À l'Étage") == "œdeme a l'etage"
