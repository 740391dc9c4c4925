"""Words of many texts: what a word is, and that pieces and threads change nothing."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from medinj_utils.data import words
from medinj_utils.data.words import coded_parts, coded_words, in_arrow, in_pieces, joined, sums

TEXTS = ["L'hépatite B, (aiguë) — ou l'HÉPATITE b ?", "", " \n\t", "3,5 g/L !", "« »", "--aiguë--"]


def per_text(found):
    """The words of each text."""
    known, codes, ends = found
    known = np.asarray(known)
    return [known[codes[start:stop]].tolist() for start, stop in pairwise(ends)]


def test_words_are_folded_and_bare_and_signs_alone_are_none():
    assert per_text(coded_words(TEXTS)) == [
        ["l'hépatite", "b", "aiguë", "ou", "l'hépatite", "b"], [], [], ["3,5", "g/l"], [],
        ["aiguë"]]


def test_parts_are_as_they_are_written():
    assert per_text(coded_parts(TEXTS))[0] == ["L'hépatite", "B,", "(aiguë)", "—", "ou",
                                               "l'HÉPATITE", "b", "?"]
    assert per_text(coded_parts(["a\u00a0b c"])) == [["a\u00a0b", "c"]]  # plain space alone parts


def test_no_texts_have_no_words():
    known, codes, ends = coded_words([])
    assert len(known) == len(codes) == 0 and ends.tolist() == [0]


@pytest.mark.parametrize("texts", [
    pd.Series(TEXTS, dtype="str")[2:], pa.array(TEXTS).slice(2),
    pd.concat([pd.Series(TEXTS[:4], dtype="str")[2:], pd.Series(TEXTS[4:], dtype="str")])])
def test_a_part_of_a_table_gives_its_own_words_alone(texts):
    assert per_text(coded_words(texts)) == [[], ["3,5", "g/l"], [], ["aiguë"]]
    assert in_arrow(texts).type == pa.large_string() and in_arrow(texts).to_pylist() == TEXTS[2:]


def test_columns_are_joined_row_by_row():
    assert joined(["Quel", ""], ["organe", "foie"]).to_pylist() == ["Quel organe", " foie"]


@pytest.mark.parametrize("rows, pieces", [
    (0, []), (1, [(0, 1)]), (3, [(0, 3)]), (7, [(0, 3), (3, 6), (6, 7)])])
def test_pieces_hold_every_row_once_in_order(monkeypatch, rows, pieces):
    monkeypatch.setattr(words, "_AT_ONCE", 3)
    assert in_pieces(lambda start, stop: (start, stop), rows) == pieces


def test_what_fails_in_a_piece_fails_the_whole(monkeypatch):
    monkeypatch.setattr(words, "_AT_ONCE", 1)
    with pytest.raises(ZeroDivisionError):
        in_pieces(lambda start, stop: 1 // (start - 2), 4)


def test_sums_of_groups_of_which_some_are_empty():
    assert sums(np.array([1, 2, 4]), np.array([0, 0, 2, 2, 3])).tolist() == [0, 3, 0, 4]
    assert sums(np.array([True, True, False]), np.array([0, 3])).tolist() == [2]
    assert sums(np.array([]), np.array([0])).tolist() == []
