"""The notebook that a missing file is answered by."""

import pytest

from medinj_utils.core.makers import MADE_BY, maker_of
from medinj_utils.core.parameters import notebook_names


def test_every_maker_is_a_notebook():
    assert {notebook for _, notebook in MADE_BY} <= set(notebook_names())


@pytest.mark.parametrize("below, maker", [
    ("data/leaks.parquet", "notebook 13_audit_records"),
    ("data/records.parquet", "notebook 10_read_sources"),
    ("judges/a/edits.parquet", "notebook 35_judge_the_judge"),
    ("judges/a/answers.parquet", "notebook 34_judge_open_answers"),
    ("answers/open/BASE.parquet", "notebook 30_answer_questions"),
    ("tables/scores_by_item.csv", "notebook 31_score_choices"),
    ("tables/of_mine.csv", "the notebook that makes it"), ("", "the notebook that makes it")])
def test_the_first_pattern_that_fits_counts(below, maker):
    assert maker_of(below) == maker
