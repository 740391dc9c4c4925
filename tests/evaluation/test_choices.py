"""What is read in an answer and what is refused: cases in JSON tables, and time on adversarial input."""

import json
import time
from pathlib import Path

import pytest

from medinj_utils.evaluation import explain_choice, read_choice

FOLDER = Path(__file__).parent
CASES = [case for name in ("choices.json", "choices_fresh.json") if (FOLDER / name).exists()
         for case in json.loads((FOLDER / name).read_text(encoding="utf-8"))]
OPTIONS = {"A": "le foie", "B": "le rein", "C": "le cœur"}


def test_there_are_enough_cases_of_every_kind():
    assert len(CASES) >= 150
    assert sum(case["expected"] is None for case in CASES) >= 50
    assert {len(case["options"]) for case in CASES} >= {2, 3, 4, 5}
    assert {case["task"] for case in CASES} == {"mcqu", "mcq"}


@pytest.mark.parametrize("case", CASES, ids=[f"{i}-{case['why']}" for i, case in enumerate(CASES)])
def test_an_answer_is_read_as_a_careful_person_would(case):
    letters, why = explain_choice(case["output"], case["options"], case["task"])
    assert letters == (frozenset(case["expected"]) if case["expected"] else None), why
    assert why
    assert read_choice(case["output"], case["options"], case["task"]) == letters


@pytest.mark.parametrize("text", ["A ", "(", "A, ", " ", "réponse ", "Réponse : A ", "le foie ", "non, ", "a", "\n", "{["])
def test_long_adversarial_output_takes_no_time(text):
    output, times = text * (100_000 // len(text)), []
    for _ in range(5):
        began = time.perf_counter()
        read_choice(output, OPTIONS, "mcq")
        times.append(time.perf_counter() - began)
    assert min(times) < 0.05


def test_an_unknown_task_names_the_accepted_ones():
    with pytest.raises(ValueError, match="accepted: mcqu, mcq"):
        read_choice("A", OPTIONS, "oeq")
