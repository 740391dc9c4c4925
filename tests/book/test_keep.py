"""Results that are kept of a run: what goes in, without texts and folders, and what is refused."""

from pathlib import Path

import pandas as pd
import pytest
from book.conftest import CARD, MODEL

from medinj_utils.book.keep import keep, without_folders, without_texts
from medinj_utils.book.results import NOTEBOOKS, ResultError
from medinj_utils.core.files import read_json, sha256, write_json
from medinj_utils.core.names import BASE, Run
from medinj_utils.core.tree import Tree


@pytest.mark.parametrize("value, kept", [
    ("{root}/medinj_utils/core/prompts.py", "medinj_utils/core/prompts.py"),
    ("{root}/outputs/models/a", "outputs/models/a"), ("/x/bring/a/b", "{data}/a/b"),
    ("/x/bring", "{data}"), ("/x/bringing/a.csv", "a.csv"), ("/etc/x", "x"),
    ("hf://a/b", "hf://a/b"), ("outputs/models/a", "outputs/models/a"), ("", ""), (1, 1),
    (None, None), (["/etc/x", {"/etc/y": "/etc/z"}], ["x", {"y": "z"}])])
def test_kept_cards_name_no_folder_of_the_machine(value, kept, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    value = value.format(root=tmp_path) if isinstance(value, str) else value
    assert without_folders(value, "/x/bring") == kept
    assert without_folders({"x": value}, "/x/bring") == {"x": kept}
    assert without_folders("bring/a", "bring") == "{data}/a"
    assert without_folders("bring/a", "") == "bring/a"


def test_a_base_in_a_folder_of_the_machine_is_kept_by_its_name(ran):
    tree, _ = ran
    path = tree.answers_card(Run(BASE))
    write_json(read_json(path) | {"parameters": {"model_id": {**MODEL, "base_model": "/x/base"}}},
               path)
    assert read_json(Tree(keep("own")).kept)["model"]["base_model"] == "base"


@pytest.mark.parametrize("missing, notebook", [
    ("environment.json", "00_check_environment"), ("tables/mixtures.csv", "14_build_mixtures"),
    ("tables/training.csv", "30_answer_questions"), ("tables/scores.csv", "31_score_choices"),
    ("tables/scores_by_item.csv", "31_score_choices"),
    ("tables/effects.csv", "46_separate_effects"),
    ("tables/train_test_interactions.csv", "46_separate_effects"),
    ("tables/pairs_by_part.csv", "48_compare_parts")])
def test_what_is_missing_is_named_with_its_notebook(missing, notebook, ran):
    (ran[0].root / missing).unlink()
    with pytest.raises(FileNotFoundError, match=rf"{missing}.*run notebook {notebook} first"):
        keep("own")


def texts_of(items):
    return [text for text in [*items["instruction"], *items["context"], *items["options"].explode(),
                              *items["answer_text"]] if len(text) > 3]


def test_no_text_of_a_question_or_an_answer_is_kept(ran):
    _, items = ran
    folder = keep("own")
    tables = [pd.read_parquet(path).astype(str).to_csv() for path in folder.rglob("*.parquet")]
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    kept = b"".join([*files, *map(str.encode, tables)])
    assert b"mcq" in kept and not [text for text in texts_of(items) if text.encode() in kept]


def test_equal_contexts_stay_equal_and_ids_and_letters_stay(ran):
    _, items = ran
    hashed = without_texts(items.assign(context=["", *["Un cas."] * (len(items) - 1)]))
    assert hashed["context"].iloc[0] == "" and hashed["context"].iloc[1:].nunique() == 1
    assert hashed["instruction"].nunique() == items["instruction"].nunique()
    same = ["id", "question_id", "answer_letters", "provenance", "source", "task", "general"]
    assert hashed[same].equals(items[same])
    assert hashed["options"].map(len).tolist() == items["options"].map(len).tolist()


def test_what_is_kept_is_listed_with_its_hashes_and_how_it_came_about(ran):
    tree, _ = ran
    folder = keep("own", name="mine")
    assert folder == Path("results/mine") and [path.name for path in Path("results").iterdir()] == [
        "mine"]
    kept = read_json(Tree(folder).kept)
    there = {path.relative_to(folder).as_posix(): sha256(path)
             for path in folder.rglob("*") if path.is_file()}
    assert kept["files"] == {name: hashed for name, hashed in there.items()
                             if name != Tree(folder).kept.name}
    assert (kept["profile"], kept["model"], kept["git_commit"]) == ("own", MODEL, "c" * 40)
    assert kept["label"] == f"{tree.label}, kept from 2026-11-01"
    assert kept["parameters"].keys() == set(NOTEBOOKS)
    assert not {"output", "null_output"} & kept["parameters"]["40_compare_provenances"].keys()


def test_results_that_are_kept_again_replace_the_earlier_ones(ran):
    tree, _ = ran
    folder = keep("own")
    (folder / "old.csv").touch()
    stopped = folder.with_name(".own") / "half.csv"  # of a keeping that was killed
    stopped.parent.mkdir()
    stopped.touch()
    write_json({"tokens": 8}, tree.run_files(Run("NAT", 0)).card)
    again = keep("own")
    assert not {"old.csv", "half.csv"} & {path.name for path in again.iterdir()}
    assert list(Path("results").iterdir()) == [again]
    assert read_json(Tree(again).run_files(Run("NAT", 0)).card) == {"tokens": 8}


def test_a_planted_world_is_not_kept_and_what_stops_a_keeping_leaves_the_earlier_one(ran):
    tree, _ = ran
    before = read_json(Tree(keep("own")).kept)
    tree.table("training").unlink()
    with pytest.raises(FileNotFoundError, match=r"training\.csv does not exist"):
        keep("own")
    write_json(CARD | {"fictional": True}, tree.records_card)
    with pytest.raises(ResultError, match="^outputs/own: a planted world is made again in minutes"):
        keep("own")
    assert read_json(Tree("results/own").kept) == before
