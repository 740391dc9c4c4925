"""The record: one row is one instruction pair. Its schema, its identity, and what becomes of rows that fail.

A row that breaks a rule is never repaired or dropped in silence: it goes to the quarantine table with its
file, its row (counted from 0 within the file), the field, the value and the reason.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc

from medinj_utils.core.files import write_parquet
from medinj_utils.core.identity import identities, normalise
from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.text import clean

PROVENANCES = ("native", "synthetic", "translated")
TASKS = ("mcqu", "mcq", "oeq")
SPLITS = ("train", "validation", "test")
_ACCEPTED = {"provenance": PROVENANCES, "task": TASKS, "split": SPLITS}
TEXT_COLUMNS = ("id", "question_id", "provenance", "task", "source", "split", "instruction", "context", "answer_text",
                "explanation", "licence", "parent", "place")
LIST_COLUMNS = ("options", "answer_letters")
COLUMNS = ("id", "question_id", "provenance", "task", "source", "split", "instruction", "context", "options",
           "answer_letters", "answer_text", "explanation", "licence", "parent", "place")
TEXTS = ("source", "text", "english", "licence", "parent", "place")
QUARANTINE_COLUMNS = ("file", "row", "field", "value", "reason")
VALUE_SHOWN = 200  # characters of a refused value kept in the quarantine table


class BadRow(ValueError):
    """One row can't be read: which field, its value, and why."""

    def __init__(self, field: str, value: object, reason: str):
        super().__init__(f"{field}: {reason} (value: {str(value)[:VALUE_SHOWN]!r})")
        self.field, self.value, self.reason = field, value, reason


def as_table(columns: Mapping[str, Sequence]) -> pd.DataFrame:
    """Columns of values as a table: texts as pandas' own text type, which Arrow holds, lists as Python's."""
    return pd.DataFrame({name: pd.Series(values, dtype=object if name in LIST_COLUMNS else "str")
                         for name, values in columns.items()})


def _is_text(series: pd.Series) -> pd.Series:
    if isinstance(series.dtype, pd.StringDtype):
        return series.notna()
    return pd.Series([isinstance(value, str) for value in series], index=series.index, dtype=bool)


def _is_texts(series: pd.Series) -> pd.Series:
    return pd.Series([type(value) is list and set(map(type, value)) <= {str} for value in series], index=series.index,
                     dtype=bool)


def _row_rules(records: pd.DataFrame) -> pd.Series:
    """Per row, whether `broken_rule` finds nothing; asked column by column, since rows are many and forms few."""
    def filled(field: str) -> np.ndarray:
        return pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(pyarrow.array(records[field]))), 0).to_numpy(False)

    keeps = filled("instruction") & filled("source") & filled("answer_text")
    for field, accepted in _ACCEPTED.items():
        keeps &= records[field].isin(accepted).to_numpy()
    form: dict[tuple, bool] = {}
    for i, (task, options, letters) in enumerate(zip(records["task"], records["options"], records["answer_letters"],
                                                     strict=True)):
        key = (task, len(options), *letters)
        if key not in form:
            form[key] = _broken_form(task, len(options), letters) is None
        keeps[i] &= form[key] and (not options or _broken_options(options) is None)
    return pd.Series(keeps, index=records.index)


SCHEMA = pa.DataFrameSchema(
    {name: pa.Column(None, pa.Check(_is_text, error="must be text")) for name in TEXT_COLUMNS}
    | {name: pa.Column(object, pa.Check(_is_texts, error="must be a list of texts")) for name in LIST_COLUMNS},
    checks=pa.Check(_row_rules, error="a row breaks a rule of the record (see medinj_utils.data.records.broken_rule)"),
    strict=True, name="records")


def broken_rule(row: Mapping, normal: Sequence[str] | None = None) -> BadRow | None:
    """The first rule of the record that a row breaks, or None; ``normal``, if told, are its options, normalised."""
    for field, accepted in _ACCEPTED.items():
        if row[field] not in accepted:
            return BadRow(field, row[field], f"unknown; accepted: {', '.join(accepted)}")
    for field in ("instruction", "source"):
        if not row[field].strip():
            return BadRow(field, row[field], "empty")
    problem = _broken_form(row["task"], len(row["options"]), row["answer_letters"]) or _broken_options(
        row["options"], normal)
    if problem:
        return BadRow(problem.field, row[problem.field], problem.reason)
    return None if row["answer_text"].strip() else BadRow("answer_text", row["answer_text"], "empty")


