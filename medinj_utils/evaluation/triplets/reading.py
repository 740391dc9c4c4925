"""Read triplets: the sister paper's files, the planted world's, or any table of yours."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from medinj_utils.core.identity import normalise
from medinj_utils.core.parameters import TripletsAsked
from medinj_utils.data.files import TABLES, RawTable, Reading
from medinj_utils.data.formats import SourceError, table_ending
from medinj_utils.data.locations import resolve
from medinj_utils.data.rules import VALUE_SHOWN, BadRow
from medinj_utils.evaluation.triplets.layouts import table_of

#: Columns of every table of triplets; behind them ``score_…``, of scores that the files have.
TRIPLETS = ("item", "question_id", "instruction", "context", "reference", "candidate", "run",
            "label", "labels_by", "translation")
QUARANTINE = ("file", "row", "field", "value", "reason")
_SHEET = ".xlsx"


def read_triplets(sets: Sequence[TripletsAsked | Mapping[str, Any]],
                  ) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Triplets of all the given sets.

    Files are JSON, JSON lines, CSV, TSV, parquet or XLSX, one or a folder of them. Names of columns
    are those in `medinj_utils.evaluation.triplets.columns.NAMES`; two published forms are in
    `medinj_utils.evaluation.triplets.layouts`.

    Args:
        sets: sets, each with a name of its own and a location, as the parameter ``triplets`` has
            them.

    Returns:
        (triplets, quarantine). A row per triplet: ``item`` (the set's name, the file and the row
        from 0), ``question_id`` (the file's, else a hash of question and context), ``instruction``,
        ``context``, ``reference``, ``candidate`` (may be blank), ``run`` (its generator; the set's
        name where none is said), ``label`` (1, 0, or NaN without one), ``labels_by`` (who gave it),
        ``translation`` (of the candidate into another language, for an edit) and ``score_…``, NaN
        where there is none. The quarantine has a row per row, or score, that can't be read:
        ``file``, ``row``, ``field``, ``value``, ``reason``.

    Raises:
        SourceError: nothing is at a location, a file can't be read, lacks a column or has two of
            one, or there is no triplet.
        ValueError: two sets have one name.
    """
    sets = [TripletsAsked.model_validate(each) for each in sets]
    names = [each.name for each in sets]
    if len(set(names)) < len(names):
        raise ValueError(f"triplets: two sets have one name ({', '.join(names)})")
    made, refused, scores = [], [], {}
    for each in sets:
        for table, raw in _tables(Reading(resolve(each.location)), refused):
            scores |= dict.fromkeys(table.scores)
            good, bad = raw.records(0, len(raw.rows), _complete)
            made += [row | {"item": f"{each.name}/{row['item']}", "run": row["run"] or each.name}
                     for row in good]
            refused += bad
    if sets and not made:
        locations = ", ".join(each.location for each in sets)
        reason = f"; the first row that can't be read: {refused[0]}" if refused else ""
        raise SourceError(f"{locations}: no triplet found{reason}")
    table = pd.DataFrame(made, columns=[*TRIPLETS, *scores])
    table = table.astype({"label": float} | dict.fromkeys(scores, float))
    return table, pd.DataFrame(refused, columns=list(QUARANTINE))


def labelled_triplets(triplets: pd.DataFrame) -> pd.DataFrame:
    """The triplets that a human labelled."""
    return triplets[triplets["label"].notna()].reset_index(drop=True)


def question_hash(instruction: str, context: str) -> str:
    """The same for one question in two spellings: 16 hexadecimal digits.

    Args:
        instruction: the question.
        context: of the question.
    """
    text = "\x1f".join(map(normalise, (instruction, context)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _tables(reading: Reading, refused: list[tuple]) -> Iterator[tuple]:
    """The table of each file, and its rows as they are read."""
    for name, file in reading.files(*TABLES, _SHEET):
        def note(number: int, bad: BadRow, name: str = name) -> None:
            refused.append((name, number, bad.field, str(bad.value)[:VALUE_SHOWN], bad.reason))

        table = table_of(_rows(reading, file), file, note)
        yield table, RawTable(name, table.rows, table.parse)


def _rows(reading: Reading, file: Path) -> Sequence:
    if file.suffix.lower() == _SHEET:
        return _sheet_rows(file)
    if table_ending(file) == ".json":
        content = reading.json(file)
        if isinstance(content, list) and content and isinstance(content[0], list):
            return content
    return reading.rows(file)


def _sheet_rows(file: Path) -> list[dict]:
    from zipfile import BadZipFile
    try:
        sheet = pd.read_excel(file, dtype=str, keep_default_na=False)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise SourceError(f"{file}: the spreadsheet can't be read ({error})") from None
    return sheet.to_dict("records")


def _complete(fields: Mapping) -> dict:
    row = {"context": "", "labels_by": "", "translation": "", "question_id": "", **fields}
    row["item"] = row.pop("place")
    row["question_id"] = row["question_id"] or question_hash(row["instruction"], row["context"])
    return row
