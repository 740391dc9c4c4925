"""Answers of one sentence."""

import pytest

from medinj_utils.evaluation.reading import read_choice, sentences
from medinj_utils.evaluation.reading.rules import ORGANS
from medinj_utils.evaluation.reading.sentences import SENTENCES

from .helpers import examples, is_shown, read


@pytest.mark.parametrize("example", examples(SENTENCES))
def test_example(example):
    assert read(example) == example.read


@pytest.mark.parametrize("rule", SENTENCES, ids=lambda rule: rule.name)
def test_each_rule_is_shown_by_an_example(rule, monkeypatch):
    patterns = [
        pattern
        for other, pattern in zip(SENTENCES, sentences._PATTERNS, strict=True)
        if other is not rule
    ]
    monkeypatch.setattr(sentences, "_PATTERNS", patterns)
    assert is_shown(rule)


@pytest.mark.parametrize("output", [
    "Le rein reçoit un débit élevé.", "Il faut épargner ou retirer le rein.",
    "Le rein n'explique pas ce tableau.",
    "Le sang passe par le rein, puis par le foie.", "Le sang est parfois filtré par le rein.",
    "Si le patient souffre du rein."])
def test_refused(output):
    assert read_choice(output, ORGANS, "mcqu") is None
