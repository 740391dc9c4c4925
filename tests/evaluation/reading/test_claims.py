"""What lists name, and what an answer's signs claim."""

import pytest

from medinj_utils.evaluation.reading.claims import (
    Announced,
    Claims,
    Head,
    Named,
    find_claims,
    named,
)
from medinj_utils.evaluation.reading.reasons import LEFT_OPEN, LETTER_AGAINST_TEXT
from medinj_utils.evaluation.reading.rules import ORGANS


@pytest.mark.parametrize("listed, letters, problem", [
    ("A,CjⒹ", "ACD", LETTER_AGAINST_TEXT),
    ("A,C", "AC", ""),
    ("ⓐ,ⓒ", "AC", ""),
    ("Ⓐ,Ⓒ", "AC", ""),
    ("B)Ⓑ", "B", ""),
    ("B)Ⓐ", "AB", LETTER_AGAINST_TEXT),
    ("A)Ⓑ,B)Ⓐ", "AB", LETTER_AGAINST_TEXT),
    ("BⓏ", "B", ""),
    ("Ⓩ", "Z", ""),
    ("v", "ABCD", ""),
    ("veA", "BCD", ""),
    ("veF", "F", ""),
    ("vaokweA", "A", ""),
    ("u", "", ""),
    ("ueB", "B", ""),
    ("umsweB", "ACD", ""),  # "aucune n'est fausse, sauf B"
])
def test_named(listed, letters, problem):
    assert named(listed, ORGANS) == Named(frozenset(letters), problem)


@pytest.mark.parametrize("line, claims", [
    ("B", Claims(heads=[Head("B", False)])),
    ("Bh", Claims(heads=[Head("B", True)])),
    ("A)_h,C)_", Claims(heads=[Head("A)_h,C)", True)])),
    ("A\nC", Claims(heads=[Head("A", False), Head("C", False)])),
    ("D.aⒹsa_", Claims(heads=[Head("D.Ⓓ", False)])),
    ("n:B", Claims(announced=[Announced(frozenset("B"), "", False, is_full=True)])),
    ("nf:B", Claims(announced=[Announced(frozenset("B"), "", True, is_full=True,
                                         is_final=True)])),
    ("fnsB", Claims(announced=[Announced(frozenset("B"), "", True, is_full=True)])),
    ("nsBhC", Claims(announced=[Announced(frozenset("B"), LEFT_OPEN, False)])),
    ("B.fsC", Claims(heads=[Head("B.", False)],
                     announced=[Announced(frozenset("C"), "", True)])),
    ("n:B.__fC", Claims(announced=[Announced(frozenset("B"), "", False, is_full=True),
                                   Announced(frozenset("C"), "", False)])),
    ("aoksA,B,CjD", Claims()),
    ("Asr,Bsw", Claims(right={"A"}, wrong={"B"})),
    ("_aB", Claims(heads=[])),
    ("hansA", Claims()),
    ("Aa_", Claims()),
])
def test_find_claims(line, claims):
    assert find_claims(line, ORGANS) == claims
