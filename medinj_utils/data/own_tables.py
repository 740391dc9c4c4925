"""A table of your own and the YAML file that says what its columns are."""

import ast
import contextlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from medinj_utils.core.names import PROVENANCES, SPLITS, TASKS
from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.choices import letters_alone, letters_of_texts, part_options
from medinj_utils.data.formats import SourceError
from medinj_utils.data.rules import BadRow

_FLAGS = {"1": True, "true": True, "vrai": True, "oui": True, "yes": True,
          "0": False, "false": False, "faux": False, "non": False, "no": False, "": False}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Column(_Part):
    """A column of the table; ``values``, if given, translates every value that stands in it."""

    column: str
    values: dict[str | int | bool, str] | None = None


class Options(_Part):
    """The options.

    They stand in one ``column`` as a list or a mapping of letters to texts, in a column for each
    (``columns``), or ``inside`` the question.
    """

    column: str | None = None
    columns: list[str] | None = None
    inside: bool = False

    @model_validator(mode="after")
    def _one_way(self):
        if sum((self.column is not None, self.columns is not None, self.inside)) != 1:
            raise ValueError("say one of column, columns, inside: true")
        return self


class Gold(_Part):
    """The right answer.

    It stands in a column of ``letters``, of ``text``, or of an ``index`` counted from ``base``
    (0 or 1), or in ``flags``, a true or false column for each option.
    """

    letters: str | None = None
    text: str | None = None
    index: str | None = None
    base: Annotated[int, Field(ge=0, le=1)] | None = None
    flags: list[str] | None = None

    @model_validator(mode="after")
    def _one_way(self):
        forms = (self.letters, self.text, self.index, self.flags)
        if sum(form is not None for form in forms) != 1:
            raise ValueError("say one of letters, text, index, flags")
        if (self.index is None) != (self.base is None):
            raise ValueError("an index needs its base, 0 or 1, and nothing else does")
        return self


class TableMapping(_Part):
    """What the columns of a table are.

    ``provenance``, ``task``, ``split``, ``source``, ``licence`` and ``general`` are one value for
    all rows, or a column.
    """

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
    general: bool | Column = False

    def fields(self, row: Mapping) -> dict:
        """Fields of a record from a row of the table.

        Raises:
            BadRow: a cell is not what the mapping says.
        """
        fields = {field: _value(row, getattr(self, field), field) for field in _TEXT_FIELDS}
        fields["general"] = self._general(row)
        if fields["task"] == "oeq":
            if self.gold.text is None:
                reason = "an open question needs its answer: gold: {text: column}"
                raise BadRow("gold", None, reason)
            return fields | {"answer_text": text_of(row[self.gold.text], self.gold.text)}
        if self.options is None:
            raise BadRow("options", None, "a choice question needs options in the mapping")
        question, options = _options(row, self.options, fields["instruction"])
        letters = _letters(row, self.gold, options)
        return fields | {"instruction": question, "options": options, "answer_letters": letters}

    def _general(self, row: Mapping) -> bool:
        if isinstance(self.general, bool):
            return self.general
        return flag_of(_value(row, self.general, "general"), self.general.column)


_TEXT_FIELDS = ("provenance", "task", "split", "source", "licence", "instruction", "context",
                "explanation", "parent")


