"""A table of your own, with a YAML file that describes its columns."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from medinj_utils.core.names import PROVENANCES, SPLITS, TASKS
from medinj_utils.core.yaml_texts import parse_yaml
from medinj_utils.data.choices import part_options
from medinj_utils.data.formats import SourceError, column_name
from medinj_utils.data.locations import files_below
from medinj_utils.data.own_cells import (
    filled,
    flag_of,
    letters_of_answer,
    letters_of_flags,
    letters_of_index,
    options_of,
    plain_word,
    text_of,
)
from medinj_utils.data.rules import BadRow

#: Task that follows from the right answers: mcqu for one, mcq for several.
BY_ANSWERS = "by answers"
_Column = Annotated[str, AfterValidator(column_name)]


class _AsWritten(yaml.SafeLoader):
    """Keeps every scalar as text: ``no`` may be a column, ``01`` or ``yes`` a value in one."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, form) for tag, form in resolvers if tag.endswith((":null", ":merge"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Column(_Part):
    """A column of the table.

    Attributes:
        column: its name.
        values: the value to read for each value in the column; None keeps the values.
    """

    column: _Column
    values: dict[str, str] | None = None

    def value_in(self, row: Mapping, field: str) -> str:
        """The value of a row for a field of the record.

        Args:
            row: of the table.
            field: of the record, for the message.

        Raises:
            BadRow: the cell is not among ``values``.
        """
        written = text_of(row[self.column], self.column)
        if self.values is None:
            return written
        if written in self.values:
            return self.values[written]
        plain = [word for key, word in self.values.items()
                 if plain_word(key) == plain_word(written)]
        if len(set(plain)) != 1:
            reason = f"{field}: not among the values {', '.join(self.values)}"
            raise BadRow(self.column, written, reason)
        return plain[0]


class Options(_Part):
    """Where the options are, in one of three ways.

    Attributes:
        column: with a list, or a mapping of letters to texts.
        columns: one for each option.
        inside: whether they are part of the question.
    """

    column: _Column | None = None
    columns: list[_Column] | None = None
    inside: bool = False

    @model_validator(mode="after")
    def _one_way(self):
        if sum((self.column is not None, self.columns is not None, self.inside)) != 1:
            raise ValueError("say one of column, columns, inside: true")
        return self

    def of(self, row: Mapping, instruction: str) -> tuple[str, list[str]]:
        """The question without its options, and the options as they are written.

        Args:
            row: of the table.
            instruction: the question as it is written.

        Returns:
            (question, texts of the options in order).

        Raises:
            BadRow: there are no options where they should be.
        """
        if self.inside:
            return part_options(instruction)
        if self.columns:
            texts = [text_of(row[column], column).strip() for column in self.columns]
            return instruction, filled(texts)
        return instruction, options_of(row[self.column], self.column)


class Gold(_Part):
    """Where the right answer is, in one of four ways.

    Attributes:
        letters: column of letters.
        text: column of the right option's text.
        index: column of the right option's number.
        base: number of the first option, 0 or 1.
        flags: a true or false column for each option.
    """

    letters: _Column | None = None
    text: _Column | None = None
    index: _Column | None = None
    base: Annotated[int, Field(ge=0, le=1)] | None = None
    flags: list[_Column] | None = None

    @model_validator(mode="after")
    def _one_way(self):
        forms = (self.letters, self.text, self.index, self.flags)
        if sum(form is not None for form in forms) != 1:
            raise ValueError("say one of letters, text, index, flags")
        if (self.index is None) != (self.base is None):
            raise ValueError("index needs base, 0 or 1; letters, text and flags have none")
        return self

    def of(self, row: Mapping, options: list[str], several: bool) -> list[str]:
        """Right letters of a row.

        Args:
            row: of the table.
            options: its options as they are written.
            several: whether more than one may be right.

        Raises:
            BadRow: a cell doesn't have the form that the mapping states.
        """
        if self.flags:
            return letters_of_flags(row, self.flags, len(options))
        if self.index:
            return letters_of_index(row[self.index], self.index, self.base, options, several)
        column = self.letters or self.text
        return letters_of_answer(row[column], column, options, by_text=bool(self.text))


#: Keys of a mapping's parts that name columns.
_NAMING = ("column", "columns", "letters", "text", "index", "flags")


