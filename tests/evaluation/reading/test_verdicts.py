"""Verdicts take one form."""

import pytest

from medinj_utils.evaluation.reading.rules import ORGANS
from medinj_utils.evaluation.reading.verdicts import VERDICTS, plain_verdicts

from .helpers import examples, is_shown, read, without_verdict


@pytest.mark.parametrize("example", examples(VERDICTS))
def test_example(example):
    assert read(example) == example.read


@pytest.mark.parametrize("rule", VERDICTS, ids=lambda rule: rule.name)
def test_each_rule_is_shown_by_an_example(rule, monkeypatch):
    without_verdict(monkeypatch, rule.name)
    assert is_shown(rule)


@pytest.mark.parametrize("text, plain", [
    ("A ✅ foie\nB ❌", "A : vrai,  \nB : faux,  "),
    ("(A) Oui", "A : vrai, "),
    ("A : exacte, B : inexacte.", "A : vrai,  B : faux, ."),
    ("Proposition A : il filtre → Vrai", "A : vrai, "),
    ("A : il filtre, B : il pompe → Vrai", "A : il filtre, B : il pompe → Vrai"),
    ("A vraiment", "A vraiment"),
])
def test_plain_verdicts(text, plain):
    assert plain_verdicts(text, ORGANS) == plain


def test_an_option_that_is_a_verdict_leaves_the_text_as_it_is():
    assert plain_verdicts("A : vrai", {"A": "Vrai.", "B": "Faux."}) == "A : vrai"