def _broken_form(task: str, n_options: int, letters: Sequence[str]) -> BadRow | None:
    if task == "oeq":
        return BadRow("options", n_options, "an open question has no options") if n_options or letters else None
    if not 2 <= n_options <= len(LETTERS):
        return BadRow("options", n_options, f"{n_options} options; a choice needs 2 to {len(LETTERS)}")
    accepted = LETTERS[:n_options]
    if not letters or any(letter not in accepted for letter in letters) or sorted(set(letters)) != list(letters):
        return BadRow("answer_letters", letters, f"need letters among {accepted}, in order, each once")
    if task == "mcqu" and len(letters) != 1:
        return BadRow("answer_letters", letters, "a single-answer question has exactly one right letter")
    return None


def _broken_options(options: Sequence[str], normal: Sequence[str] | None = None) -> BadRow | None:
    different = set(map(normalise, options) if normal is None else normal)
    if "" in different:
        return BadRow("options", options, "an option is empty")
    return BadRow("options", options, "two options are the same text") if len(different) < len(options) else None


_CLEANED = ("instruction", "context", "answer_text", "explanation")
_GIVEN = TEXT_COLUMNS[2:]  # all but the ids
_EMPTY = dict.fromkeys(("context", "answer_text", "explanation", "licence", "parent", "place"), "")


def complete(fields: Mapping, changes: Counter | None = None) -> dict:
    """A whole record from a reader's fields: absent optional fields become empty, texts are cleaned (see
    `medinj_utils.data.text.RULES`; ``changes`` counts), the ids are computed.

    Choice questions may leave ``answer_text`` to be taken from the options. Raises `BadRow`.
    """
    row = {**_EMPTY, "options": [], "answer_letters": [], **fields}
    for field in _GIVEN:
        if not isinstance(row.get(field), str):
            raise BadRow(field, row.get(field), "must be text" if field in row else "missing")
    for field in LIST_COLUMNS:
        if not isinstance(row[field], list) or not all(isinstance(text, str) for text in row[field]):
            raise BadRow(field, row[field], "must be a list of texts")
    try:
        "".join([*(row[field] for field in _GIVEN), *row["options"], *row["answer_letters"]]).encode()
    except UnicodeEncodeError as error:
        raise BadRow("row", error.object, "holds half of a character (a lone surrogate)") from None
    for field in _CLEANED:
        if row[field]:
            row[field] = clean(row[field], changes)
    row["options"] = [clean(text, changes) for text in row["options"]]
    if not row["answer_text"]:
        positions = [LETTERS.find(letter) for letter in row["answer_letters"]]
        row["answer_text"] = " ; ".join(row["options"][p] for p in positions if 0 <= p < len(row["options"]))
    normal = [normalise(option) for option in row["options"]]
    problem = broken_rule(row, normal)
    if problem:
        raise problem
    row["id"], row["question_id"] = identities(row, normal)
    return row


def complete_text(fields: Mapping, changes: Counter | None = None) -> dict:
    """As `complete`, of sources that give texts (columns `TEXTS`) and no instruction pairs."""
    row = {field: clean(fields.get(field, ""), changes) for field in TEXTS}
    if not row["text"].strip():
        raise BadRow("text", row["text"], "empty")
    return row


def validate(records: pd.DataFrame, where: str) -> pd.DataFrame:
    """The records if they keep the schema, their texts as pandas' text type; else a ValueError that names ``where``, row,
    field, value and reason."""
    try:
        return SCHEMA.validate(records).astype(dict.fromkeys(TEXT_COLUMNS, "str"))
    except pa.errors.SchemaError as error:
        missing = set(COLUMNS) ^ set(records.columns)
        if missing:
            raise ValueError(f"{where}: columns differ from the record's: {', '.join(sorted(missing))}") from None
        for number, row in enumerate(records.to_dict("records")):
            for field in COLUMNS:
                wanted = _is_texts if field in LIST_COLUMNS else _is_text
                if not wanted(pd.Series([row[field]])).all():
                    raise ValueError(f"{where}, row {number}, {field}: wrong type ({row[field]!r})") from None
            problem = broken_rule(row)
            if problem:
                raise ValueError(f"{where}, row {number}, {problem}") from None
        raise ValueError(f"{where}: {error}") from None


def save_records(records: pd.DataFrame, path: str | Path) -> Path:
    """Validate and write as parquet (appears whole or not at all)."""
    return write_parquet(validate(records, str(path)), path)


def load_records(path: str | Path) -> pd.DataFrame:
    """Read and validate a records file written by `save_records`."""
    records = pd.read_parquet(path)
    for field in LIST_COLUMNS:
        if field in records:
            records[field] = [_as_list(value) for value in records[field]]
    return validate(records, str(path))


def _as_list(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value
