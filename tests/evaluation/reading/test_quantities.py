"""Quantities and verdicts are written as options have them."""

import pytest

from medinj_utils.evaluation.reading.rules import Example

from .helpers import read


@pytest.mark.parametrize("option, output", [
    ("6 semaines", "Six semaines"), ("six semaines", "6 semaines"), ("1 g", "1 gramme"),
    ("20 ans", "C'est vingt ans.")])
def test_numbers_in_words(option, output):
    assert read(Example(output, "A", {"A": option, "B": "autre chose"}, "mcqu")) == "A"


@pytest.mark.parametrize("output, letter", [
    ("L'affirmation est fausse.", "B"), ("C'est exact.", "A"),
    ("Cette proposition est correcte.", "A"), ("L'affirmation n'est pas fausse.", "")])
def test_options_that_are_verdicts(output, letter):
    assert read(Example(output, letter, {"A": "Vrai", "B": "Faux"}, "mcqu")) == letter
