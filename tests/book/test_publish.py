"""What is staged for Jupyter Book, and what becomes of its warnings."""

import shutil
from pathlib import Path

import nbformat
import pytest
import yaml

from medinj_utils.book import publish
from medinj_utils.core.files import write_json
from medinj_utils.core.profiles import all_executions
from medinj_utils.core.tree import Tree

ROOT = Path(__file__).parents[2]


def save(tree, execution, notebook, found="A | B."):
    """An executed copy of a notebook, in which it found something."""
    finding = nbformat.v4.new_code_cell("finding()", metadata={"tags": ["finding"]}, outputs=[
        nbformat.v4.new_output("display_data", {"text/markdown": f"**Finding.** {found}"})])
    title = nbformat.v4.new_markdown_cell(f"# {notebook[:2]} · Title\n\n**Question.** Which?")
    times = {"end_time": "2026-11-28T05:04:03.999999+00:00", "duration": 12.5}
    path = tree.executed(execution)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[title, finding],
                                            metadata={"papermill": times}), path)


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """The tree of profile ``own`` in a project's folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("profiles", "notebooks", "book", "_config.yml"):
        (tmp_path / name).symlink_to(ROOT / name)
    tree = Tree("outputs/own")
    write_json({"fictional": False}, tree.records_card)
    return tree


@pytest.fixture
def executed(tree, monkeypatch):
    """The same, with a copy of every notebook; what needs tables of a run says nothing."""
    for execution, (notebook, _) in all_executions("own").items():
        save(tree, execution, notebook)
    for name in publish._FIGURES:
        tree.figure(name).parent.mkdir(exist_ok=True)
        tree.figure(name).write_text(name)
    for name in ("substitutions", "tour", "measured"):
        monkeypatch.setattr(publish, name, lambda *_: {})
    return tree


def test_every_copy_has_a_row_with_its_end_and_its_seconds(tree):
    for execution in ("10_read_sources", "21_train_adapter-NAT-s0"):
        save(tree, execution, execution)
    _, _, *rows = publish.status_table(
        tree, ["10_read_sources", "21_train_adapter-NAT-s0"]).splitlines()
    assert rows == ["| 10_read_sources | 2026-11-28 05:04:03 | 12 |",
                    "| 21_train_adapter-NAT-s0 | 2026-11-28 05:04:03 | 12 |"]


def test_findings_stand_in_their_room_and_those_of_a_split_notebook_once(tree):
    copies = {"00_check": "00_check", "10_read": "10_read", "21_train-a": "21_train",
              "21_train-b": "21_train", "13_audit": "13_audit"}
    for execution, notebook in copies.items():
        save(tree, execution, notebook, f"Of {execution}.\n\nAnd more.")
    result = publish.findings_by_room(tree, {name: (notebook, {})
                                             for name, notebook in copies.items()})
    assert result.keys() == {f"found_{room}" for room in publish.ROOMS.values()}
    assert result["found_data"] == (
        "- [10 · Title](../notebooks/10_read.ipynb): Of 10_read.\n"
        f"- [13 · Title](../notebooks/13_audit.ipynb): Of 13_audit.\n\n*{tree.label}.*")
    assert "Of 21_train-a." in result["found_training"]
    assert "21_train-b" not in result["found_training"]
    assert "Of 00" not in "".join(result.values())


def test_versions_name_what_is_not_installed_and_the_hardware(monkeypatch):
    monkeypatch.setattr(publish, "_SHOWN_PACKAGES", ("numpy", "no-such-package"))
    rows = publish.versions_table().splitlines()[2:]
    assert "| no-such-package | not installed |" in rows
    assert [row.split(" | ")[0] for row in rows[:3]] == ["| python", "| numpy", "| no-such-package"]
    assert any(row.startswith("| cores | ") for row in rows)


def test_pages_are_staged_in_the_layout_of_the_source_tree_and_nothing_else_stays(executed):
    executed.staged.mkdir()
    (executed.staged / "old.md").touch()
    assert publish.stage("own", "", "") == executed.staged
    assert {path.name for path in executed.staged.iterdir()} == {"book", "notebooks", "_config.yml"}
    staged = {path.name for path in (executed.staged / "notebooks").iterdir()}
    assert staged == {f"{notebook}.ipynb" for notebook, _ in all_executions("own").values()}
    assert (executed.staged / "book/comparison.png").read_text() == "comparison"
    config = yaml.safe_load((executed.staged / "_config.yml").read_text(encoding="utf-8"))
    made = config["sphinx"]["config"]["myst_substitutions"]
    assert (made["label"], made["profile"]) == (executed.label, "own")
    assert made["status"].count("\n") == 1 + len(all_executions("own"))


def test_kept_results_have_their_place_in_the_contents(executed, monkeypatch):
    entry = {"file": "results/mine/index", "sections": []}
    monkeypatch.setattr(publish, "answer", lambda tree: f"of {tree.root}")
    monkeypatch.setattr(publish, "stage_result", lambda *words: entry | {"title": words[2]})
    shutil.copytree("book", executed.staged / "book")
    before = yaml.safe_load(Path("book/_toc.yml").read_text(encoding="utf-8"))
    publish._stage_results({"mine": executed.results("mine")}, executed.staged)
    after = yaml.safe_load((executed.staged / "book/_toc.yml").read_text(encoding="utf-8"))
    [own] = [part for part in after["parts"] if part["caption"] == "Kept results"]
    assert own["chapters"].pop() == entry | {"title": "of outputs/own/results/mine"}
    assert after == before


@pytest.mark.parametrize("missing", ["notebook", "figure"])
def test_a_profile_that_was_not_run_to_its_end_is_not_staged(executed, missing):
    files = {"notebook": executed.executed("44_check_claims"), "figure": executed.figure("study")}
    files[missing].unlink()
    with pytest.raises(FileNotFoundError, match=files[missing].name):
        publish.stage("own", "", "")


@pytest.mark.parametrize("book, message", [
    ("import sys; print('WARNING: a dead link'); sys.exit(1)", "WARNING: a dead link"),
    ("raise SystemError('no theme')", "SystemError: no theme")])
def test_a_warning_of_jupyter_book_stops_the_building_and_leaves_the_earlier_book(
        tree, monkeypatch, book, message):
    monkeypatch.setattr(publish, "_JUPYTER_BOOK", book)
    monkeypatch.setattr(publish, "stage", lambda *_: tree.staged)
    tree.html.mkdir()
    with pytest.raises(RuntimeError, match=rf"not built; Jupyter Book says:\n[\s\S]*{message}"):
        publish.build("own")
    assert tree.html.is_dir()


def test_a_built_book_takes_the_place_of_the_earlier_one(tree, monkeypatch):
    monkeypatch.setattr(publish, "_JUPYTER_BOOK", """import pathlib, sys
folder = pathlib.Path(sys.argv[sys.argv.index("--path-output") + 1], "_build", "html")
folder.mkdir(parents=True)
(folder / "index.html").write_text(" ".join(sys.argv[1:]))""")
    monkeypatch.setattr(publish, "stage", lambda *_: tree.staged)
    tree.html.mkdir()
    (tree.html / "old.html").touch()
    assert publish.build("own") == tree.html
    [page] = tree.html.iterdir()
    words = page.read_text().split()
    assert words[:2] == ["build", str(tree.staged)] and "-W" in words and "-n" in words
