"""Pages of kept results: one that says what they are, and the notebooks that were run on them."""

import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from medinj_utils.book.results import NOTEBOOKS, list_of
from medinj_utils.core.cards import markdown_rows
from medinj_utils.core.files import read_json
from medinj_utils.core.machine import hardware_in_words
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import number, spelled

_LINK = re.compile(r"\]\((?![\w+.-]+:|#)([^)\s]+)\)")
#: The notebook whose numbers are the machine's.
_MACHINE = "00_check_environment"
#: The link to the notebook that comes next in the book, of which there may be no kept results: the
#: arrows at the page's foot lead through those that there are.
_NEXT = re.compile(r"\n\n\*\*Next:\*\*.*\Z", re.DOTALL)
#: Tags of cells that set a notebook up, and of the one whose output opens the page.
_LEFT_OUT = {"hide-cell", "hide-input", "finding"}
_PAGE = """# {title}

{answer}

```{{figure}} comparison.png
:alt: Exact match of the base model and of each tuned system with 95 % intervals; see notebook 40.
:width: 100%

Exact match of the systems, with 95 % intervals. *{label}.*
```

These results come from a run of the profile `{profile}`. The scores of each answer, cards and
tables were kept; texts and weights were not. The intervals, tests and figures below are recomputed
from them. Each file is checked against its hash; a changed file is refused.

## What was compared

| what | value |
|---|---|
{facts}

| test questions | source | task | number |
|---|---|---|---:|
{questions}

| system | seed | rows | tokens | steps | final loss | seconds |
|---|---:|---:|---:|---:|---:|---:|
{runs}
"""


def finding_of(executed: nbformat.NotebookNode) -> str:
    """What the cell tagged ``finding`` of an executed notebook says, as Markdown."""
    by_tag = {tag: cell for cell in executed.cells for tag in cell.metadata.get("tags", ())}
    return by_tag["finding"].outputs[-1]["data"]["text/markdown"].removeprefix("**Finding.** ")


def labelled_copy(tree: Tree, execution: str) -> nbformat.NotebookNode:
    """An executed notebook as a page: it opens with what it found and the label of its numbers.

    The finding is the output of the cell tagged ``finding``, near the notebook's end. Code is
    folded. Cells that only set the notebook up are left out, and so are bars of progress and
    printed sentences that the finding has.

    Args:
        tree: the output tree.
        execution: name of the executed copy.
    """
    executed = nbformat.read(tree.executed(execution), as_version=4)
    finding = finding_of(executed)
    executed.cells = [cell for cell in executed.cells
                      if not _LEFT_OUT & set(cell.metadata.get("tags", ()))]
    for cell in executed.cells:
        if cell.cell_type == "code":
            cell.metadata["tags"] = sorted({*cell.metadata.get("tags", ()), "hide-input"})
            if "hide-output" not in cell.metadata["tags"]:
                cell.outputs = [output for output in cell.outputs
                                if not _is_progress(output) and not _is_said(output, finding)]
    title, question, *rest = executed.cells[0].source.split("\n\n")
    # What a machine can do is no demo, whatever the profile.
    label = f"run here on {hardware_in_words()}" if execution == _MACHINE else tree.label
    opening = (f":::{{admonition}} Finding\n:class: tip\n{finding}\n\n"
               f"*Numbers on this page: {label}.*\n:::")
    executed.cells[0].source = "\n\n".join([title, question, opening, *rest])
    return executed


def _is_progress(output: nbformat.NotebookNode) -> bool:
    """Whether an output is a bar of progress, or the line that ends one."""
    return output.output_type == "stream" and (
        output.text.startswith("\r") or not output.text.strip())


def _is_said(output: nbformat.NotebookNode, finding: str) -> bool:
    """Whether an output is a printed sentence that the finding, which opens the page, has too."""
    text = output.get("text", "").strip()  # of a stream; other outputs have none
    return text.endswith(".") and text in finding


def stage_result(tree: Tree, name: str, answer: str, target: Path) -> dict[str, Any]:
    """Write the pages of kept results into a book that is staged.

    Args:
        tree: the tree that they were compared in.
        name: of the results.
        answer: what they say, in a few sentences.
        target: folder that the book is staged in.

    Returns:
        Their entry in the book's contents.
    """
    folder = target / "results" / name
    folder.mkdir(parents=True)
    shutil.copy(tree.figure("comparison"), folder / "comparison.png")
    (folder / "index.md").write_text(_page(tree, name, answer), encoding="utf-8")
    for notebook in NOTEBOOKS:
        executed = labelled_copy(tree, notebook)
        for cell in executed.cells:
            if cell.cell_type == "markdown":
                cell.source = _LINK.sub(_link, _NEXT.sub("", cell.source))
        nbformat.write(executed, folder / f"{notebook}.ipynb")
    pages = [{"file": f"results/{name}/{notebook}"} for notebook in NOTEBOOKS]
    return {"file": f"results/{name}/index", "sections": pages}


def _link(link: re.Match) -> str:
    """A notebook's link from beside the kept results: to their own copy, or to the book's page."""
    if Path(link[1].partition("#")[0]).stem in NOTEBOOKS:
        return link[0]
    return f"](../../notebooks/{link[1]})"


def _page(tree: Tree, name: str, answer: str) -> str:
    kept, card = list_of(name), read_json(tree.records_card)
    sources = ", ".join(source["name"] for source in card["parameters"]["sources"])
    commits = ", ".join(f"{location} at {commit}" for location, commit in card["commits"].items())
    model = kept["model"]
    facts = [("base model", f"{model['base_model']} {model['revision']}".strip()),
             ("SHA-256 of the base", f"`{model['base_sha256'][:16]}…`"),
             ("precision", model["precision"]),
             ("sources", sources), ("sets on the hub", commits or "none"),
             ("answered", kept["made"]), ("commit of the book", f"`{kept['git_commit'][:12]}`")]
    scores = pd.read_parquet(tree.scores).drop_duplicates("id")
    scores["task"] = scores["task"].map(spelled)
    questions = scores.groupby(["provenance", "source", "task"]).size().reset_index()
    training = tree.read_table("training")
    runs = [(row.system, row.seed, *map(number, (row.rows, row.tokens, row.steps)),
             number(row.final_loss, 2), number(row.training_seconds))
            for row in training.itertuples()]
    return _PAGE.format(
        title=kept["title"], answer=answer, label=tree.label, profile=kept["profile"],
        facts=markdown_rows(facts), questions=markdown_rows(questions.to_numpy().tolist()),
        runs=markdown_rows(runs))
