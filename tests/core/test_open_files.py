"""Paths of open answers and of the scores given to them."""

import pytest

from medinj_utils.core.names import LONG_KINDS, Run
from medinj_utils.core.tree import Tree


@pytest.mark.parametrize("path, notebook", [
    (lambda tree: tree.open_answers(Run("NAT", 1)), "30_answer_questions"),
    (lambda tree: tree.long_scores("choices"), "31_score_choices"), (lambda tree: tree.verdicts("j", "edits"), "35_judge_the_judge"),
    (lambda tree: tree.triplet_verdicts("j"), "34_judge_open_answers")])
def test_a_missing_file_is_answered_by_the_notebook_that_makes_it(tmp_path, path, notebook):
    tree = Tree(tmp_path)
    with pytest.raises(FileNotFoundError, match=f"run notebook {notebook} first"):
        tree.need(path(tree))


def test_open_answers_lie_beside_those_to_choices_and_kinds_are_known(tmp_path):
    tree, run = Tree(tmp_path), Run("NAT", 1)
    assert tree.open_answers(run).parent == tree.answers(run).parent / "open"
    assert len({tree.long_scores(kind) for kind in LONG_KINDS}) == len(LONG_KINDS)
    with pytest.raises(ValueError, match="kind is 'metric'; accepted: choices, metrics, judges, humans"):
        tree.long_scores("metric")


def test_judges_are_known_by_what_they_said(tmp_path):
    tree = Tree(tmp_path)
    assert tree.judges_of("triplets") == []
    for judge, about in (("b", "triplets"), ("a", "triplets"), ("c", "answers")):
        tree.verdicts(judge, about).parent.mkdir(parents=True, exist_ok=True)
        tree.verdicts(judge, about).touch()
    assert tree.judges_of("triplets") == ["a", "b"]
