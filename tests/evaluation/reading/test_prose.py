"""What prose says and labels announce."""

import pytest

from medinj_utils.evaluation.reading.prose import labelled, stated
from medinj_utils.evaluation.reading.rules import ORGANS


@pytest.mark.parametrize("line, letters", [
    ("a_sⒷ.", "B"),
    ("a_sⒷ.\na_saⒷ.", "B"),
    ("a_sⒷ.a_sⒸ.", ""),
    ("a_kⒷ(B),aⒸ(C)jaⒶ(A).", "ABC"),
    ("a_sⒷ,jxaⒸ(C).", "B"),
    ("a_sⒷziaⒸ.", "B"),
    ("a_kⒷhaⒸ.", ""),
    ("a_msⒷ.", ""),
    ("a_sⒷhⒸ.", ""),
    ("a_Ⓑ_.", ""),
    ("a_sⒷ_jⒸ_.", ""),
    ("skⒶ,Ⓑ,ⒸjⒹ", ""),
])
def test_stated(line, letters):
    assert stated(line, ORGANS) == frozenset(letters)


@pytest.mark.parametrize("line, letters", [
    ("_:B", "B"), ("_:B\n_:C", ""), ("_m:B", ""), ("n:B", "")])
def test_labelled(line, letters):
    assert labelled(line, ORGANS) == frozenset(letters)
