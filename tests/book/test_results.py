"""Kept results laid out again: the same comparison comes out, and what has changed is refused."""

import shutil
from pathlib import Path

import pytest

from medinj_utils.book.keep import keep
from medinj_utils.book.results import (
    NOTEBOOKS,
    ResultError,
    executions_of_results,
    lay_out,
    list_of,
)
from medinj_utils.comparison.stored import draw_systems, load_pairs
from medinj_utils.core.files import read_json, write_text
from medinj_utils.core.profiles import load_profile
from medinj_utils.core.tree import Tree

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.filterwarnings("ignore:.*resamples no p-value:UserWarning")


def test_the_same_comparison_comes_out(ran):
    tree, _ = ran
    keep("own")
    laid_out = lay_out("own", tree.results("own").root)
    again = Tree(laid_out.parent, "40_compare_provenances")
    assert tree.results("own").root == again.root and laid_out == again.kept
    for one in (tree, again):
        draw_systems(one, "greedy", "refuse", 200)
    assert load_pairs(again).equals(load_pairs(tree))
    assert again.label == f"{tree.label}, kept from 2026-11-01"
    assert again.origin.commits == {"x/y": "3" * 40}


def test_a_file_that_changed_is_missing_or_was_added_is_refused(ran):
    tree, _ = ran
    folder = keep("own", name="mine")
    target = tree.results("mine").root
    for path in sorted(
        path for path in folder.rglob("*") if path.is_file() and path.name != "result.json"
    ):
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        with pytest.raises(ResultError, match=rf"{path} has changed since it was kept"):
            lay_out("mine", target)
        path.unlink()
        with pytest.raises(ResultError, match=f"{path} is missing"):
            lay_out("mine", target)
        path.write_bytes(content)
    (folder / "more.csv").touch()
    with pytest.raises(ResultError, match=r"more\.csv is not among the files .* remove it"):
        lay_out("mine", target)
    (folder / "more.csv").unlink()
    assert lay_out("mine", target).exists()


def test_from_another_folder_the_root_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=f"give the command in the book's root, {ROOT}"):
        list_of("smollm2")


def test_results_that_are_not_there_are_named_with_what_makes_them(ran):
    with pytest.raises(FileNotFoundError, match="results/absent.* make keep PROFILE=absent"):
        lay_out("absent", ran[0].root)


def test_notebooks_run_on_kept_results_with_the_parameters_that_they_were_kept_with(ran):
    keep("own")
    shutil.rmtree("outputs/own")
    Path("profiles").unlink()
    shutil.copytree(ROOT / "profiles", "profiles")
    write_text((ROOT / "profiles/own.yaml").read_text(encoding="utf-8") + "\nresults: [own]\n",
               "profiles/other.yaml")
    made = executions_of_results("other")
    assert list(made) == [f"own/{notebook}" for notebook in NOTEBOOKS]
    _, parameters = made["own/40_compare_provenances"]
    assert parameters["output"] == "outputs/other/results/own" and "null_output" not in parameters
    assert parameters["mode"] == load_profile("own").shared.get("mode", "greedy")
    assert executions_of_results("own") == {}


def test_kept_results_of_the_book_are_those_that_were_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    for name in load_profile("demo").results:
        lay_out(name, tmp_path / name)
        assert read_json(Tree(tmp_path / name).kept)["files"]
