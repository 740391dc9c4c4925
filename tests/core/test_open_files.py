"""Paths of open answers and of the scores given to them."""

import pytest

from medinj_utils.core.names import LONG_KINDS, Run
from medinj_utils.core.tree import Tree


@pytest.mark.parametrize("path, notebook", [
    (lambda tree: tree.open_answers(Run("NAT", 1)), "30_answer_questions"),
    (lambda tree: tree.long_scores("choices"), "31_score_choices"),
    (lambda tree: tree.verdicts("j"), "34_judge_open_answers"),
    (lambda tree: tree.verdicts("j", "edits"), "35_judge_the_judge"),
    (lambda tree: tree.verdicts("j", "triplets"), "34_judge_open_answers"),
    (lambda tree: tree.long_scores("judges"), "34_judge_open_answers"),
    (lambda tree: tree.long_scores("humans"), "36_rate_by_hand"),
    (lambda tree: tree.rating_key("F-1"), "36_rate_by_hand"),
    (lambda tree: tree.rating_sheet("F-1", "R1", "csv"), "36_rate_by_hand")])
def test_a_missing_file_is_answered_by_the_notebook_that_makes_it(tmp_path, path, notebook):
    tree = Tree(tmp_path)
    with pytest.raises(FileNotFoundError, match=f"run notebook {notebook} first"):
        tree.need(path(tree))


def test_open_answers_lie_beside_those_to_choices_and_kinds_are_known(tmp_path):
    tree, run = Tree(tmp_path), Run("NAT", 1)
    assert tree.open_answers(run).parent == tree.answers(run).parent / "open"
    assert len({tree.long_scores(kind) for kind in LONG_KINDS}) == len(LONG_KINDS)
    with pytest.raises(ValueError,
                       match="kind is 'metric'; accepted: choices, metrics, judges, humans"):
        tree.long_scores("metric")


def test_no_two_files_of_a_judge_or_a_sheet_are_one_and_the_key_lies_apart_from_the_raters(
    tmp_path,
):
    tree = Tree(tmp_path)
    made = [tree.verdicts("j"), tree.verdicts("j", "pairs"), tree.verdicts("k"),
            tree.verdicts("j", "triplets"), tree.rating_key("F-1"),
            tree.rating_sheet("F-1", "R1", "csv"), tree.rating_sheet("F-1", "R2", "csv"),
            tree.rated("F-1", "R1", "csv"), tree.rating_key("F-2")]
    assert len(set(made)) == len(made)
    assert tree.rating_key("F-1").parent != tree.rating_sheet("F-1", "R1", "csv").parent


def test_judges_are_known_by_what_they_said(tmp_path):
    tree = Tree(tmp_path)
    assert tree.judges_of("triplets") == []
    for judge, about in (("b", "triplets"), ("a", "triplets"), ("c", "answers")):
        tree.verdicts(judge, about).parent.mkdir(parents=True, exist_ok=True)
        tree.verdicts(judge, about).touch()
    assert tree.judges_of("triplets") == ["a", "b"]
