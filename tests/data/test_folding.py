"""Words without accents, signs and item numbers, in which digits stay apart."""

from itertools import pairwise

import numpy as np
import pytest

from medinj_utils.data.folding import (
    folded,
    folded_options,
    folded_words,
    spelling_keys,
    without_item_numbers,
    without_labels,
)


@pytest.mark.parametrize("texts, words", [
    (("L’œdème d'Évry", "l'oedeme d'evry", "LOEDEME DEVRY", "«\u00a0l\u2019œ\u00addème d’Évry »"),
     "loedeme devry"),
    (("1,5 mg", "1.5 mg", "1·5 mg"), "1٫5 mg"), (("10²", "10^2", "10^(2)", "10^{2}"), "10↑2"),
    (("10⁻²", "10^-2", "10^−2", "10^(-2)"), "10↓2"),
    (("102",), "102"), (("15",), "15"), (("1/2", "½"), "1↔2"), (("1½",), "1 1↔2"),
    (("1-2-3", "1/2/3"), "1↔2↔3"), (("-5", "5"), "5"),
    (("m²", "m2", "m^2"), "m2"), (("CO₂", "CO2"), "co2"), (("log₁₀2",), "log10 2"),
    (("HbA_1c", "HbA1c"), "hba1c"),
    (("5 × 10", "5x10", "5×10"), "5 x 10"), (("C_max", "Cmax"), "cmax"),
    (("**gras**", "_gras_"), "gras"), (("patient(s)",), "patients"),
    (("37 ºC", "37 °C"), "37 c"), (("ß-bloquant", "β‑bloquant"), "βbloquant"),
    (("Ｆｉｎ", "ﬁn", "𝐟𝐢𝐧"), "fin"),
    (("N° 5", "№ 5"), "n 5"), (("a\u2800b\u3164c",), "a b c"), (("5.10⁹/L", "5·10^9/L"), "5٫10↑9l"),
    (("? + −",), ""),
    (("0,71", "0;71", "0'71", "0’71", ",71", ".71", "0,710", "0.7100"), "0٫71"),
    (("7,5", "7,50", "7.50", "7;5"), "7٫5"), (("75",), "75"), (("7,05", "7.05"), "7٫05"),
    (("7", "7,0", "7.00"), "7"), (("70",), "70"), (("700",), "700"), (("7,000", "7.000"), "7٫000"),
    (("1.500",), "1٫500"), (("1.5",), "1٫5"), (("10,500",), "10٫500"),
    (("1.10.2010",), "1٫10٫2010"), (("1.1.2010",), "1٫1٫2010"), (("F10.10",), "f10٫10"),
    (("F10.1",), "f10٫1"), (("5.10-3",), "5٫10↔3"), (("5.1-3", "5,1-3,0"), "5٫1↔3"),
    (("7,50-8,50", "7.5-8.5"), "7٫5↔8٫5"), (("1;2;3", "1-2-3"), "1↔2↔3"),
    (("5'30''", "5-30"), "5↔30"), (("p=,05", "p=0,05"), "p0٫05"), (("(,5)",), "0٫5"),
    (("5①", "5 1"), "5 1"), (("①5", "⒈ 5"), "1 5"), (("5⑳",), "5 20"),
    (("l\ua78cos", "L\ua78bOS", "l\u02bcos", "l\u02bdos", "l\u07f4os", "l'os"), "los"),
    (("bêta\u30fcmimétique", "bêta-mimétique"), "betamimetique")])
def test_words_are_folded(texts, words):
    for text in texts:
        once = folded([text])
        assert once[0].as_py().split() == words.split()
        assert folded(once) == once or folded(once)[0].as_py().split() == words.split()


@pytest.mark.parametrize("texts, words", [
    (("Na+", "Na⁺", "Ｎａ＋"), "na+"), (("Na-",), "na"), (("IgG+ IgM-",), "igg+ igm"),
    (("> 5",), "> 5"), (("p<0,05", "p<0.05"), "p<0٫05"),
    (("≥ 5", ">= 5", "⩾ 5"), "≥ 5"), (("≤ 5", "<= 5"), "≤ 5"),
    (("± 5", "+/- 5", "+/− 5", "+- 5"), "± 5"), (("5",), "5"), (("-5 °C", "−5 °C"), "¬5 c"),
    (("- 5",), "5"), (("5-10",), "5↔10"), (("1e-3", "1E−3"), "1e↓3"), (("1e3", "1e+3"), "1e3"),
    (("x²", "x^2", "x^(2)", "x^{2}"), "x↑2"),
    (("x₂", "x2"), "x2"), (("x⁻²", "x^-2"), "x↓2"), (("m²", "m2", "m^2"), "m2"),
    (("Ca²⁺", "Ca2+"), "ca2+"), (("SO₄²⁻", "SO42-"), "so42"),
    (("10⁻²", "10^-2"), "10↓2"), (("10²",), "10↑2"), (("½", "1/2"), "1↔2"), (("♂",), "♂"),
    (("5 %", "5 ％"), "5 %"), (("5 ‰",), "5 ‰"),
    (("a → b", "a -> b", "a --> b"), "a → b"), (("a ← b", "a <- b"), "a ← b"),
    (("a ≠ b", "a != b"), "a ⧣ b"), (("a = b", "a : b", "a - b"), "a b"),
    (("5 €",), "5 €"), (("√2",), "√2"), (("<<mot>>", "«mot»"), "mot"), (("L’œdème",), "loedeme"),
    (("5 × 10", "5x10"), "5 x 10")])
