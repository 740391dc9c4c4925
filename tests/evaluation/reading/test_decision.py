"""Claims are weighed: each way to decide, and each way to refuse."""

import pytest

from medinj_utils.evaluation.reading import reasons
from medinj_utils.evaluation.reading.decision import Decision, decide
from medinj_utils.evaluation.reading.rules import ORGANS


@pytest.mark.parametrize("line, letters, found", [
    ("n:B", "B", reasons.ANNOUNCED),
    ("n:A.\nfnsC.", "C", reasons.ANNOUNCED),  # a conclusion outweighs what was said before
    ("A:_\nB:_\nn:B", "B", reasons.ANNOUNCED),  # a review, then the answer
    ("B.Ⓑ", "B", reasons.AT_HEAD),
    ("A,C", "AC", reasons.AT_HEAD),
    ("A.z:C", "C", reasons.AT_HEAD),  # corrected
    ("Asr,Bsw", "A", reasons.CALLED_RIGHT),
    ("a_sⒷ.", "B", reasons.SAID),
])
def test_read(line, letters, found):
    assert decide(line, ORGANS) == Decision(frozenset(letters), found)


@pytest.mark.parametrize("line, problem", [
    ("n:A\nn:B", reasons.CONTRADICTION),
    ("B\nn:A", reasons.CONTRADICTION),
    ("B.AjCkr", reasons.CONTRADICTION),
    ("BhC", reasons.LEFT_OPEN),
    ("Bh", reasons.LEFT_OPEN),
    ("n:B,hC", reasons.LEFT_OPEN),
    ("B)Ⓐ", reasons.LETTER_AGAINST_TEXT),
    ("n:C.__Ⓑ,oC.", reasons.LETTER_AGAINST_TEXT),
    ("Asr,Asw", reasons.NOTHING_NAMED),
    ("Asw", reasons.NOTHING_NAMED),
    ("____", reasons.NOTHING_NAMED),
    ("", reasons.NOTHING_NAMED),
])
def test_refused(line, problem):
    assert decide(line, ORGANS).problem == problem
