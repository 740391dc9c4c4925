"""Options may be named by their texts, in entries of their own."""

import pytest

from medinj_utils.evaluation.reading import choice, labels, read_choice
from medinj_utils.evaluation.reading.rules import ORGANS

from .helpers import examples, is_shown, read

RULE = type("Rule", (), {"name": "texts", "examples": labels.EXAMPLES})


@pytest.mark.parametrize("example", examples([RULE]))
def test_example(example):
    assert read(example) == example.read


def test_the_step_is_shown_by_an_example(monkeypatch):
    monkeypatch.setattr(choice, "with_letters_before_texts", lambda text, options: text)
    assert is_shown(RULE)


@pytest.mark.parametrize("output", [
    "Le foie : un filtre\nC. la rate : un réservoir", "Le foie : peut-être\nLe rein : oui",
    "Le foie : droit, le rein : gauche"])
def test_refused(output):
    assert read_choice(output, ORGANS, "mcqu") is None