def test_signs_that_carry_meaning_are_kept_apart(texts, words):
    for text in texts:
        once = folded([text], signs=True)
        assert once[0].as_py().split() == words.split()
        assert folded(once, signs=True)[0].as_py().split() == words.split()


def test_the_words_of_many_texts_are_coded():
    words, codes, ends = folded_words(["L'os + de", "", "+ +", "5×10 mg d'os"])
    assert [words[codes[start:stop]].tolist() for start, stop in pairwise(ends)] == [
        ["los", "de"], [], [], ["5", "x", "10", "mg", "dos"]]


@pytest.mark.parametrize("front", [
    "12. ", "12.", "12) ", "(12) ", "[12] ", "12/ ", "12 - ", "12 – ", "12- ", "12 : ", "12\t",
    "12° ", "1.2. ", "12a) ", "Q12) ", "Q.12 ", "Q 12 : ",
    "Q12-", "Question 12 : ", "QUESTION 12\n", "Question n° 12. ", "Question n°12 - ",
    "Question 3a) ", "QCM 12 : ", "QCM n°12 - ", "Item 12. ",
    "Exercice 3 : ", "Cas clinique n°3 : ", "n° 12 : ", "N°12 ", "#12 ", "a) ", "(b) ", "IV. ",
    "**12)** ", "① ", "Question : ", "Question 12 : a) "])
def test_item_numbers_go(front):
    text = "Quel os est le plus long ?"
    assert without_item_numbers([front + text])[0].as_py().strip(" *") == text


@pytest.mark.parametrize("text", [
    "1.5 mg de", "1,5 mg", "5-FU est", "17-OHP est", "12 patients", "37 °C est", "37°C", "24 h",
    "E. coli est", "50 % des", "12-15 ans", "T4 libre",
    "T. pallidum", "12.", "Question 12", "Question à choix simple", "Item", "", "-5 est", "V est",
    "2010 : 3"[:4]])
def test_what_is_no_item_number_stays(text):
    assert without_item_numbers([text])[0].as_py() == text


@pytest.mark.parametrize("asked", [
    "Cochez la ou les réponses exactes.", "(Cochez la réponse exacte)",
    "Indiquez la(les) proposition(s) exacte(s) :", "Choisissez les propositions vraies.",
    "Cochez la ou les bonnes réponses.", "Cocher la (les) bonne(s) réponse(s) :",
    "Indiquer la/les proposition(s) juste(s)", "Donner la bonne réponse.",
    "Sélectionnez les items corrects.", "Donner la re´ponse exacte"])
def test_what_tells_a_reader_to_answer_goes(asked):
    text = "Quel os est le plus long ?"
    assert without_item_numbers([f"{text} {asked}", asked]).to_pylist() == [text, asked]
    for other in ("Cochez la ou les réponses fausses.", "Donnez la dose.",
                  "Cochez les mauvaises réponses.", "Indiquez la réponse inexacte."):
        assert without_item_numbers([f"{text} {other}"]).to_pylist() == [f"{text} {other}"]


def test_letters_that_look_like_latin_ones_are_taken_for_them():
    assert folded(["L\u0435 \u0441\u043eude, l\u0430 R\u0410TE"])[0].as_py().split() == [
        "le",
        "coude",
        "la",
        "rate",
    ]


def test_thousands_are_joined():
    texts = ["10 000 UI", "1 000 000 d'UI", "en 2010 300 cas", "5 10 000", "1 00"]
    assert without_item_numbers(texts).to_pylist() == ["10000 UI", "1000000 d'UI",
                                                       "en 2010 300 cas", "5 10000", "1 00"]


