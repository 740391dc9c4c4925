"""Bring your own: a table with the record's columns, or a table and a YAML file that says what its columns are.

The location is the table (CSV, JSON, JSON lines or parquet, then with the record's columns: see
`medinj_utils.data.records.COLUMNS`), or the YAML file, which names its table in ``files``; `TableMapping` lists what it
may hold.
"""

import ast
import contextlib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.choices import letters_alone, letters_of_texts, part_options
from medinj_utils.data.files import TABLES, RawTable, Reading, SourceError
from medinj_utils.data.records import LIST_COLUMNS, PROVENANCES, SPLITS, TASKS, TEXT_COLUMNS, BadRow
from medinj_utils.data.sources import Source

_FLAGS = {"1": True, "true": True, "vrai": True, "oui": True, "yes": True, "0": False, "false": False, "faux": False,
          "non": False, "no": False, "": False}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Column(_Part):
    """A column of the table; ``values`` translates what stands in it, and then must name every value."""

    column: str
    values: dict[str | int | bool, str] | None = None


class Options(_Part):
    """The options: a list or a mapping of letters to texts in one column, a column for each, or inside the question."""

    column: str | None = None
    columns: list[str] | None = None
    inside: bool = False

    @model_validator(mode="after")
    def _one_way(self):
        if sum((self.column is not None, self.columns is not None, self.inside)) != 1:
            raise ValueError("say one of column, columns, inside: true")
        return self


class Gold(_Part):
    """The right answer: as ``letters``, as ``text``, as ``index`` counted from the declared ``base``, or as a true or false
    column for each option in ``flags``."""

    letters: str | None = None
    text: str | None = None
    index: str | None = None
    base: Annotated[int, Field(ge=0, le=1)] | None = None
    flags: list[str] | None = None

    @model_validator(mode="after")
    def _one_way(self):
        if sum(value is not None for value in (self.letters, self.text, self.index, self.flags)) != 1:
            raise ValueError("say one of letters, text, index, flags")
        if (self.index is None) != (self.base is None):
            raise ValueError("an index needs its base, 0 or 1, and nothing else does")
        return self


class TableMapping(_Part):
    """What the columns of a table are. ``provenance``, ``task``, ``split``, ``licence`` and ``source`` are one word for all
    rows, or a column."""

    files: str
    provenance: Literal[PROVENANCES] | Column
    task: Literal[TASKS] | Column
    split: Literal[SPLITS] | Column
    source: str | Column
    licence: str | Column
    instruction: Column
    gold: Gold
    options: Options | None = None
    context: Column | None = None
    explanation: Column | None = None
    parent: Column | None = None


