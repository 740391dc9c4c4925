"""Files that appear whole or not at all, and their hashes."""

from pathlib import Path

import pytest

from medinj_utils.core import files
from medinj_utils.core.files import (
    enter_root,
    need,
    not_in_root,
    read_json,
    replacing,
    sha256,
    write_json,
    write_text,
)

ROOT = Path(__file__).parents[2]


def test_a_file_whose_writing_fails_leaves_the_old_one_and_no_trace(tmp_path):
    path = write_text("whole", tmp_path / "below" / "file.txt")
    with pytest.raises(RuntimeError), replacing(path) as unfinished:
        unfinished.write_text("half")
        raise RuntimeError
    assert path.read_text() == "whole"
    assert [file.name for file in path.parent.iterdir()] == ["file.txt"]


def test_json_comes_back_as_it_was(tmp_path):
    content = {"é": [1, 2.5, None], "a": "œuf"}
    assert read_json(write_json(content, tmp_path / "a.json")) == content


def test_the_hash_of_a_folder_is_of_names_and_contents_and_not_of_its_readme(tmp_path):
    write_text("1", tmp_path / "a" / "x")
    before = sha256(tmp_path / "a")
    write_text("about", tmp_path / "a" / "README.md")
    assert sha256(tmp_path / "a") == before
    (tmp_path / "a" / "x").rename(tmp_path / "a" / "y")
    assert sha256(tmp_path / "a") != before


def test_what_is_missing_is_answered_by_what_makes_it(tmp_path):
    with pytest.raises(FileNotFoundError,
                       match="nothing does not exist yet: run the other thing first"):
        need(tmp_path / "nothing", "the other thing")


def test_a_notebook_finds_the_root_from_below_and_says_when_it_is_outside(tmp_path, monkeypatch):
    (tmp_path / "book" / "notebooks").mkdir(parents=True)
    (tmp_path / "book" / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path / "book" / "notebooks")
    assert enter_root() is None  # a path would stand as output in every notebook
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        FileNotFoundError,
        match=f"not inside the book's folder: start the notebook in the book's root, {ROOT}",
    ):
        enter_root()


def test_outside_the_root_it_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (
        not_in_root("profiles")
        == f"there is no folder profiles in {tmp_path}: give the command in the book's root, {ROOT}"
    )
    monkeypatch.chdir(ROOT / "notebooks")  # of two roots the nearer
    assert not_in_root("profiles").endswith(f"the book's root, {ROOT}")
    monkeypatch.chdir(tmp_path)
    # installed, no checkout
    monkeypatch.setattr(files, "__file__", str(tmp_path / "site-packages" / "files.py"))
    assert not_in_root("profiles").endswith("the book's root, which holds notebooks/")
