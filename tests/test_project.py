"""What holds for the project as a whole: notebooks' form, pins that agree, imports one way, nothing generated tracked."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_have_their_form(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code), "holds outputs"
    assert "widgets" not in notebook.metadata
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in code) == 1
    assert len(notebook.cells) <= 50 and all(len(cell.source.splitlines()) <= 25 for cell in code)
    assert not any(re.search(r"^\s+(show|labelled|browsable)\(", cell.source, re.M) for cell in code), "shows nothing"
    assert not any("local_base(base_model)" in cell.source for cell in code), "a hub id is nothing without its commit"
    opening = notebook.cells[0].source
    repository = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]
    place = repository["url"].removeprefix("https://github.com/")
    assert re.match(rf"# {path.stem[:2]} · ", opening)
    assert "**Question.**" in opening and "?" in opening and "**Time and hardware.**" in opening
    assert (f"https://colab.research.google.com/github/{place}/blob/{repository['branch']}/notebooks/{path.name}"
            in opening)
    parameters = next(cell.source for cell in code if "parameters" in cell.metadata.get("tags", []))
    assert all(line.count("=") - line.partition("#")[2].count("=") == 1 and "#" in line
               for line in parameters.splitlines()), "one assignment a line, each with a comment"


def pins(lines):
    found = (re.match(r"\s*-?\s*([A-Za-z0-9_.-]+)==([^\s#]+)", line) for line in lines)
    return {match[1].lower().replace("_", "-"): match[2] for match in found if match}


def test_pins_agree_everywhere():
    direct = pins((ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines())
    unsloth = pins((ROOT / "requirements-unsloth.txt").read_text(encoding="utf-8").splitlines())
    constraints = pins((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    in_conda = pins(next(entry["pip"] for entry in conda if isinstance(entry, dict)))
    assert len(direct) > 20 and len(unsloth) == 2
    assert {name: constraints.get(name) for name in direct} == direct
    assert in_conda == direct | unsloth
    extras = project["optional-dependencies"]
    assert pins(extras["unsloth"]) == unsloth
    tests = pins(extras["test"])
    assert {name: constraints.get(name) for name in tests} == tests
    assert pins(extras["server"]).items() <= tests.items()


def test_every_pin_takes_all_pythons_that_the_book_promises():
    from importlib.metadata import distributions

    from packaging.specifiers import SpecifierSet
    told = {dist.name: dist.metadata["Requires-Python"] for dist in distributions() if dist.metadata["Requires-Python"]}
    assert len(told) > 100
    assert not {name: span for name, span in told.items()
                if not all(SpecifierSet(span).contains(python) for python in ("3.11.0", "3.12.0"))}


def test_installed_versions_are_the_pinned_ones():
    from importlib.metadata import version
    for name, pinned in pins((ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()).items():
        assert version(name).partition("+")[0] == pinned, name


def test_rooms_are_imported_one_way():
    made = subprocess.run(["lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout


def test_importing_the_package_alone_is_quick_and_needs_no_torch():
    code = "import sys, medinj_utils, medinj_utils.data; sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_the_code_keeps_its_style():
    made = subprocess.run(["ruff", "check", "."], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout


def test_modules_are_short():
    long = {path.name: lines for path in (ROOT / "medinj_utils").rglob("*.py")
            if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300}
    assert not long


def test_nothing_generated_or_large_is_tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git repository")
    tracked = [ROOT / name for name in listed.stdout.split("\0") if name]
    assert not [path for path in tracked if "outputs" in path.relative_to(ROOT).parts]
    assert not [path for path in tracked if path.exists() and path.stat().st_size > 8e6]


@pytest.mark.parametrize("path", sorted((ROOT / "book").rglob("*.md")) + [ROOT / "README.md"], ids=lambda p: p.name)
def test_pages_link_to_files_that_exist(path):
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
        if not re.match(r"https?:|mailto:", target) and target != "comparison.png":
            assert (path.parent / target).exists(), target
