"""The record: one row is one instruction pair. Its schema, its identity, and what becomes of rows that fail.

A row that breaks a rule is never repaired or dropped in silence: it goes to the quarantine table with its
file, its row (counted from 0 within the file), the field, the value and the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from medinj_utils.identity import normalise, record_id
from medinj_utils.prompts import LETTERS
from medinj_utils.runs import write_parquet

PROVENANCES = ("native", "synthetic", "translated")
TASKS = ("mcqu", "mcq", "oeq")
SPLITS = ("train", "validation", "test")
TEXT_COLUMNS = ("id", "provenance", "task", "source", "split", "instruction", "context", "answer_text",
                "explanation", "licence", "parent")
LIST_COLUMNS = ("options", "answer_letters")
COLUMNS = ("id", "provenance", "task", "source", "split", "instruction", "context", "options",
           "answer_letters", "answer_text", "explanation", "licence", "parent")
QUARANTINE_COLUMNS = ("file", "row", "field", "value", "reason")
_VALUE_SHOWN = 200  # characters of a refused value kept in the quarantine table


class BadRow(ValueError):
    """One row can't be read: which field, its value, and why."""

    def __init__(self, field: str, value: object, reason: str):
        super().__init__(f"{field}: {reason} (value: {str(value)[:_VALUE_SHOWN]!r})")
        self.field, self.value, self.reason = field, value, reason


def _is_text(series: pd.Series) -> pd.Series:
    return series.map(lambda value: isinstance(value, str))


def _is_texts(series: pd.Series) -> pd.Series:
    return series.map(lambda value: isinstance(value, list) and all(isinstance(text, str) for text in value))


def _row_rules(records: pd.DataFrame) -> pd.Series:
    return records.apply(lambda row: broken_rule(row) is None, axis=1) if len(records) else pd.Series(dtype=bool)


SCHEMA = pa.DataFrameSchema(
    {name: pa.Column(object, pa.Check(_is_text, error="must be text"), coerce=True) for name in TEXT_COLUMNS}
    | {name: pa.Column(object, pa.Check(_is_texts, error="must be a list of texts")) for name in LIST_COLUMNS},
    checks=pa.Check(_row_rules, error="a row breaks a rule of the record (see medinj_utils.data.records.broken_rule)"),
    strict=True, name="records")


def broken_rule(row: Mapping) -> BadRow | None:
    """The first rule of the record that a row breaks, or None."""
    for field, accepted in (("provenance", PROVENANCES), ("task", TASKS), ("split", SPLITS)):
        if row[field] not in accepted:
            return BadRow(field, row[field], f"unknown; accepted: {', '.join(accepted)}")
    for field in ("instruction", "source"):
        if not row[field].strip():
            return BadRow(field, row[field], "empty")
    options, letters = row["options"], row["answer_letters"]
    if row["task"] == "oeq":
        if options or letters:
            return BadRow("options", options, "an open question has no options")
        return None if row["answer_text"].strip() else BadRow("answer_text", row["answer_text"], "empty")
    if not 2 <= len(options) <= len(LETTERS):
        return BadRow("options", options, f"{len(options)} options; a choice needs 2 to {len(LETTERS)}")
    if any(not option.strip() for option in options):
        return BadRow("options", options, "an option is empty")
    if len({normalise(option) for option in options}) < len(options):
        return BadRow("options", options, "two options are the same text")
    beyond = [letter for letter in letters if letter not in LETTERS[:len(options)]]
    if not letters or beyond or sorted(set(letters)) != letters:
        return BadRow("answer_letters", letters, f"need letters among {LETTERS[:len(options)]}, in order, each once")
    if row["task"] == "mcqu" and len(letters) != 1:
        return BadRow("answer_letters", letters, "a single-answer question has exactly one right letter")
    if not row["answer_text"].strip():
        return BadRow("answer_text", row["answer_text"], "empty")
    return None


def complete(fields: Mapping) -> dict:
    """A whole record from a reader's fields: absent optional fields become empty, the id is computed.

    Choice questions may leave ``answer_text`` to be taken from the options. Raises `BadRow`.
    """
    row = {"context": "", "options": [], "answer_letters": [], "answer_text": "", "explanation": "", "licence": "",
           "parent": ""} | dict(fields)
    for field in COLUMNS[1:]:
        if field not in row:
            raise BadRow(field, None, "missing")
        if field not in LIST_COLUMNS and not isinstance(row[field], str):
            raise BadRow(field, row[field], "must be text")
    if not row["answer_text"]:
        positions = [LETTERS.find(letter) for letter in row["answer_letters"]]
        row["answer_text"] = " ; ".join(row["options"][p] for p in positions if 0 <= p < len(row["options"]))
    problem = broken_rule(row)
    if problem:
        raise problem
    return {"id": record_id(row)} | {field: row[field] for field in COLUMNS[1:]}


def collect(rows: Iterable[tuple[str, int, Mapping | BadRow]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Records and quarantine of the rows that a reader yields as (file, row, fields or BadRow)."""
    good, bad = [], []
    for file, number, fields in rows:
        try:
            if isinstance(fields, BadRow):
                raise fields
            good.append(complete(fields))
        except BadRow as problem:
            bad.append((file, number, problem.field, str(problem.value)[:_VALUE_SHOWN], problem.reason))
    records = pd.DataFrame(good, columns=list(COLUMNS)).astype(dict.fromkeys(TEXT_COLUMNS, object))
    quarantine = pd.DataFrame(bad, columns=list(QUARANTINE_COLUMNS)).astype({"row": int})
    return records, quarantine


def validate(records: pd.DataFrame, where: str) -> pd.DataFrame:
    """The records if they keep the schema; else a ValueError that names ``where``, row, field, value and reason."""
    try:
        return SCHEMA.validate(records)
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
    return validate(records.astype({f: object for f in TEXT_COLUMNS if f in records}), str(path))


def _as_list(value: Sequence | None) -> Sequence | None:
    return value if value is None or isinstance(value, str) else list(value)
