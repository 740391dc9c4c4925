"""The record, one instruction pair per row: its columns, and saving tables of records.

A row that breaks a rule (`medinj_utils.data.rules`) is never repaired or silently dropped: it goes
to the quarantine table with its file, its row (counted from 0 within the file), the field, the
value and the reason.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from medinj_utils.core.files import write_parquet
from medinj_utils.core.identity import identities, normalise
from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.rules import BadRow, broken_rule, keeping_rules
from medinj_utils.data.text import clean

COLUMNS = ("id", "question_id", "provenance", "task", "source", "split", "general",
           "instruction", "context", "options", "answer_letters", "answer_text", "explanation",
           "licence", "parent", "place")
FLAG_COLUMNS = ("general",)
LIST_COLUMNS = ("options", "answer_letters")
TEXT_COLUMNS = tuple(name for name in COLUMNS if name not in FLAG_COLUMNS + LIST_COLUMNS)
#: Columns of a table of texts, from which instruction pairs can be written.
TEXTS = ("source", "text", "english", "licence", "parent", "place")
QUARANTINE_COLUMNS = ("file", "row", "field", "value", "reason")

_CLEANED = ("instruction", "context", "answer_text", "explanation")
_GIVEN = TEXT_COLUMNS[2:]  # all but the ids
_OPTIONAL = ("context", "answer_text", "explanation", "licence", "parent", "place")
_ABSENT = dict.fromkeys(_OPTIONAL, "") | {"general": False}


def as_table(columns: Mapping[str, Sequence]) -> pd.DataFrame:
    """Columns of values as a table.

    Texts get pandas' Arrow-backed text type, lists stay Python lists, and flags are bool.
    """
    return pd.DataFrame({name: pd.Series(values, dtype=_dtype(name))
                         for name, values in columns.items()})


def _dtype(name: str) -> type | str:
    if name in LIST_COLUMNS:
        return object
    return bool if name in FLAG_COLUMNS else "str"


def _is_text(series: pd.Series) -> pd.Series:
    if isinstance(series.dtype, pd.StringDtype):
        return series.notna()
    texts = [isinstance(value, str) for value in series]
    return pd.Series(texts, index=series.index, dtype=bool)


def _is_texts(series: pd.Series) -> pd.Series:
    lists = [type(value) is list and set(map(type, value)) <= {str} for value in series]
    return pd.Series(lists, index=series.index, dtype=bool)


def _is_flag(series: pd.Series) -> pd.Series:
    flags = series.dtype == bool or [isinstance(value, bool | np.bool_) for value in series]
    return pd.Series(flags, index=series.index, dtype=bool)


def _typed(name: str) -> pa.Column:
    if name in LIST_COLUMNS:
        return pa.Column(object, pa.Check(_is_texts, error="must be a list of texts"))
    if name in FLAG_COLUMNS:
        return pa.Column(None, pa.Check(_is_flag, error="must be true or false"))
    return pa.Column(None, pa.Check(_is_text, error="must be text"))


_ROW_RULES = "a row breaks a rule of the record (see medinj_utils.data.rules.broken_rule)"
SCHEMA = pa.DataFrameSchema({name: _typed(name) for name in COLUMNS},
                            checks=pa.Check(keeping_rules, error=_ROW_RULES), strict=True,
                            name="records")


def complete(fields: Mapping, changes: Counter | None = None) -> dict:
    """A complete record from a reader's fields.

    Texts are cleaned (`medinj_utils.data.text.RULES`) and the ids computed. Optional fields that
    are absent become empty, ``general`` becomes False, and a choice question may leave
    ``answer_text`` to be taken from its options.

    Args:
        fields: by column of `COLUMNS`.
        changes: counts, by cleaning rule, the texts that it changed.

    Raises:
        BadRow: a field is missing or of the wrong type, or the record breaks a rule.
    """
    row = {**_ABSENT, "options": [], "answer_letters": [], **fields}
    _check_types(row)
    for field in _CLEANED:
        if row[field]:
            row[field] = clean(row[field], changes)
    row["options"] = [clean(text, changes) for text in row["options"]]
    if not row["answer_text"]:
        positions = [LETTERS.find(letter) for letter in row["answer_letters"]]
        right = [row["options"][p] for p in positions if 0 <= p < len(row["options"])]
        row["answer_text"] = " ; ".join(right)
    normal = [normalise(option) for option in row["options"]]
    problem = broken_rule(row, normal)
    if problem:
        raise problem
    row["id"], row["question_id"] = identities(row, normal)
    return row


def _check_types(row: Mapping) -> None:
    for field in _GIVEN:
        if not isinstance(row.get(field), str):
            raise BadRow(field, row.get(field), "must be text" if field in row else "missing")
    for field in LIST_COLUMNS:
        texts = row[field]
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise BadRow(field, row[field], "must be a list of texts")
    for field in FLAG_COLUMNS:
        if not isinstance(row[field], bool):
            raise BadRow(field, row[field], "must be true or false")
    texts = [*(row[field] for field in _GIVEN), *row["options"], *row["answer_letters"]]
    try:
        "".join(texts).encode()
    except UnicodeEncodeError as error:
        reason = "holds half of a character (a lone surrogate)"
        raise BadRow("row", error.object, reason) from None


def complete_text(fields: Mapping, changes: Counter | None = None) -> dict:
    """As `complete`, for sources of texts: a row with the columns `TEXTS`.

    Args:
        fields: by column of `TEXTS`.
        changes: counts, by cleaning rule, the texts that it changed.

    Raises:
        BadRow: there is no text.
    """
    row = {field: clean(fields.get(field, ""), changes) for field in TEXTS}
    if not row["text"].strip():
        raise BadRow("text", row["text"], "empty")
    return row


def validate(records: pd.DataFrame, where: str) -> pd.DataFrame:
    """The records, their texts as pandas' text type.

    Args:
        records: a table with the columns `COLUMNS`.
        where: the file or table that errors name.

    Raises:
        ValueError: a column is missing, or a row breaks the schema; names row, field, value,
            reason.
    """
    try:
        return SCHEMA.validate(records).astype(dict.fromkeys(TEXT_COLUMNS, "str"))
    except pa.errors.SchemaError as error:
        raise ValueError(f"{where}{_first_fault(records) or f': {error}'}") from None


def _first_fault(records: pd.DataFrame) -> str:
    """Description of the first fault in a table; empty if none can be named."""
    if differing := set(COLUMNS) ^ set(records.columns):
        return (f": columns differ from the record's: {', '.join(sorted(differing))}. If another "
                "version of the book wrote this file, run notebook 10_read_sources again, and then "
                "what follows it")
    for number, row in enumerate(records.to_dict("records")):
        for field in COLUMNS:
            if not _has_type(field, row[field]):
                return f", row {number}, {field}: wrong type ({row[field]!r})"
        if problem := broken_rule(row):
            return f", row {number}, {problem}"
    return ""


def _has_type(field: str, value: object) -> bool:
    check = _is_texts if field in LIST_COLUMNS else _is_flag if field in FLAG_COLUMNS else _is_text
    return bool(check(pd.Series([value])).all())


def save_records(records: pd.DataFrame, path: str | Path) -> Path:
    """Validate records and write them as parquet; the file appears whole or not at all.

    Args:
        records: a records table.
        path: of the file.

    Returns:
        The path.

    Raises:
        ValueError: as `validate`.
    """
    return write_parquet(validate(records, str(path)), path)


def load_records(path: str | Path) -> pd.DataFrame:
    """Read and validate a file that `save_records` wrote.

    Raises:
        ValueError: as `validate`; a file without the column ``general`` is of an older version.
    """
    records = pd.read_parquet(path)
    for field in LIST_COLUMNS:
        if field in records:
            records[field] = [_as_list(value) for value in records[field]]
    return validate(records, str(path))


def _as_list(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value
