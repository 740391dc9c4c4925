"""A text becomes signs."""

import pytest

from medinj_utils.evaluation.reading.rules import DOSES, ORGANS
from medinj_utils.evaluation.reading.words import signs_of

GERMS = {"A": "Escherichia coli", "B": "Staphylococcus aureus", "C": "Candida albicans"}
VITAMINS = {"A": "Vitamine A", "B": "Vitamine B12", "C": "Vitamine C"}
TWICE = {"A": "le foie", "B": "Foie", "C": "la rate"}
ALL = {"A": "la fièvre", "B": "la toux", "C": "Toutes ces réponses sont exactes"}


@pytest.mark.parametrize("text, options, signs", [
    ("Réponse : B, car le rein filtre", ORGANS, "n:B,yaⒷ_"),
    ("LE REIN.", ORGANS, "aⒷ."),
    ("rein", ORGANS, "Ⓑ"),
    ("b) rein", ORGANS, "ⓑ)Ⓑ"),
    ("A\nC", ORGANS, "A\nC"),
    ("à", ORGANS, "t"),
    ("À", ORGANS, "t"),
    ("L'A est une voyelle", ORGANS, "_sa_"),
    ("d'accord", ORGANS, "q_"),
    ("Vitamine C", VITAMINS, "Ⓒ"),
    ("vitamine b12", VITAMINS, "Ⓑ"),
    ("40 mg", DOSES, "Ⓒ"),
    ("candida albicans", GERMS, "Ⓒ"),
    ("le foie", TWICE, "aⓏ"),
    ("Toutes sont correctes.", ALL, "Ⓒ."),
    ("Toutes sauf A.", ALL, "veA."),
    ("", ORGANS, ""),
])
def test_signs_of(text, options, signs):
    assert signs_of(text, options) == signs


@pytest.mark.parametrize("word, signs", [
    ("AB", "AB"), ("ABD", "ABD"), ("A-B-D", "ABD"), ("A-B", "_"), ("ABF", "_"), ("AA", "_"),
    ("BAC", "BAC"), ("abd", "_"),
])
def test_letters_in_one_word(word, signs):
    assert signs_of(word, ORGANS, frozenset(ORGANS)) == signs
    assert signs_of(word, ORGANS) == "_"


def test_an_option_of_one_letter_is_left_to_be_a_letter():
    assert signs_of("A ou O", {"A": "O", "B": "A"}) == "AhO"
