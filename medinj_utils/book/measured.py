"""Figures of pages that no run of a profile makes: what benchmarks, tests and simulations found.

``book/measured/<room>.json`` holds a room's figures by name, each with its ``label`` and, where
``benchmarks/keep.py`` wrote it, the ``command``. A page names a figure by its path, as in
``{{ training.two_cores.label }}``.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from medinj_utils.comparison.noise import beside_noise, half_widths
from medinj_utils.comparison.paper import ITEMS
from medinj_utils.core.cards import markdown_rows
from medinj_utils.core.files import read_json
from medinj_utils.core.wording import number
from medinj_utils.data.published import stated_and_added

_NUMBER = re.compile("[+\u2212]?[0-9.,]*|–")


def measured(book: str | Path = "book") -> dict:
    """All of these figures as texts, nested by file, name and path within it.

    Shares (``…_share``, ``same_…``) are written as per cent, and a list of mappings is a Markdown
    table.

    Args:
        book: folder of the pages.
    """
    book = Path(book)
    texts = {path.stem: _written(read_json(path)) for path in sorted(book.glob("measured/*.json"))}
    promises = pd.read_csv(book / "validation.csv").set_index("promise")["found"]
    worlds = pd.read_csv(book / "worlds_summary.csv", keep_default_na=False)
    covered = worlds[worlds["what"].str.startswith("all main effects")].set_index("worlds")
    return texts | {
        "validation": {name: _per_cent(share) for name, share in promises.items()},
        "worlds": {name: f"{row['count']} of {row['cases']}" for name, row in covered.iterrows()},
        "study": _study()}


def _study() -> dict:
    """What the package knows of the study, as its pages show it."""
    plain = {f"{items}": half_widths(items) for items in ITEMS}
    return {
        "sums": _table(stated_and_added().to_dict("records")),
        "noise": _table(beside_noise().to_dict("records")),
        "half_width": {items: [number(100 * width, 1) for width in widths]
                       for items, widths in plain.items()}}


def _written(value: object, name: str = "") -> object:
    """A figure as a text; in lists and mappings, each figure."""
    if isinstance(value, Mapping):
        return {key: _written(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        if value and isinstance(value[0], Mapping):
            return _table(value)
        return [_written(inner) for inner in value]
    if name == "command":
        return f"`{value}`"
    if isinstance(value, float) and (name.endswith("_share") or name.startswith("same_")):
        return _per_cent(value)
    return _cell(value)


def _per_cent(share: float) -> str:
    return f"{100 * share:.3g}\u00a0%"


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _table(rows: Sequence[Mapping]) -> str:
    """A Markdown table; columns of numbers alone are right-aligned."""
    head = list(rows[0])
    lines = [[_cell(row[name]) for name in head] for row in rows]
    rule = "|".join("---:" if all(map(_NUMBER.fullmatch, column)) else "---"
                    for column in zip(*lines, strict=True))
    return f"{markdown_rows([head])}\n|{rule}|\n{markdown_rows(lines)}"