@pytest.mark.parametrize("text, joined", [
    ("0, 71", "0,71"), ("pH de 7, 4.", "pH de 7,4."), ("0 ,71 g/L", "0,71 g/L"),
    ("entre 0, 71 et 0, 82 mol", "entre 0,71 et 0,82 mol"),
    ("< 0, 5, puis", "< 0,5, puis"), ("le soir, 7, 5 mg", "le soir, 7,5 mg"),
    *((text, text) for text in (
        "1, 2, 3", "1,5, 2,5", "1, 2.5", "en 2010, 15 cas", "5 mg, 10 mg", "7,5"))])
def test_a_blank_goes_from_a_decimal_number_and_not_from_a_list(text, joined):
    assert without_item_numbers([text]).to_pylist() == [joined]
    assert folded_options([[text]]) == folded_options([[joined]])


@pytest.mark.parametrize("text", ["1, 2 et 3", "1, 2 ou 3.", "1, 2, 3 et 4", "1, 2 et 3, non 4"])
def test_the_numbers_of_a_list_stay_apart(text):
    assert folded(without_item_numbers([text]))[0].as_py().split()[:2] == ["1", "2"]


@pytest.mark.parametrize("labelled, plain", [
    (["A) foie", "B) rein"], ["foie", "rein"]), (["a- foie", "b- rein"], ["foie", "rein"]),
    (["(A) x", "(B) -5"], ["x", "-5"]),
    (["1. 5", "2. 6"], ["5", "6"]), (["A : <5", "B : >5"], ["<5", ">5"]),
    (["Réponse A : foie", "Réponse B : rein"], ["foie", "rein"]),
    (["I. foie", "II. rein", "III. œil"], ["foie", "rein", "œil"]),
    (["C. foie", "A. rein", "B. œil"], ["foie", "rein", "œil"]),
    (["a.60 g", "b.70 g"], ["60 g", "70 g"]), (["Option 2) x", "Option 1) y"], ["x", "y"]),
    (["1° foie", "2° rein"], ["foie", "rein"]), (["1°) foie", "2°) rein"], ["foie", "rein"]),
    (["Prop. 1 : foie", "Prop.2 : rein"], ["foie", "rein"]),
    (["Rép. A. foie", "Rép. B. rein"], ["foie", "rein"]),
    (["A foie", "B rein", "C -5"], ["foie", "rein", "-5"]),
    (["A\tfoie", "B\trein", "C\tœil"], ["foie", "rein", "œil"]),
    (["[A] foie", "[B] rein"], ["foie", "rein"]), (["• A/ foie", "• B/ rein"], ["foie", "rein"])])
def test_labels_go_where_all_options_have_theirs_in_order(labelled, plain):
    assert without_labels(labelled) == plain


@pytest.mark.parametrize("options", [
    ["1. 5 mg", "2. 5 mg"], ["A: hépatite", "B: hépatite"], ["A. foie", "A. rein"],
    ["II. foie", "III. rein"], ["1-butanol", "2-butanol"], ["1,5", "2,5"], ["1.5", "2.5"],
    ["1/2", "2/3"], ["A", "B"], ["E. coli", "F. x"], ["A) foie", "rein"], ["A) foie", "C) rein"],
    [],
    ["1 mg", "2 mg", "3 mg"], ["1° C", "2° C"], ["A foie", "B foie", "A et B"],
    ["A foie", "C rein", "B œil"], ["A jeun", "B"], ["A", "B", "C"], ["a foie", "b rein", "c œil"]])
def test_what_is_no_label_stays(options):
    assert without_labels(options) == options


def test_options_are_in_an_order_that_accents_and_labels_do_not_change():
    options = ["Œdème", "l'os", "Ébola", "losange", "10 000"]
    plain = ["oedeme", "los", "ebola", "losange", "10000"]
    labelled = [f"{letter}. {option}" for letter, option in zip("ABCDE", options, strict=True)]
    first, *others = folded_options([options, plain, labelled, options[::-1]])
    assert set(others) == {first}


@pytest.mark.parametrize("one, other, same", [
    ("l'os long", "l os long", True), ("20 mg", "20mg", True), ("CO 2", "CO2", True),
    ("bêta-2", "bêta 2", True), ("hé mo stase", "hémostase", True),
    ("1 5", "15", False), ("1 2 3", "12 3", False), ("1 2 3", "1 23", False), ("1,5", "1 5", False),
    ("1-5", "15", False), ("1-5", "1 5", True), ("10²", "10 2", False)])
def test_what_is_parted_elsewhere_is_spelled_the_same_but_for_numbers(one, other, same):
    for before in ("", "5"):  # a text before it changes nothing
        keys = spelling_keys(*folded_words([before, one, before, other]))
        assert (keys[1] == keys[3]) is np.bool_(same)
