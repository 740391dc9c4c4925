"""The worked examples of CONTRIBUTING are followed, in a copy of the project, as they are
printed."""

import re
from pathlib import Path

import pytest
from book.conftest import copy_project, run

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLES = {title: body for title, body in re.findall(r"^## Add (.+?)\n(.*?)(?=^## |\Z)", TEXT,
                                                      re.M | re.S)}
#: A block, with the name of the file that the line above it gives, if it gives one.
BLOCK = re.compile(r"(?:^`(?P<file>[\w./]+)`:\n+)?^```(?P<kind>\w+)\n(?P<text>.*?)^```",
                   re.M | re.S)
PYTHON = str(ROOT / ".venv" / "bin" / "python")


def test_the_examples_are_those_that_are_promised():
    assert list(EXAMPLES) == ["a source", "a configuration", "a metric", "a notebook"]


@pytest.mark.parametrize("title", EXAMPLES)
def test_an_example_works_as_it_is_printed(title, tmp_path, monkeypatch):
    folder = copy_project(tmp_path / "book")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    for number, block in enumerate(BLOCK.finditer(EXAMPLES[title])):
        if block["file"]:
            (folder / block["file"]).parent.mkdir(exist_ok=True)
            (folder / block["file"]).write_text(block["text"], encoding="utf-8")
        elif block["kind"] == "diff":
            (folder / f"{number}.diff").write_text(block["text"], encoding="utf-8")
            run(["git", "apply", f"{number}.diff"], folder)
        elif block["kind"] == "python":
            run([PYTHON, "-c", block["text"]], folder)
        else:
            run(["bash", "-euo", "pipefail", "-c", block["text"]], folder)
    run([PYTHON, "-m", "ruff", "check", "medinj_utils", "notebooks"], folder)
    run([PYTHON, "-m", "pytest", "tests/test_project.py"], folder)
