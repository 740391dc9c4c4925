"""An answer says nothing else beside what is read in it."""

import pytest
import regex as re

from medinj_utils.evaluation.reading import contradictions, read_choice
from medinj_utils.evaluation.reading.rules import ORGANS, compile_spelt

from .helpers import NEVER, examples, is_shown, read


@pytest.mark.parametrize("example", examples((*contradictions.BESIDE, *contradictions.NUMBERED)))
def test_example(example):
    assert read(example) == example.read


@pytest.mark.parametrize("rule", contradictions.BESIDE, ids=lambda rule: rule.name)
def test_each_rule_is_shown_by_an_example(rule, monkeypatch):
    monkeypatch.setattr(contradictions, f"_{rule.name}", re.compile(NEVER))
    assert is_shown(rule)


@pytest.mark.parametrize("rule", contradictions.NUMBERED, ids=lambda rule: rule.name)
def test_each_rule_of_numbers_is_shown_by_an_example(rule, monkeypatch):
    kept = [
        compile_spelt(other.pattern, contradictions._NAMES)
        for other in contradictions.NUMBERED
        if other is not rule
    ]
    monkeypatch.setattr(contradictions, "_NUMBERED", kept)
    assert is_shown(rule)


@pytest.mark.parametrize("output", [
    "B\n\nQuel organe filtre ? La rate.", "Réponse : B. Pour répondre à la question posée : C.",
    "B. L'organe en cause est la rate.",
    "La réponse est la 3 : le rein", "Le rein (n° 3)", "Proposition 3 : B"])
def test_refused(output):
    assert read_choice(output, ORGANS, "mcqu") is None


@pytest.mark.parametrize("output", [
    "B. Mauvaise réponse : C.", "B. Le piège est C.", "A. Non, pardon, B.", "B. Le stade est C.",
    "Question 3 : le rein", "12. Le rein", "Proposition 2 : le rein"])
def test_read(output):
    assert read_choice(output, ORGANS, "mcqu") == {"B"}
