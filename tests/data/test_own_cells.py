"""Cells of a reader's own table."""

from decimal import Decimal

import pytest

from medinj_utils.data.own_cells import (
    flag_of,
    letters_of_answer,
    letters_of_index,
    options_of,
    text_of,
    without_labels,
)
from medinj_utils.data.rules import BadRow

FOUR = ["foie", "rein", "rate", "cœur"]


@pytest.mark.parametrize("cell, expected", [
    (None, ""), (float("nan"), ""), (5.0, "5"), (1e-07, "0.0000001"), (0.1, "0.1"), (7, "7"),
    (2.5e10, "25000000000"),
    (1e22, "10000000000000000000000"), (-3.0, "-3"), ("5.0", "5.0"), (" a ", " a "),
    (Decimal("1.50"), "1.50"),
    (Decimal("1E-7"), "0.0000001"), (True, "True")])
def test_a_cell_is_text_as_one_would_write_it(cell, expected):
    assert text_of(cell, "c") == expected


@pytest.mark.parametrize("cell", [["a"], {"a": 1}, b"x"])
def test_what_is_no_text_costs_the_row(cell):
    with pytest.raises(BadRow, match="neither a text nor a number"):
        text_of(cell, "c")


@pytest.mark.parametrize("cell", [
    1, 1.0, "1.0", "1,0", True, "x", " X ", "VRAI", "oui", "Yes", "V", "o", "✓", "✔", "☑", "✔️",
    "☑️", "✔︎", "✅", "1.", "+"])
def test_what_marks_an_option(cell):
    assert flag_of(cell, "c")


@pytest.mark.parametrize("cell", [
    0, 0.0, "0.0", "0,0", False, None, float("nan"), "", "  ", "FAUX", "non", "No", "F", "n", "☐",
    "✗", "✘", "❌", "-", "✖️", "✕", "0."])
def test_what_marks_none(cell):
    assert not flag_of(cell, "c")


@pytest.mark.parametrize("cell", ["?", "2", "10", "vrai ou faux", "0.5", "-1", "+/-", "1.5", "☒"])
def test_what_is_neither_costs_the_row(cell):
    with pytest.raises(BadRow, match="neither true nor false"):
        flag_of(cell, "c")


@pytest.mark.parametrize("cell, expected", [
    (["a", "b", "c", "d", None], "abcd"), (["a", "b", None, None], "ab"), (["a", "b", ""], "ab"),
    (["a", float("nan")], "a"),
    ({"A": "a", "B": "b", "C": None}, "ab"), ({"b": "b", "a": "a"}, "ab"),
    ('["a", "b", null]', "ab"),
    ("{'A': 'a', 'B': 'b'}", "ab"), (("a", "b"), "ab"), ([("A", "a"), ("B", "b")], "ab"),
    ([5.0, 7.5, 1e-7], ["5", "7.5", "0.0000001"]),
    # a gap is refused later: letters would move
    (["a", None, "c"], ["a", "", "c"]), ([" a ", "b"], "ab")])
def test_options_of_a_list_or_a_mapping(cell, expected):
    assert options_of(cell, "o") == list(expected)


@pytest.mark.parametrize("cell", [
    {"A": "a", "C": "c"}, {"1": "a", "2": "b"}, {1: "a"}, "a, b", None, 3,
    {"text": ["a"], "label": ["A"]}])
def test_options_that_are_neither_cost_the_row(cell):
    with pytest.raises(BadRow):
        options_of(cell, "o")


@pytest.mark.parametrize("cell", [
    '{"A": "x", "A": "y"}', "{'A': 'x', 'A': 'y'}", '{"A": "x", "B": {"C": 1, "C": 2}}'])
def test_of_two_options_with_one_letter_none_is_lost(cell):
    with pytest.raises(BadRow, match="a mapping has one key twice"):
        options_of(cell, "o")


@pytest.mark.parametrize("form", [
    "{}. {}", "{}) {}", "({}) {}", "{} - {}", "{} : {}", "{}){}", "[{}] {}", "Proposition {} : {}",
    "{}: {}"])
@pytest.mark.parametrize("labels", ["ABCD", "abcd"])
def test_labels_inside_all_options_are_left_out(form, labels):
    labelled = [form.format(label, text) for label, text in zip(labels, FOUR, strict=True)]
    assert without_labels(labelled) == FOUR


@pytest.mark.parametrize("options, expected", [
    (["1. foie", "2. rein"], ["foie", "rein"]), (["1) foie", "2) rein"], ["foie", "rein"]),
    (["A. O", "B. A", "C. B", "D. AB"], ["O", "A", "B", "AB"]), (["A. 1", "B. 2"], ["1", "2"]),
    (["1) 2", "2) 3"], ["2", "3"]),
    (["A. NaCl 0,9 %", "B. glucose 5 %"], ["NaCl 0,9 %", "glucose 5 %"])])
def test_labels_may_be_numbers_and_texts_may_hold_signs(options, expected):
    assert without_labels(options) == expected


