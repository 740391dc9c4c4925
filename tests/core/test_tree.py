"""The output tree: paths, what makes them, labels."""

import pandas as pd
import pytest

from medinj_utils.core.files import write_json
from medinj_utils.core.names import BASE, Run
from medinj_utils.core.tree import DEMO_LABEL, Tree


@pytest.mark.parametrize("path, notebook", [
    (lambda tree: tree.records, "10_read_sources"), (lambda tree: tree.leaks, "13_audit_records"),
    (lambda tree: tree.mixture("NAT"), "14_build_mixtures"),
    (lambda tree: tree.run(Run("NAT", 1)) / "card.json", "21_train_adapter"),
    (lambda tree: tree.answers(Run(BASE)), "30_answer_questions"),
    (lambda tree: tree.scores, "31_score_choices"),
    (lambda tree: tree.answers_card(Run(BASE)), "30_answer_questions"),
    (lambda tree: tree.draws_card, "40_compare_provenances"),
    (lambda tree: tree.pairs, "40_compare_provenances"),
    (lambda tree: tree.manifest("NAT"), "14_build_mixtures"),
    (lambda tree: tree.run_files(Run("NAT", 1)).curve, "21_train_adapter"),
    (lambda tree: tree.table("chance"), "40_compare_provenances"),
    (lambda tree: tree.probe_scores, "32_ask_otherwise"),
    (lambda tree: tree.table("pairs"), "40_compare_provenances"),
    (lambda tree: tree.variation("recipe-x").scores, "50_vary_recipe"),
    (lambda tree: tree.variation("budget-0.5", own_mixtures=True).mixture("NAT"), "51_vary_budget"),
    (lambda tree: tree.variation("recipe-x").mixture("NAT"), "14_build_mixtures")])
def test_a_missing_file_is_answered_by_the_notebook_that_makes_it(tmp_path, path, notebook):
    tree = Tree(tmp_path)
    with pytest.raises(FileNotFoundError,
                       match=f"does not exist yet: run notebook {notebook} first"):
        tree.need(path(tree))


def test_a_variation_has_runs_of_its_own_and_the_records_of_the_tree(tmp_path):
    tree = Tree(tmp_path, "50_vary_recipe")
    below = tree.variation("recipe-x")
    assert below.records == tree.records and below.mixture("NAT") == tree.mixture("NAT")
    assert below.run(Run("NAT", 1)) == tmp_path / "variations/recipe-x/runs/NAT-s1"
    assert below.notebook == "50_vary_recipe"
    own = tree.variation("budget-0.5", own_mixtures=True)
    assert own.mixture("NAT") == tmp_path / "variations/budget-0.5/mixtures/NAT.parquet"


def test_no_two_members_name_one_path(tmp_path):
    tree, run = Tree(tmp_path), Run("NAT", 1)
    named = [getattr(tree, name) for name, member in vars(Tree).items()
             if isinstance(member, property) and name not in ("harness", "origin")]
    files = tree.run_files(run)
    named += [tree.mixture("NAT"), tree.manifest("NAT"), tree.mixture_card("NAT"),
              tree.answers(run), tree.answers(run, "numbers"),
              tree.answers_card(run), tree.harness_results(run), tree.figure("pairs"),
              tree.table("pairs"), tree.executed("21"),
              files.adapter, files.model_card, files.card, files.curve, files.validation]
    assert len(set(named)) == len(named) and all(path.is_relative_to(tmp_path) for path in named)


def test_the_label_follows_the_records(tmp_path):
    write_json({"fictional": True}, tmp_path / "demo/data/records.card.json")
    write_json({"fictional": False}, tmp_path / "real/data/records.card.json")
    assert (
        Tree(tmp_path / "demo").label == DEMO_LABEL == Tree(tmp_path / "demo").variation("x").label
    )
    assert Tree(tmp_path / "real").label.startswith("run here on ")
    with pytest.raises(FileNotFoundError, match="10_read_sources"):
        Tree(tmp_path / "nothing").label  # noqa: B018


def test_the_key_of_a_planted_world_is_there_or_none(tmp_path):
    write_json({"tests": {}}, tmp_path / "demo/data/key.json")
    assert Tree(tmp_path / "demo").key == {"tests": {}} and Tree(tmp_path / "real").key is None


def test_tables_are_written_whole_and_read_as_they_were(tmp_path):
    tree = Tree(tmp_path)
    table = pd.DataFrame({"system": ["NAT", "null"], "p": [0.123456789, None]})
    path = tree.write_table(table, "some")
    assert path.read_text(encoding="utf-8") == "system,p\nNAT,0.123457\nnull,\n"
    assert tree.read_table("some")["system"].tolist() == ["NAT", "null"]
    assert not list(path.parent.glob(".*"))


def test_only_the_base_has_no_adapter(tmp_path):
    tree = Tree(tmp_path)
    assert tree.adapter(Run(BASE)) is None
    with pytest.raises(FileNotFoundError, match="21_train_adapter"):
        tree.adapter(Run("NAT", 0))
