"""Every written case of reading a choice, and that reading hostile output takes no time."""

import json
from pathlib import Path
from time import perf_counter

import pytest

from medinj_utils.evaluation.reading import explain_choice, read_choice

HERE = Path(__file__).parent
CASES = [case for name in ("choices.json", "choices_fresh.json") for case in json.loads((HERE / name).read_text("utf-8"))]
OPTIONS = {"A": "le foie", "B": "le rein", "C": "la rate", "D": "le cœur"}


def test_there_are_enough_cases():
    assert len(CASES) >= 150
    assert {case["task"] for case in CASES} == {"mcqu", "mcq"}
    assert {len(case["options"]) for case in CASES} >= {2, 3, 4, 5, 6, 10}


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{n}-{case['why']}") for n, case in enumerate(CASES)])
def test_case(case):
    expected = None if case["expected"] is None else frozenset(case["expected"])
    letters, reason = explain_choice(case["output"], case["options"], case["task"])
    assert letters == expected, reason
    assert read_choice(case["output"], case["options"], case["task"]) == letters
    assert 0 < len(reason) < 80


@pytest.mark.parametrize("task", ["mcqu", "mcq"])
@pytest.mark.parametrize("piece", ["A ", "(", "A, ", " "])
def test_hostile_output_is_read_within_50_ms(piece, task):
    assert seconds(piece, 100_000, task) < 0.05


@pytest.mark.parametrize("piece", ["a ", "A\n", "\n", "A ou B ", "A. B ", "A) x, B) y, ", "réponse ", "non, A ", "le rein ",
                                   "toutes sauf ", "A-", "\\boxed{", "[", "<think>", "</think>", "E. coli ", "à "])
def test_time_grows_no_faster_than_the_output(piece):
    seconds(piece, 1000, "mcq")  # patterns are compiled once
    assert seconds(piece, 80_000, "mcq") < 16 * max(seconds(piece, 10_000, "mcq"), 0.002)


def seconds(piece: str, length: int, task: str) -> float:
    """The best of three, as other programs may be running."""
    output, times = (piece * length)[:length], []
    for _ in range(3):
        start = perf_counter()
        explain_choice(output, OPTIONS, task)
        times.append(perf_counter() - start)
    return min(times)


def test_unknown_task():
    with pytest.raises(ValueError, match="mcqu, mcq"):
        read_choice("B", OPTIONS, "oeq")