def load_mapping(text: str, path: Path) -> TableMapping:
    """A mapping from its YAML text.

    Raises:
        SourceError: the text is no YAML, or a key is unknown, missing or wrong; names ``path`` and
            key.
    """
    try:
        return TableMapping.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise SourceError(f"{path}: not YAML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        keys = ", ".join(TableMapping.model_fields)
        raise SourceError(f"{path}, {key}: {first['msg']}; keys are {keys}") from None


def text_of(cell: object, column: str) -> str:
    """A cell as text; a missing one is empty.

    Raises:
        BadRow: the cell is neither a text nor a number.
    """
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if not isinstance(cell, str | int | float):
        raise BadRow(column, cell, "neither a text nor a number")
    return str(cell)


def flag_of(cell: object, column: str) -> bool:
    """A cell as true or false; an empty one is false.

    Raises:
        BadRow: the cell is neither.
    """
    mark = _mark(cell)
    if mark not in _FLAGS:
        raise BadRow(column, mark, f"neither true nor false ({', '.join(_FLAGS)})")
    return _FLAGS[mark]


def _mark(cell: object) -> str:
    return "" if cell is None else str(cell).strip().casefold()


def listed(cell: object, column: str) -> object:
    """A list or mapping, which may be written as JSON or as Python writes it.

    Raises:
        BadRow: a text is neither.
    """
    if not isinstance(cell, str):
        return cell
    for read in (json.loads, ast.literal_eval):
        with contextlib.suppress(ValueError, SyntaxError):
            return read(cell)
    raise BadRow(column, cell, "neither a list nor a mapping")


def _value(row: Mapping, given: str | Column | None, field: str) -> str:
    if not isinstance(given, Column):
        return given or ""
    value = text_of(row[given.column], given.column)
    if given.values is None:
        return value
    words = {str(key): word for key, word in given.values.items()}
    if value not in words:
        reason = f"{field}: not among the values {', '.join(words)}"
        raise BadRow(given.column, value, reason)
    return words[value]


def _options(row: Mapping, given: Options, instruction: str) -> tuple[str, list[str]]:
    """The question without its options, and the options."""
    if given.inside:
        return part_options(instruction)
    if given.columns:
        texts = [text_of(row[column], column).strip() for column in given.columns]
        while texts and not texts[-1]:
            texts.pop()
        return instruction, texts
    value = listed(row[given.column], given.column)
    if isinstance(value, dict):
        letters = sorted(value)
        if [letter.upper() for letter in letters] != list(LETTERS[:len(letters)]):
            raise BadRow(given.column, value, "letters of the mapping are not A, B, C …")
        value = [value[letter] for letter in letters]
    if not isinstance(value, list):
        raise BadRow(given.column, value, "neither a list nor a mapping")
    return instruction, [text_of(text, given.column) for text in value]


def _letters(row: Mapping, gold: Gold, options: list[str]) -> list[str]:
    if gold.flags:
        return _letters_of_flags(row, gold.flags, len(options))
    if gold.index:
        return _letters_of_index(row[gold.index], gold, len(options))
    column = gold.letters or gold.text
    value = row[column]
    if isinstance(value, str) and value.strip().startswith("["):
        value = listed(value, column)
    if not isinstance(value, list):
        value = text_of(value, column)
    return (letters_alone if gold.letters else letters_of_texts)(value, options)


def _letters_of_flags(row: Mapping, columns: list[str], n_options: int) -> list[str]:
    flags = [flag_of(row[column], column) for column in columns]
    if any(flags[n_options:]):
        reason = f"marks more than the {n_options} options that are there"
        raise BadRow(", ".join(columns), [_mark(row[column]) for column in columns], reason)
    return [LETTERS[i] for i, flag in enumerate(flags) if flag]


def _letters_of_index(cell: object, gold: Gold, n_options: int) -> list[str]:
    numbers = cell if isinstance(cell, list) else str(cell).replace(";", ",").split(",")
    try:
        positions = sorted(float(number) - gold.base for number in numbers)
    except (TypeError, ValueError):
        raise BadRow(gold.index, cell, "not a number") from None
    if not positions or not all(position.is_integer() for position in positions):
        raise BadRow(gold.index, cell, "not a whole number")
    if positions[0] < 0 or positions[-1] >= min(n_options, len(LETTERS)):
        reason = f"need numbers from {gold.base} to {gold.base + n_options - 1}"
        raise BadRow(gold.index, cell, reason)
    return [LETTERS[int(position)] for position in positions]