@pytest.mark.parametrize("options", [
    FOUR, ["A. foie", "rein"], ["B. foie", "A. rein"], ["A. foie", "C. rein"], ["A. foie"],
    ["A", "B", "AB", "O"],
    ["1.5 mg", "2.5 mg"], ["1 : 10", "2 : 10"], ["1 - 2 h", "2 - 3 h"], ["A. ", "B. "],
    ["A/a", "B/b"], ["a-t-il", "b-t-il"],
    ["1/2", "2/3"], ["1 mg", "2 mg"], ["A+", "B+"], ["A - B", "B - A"], ["A. B", "B. A"],
    ["A - C", "B - D"], ["1. 2", "2. 1"],
    ["1. 5 mg", "2. 5 mg"], ["A: hépatite", "B: hépatite"], ["A - O", "B - A", "C - B", "D - AB"]])
def test_what_is_no_label_stays(options):
    assert without_labels(options) == options


@pytest.mark.parametrize("cell, base, several, expected", [
    ("2", 0, False, "C"), ("2.0", 0, False, "C"), (2.0, 0, False, "C"), ("2,0", 0, False, "C"),
    ("2,00", 0, False, "C"),
    ("2,0", 1, True, "B"), ("1,0", 1, False, "A"), ("0,0", 0, True, "A"), ("0,2", 0, True, "AC"),
    ("2;0", 0, True, "AC"),
    ("[1, 3]", 0, True, "BD"), ("(1, 3)", 1, True, "AC"), ([1, 3], 0, True, "BD"),
    ([2.0], 1, False, "B"), ([1, None], 0, False, "B"),
    ("1 et 3", 1, True, "AC"), ("1 3", 0, True, "BD"), ("1/3", 0, True, "BD"),
    ("1, 3", 0, True, "BD"), ("2, 0", 0, True, "AC"),
    ("1.0;3.0", 0, True, "BD"), ("2,0,1", 0, True, "ABC"), (" 1 ", 0, False, "B"),
    ((0, 1), 0, True, "AB"), (Decimal("2"), 0, False, "C")])
def test_numbers_of_options(cell, base, several, expected):
    assert letters_of_index(cell, "n", base, FOUR, several) == list(expected)


@pytest.mark.parametrize("cell, base, reason", [
    ("2,0", 0, "may be the number 2 or the numbers 2 and 0"), ("4", 0, "need numbers from 0 to 3"),
    ("0", 1, "from 1 to 4"),
    ("1.5", 0, "not a whole number"), ("13", 0, "need numbers"), ("x", 0, "not a number"),
    ("", 0, "not a number"),
    (None, 0, "not a number"), ("[]", 0, "not a whole number"), (True, 0, "not a number"),
    ("1-3", 0, "not a number"),
    ("nan", 0, "not a whole"), ("[1, 'a']", 0, "not a number"), ("[1, 3", 0, "neither a list")])
def test_what_is_no_number_of_an_option_costs_the_row(cell, base, reason):
    with pytest.raises(BadRow, match=reason):
        letters_of_index(cell, "n", base, FOUR, several=True)


@pytest.mark.parametrize("cell, options, expected", [
    ("5.0", ["5", "7.5"], "A"), (5.0, ["5.0", "7.5"], "A"), ("A. NaCl", ["A. NaCl", "B. eau"], "A"),
    ("eau", ["A. NaCl", "B. eau"], "B"),
    (["foie", None], FOUR, "A"), ('["foie", "rein"]', FOUR, "AB"),
    ("0.0000001", ["1e-07", "2"], "A"), ("foie ; cœur", FOUR, "AD"),
    ("10'000", ["10000", "10"], "A"), ("10’000", ["10 000", "10"], "A"),
    ("10\u202f000", ["10'000", "10"], "A"), (10000.0, ["10", "10'000"], "B"),
    ("1'000'000", ["1 000 000", "1"], "A"), ("0,5", ["5", "0.5"], "B"), (0.5, ["0,5", "5"], "A"),
    ("10'000,5", ["10000.5", "10000"], "A"), ("0,125", ["0.125", "125"], "A"),
    ("1,5", ["1.5", "1,5"], "B"), ("1,000", ["1,000", "1"], "A")])
def test_texts_of_options(cell, options, expected):
    assert letters_of_answer(cell, "r", options, by_text=True) == list(expected)


@pytest.mark.parametrize("cell, options", [
    ("poumon", FOUR), ("1,000", ["1000", "1"]), ("10'000", ["10", "000"]), ("1'00", ["100", "1"]),
    ("0'714", ["714", "0"]), ("1.000,5", ["1000.5", "1"])])
def test_a_text_of_no_option_costs_the_row(cell, options):
    with pytest.raises(BadRow, match="not the text of an option"):
        letters_of_answer(cell, "r", options, by_text=True)
    assert letters_of_answer(["A", None, "C"], "r", FOUR, by_text=False) == ["A", "C"]
    for cell in ("A et C", "a ET c", "A and C"):
        assert letters_of_answer(cell, "r", FOUR, by_text=False) == ["A", "C"]
    assert letters_of_answer("A, B et D", "r", FOUR, by_text=False) == ["A", "B", "D"]
    for cell in ("A ou C", "A et", "A puis C", "et"):
        with pytest.raises(BadRow, match="need letters among ABCD"):
            letters_of_answer(cell, "r", FOUR, by_text=False)
