"""A text becomes signs."""

import pytest

from medinj_utils.evaluation.reading import read_choice
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


@pytest.mark.parametrize("text", [
    "0,5 mg", "1.5 mg", "2,5 mg", "12,5 mg", "0,15 mg", "15,5 mg", "1 5 mg", "1 015 mg", "-15 mg",
    "> 15 mg", "≤ 15 mg", "± 15 mg",
    "plus de 15 mg", "moins de 15 mg", "au moins 15 mg", "jusqu'à 15 mg", "supérieure à 15 mg",
    "more than 15 mg", "10 à 15 mg",
    "10-15 mg", "10 – 15 mg", "entre 10 et 15 mg", "2 x 15 mg", "15 mg - 20 mg", "15 mg à 20 mg",
    "1/15 mg", "la moitié de 10 mg"])
def test_a_quantity_within_another_one_is_no_option(text):
    options = {"A": "5 mg", "B": "10 mg", "C": "15 mg", "D": "20 mg"}
    assert not set("ABCDⒶⒷⒸⒹ") & set(signs_of(text, options)), text
    for output in (text, f"Réponse : {text}", f"La dose est de {text}."):
        assert read_choice(output, options, "mcqu") is None


@pytest.mark.parametrize("options, read, refused", [
    (["5 %", "10 %", "15 %", "50 %"], {"50%": "D", "15 %.": "C"},
     ["12,5 %", "7,50 %", "> 50%", "moins de 50 %", "50 à 60 %", "105 %"]),
    (["1", "2", "3", "4"], {"3": "C", "3.": "C"},
     ["1,5", "0,4", "1/2", "1 à 2", "> 3", "-1", "1 000", "2,5 à 3"]),
    (["3 mois", "6 mois", "9 mois"], {"6 mois": "B", "à 6 mois": "B"},
     ["après 6 mois", "3 à 6 mois", "dès 6 mois", "Entre 3 et 6 mois"]),
    (["0,5 mg", "1.5 mg", "10 à 15 mg", "> 15 mg", "plus de 20 mg", "-15 mg"], {
        "0.5 mg": "A", "1,5mg": "B", "10 à 15 mg": "C", "> 15 mg": "D", "plus de 20 mg": "E",
        "Réponse : –15 mg": "F"}, ["15 mg", "0,15 mg"]),
])
def test_numbers_with_points_signs_and_limits(options, read, refused):
    options = dict(zip("ABCDEF", options, strict=False))
    for output, letter in read.items():
        assert read_choice(output, options, "mcqu") == {letter}, output
    for output in refused:
        assert read_choice(output, options, "mcqu") is None, output


def test_numbers_may_be_listed():
    options = {"A": "1", "B": "2", "C": "3", "D": "4"}
    for output in ("1, 3", "Réponses : 1 et 3", "3 ; 1", "- 1\n- 3"):
        assert read_choice(output, options, "mcq") == {"A", "C"}
