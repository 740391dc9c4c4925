"""Exceptions and ranges."""

import pytest

from medinj_utils.evaluation.reading import read_choice
from medinj_utils.evaluation.reading.rules import ORGANS


@pytest.mark.parametrize("output, letters", [
    ("Tous les organes sauf la rate", "ABD"), ("L'ensemble des propositions hormis B", "ACD"),
    ("Toutes, C exceptée", "ABD"),
    ("Toutes sont exactes à l'exception de la A et de la C.", "BD"),
    ("Toutes (A, B, D) sauf C", "ABD"), ("B-D inclus", "BCD"),
    ("Seule la rate ne convient pas : les autres sont exactes.", "ABD"),
    ("Les propositions B → D", "BCD"), ("A-F, B-V, C-V, D-F", "BC")])
def test_read(output, letters):
    assert read_choice(output, ORGANS, "mcq") == set(letters)


@pytest.mark.parametrize("output", [
    "B-D", "B → D", "Seule C est fausse.", "Toutes sauf une", "Tous les organes",
    "Seule la rate ne convient pas."])
def test_refused(output):
    assert read_choice(output, ORGANS, "mcq") is None
