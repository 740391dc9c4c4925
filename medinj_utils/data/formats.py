"""Rows of JSON, JSON lines, CSV and parquet.

A file that isn't whole is refused, and the error says how far it could be read.
"""

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_LINE_ENDINGS = (".jsonl", ".ndjson")
_LINE_END = re.compile(r"\r\n|\r|\n")
_FIRST_LINE_END = re.compile(r'(?:"[^"]*"|[^"\r\n])*(\r\n|\r|\n)')  # outside quotation marks
_LONE_CR = "\ue00d"  # of Unicode's private use; the csv module takes "\r" for a line's end
_SEPARATORS = ",;\t|"
#: What Excel writes and reads as a first line.
_SEPARATOR_SAID = re.compile(r'\s*"?sep=([^"\n]+?)"?[ \t]*(?:\n|$)', re.IGNORECASE)

csv.field_size_limit(2**31 - 1)


class SourceError(ValueError):
    """Reading a source had to stop; the message names file, row and value as far as they apply."""


def table_ending(file: Path) -> str:
    """The ending that says a table's form, in lower case; that of a compressed file before .gz."""
    return Path(file.name.lower().removesuffix(".gz")).suffix


class ArrowRows:
    """Rows of an Arrow table that become Python dicts as they are asked for.

    All 571,000 rows of the published set as dicts would fill the memory.
    """

    def __init__(self, table: pa.Table):
        self._table = table

    def __len__(self) -> int:
        return len(self._table)

    def __getitem__(self, rows: slice) -> list[dict]:
        return self._table.slice(rows.start, rows.stop - rows.start).to_pylist()


def parse_json(text: str, file: Path) -> object:
    """Content of a JSON text.

    Args:
        text: to read.
        file: that it is of, for the messages.

    Raises:
        SourceError: it is not whole, or nested too deep; names ``file`` and where it breaks.
    """
    try:
        return json.loads(text, object_pairs_hook=partial(_object, str(file)))
    except RecursionError:
        raise SourceError(f"{file}: JSON nested too deep to be rows") from None
    except json.JSONDecodeError as error:
        raise SourceError(f"{file}: not whole JSON; readable up to line {error.lineno}, column "
                          f"{error.colno} ({error.msg}), {_whole_objects(text)} whole rows before "
                          "it") from error


def _object(where: str, pairs: list[tuple[str, object]]) -> dict:
    """A JSON object, which has each name once: of two values one would be lost."""
    made = dict(pairs)
    if len(made) < len(pairs):
        _refuse_twice([name for name, _ in pairs], where)
    return made


def _refuse_twice(names: Iterable[str], where: str) -> None:
    """Refuse names of which two are one `column_name`: of two columns one would be lost."""
    twice = [name for name, times in Counter(map(column_name, names)).items() if times > 1]
    if twice:
        raise SourceError(f"{where}: two columns have one name, {twice[0]!r} "
                          f"({', '.join(map(repr, names))}); rename one or leave it out")


def _whole_objects(text: str) -> int:
    """How many whole objects a cut JSON list begins with."""
    decoder = json.JSONDecoder()
    blanks = re.compile(r"\s*")
    start = text.find("[") + 1
    whole = 0
    while start > 0:
        try:
            _, end = decoder.raw_decode(text, blanks.match(text, start).end())
        except json.JSONDecodeError:
            return whole
        whole += 1
        start = text.find(",", end) + 1
    return whole


def json_rows(text: str, file: Path) -> list[dict]:
    """Rows of a JSON list of objects, of one object a line, or of a single object.

    Args:
        text: to read.
        file: that it is of, for the messages.

    Raises:
        SourceError: it is none of these, or not whole.
    """
    first = _LINE_END.split(text.lstrip(), maxsplit=1)[0].strip()
    is_object = first.startswith("{") and first.endswith("}")
    if is_object or table_ending(file) in _LINE_ENDINGS:
        lines = [line for line in _LINE_END.split(text) if line.strip()]
        rows = [_parse_line(file, number, line) for number, line in enumerate(lines)]
    else:
        rows = parse_json(text, file)
    if isinstance(rows, dict):
        rows = [_lone_row(rows, file)]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceError(f"{file}: expected a list of objects")
    for names, number in {tuple(row): number for number, row in enumerate(rows)}.items():
        _refuse_twice(names, f"{file}, row {number}")
    return rows


def _lone_row(content: dict, file: Path) -> dict:
    """The object of a file that holds one, unless whole tables lie in it."""
    tables = [isinstance(value, dict) or (isinstance(value, list) and len(value) > 1 and all(
        isinstance(part, dict) for part in value)) for value in content.values()]
    if all(tables):
        raise SourceError(f"{file}: expected a list of objects, but its one object holds whole "
                          f"tables ({', '.join(content) or 'none'}): save the rows as a list")
    return content


def _parse_line(file: Path, number: int, line: str) -> object:
    try:
        return json.loads(line, object_pairs_hook=partial(_object, f"{file}, row {number}"))
    except json.JSONDecodeError as error:
        raise SourceError(f"{file}, row {number}: not whole JSON ({error.msg}, column "
                          f"{error.colno}); {number} whole rows before it") from error
    except RecursionError:
        raise SourceError(f"{file}, row {number}: JSON nested too deep to be a row") from None


