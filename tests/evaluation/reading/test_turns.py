"""A next question is cut off, the same question is not."""

import pytest

from medinj_utils.evaluation.reading import read_choice, turns
from medinj_utils.evaluation.reading.rules import ORGANS
from medinj_utils.evaluation.reading.turns import TURNS

from .helpers import examples, is_shown, read


@pytest.mark.parametrize("example", examples(TURNS))
def test_example(example):
    assert read(example) == example.read


@pytest.mark.parametrize("rule", TURNS, ids=lambda rule: rule.name)
def test_each_rule_is_shown_by_an_example(rule, monkeypatch):
    patterns = [
        pattern for other, pattern in zip(TURNS, turns._NEXT, strict=True) if other is not rule
    ]
    monkeypatch.setattr(turns, "_NEXT", patterns)
    assert is_shown(rule)


@pytest.mark.parametrize("output, letters", [
    ("B\n\nQuestion suivante : Que fait la peau ?\nA. Elle filtre\nB. Elle protège\nRéponse : A",
     "B"),
    ("Réponse : B\n\nUser: Et la peau ?\nAssistant: A", "B"),
    ("B\nQ: Quelle est la taille du foie ?\nA: 20 cm", "B"),
    ("La réponse est B.\n\nCas clinique 2 : Un homme de 40 ans tousse.\nA. Asthme\nB. "
     "BPCO\nRéponse : A", "B"),
    ("Question : Que filtre le sang ?\nRéponse : B\n\nQuestion : Que stocke la bile ?\nRéponse : D",
     "B"),
])
def test_read_before_the_next_question(output, letters):
    assert read_choice(output, ORGANS, "mcqu") == set(letters)
    assert read_choice(output, ORGANS, "mcqu", cut=True) == set(letters)


@pytest.mark.parametrize("output", [
    "B\n\nQuestion : Quel organe ?\nA. le foie\nB. le rein\nC. la rate\nD. le cœur\nRéponse : C",
    "Question 1 : A\nQuestion 2 : B", "Voyons.\n\nQuestion : Quel organe filtre ?",
    "B ?\n\nQuestion : Quel est le débit ?",
    "B. Vérification\nD'après l'énoncé :\nRéponse : C"])
def test_refused(output):
    assert read_choice(output, ORGANS, "mcqu") is None