class TableMapping(_Part):
    """Mapping of a table's columns to fields of the record.

    Attributes:
        files: name or pattern of the files beside the mapping.
        encoding: of the files, where it can't be detected (`medinj_utils.data.text.decode`).
        provenance, task, split, source, licence, general: one value for all rows, or a column.
            ``task`` may be ``by answers``: mcqu with one right answer, mcq with several.
        instruction, context, explanation, parent: columns of texts.
        gold: where the right answer is.
        options: where the options are; None for open questions.
    """

    files: str
    encoding: str = ""
    provenance: Literal[PROVENANCES] | Column
    task: Literal[(*TASKS, BY_ANSWERS)] | Column
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

    @property
    def columns(self) -> dict[str, str]:
        """The columns that the mapping names, each with the first field that names it."""
        field_of: dict[str, str] = {}
        for field, part in self:
            if not isinstance(part, _Part):
                continue
            for value in filter(None, (getattr(part, key, None) for key in _NAMING)):
                columns = [value] if isinstance(value, str) else value
                field_of |= {column: field for column in columns if column not in field_of}
        return field_of

    def fields(self, row: Mapping) -> dict:
        """Fields of a record from a row of the table, its columns named as by `column_name`.

        Raises:
            BadRow: a cell doesn't fit the mapping.
        """
        fields = {field: self._value(row, field) for field in _TEXT_FIELDS}
        fields["general"] = self._general(row)
        if fields["task"] == "oeq":
            if self.gold.text is None:
                reason = "an open question needs its answer: gold: {text: column}"
                raise BadRow("gold", None, reason)
            return fields | {"answer_text": text_of(row[self.gold.text], self.gold.text)}
        if self.options is None:
            raise BadRow("options", None, "a choice question needs options in the mapping")
        question, options = self.options.of(row, fields["instruction"])
        letters = self.gold.of(row, options, several=fields["task"] != "mcqu")
        if fields["task"] == BY_ANSWERS:
            fields["task"] = "mcqu" if len(letters) == 1 else "mcq"
        return fields | {"instruction": question, "options": options, "answer_letters": letters}

    def _value(self, row: Mapping, field: str) -> str:
        content = getattr(self, field)
        return content.value_in(row, field) if isinstance(content, Column) else content or ""

    def _general(self, row: Mapping) -> bool:
        if isinstance(self.general, bool):
            return self.general
        return flag_of(self.general.value_in(row, "general"), self.general.column)


_TEXT_FIELDS = ("provenance", "task", "split", "source", "licence", "instruction", "context",
                "explanation", "parent")


def load_mapping(text: str, path: Path) -> TableMapping:
    """A mapping from its YAML text.

    Args:
        text: YAML.
        path: of its file, for the messages.

    Raises:
        SourceError: the text is not YAML, or a key is unknown, missing or wrong; names ``path`` and
            key.
    """
    try:
        return TableMapping.model_validate(parse_yaml(text, str(path), _AsWritten))
    except ValidationError as error:
        unknown = [fault for fault in error.errors() if fault["type"] == "extra_forbidden"]
        # A misspelt key is missing, too: say how it stands. Of the kinds that a part may be of, the
        # one that it comes nearest to.
        first = max(unknown or error.errors(), key=lambda fault: len(fault["loc"]))
        key = ".".join(map(str, first["loc"]))
        keys = ", ".join(TableMapping.model_fields)
        if not key:
            raise SourceError(f"{path}: need keys with values, such as 'instruction: question'; "
                              f"keys are {keys}") from None
        raise SourceError(f"{path}, {key}: {first['msg']}; keys are {keys}") from None
    except ValueError as error:
        raise SourceError(str(error)) from None


def tables_of(mapping: TableMapping, path: Path) -> list[Path]:
    """Files in the folder of a mapping that match its pattern.

    Args:
        mapping: the mapping.
        path: of its file.

    Raises:
        SourceError: the pattern is invalid, or matches no file.
    """
    wrong = SourceError(f"{path}, files: need a name or pattern of files beside it, not "
                        f"{mapping.files!r}")
    if Path(mapping.files).is_absolute() or ".." in Path(mapping.files).parts[:-1]:
        raise wrong
    try:
        matching = files_below(path.parent, mapping.files)
    except (ValueError, OSError):  # a name too long
        raise wrong from None
    if not (files := [file for file in matching if file != path]):
        raise SourceError(f"{path}, files: no file beside it matches {mapping.files!r}")
    return files