def csv_rows(text: str, file: Path, remark: Callable[[str], None]) -> list[dict[str, str]]:
    """Rows of a table with a header; cells are texts.

    The separator is the one of comma, semicolon, tab and bar that gives the header the most columns
    (French spreadsheets write ";"), or what a first line such as ``sep=;`` says. Columns are named
    as in `column_name`. Lines without any content are no rows.

    Args:
        text: the table.
        file: named in errors; its ending tells which separator is expected.
        remark: called with what is to be remarked about the file.

    Raises:
        SourceError: the table is empty, two columns have one name, or a row has too many or too few
            cells.
    """
    text = _one_line_end(text)
    said = _SEPARATOR_SAID.match(text)
    text = text[said.end():] if said else text
    separator = said[1].replace("\\t", "\t") if said else _separator(text)
    if separator != ("\t" if table_ending(file) == ".tsv" else ","):
        remark(f"has columns separated by {separator!r}")
    lines = _cells(text, separator, file)
    rows = [line for line in lines if any(cell.strip() for cell in line)]
    if not rows:
        raise SourceError(f"{file}: not a whole table (it is empty)")
    if empty := sum(map(bool, lines)) - len(rows):
        remark(f"has {empty} lines of separators alone, which are no rows")
    header, *cells = rows
    header = _column_names(header, file)
    for number, row in enumerate(cells):
        filled_beyond = any(row[len(header):])  # empty ones are a separator at the line's end
        if len(row) < len(header) or filled_beyond:
            raise SourceError(f"{file}, row {number}: {len(row)} cells under {len(header)} "
                              f"columns; {number} whole rows before it. The first line has to "
                              "be the names of the columns: remove a title or a wrong 'sep='")
    return [dict(zip(header, row, strict=False)) for row in cells]


def column_name(written: str) -> str:
    """A column's name without blanks around it and with composed accents: what is compared."""
    return " ".join(unicodedata.normalize("NFC", written).replace("\ufeff", "").split())


def _one_line_end(text: str) -> str:
    """The text with plain line ends; a carriage return that ends no line is kept as `_LONE_CR`."""
    first = _FIRST_LINE_END.match(text)
    text = text.replace("\r\n", "\n")
    if first and first[1] == "\r":
        return text.replace("\r", "\n")
    return text.replace("\r", _LONE_CR)


def _separator(text: str) -> str:
    """The separator that gives the header the most cells and, among equals, the rows as many."""
    def fit(separator: str) -> tuple[int, int]:
        lines = filter(any, csv.reader(io.StringIO(text), delimiter=separator))
        header, *rows = [len(line) for line in islice(lines, 20)] or [0]
        return header, rows.count(header)

    return max(_SEPARATORS, key=fit)


def _cells(text: str, separator: str, file: Path) -> list[list[str]]:
    """The cells of every line, as they stand there."""
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=separator))
    except (csv.Error, TypeError) as error:  # TypeError: `sep=` names more than one character
        raise SourceError(f"{file}: not a table with the separator {separator!r} "
                          f"({error})") from error
    if _LONE_CR not in text:
        return lines
    return [[cell.replace(_LONE_CR, "\r") for cell in line] for line in lines]


def _column_names(header: list[str], file: Path) -> list[str]:
    names = [column_name(cell) for cell in header]
    while not names[-1]:
        names.pop()
    _refuse_twice(names, str(file))
    return names


def parquet_rows(file: Path) -> ArrowRows:
    """Rows of a parquet file.

    Raises:
        SourceError: the file is not whole, holds texts that are not UTF-8, or two columns have one
            name.
    """
    rows_read = 0
    try:
        with pq.ParquetFile(file) as parquet:
            _refuse_twice(parquet.schema_arrow.names, str(file))
            groups = []
            for number in range(parquet.num_row_groups):
                groups.append(parquet.read_row_group(number))
                rows_read += len(groups[-1])
            table = pa.concat_tables(groups) if groups else parquet.read()
            table.validate(full=True)  # finds texts that are not UTF-8
            return ArrowRows(_as_written(table))
    except (OSError, pa.ArrowException) as error:
        problem = str(error).splitlines()[0]
        raise SourceError(f"{file}: not whole parquet ({problem}); readable up to row {rows_read}, "
                          f"of {file.stat().st_size} bytes") from error


def _as_written(table: pa.Table) -> pa.Table:
    """The table with numbers of 32 bits as what they were written as: 0.1, not 0.10000000149."""
    for number, field in enumerate(table.schema):
        wide = _with_numbers_as(pa.float64(), field.type)
        if wide != field.type:
            text = _with_numbers_as(pa.string(), field.type)
            table = table.set_column(number, field.name, table[number].cast(text).cast(wide))
    return table


def _with_numbers_as(kind: pa.DataType, within: pa.DataType) -> pa.DataType:
    """A type with another one in the place of numbers of 32 bits, at whatever depth."""
    if within == pa.float32():
        return kind
    if pa.types.is_struct(within):
        return pa.struct([field.with_type(_with_numbers_as(kind, field.type)) for field in within])
    if pa.types.is_map(within):
        return pa.map_(_with_numbers_as(kind, within.key_type),
                       _with_numbers_as(kind, within.item_type))
    if pa.types.is_dictionary(within) and within.value_type == pa.float32():
        return kind
    if not hasattr(within, "value_type") or pa.types.is_dictionary(within):
        return within
    value = _with_numbers_as(kind, within.value_type)
    if value == within.value_type:
        return within
    is_fixed = pa.types.is_fixed_size_list(within)
    return pa.list_(value, within.list_size) if is_fixed else pa.list_(value)
