"""Every written case of reading a choice, and long outputs."""

import json
from pathlib import Path

import pytest

from medinj_utils.evaluation.reading import explain_choice, read_choice

HERE = Path(__file__).parent
CASES = [
    case
    for name in ("choices.json", "choices_fresh.json")
    for case in json.loads((HERE / name).read_text("utf-8"))
]
OPTIONS = {"A": "le foie", "B": "le rein", "C": "la rate", "D": "le cœur"}


def test_there_are_enough_cases():
    assert len(CASES) >= 900
    assert {case["task"] for case in CASES} == {"mcqu", "mcq"}
    assert {len(case["options"]) for case in CASES} >= {2, 3, 4, 5, 6, 10}


@pytest.mark.parametrize("case", [
    pytest.param(case, id=f"{n}-{case['why']}") for n, case in enumerate(CASES)])
def test_case(case):
    expected = None if case["expected"] is None else frozenset(case["expected"])
    letters, reason = explain_choice(case["output"], case["options"], case["task"],
                                     case.get("cut", False))
    assert letters == expected, reason
    assert (
        read_choice(case["output"], case["options"], case["task"], case.get("cut", False))
        == letters
    )
    assert 0 < len(reason) < 80


@pytest.mark.parametrize("piece", [
    "A ", "(", "A, ", " ", "a ", "A\n", "\n", "A ou B ", "A. B ", "A) x, B) y, ", "réponse ",
    "non, A ", "le rein ",
    "toutes sauf ", "A-", "\\boxed{", "[", "<think>", "</think>", "E. coli ", "à ", "A : vrai, ",
    "Réponses :\nA\nB\n",
    "Seule A ", "A (x), ", "A: un x ; ", "Option A : x. ", "[INST] ", "tout oriente vers A ",
    "A aussi, ", "pas A. ",
    "entre A et B, ", "B est la plus ", "non, x\n", "types A, ", "( ) A ", "Q : x A : ",
    "A vrai, B aussi, ",
    "@@think@@ ", "/think/", "B est vraie si grossesse. ", "si a, réponse A. ",
    "réponse classique A. ", "selon x, A. ",
    "A-V, ", "| A | V |\n", "le rein : x\n", "V, ", "reste A, B ", "toutes les choses ",
    "Question : x ?\n", "A → ",
    "la première proposition ", "il est fait par le rein ", "C'est A. ", "A\nPuis : B\n",
    "option 2 : le foie ", "B si a. ", "A et B est ", "x : y (A), ", "A mais B est ",
    ", soit la réponse A", "le rein (B) x ; "])
def test_long_output(piece):
    """In quadratic time, each of these would take a minute."""
    letters = read_choice((piece * 20_000)[:20_000], OPTIONS, "mcq")
    assert letters is None or letters <= OPTIONS.keys()
