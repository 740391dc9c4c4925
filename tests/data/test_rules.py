"""The rules of a record: each broken one is named with its field, and tables are held to the
same."""

import pandas as pd
import pytest

from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.rules import VALUE_SHOWN, BadRow, broken_rule, keeping_rules

WHOLE = {"provenance": "native", "task": "mcq", "source": "essai", "split": "train",
         "instruction": "Quels organes ?", "options": ["foie", "rein", "cœur"],
         "answer_letters": ["A", "C"], "answer_text": "foie ; cœur"}
OPEN = WHOLE | {"task": "oeq", "options": [], "answer_letters": []}
MANY = [f"option {number}" for number in range(len(LETTERS) + 1)]
#: What differs from a whole record, and the field that is to blame; None where nothing is.
CASES = [
    ({}, None), (OPEN, None), ({"task": "mcqu", "answer_letters": ["C"]}, None),
    ({"options": MANY[:-1], "answer_letters": [LETTERS[-1]]}, None),
    ({"options": ["10²", "102"], "answer_letters": ["A"]}, None),
    ({"options": ["p", "P"], "answer_letters": ["A"]}, None),  # phosphorus is no pressure
    ({"provenance": "Native"}, "provenance"), ({"task": "MCQ"}, "task"), ({"split": ""}, "split"),
    ({"instruction": "\u00a0\n"}, "instruction"), ({"source": "\t"}, "source"),
    ({"answer_text": " "}, "answer_text"), (OPEN | {"answer_text": "\u2003"}, "answer_text"),
    ({"options": ["foie"], "answer_letters": ["A"]}, "options"), ({"options": MANY}, "options"),
    ({"options": ["foie", "", "cœur"]}, "options"), ({"options": ["foie", "« »", ".", "?"]}, None),
    ({"options": ["foie", "Foie ", "foie", "rein"]}, "options"),
    ({"answer_letters": []}, "answer_letters"), ({"answer_letters": ["a"]}, "answer_letters"),
    ({"answer_letters": ["AC"]}, "answer_letters"), ({"answer_letters": ["D"]}, "answer_letters"),
    ({"answer_letters": ["C", "A"]}, "answer_letters"),
    ({"answer_letters": ["A", "A"]}, "answer_letters"), ({"task": "mcqu"}, "answer_letters"),
    (OPEN | {"options": ["foie", "rein"]}, "options"),
    (OPEN | {"answer_letters": ["A"]}, "options")]


@pytest.mark.parametrize("changes, field", CASES)
def test_a_row_breaks_the_rule_of_the_field_that_is_to_blame(changes, field):
    problem = broken_rule(WHOLE | changes)
    assert (problem and problem.field) == field
    if field:
        assert problem.value == (WHOLE | changes)[field] and str(problem).startswith(f"{field}: ")


def test_a_table_is_held_to_the_same_rules_as_its_rows():
    rows = [WHOLE | changes for changes, _ in CASES]
    records = pd.DataFrame(rows, index=[f"row-{number}" for number in range(len(rows))])
    keeps = keeping_rules(records)
    assert keeps.index.equals(records.index)
    assert keeps.tolist() == [field is None for _, field in CASES]


def test_options_normalised_by_the_caller_are_taken_as_they_are():
    assert broken_rule(WHOLE, ["foie", "rein", "cœur"]) is None
    assert broken_rule(WHOLE, ["foie", "", "cœur"]).reason == "an option is empty"


def test_the_first_of_several_broken_rules_is_told():
    problem = broken_rule(WHOLE | {"split": "dev", "instruction": "", "answer_letters": []})
    assert str(problem) == "split: unknown; accepted: train, validation, test (value: 'dev')"


def test_a_long_value_is_kept_whole_and_shown_in_part():
    problem = BadRow("context", "é" * 5000, "too long")
    assert problem.value == "é" * 5000
    assert str(problem) == f"context: too long (value: '{'é' * VALUE_SHOWN}')"
