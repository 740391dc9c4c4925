"""A notebook runs with the Python of the run; files are read whatever signs their names hold."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from medinj_utils.book import execute

ROOT = Path(__file__).parents[2]


def test_another_kernel_of_the_name_is_not_taken(tmp_path, monkeypatch):
    other = tmp_path / "jupyter" / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text(json.dumps({
        "argv": ["/nowhere/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "other", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    nbformat.write(new_notebook(cells=[new_code_cell("import sys\nprint(sys.executable)")]),
                   tmp_path / "00_asked.ipynb")
    monkeypatch.setattr(execute, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(execute, "notebook_defaults", lambda notebook: {})
    execute.run_notebook("00_asked", {}, tmp_path / "out.ipynb")
    cells = nbformat.read(tmp_path / "out.ipynb", 4).cells
    assert [output["text"].strip() for cell in cells for output in cell.get("outputs", [])] == [
        sys.executable
    ]


def test_braces_in_the_name_of_a_folder_or_file_are_no_wildcards(tmp_path):
    left = (".git", ".venv", "build", "outputs", "shared", ".snakemake", "__pycache__",
            ".pytest_cache", ".ruff_cache")
    folder = shutil.copytree(ROOT, tmp_path / "book", ignore=shutil.ignore_patterns(*left))
    raw = tmp_path / "a{x}b}{ {{y}}" / "frenchmedmcqa" / "raw"
    raw.mkdir(parents=True)
    (raw / "train{1}.json").write_text("[]")
    made = subprocess.run(
        [
            sys.executable,
            "-m",
            "snakemake",
            "-n",
            "--",
            "outputs/open/notebooks/10_read_sources.ipynb",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ
        | {"PYTHONPATH": str(folder), "PROFILE": "open", "DATA": str(raw.parents[1]), "BASE": ""},
    )
    assert made.returncode == 0 and "open_10_read_sources" in made.stdout + made.stderr, (
        made.stdout + made.stderr
    )
