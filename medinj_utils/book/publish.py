"""Render the book: ``python -m medinj_utils.book.publish PROFILE``.

Executed notebooks and the prose pages are staged under ``outputs/<profile>/book`` in the layout of
the source tree, so that page paths equal source paths and links to Colab are right. Jupyter Book
then only renders them. Pages take their numbers from the run's tables, as MyST substitutions.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import nbformat
import yaml

from medinj_utils.book.measured import measured
from medinj_utils.book.opening import answer, substitutions
from medinj_utils.book.result_pages import finding_of, labelled_copy, stage_result
from medinj_utils.book.running import end_with
from medinj_utils.book.tour import tour
from medinj_utils.core.cards import markdown_rows
from medinj_utils.core.machine import hardware, versions
from medinj_utils.core.parameters import SettingsError
from medinj_utils.core.profiles import add_profile_arguments, all_executions, load_profile
from medinj_utils.core.tree import OUTPUTS, Tree

_SHOWN_PACKAGES = ("medinj_utils", "torch", "transformers", "trl", "peft", "unsloth", "datasets",
                   "pandas", "numpy", "scipy", "statsmodels", "papermill", "jupyter-book",
                   "snakemake")
#: The room that a notebook's first digit stands for.
ROOMS = {"1": "data", "2": "training", "3": "evaluation", "4": "comparison", "5": "variations"}
#: Figures that pages show.
_FIGURES = ("comparison", "study")
#: Jupyter Book of this environment, whichever comes first on the PATH; it has no ``-m``.
_JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"


def status_table(tree: Tree, executions: Iterable[str]) -> str:
    """Markdown table of every executed notebook: when it finished and how long it took.

    Args:
        tree: the output tree.
        executions: names of the executed copies.
    """
    rows = []
    for execution in executions:
        executed = nbformat.read(tree.executed(execution), as_version=4)
        times = executed.metadata["papermill"]
        finished = times["end_time"][:19].replace("T", " ")
        rows.append((execution, finished, f"{times['duration']:.0f}"))
    return f"| notebook | finished | seconds |\n|---|---|---:|\n{markdown_rows(rows)}"


_PARAGRAPH = "\n\n"


def findings_by_room(tree: Tree, executions: Mapping[str, tuple]) -> dict[str, str]:
    """Markdown lists of what the notebooks of each room found: ``found_data`` and so on.

    Of a finding in paragraphs the list has the first.

    Args:
        tree: the output tree.
        executions: notebook and parameters of each executed copy.
    """
    lists = {f"found_{room}": [] for room in ROOMS.values()}
    for notebook, execution in _first_of_each(executions).items():
        executed = nbformat.read(tree.executed(execution), as_version=4)
        if room := ROOMS.get(notebook[0]):
            title = executed.cells[0].source.partition("\n")[0].removeprefix("# ")
            lists[f"found_{room}"].append(
                f"- [{title}](../notebooks/{notebook}.ipynb): "
                f"{finding_of(executed).partition(_PARAGRAPH)[0]}")
    return {name: "\n".join([*rows, "", f"*{tree.label}.*"]) for name, rows in lists.items()}


def _first_of_each(executions: Mapping[str, tuple]) -> dict[str, str]:
    """By notebook its executed copy; of a notebook that a profile splits, the first."""
    first = {}
    for execution, (notebook, _) in executions.items():
        first.setdefault(notebook, execution)
    return first


def versions_table() -> str:
    """Markdown table of versions and hardware."""
    rows = versions(_SHOWN_PACKAGES) | {name: str(value) for name, value in hardware().items()}
    return f"| what | this run |\n|---|---|\n{markdown_rows(rows.items())}"


def stage(profile_name: str, data: str, base: str) -> Path:
    """Lay out pages, executed notebooks, contents and configuration; returns the folder.

    Args:
        profile_name: of the profile.
        data: folder that its sources lie in; empty where it names them.
        base: base model instead of its own: a folder, or ``organisation/model@commit``.

    Returns:
        The folder, ``outputs/<profile>/book``.

    Raises:
        FileNotFoundError: a notebook or a table is missing: the profile was not run to its end.
    """
    profile = load_profile(profile_name, data, base)
    executions = all_executions(profile_name, data, base)
    tree = Tree(OUTPUTS / profile_name)
    target = tree.staged
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree("book", target / "book")
    (target / "notebooks").mkdir()
    _stage_notebooks(tree, executions, target / "notebooks")
    for figure in _FIGURES:
        shutil.copy(tree.figure(figure), target / "book")
    kept = {name: tree.results(name) for name in profile.results}
    _stage_results(kept, target)
    config = yaml.safe_load(Path("_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"]["myst_substitutions"] = {
        **substitutions(tree, kept), **findings_by_room(tree, executions),
        **tour(tree), **measured(),
        "label": tree.label, "profile": profile_name,
        "profile_title": profile.title, "status": status_table(tree, executions),
        "versions": versions_table()}
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (target / "_config.yml").write_text(text, encoding="utf-8")
    return target


def _stage_notebooks(tree: Tree, executions: Mapping[str, tuple], target: Path) -> None:
    for notebook, execution in _first_of_each(executions).items():
        nbformat.write(labelled_copy(tree, execution), target / f"{notebook}.ipynb")


def _stage_results(kept: Mapping[str, Tree], target: Path) -> None:
    """Pages of kept results, and their place in the contents."""
    pages = [stage_result(tree, name, answer(tree), target) for name, tree in kept.items()]
    contents = target / "book" / "_toc.yml"
    listed = yaml.safe_load(contents.read_text(encoding="utf-8"))
    part = next(part for part in listed["parts"] if part["caption"] == "Kept results")
    part["chapters"] += pages
    contents.write_text(yaml.safe_dump(listed, sort_keys=False), encoding="utf-8")


def build(profile_name: str, data: str = "", base: str = "") -> Path:
    """Build the HTML into ``outputs/<profile>/html`` and return that folder.

    Args:
        profile_name: of the profile.
        data: folder that its sources lie in; empty where it names them.
        base: base model instead of its own: a folder, or ``organisation/model@commit``.

    Returns:
        The folder of the book.

    Raises:
        RuntimeError: Jupyter Book gave a warning or an error; the message holds its last lines.
    """
    target = stage(profile_name, data, base)
    contents = (target / "book" / "_toc.yml").resolve()  # Jupyter Book wants it absolute
    made = subprocess.run(
        [sys.executable, "-c", _JUPYTER_BOOK, "build", str(target),
         "--config", str(target / "_config.yml"), "--toc", str(contents),
         "--path-output", str(target), "-W", "-n", "--keep-going", "-q"],
        capture_output=True, text=True)
    if made.returncode:
        raise RuntimeError("The book was not built; Jupyter Book says:\n"
                           f"{made.stdout[-4000:]}\n{made.stderr[-4000:]}")
    html = Tree(OUTPUTS / profile_name).html
    shutil.rmtree(html, ignore_errors=True)
    shutil.copytree(target / "_build" / "html", html)
    return html


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_profile_arguments(parser)
    parser.add_argument("--under", type=int, help="process that this one ends with")
    chosen = parser.parse_args()
    if chosen.under:
        end_with(chosen.under)
    print(f"[{chosen.profile} · book] rendering", flush=True)
    try:
        build(chosen.profile, chosen.data, chosen.base)
    except (RuntimeError, SettingsError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main()
