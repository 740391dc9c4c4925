"""Letters, texts and lists of them."""

import pytest

from medinj_utils.evaluation.reading.grammar import compiled
from medinj_utils.evaluation.reading.items import ITEM_RULES

from .helpers import examples, is_shown, read, without_grammar


@pytest.mark.parametrize("example", examples(ITEM_RULES))
def test_example(example):
    assert read(example) == example.read


@pytest.mark.parametrize("rule", ITEM_RULES, ids=lambda rule: rule.name)
def test_each_rule_is_shown_by_an_example(rule, monkeypatch):
    without_grammar(monkeypatch, rule.name)
    assert is_shown(rule)


@pytest.mark.parametrize("line, listed", [
    ("B", "B"), ("A,CjD", "A,CjD"), ("A.B.", "A.B."), ("B:Ⓑ,y_", "B:Ⓑ"), ("Ⓑ(B)", "Ⓑ(B)"),
    ("B,Aswm", "B"), ("A;B_", "A;B"), ("Ⓑ_", None), ("ⓐ,ⓒ", "ⓐ,ⓒ"), ("ⓐ_", None), ("C·_", None),
    ("ADⒷ.AⒸy", "ADⒷ."), ("veA", "veA"), ("vaokr,eBjD.", "vaokr,eBjD."), ("A)__,C)__", "A)__,C)"),
])
def test_list(line, listed):
    result = compiled("LIST").match(line)
    assert (result and result["list"]) == listed
