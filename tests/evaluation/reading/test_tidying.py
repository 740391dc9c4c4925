"""Lists join the line that announces them, and repeated options go."""

import pytest

from medinj_utils.evaluation.reading.rules import ORGANS
from medinj_utils.evaluation.reading.tidying import LAYOUT_RULES, tidy

from .helpers import examples, is_shown, read, without_layout


@pytest.mark.parametrize("example", examples(LAYOUT_RULES))
def test_example(example):
    assert read(example) == example.read


@pytest.mark.parametrize("rule", LAYOUT_RULES, ids=lambda rule: rule.name)
def test_each_rule_is_shown_by_an_example(rule, monkeypatch):
    without_layout(monkeypatch, rule.name)
    assert is_shown(rule)


@pytest.mark.parametrize("line, tidied", [
    ("anrk:\nA:__\nC:__", "anrk:A:;C:\n"),
    ("anrk:\nA:__", "anrk:A:__"),
    ("A._\nB._\nC._\nD._\nfB", "\nfB"),
    ("A._\nB._\nC._", "A._\nB._\nC._"),
    ("A)Ⓐ,B)Ⓑ,C)Ⓒ,D)Ⓓ", "A)Ⓐ,B)Ⓑ,C)Ⓒ,D)Ⓓ"),
    ("ok:A)Ⓐ,B)Ⓑ,C)Ⓒ,D)Ⓓ", "\n"),
    ("a_k:\nA.Ⓐ\nC.Ⓒ", "n:A.Ⓐ;C.Ⓒ\n"), ("a_k:\nA.Ⓐ\nC.Ⓒ\nfA", "a_k:\n\nfA"),
    ("pAjC;BjDkw", "pAjC.BjDkw"), ("A;B;Ckw", "A;B;Ckw"),
    ("Ⓐ\nⒷ\nⒸ\nⒹ\nn:B", "\nn:B"),
    ("__h\n(A)Ⓐ\n(B)_", "__h\n\n"),
])
def test_tidy(line, tidied):
    assert tidy(line, ORGANS) == tidied
