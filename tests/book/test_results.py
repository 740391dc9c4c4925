"""Results that are kept without texts: what goes in, that the same comparison comes out, and what
is refused."""

import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from comparison.conftest import simulated_scores

from medinj_utils.book.keep import keep, without_folders
from medinj_utils.book.result_pages import stage_result
from medinj_utils.book.results import (
    NOTEBOOKS,
    ResultError,
    executions_of_results,
    lay_out,
)
from medinj_utils.comparison.stored import draw_systems, load_pairs
from medinj_utils.core.files import read_json, write_csv, write_json, write_parquet, write_text
from medinj_utils.core.names import BASE, SYSTEMS, Run, runs_of
from medinj_utils.core.profiles import load_profile
from medinj_utils.core.tree import Tree
from medinj_utils.data import build_mixture, save_mixture, save_records
from medinj_utils.data.mixtures import remove_leaks
from medinj_utils.data.overlap import find_leaks

ROOT = Path(__file__).parents[2]
MODEL = {"base_model": "a/b", "revision": "1" * 40, "precision": "float32", "base_sha256": "2" * 64,
         "adapter_sha256": ""}
CARD = {"step": "10_read_sources", "commits": {"x/y": "3" * 40},
        "parameters": {"sources": [{"name": "own", "location": "x/y"}]}}
pytestmark = pytest.mark.filterwarnings("ignore:.*resamples no p-value:UserWarning")


@pytest.fixture
def ran(world, tmp_path, monkeypatch):
    """The tree of profile ``own`` in a project's folder, as if it had been run on real
    questions."""
    monkeypatch.chdir(tmp_path)
    for folder in ("profiles", "notebooks"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    tree = Tree("outputs/own", "40_compare_provenances")
    records = world["records"].assign(context=world["records"]["instruction"].str[:20])
    save_records(records, tree.records)
    write_json(CARD | {"fictional": False}, tree.records_card)
    training = records[(records["split"] == "train") & (records["task"] != "oeq")]
    training, _ = remove_leaks(training, find_leaks(records))
    items = records[(records["split"] == "test") & (records["task"] != "oeq")].drop_duplicates("id")
    write_parquet(simulated_scores(items).assign(raw=items["instruction"].iloc[0]), tree.scores)
    for run in runs_of(SYSTEMS, (0, 1)):
        write_json({"started": "2026-11-01T10:00:00+00:00", "git_commit": "c" * 40,
                    "parameters": {"model_id": MODEL},
                    "first_prompt": items["instruction"].iloc[0]}, tree.answers_card(run))
        if run.system != BASE:
            save_mixture(build_mixture(training, run.system, 30, 0), run.system, tree)
            write_json({"tokens": 7}, tree.run_files(run).card)
            write_text("step,loss\n1,2\n", tree.run_files(run).curve)
    table = pd.DataFrame([run.columns() | {"rows": 30, "tokens": 7, "steps": 2, "final_loss": 0.5,
                                           "training_seconds": 3.0}
                          for run in runs_of(SYSTEMS[1:], (0, 1))])
    for name in ("training", "mixtures", "scores", "baselines", "scores_by_item", "comparison",
                 "pairs", "effects", "train_test_interactions",
                 "pairs_by_part"):
        write_csv(table, tree.table(name))
    write_json({}, tree.environment)
    return tree, items


def all_bytes(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


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


def test_the_same_comparison_comes_out_and_no_text_goes_in(ran):
    tree, items = ran
    folder = keep("own")
    laid_out = lay_out("own", tree.results("own").root)
    again = Tree(laid_out.parent, "40_compare_provenances")
    assert tree.results("own").root == again.root and laid_out == again.kept
    for one in (tree, again):
        draw_systems(one, "greedy", "refuse", 200)
    assert load_pairs(again).equals(load_pairs(tree))
    table = (
        pd.concat([pd.read_parquet(path).astype(str) for path in folder.rglob("*.parquet")])
        .to_csv()
        .encode()
    )
    kept = all_bytes(folder) + table
    texts = [*items["instruction"], *items["context"], *items["options"].explode()]
    assert not [text for text in texts if len(text) > 3 and text.encode() in kept]
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


def test_what_can_not_be_kept_or_shown_is_named(ran):
    tree, _ = ran
    with pytest.raises(FileNotFoundError, match="results/absent.* make keep PROFILE=absent"):
        lay_out("absent", tree.root)
    tree.table("training").unlink()
    with pytest.raises(FileNotFoundError, match=r"training\.csv does not exist"):
        keep("own")
    assert not Path("results/own").exists()
    write_json(CARD | {"fictional": True}, tree.records_card)
    with pytest.raises(ResultError, match="made again in minutes; only results on real"):
        keep("own")


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


def test_pages_of_kept_results_name_model_data_and_numbers_and_link_to_the_book(ran, tmp_path):
    tree, items = ran
    keep("own")
    own = Tree(lay_out("own", tree.results("own").root).parent)
    own.figure("comparison").parent.mkdir(parents=True)
    own.figure("comparison").touch()
    finding = nbformat.v4.new_code_cell("finding()", metadata={"tags": ["finding"]}, outputs=[
        nbformat.v4.new_output("display_data", {"text/markdown": "**Finding.** NAT is the best."})])
    source = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(
                "# A title\n\n**Question.** Which?\n\n[a](46_separate_effects.ipynb) "
                "[b](42_count_costs.ipynb#x) [c](../book/data.md) "
                "[d](https://x.fr) [e](#here)"
            ),
            finding,
            nbformat.v4.new_code_cell("1 + 1"),
        ]
    )
    for notebook in NOTEBOOKS:
        own.executed(notebook).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(source, own.executed(notebook))
    entry = stage_result(own, "own", "The answer.", tmp_path / "book")
    assert entry["file"] == "results/own/index" and len(entry["sections"]) == len(NOTEBOOKS)
    page = (tmp_path / "book/results/own/index.md").read_text(encoding="utf-8")
    for words in ("The answer.", "a/b " + "1" * 40, "`" + "2" * 16 + "…`", "x/y at " + "3" * 40,
                  own.label, "| TRAD-SYN | 1 | 30 | 7 |"):
        assert words in page
    first = items.groupby(["provenance", "source", "task"]).size().reset_index().iloc[0]
    assert f"| {' | '.join(map(str, first))} |" in page
    opening, code = nbformat.read(tmp_path / "book/results/own/48_compare_parts.ipynb",
                                  as_version=4).cells
    assert opening.source.endswith(
        "[a](46_separate_effects.ipynb) [b](../../notebooks/42_count_costs.ipynb#x) "
        "[c](../../notebooks/../book/data.md) [d](https://x.fr) [e](#here)"
    )
    assert own.label in opening.source and code.metadata["tags"] == ["hide-input"]
    head, _, rest = opening.source.partition("NAT is the best.")
    assert head.startswith("# A title\n\n**Question.** Which?\n\n:::{admonition} Finding")
    assert ":::" in rest


def test_kept_results_of_the_book_are_those_that_were_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    for name in load_profile("demo").results:
        lay_out(name, tmp_path / name)
        assert read_json(Tree(tmp_path / name).kept)["files"]