def _text(value: object, column: str) -> str:
    """A cell as text; missing ones are empty."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if not isinstance(value, str | int | float):
        raise BadRow(column, value, "neither a text nor a number")
    return str(value)


def _listed(value: object, column: str) -> object:
    """A list or mapping, which may be written as JSON or as Python writes it."""
    if not isinstance(value, str):
        return value
    for read in (json.loads, ast.literal_eval):
        with contextlib.suppress(ValueError, SyntaxError):
            return read(value)
    raise BadRow(column, value, "neither a list nor a mapping")


def _value(raw: Mapping, told: str | Column | None, field: str) -> str:
    if not isinstance(told, Column):
        return told or ""
    value = _text(raw[told.column], told.column)
    if told.values is None:
        return value
    known = {str(key): word for key, word in told.values.items()}
    if value not in known:
        raise BadRow(told.column, value, f"{field}: not among the values {', '.join(known)}")
    return known[value]


def _options(raw: Mapping, told: Options, instruction: str) -> tuple[str, list[str]]:
    if told.inside:
        return part_options(instruction)
    if told.columns:
        texts = [_text(raw[column], column).strip() for column in told.columns]
        while texts and not texts[-1]:
            texts.pop()
        return instruction, texts
    value = _listed(raw[told.column], told.column)
    if isinstance(value, dict):
        letters = sorted(value)
        if [letter.upper() for letter in letters] != list(LETTERS[:len(letters)]):
            raise BadRow(told.column, value, "letters of the mapping are not A, B, C …")
        value = [value[letter] for letter in letters]
    if not isinstance(value, list):
        raise BadRow(told.column, value, "neither a list nor a mapping")
    return instruction, [_text(text, told.column) for text in value]


def _letters(raw: Mapping, told: Gold, options: list[str]) -> list[str]:
    if told.flags:
        marks = [str(raw[column]).strip().casefold() if raw[column] is not None else "" for column in told.flags]
        if unknown := [mark for mark in marks if mark not in _FLAGS]:
            raise BadRow(told.flags[marks.index(unknown[0])], unknown[0], f"neither true nor false ({', '.join(_FLAGS)})")
        if any(_FLAGS[mark] for mark in marks[len(options):]):
            raise BadRow(", ".join(told.flags), marks, f"marks more than the {len(options)} options that are there")
        return [LETTERS[i] for i, mark in enumerate(marks) if _FLAGS[mark]]
    if told.index:
        cell = raw[told.index]
        numbers = cell if isinstance(cell, list) else str(cell).replace(";", ",").split(",")
        try:
            places = sorted(float(number) - told.base for number in numbers)
        except (TypeError, ValueError):
            raise BadRow(told.index, cell, "not a number") from None
        if not all(place.is_integer() for place in places) or not places:
            raise BadRow(told.index, cell, "not a whole number")
        places = [int(place) for place in places]
        if places[0] < 0 or places[-1] >= min(len(options), len(LETTERS)):
            raise BadRow(told.index, cell, f"need numbers from {told.base} to {told.base + len(options) - 1}")
        return [LETTERS[place] for place in places]
    column = told.letters or told.text
    value = raw[column]
    if isinstance(value, str) and value.strip().startswith("["):
        value = _listed(value, column)
    if not isinstance(value, list):
        value = _text(value, column)
    return (letters_alone if told.letters else letters_of_texts)(value, options)


def _mapped(raw: Mapping, told: TableMapping) -> Iterator[Mapping]:
    fields = {field: _value(raw, getattr(told, field), field) for field in (
        "provenance", "task", "split", "source", "licence", "instruction", "context", "explanation", "parent")}
    if fields["task"] == "oeq":
        if told.gold.text is None:
            raise BadRow("gold", None, "an open question needs its answer: gold: {text: column}")
        yield fields | {"answer_text": _text(raw[told.gold.text], told.gold.text)}
        return
    if told.options is None:
        raise BadRow("options", None, "a choice question needs options in the mapping")
    fields["instruction"], options = _options(raw, told.options, fields["instruction"])
    yield fields | {"options": options, "answer_letters": _letters(raw, told.gold, options)}


def _as_record(raw: Mapping, provenance: str | None) -> Iterator[Mapping]:
    """A row that has the record's columns; lists may be written as JSON, and the id is computed anew."""
    fields = {field: _text(raw[field], field) for field in TEXT_COLUMNS[2:-1] if field in raw}
    if provenance and fields.setdefault("provenance", provenance) != provenance:
        raise BadRow("provenance", raw["provenance"], f"but the reading was told {provenance}")
    for field in LIST_COLUMNS:
        value = raw.get(field)
        value = _listed(value, field) if isinstance(value, str) and value.strip() else value
        if value not in (None, "") and not isinstance(value, list):
            raise BadRow(field, raw[field], 'need a list, in CSV written as ["…", "…"]')
        fields[field] = list(value or [])
    yield fields


def _read(reading: Reading) -> Iterator[RawTable]:
    described = reading.path.is_file() and reading.path.suffix.lower() in (".yaml", ".yml")
    if not described:
        for name, file in reading.files(*TABLES):
            yield RawTable(name, reading.rows(file), lambda number, raw: _as_record(raw, reading.provenance))
        return
    try:
        told = TableMapping.model_validate(yaml.safe_load(reading.text(reading.path)))
    except yaml.YAMLError as error:
        raise SourceError(f"{reading.path}: not YAML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise SourceError(f"{reading.path}, {'.'.join(map(str, first['loc']))}: {first['msg']}; "
                          f"keys are {', '.join(TableMapping.model_fields)}") from None
    if reading.provenance and told.provenance != reading.provenance:
        raise SourceError(f"{reading.path}, provenance: says {told.provenance!r}, but the reading was told "
                          f"{reading.provenance!r}")
    no_pattern = SourceError(f"{reading.path}, files: need a name or pattern of files beside it, not {told.files!r}")
    if Path(told.files).is_absolute():
        raise no_pattern
    try:
        found = list(reading.path.parent.glob(told.files))
    except ValueError:
        raise no_pattern from None
    files = sorted(file for file in found if file.is_file() and file != reading.path)
    if not files:
        raise SourceError(f"{reading.path}, files: nothing beside it is named {told.files!r}")
    for file in files:
        name = file.relative_to(reading.path.parent).as_posix()
        yield RawTable(name, reading.rows(file), lambda number, raw: _mapped(raw, told))


SOURCE = Source(
    name="own", title="Your own table", provenance=None, licence="as you say", citation="as you say", read=_read)
