"""Lists with remarks, kinds and tables, as the steps of cleaning write them."""

import pytest

from medinj_utils.evaluation.reading.lists import (
    table_rows_as_lines,
    with_entries_apart,
    with_kind_before_each,
    without_remarks_on_others,
)


@pytest.mark.parametrize("table, lines", [
    ("| A | vrai |\n| B | faux |", " A  :  vrai \n B  :  faux "),
    ("| A | B | C |\n|---|:-:|---|\n| V | F | V |", "A : V\nB : F\nC : V"),
    ("| **A** | **B** |\n| V | F |", "A : V\nB : F"),
    ("| A | B |\n| V |", " A  :  B \n V "),  # which of them is true?
    ("| B | A |\n| V | F |", " B  :  A \n V  :  F "),  # no letters of options in order
    ("le foie | le rein", "le foie | le rein")])
def test_a_table_gives_each_letter_its_verdict_or_keeps_its_rows(table, lines):
    assert table_rows_as_lines(table) == lines


@pytest.mark.parametrize("text, kept", [
    ("Réponse : B (A est trop haut)", "Réponse : B "),
    ("A et B (C trop bas)\nC (D trop gros)", "A et B \nC "),
    *((text, text) for text in ("B (B est un filtre)", "A, C (C et D sont bas)",
                                "B (A est aussi juste)", "B (si A est exclu)", "B (A ou C)"))])
def test_a_remark_goes_only_where_it_speaks_of_other_letters_and_rejects_them(text, kept):
    assert without_remarks_on_others(text) == kept


@pytest.mark.parametrize("text, apart", [
    ("A : le foie ; B : le rein ; C : la rate", "A : le foie\nB : le rein\nC : la rate"),
    ("A (filtre le sang), C (bat) et D", "A, C et D"),
    *((text, text) for text in ("A (vrai), C (faux) et D", "A (le foie)", "A : le foie ; le rein",
                                "A (filtre A et B), C"))])
def test_letters_with_a_remark_each_come_apart_and_verdicts_stay(text, apart):
    assert with_entries_apart(text) == apart


@pytest.mark.parametrize("text, spelt", [
    ("hépatites B, C et D", "hépatite B, hépatite C et hépatite D"),
    ("Vitamines B12, D ou K1", "Vitamine B12, Vitamine D ou Vitamine K1"),
    *((text, text) for text in ("groupe A", "réponses A et B", "stades II et III"))])
def test_a_kind_stands_before_each_of_several_letters(text, spelt):
    assert with_kind_before_each(text) == spelt
