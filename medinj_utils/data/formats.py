"""Rows of JSON, JSON lines, CSV and parquet.

A file that isn't whole is refused, and the error says how far it could be read.
"""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_LINE_ENDINGS = (".jsonl", ".ndjson")


class SourceError(ValueError):
    """Reading a source had to stop; the message names file, row and value as far as they apply."""


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

    Raises:
        SourceError: it is not whole, or nested too deep; names ``file`` and where it breaks.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise SourceError(f"{file}: JSON nested too deep to be rows") from None
    except json.JSONDecodeError as error:
        raise SourceError(f"{file}: not whole JSON; readable up to line {error.lineno}, column "
                          f"{error.colno} ({error.msg}), {_whole_objects(text)} whole rows before "
                          "it") from error


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
    """Rows of a JSON list of objects, or of one object a line.

    Raises:
        SourceError: it is neither, or not whole.
    """
    first = text.lstrip().partition("\n")[0].strip()
    is_object = first.startswith("{") and first.endswith("}")
    if is_object or file.suffix.lower() in _LINE_ENDINGS:
        lines = [line for line in text.split("\n") if line.strip()]
        rows = [_parse_line(file, number, line) for number, line in enumerate(lines)]
    else:
        rows = parse_json(text, file)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceError(f"{file}: expected a list of objects")
    return rows


def _parse_line(file: Path, number: int, line: str) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise SourceError(f"{file}, row {number}: not whole JSON ({error.msg}, column "
                          f"{error.colno}); {number} whole rows before it") from error


def csv_rows(text: str, file: Path, remark: Callable[[str], None]) -> list[dict[str, str]]:
    """Rows of a table with a header; cells are texts.

    The separator is the likeliest of comma, semicolon, tab and bar: French spreadsheets write ";".

    Args:
        text: the table.
        file: named in errors; its ending tells which separator is expected.
        remark: called with what is to be remarked about the file.

    Raises:
        SourceError: the table is empty, two columns have one name, or a row has too many or too few
            cells.
    """
    header_line = text.partition("\n")[0]
    separator = max(",;\t|", key=header_line.count)
    if separator != ("\t" if file.suffix.lower() == ".tsv" else ","):
        remark(f"has columns separated by {separator!r}")
    csv.field_size_limit(2**31 - 1)
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
    if not rows:
        raise SourceError(f"{file}: not a whole table (it is empty)")
    header, *cells = rows
    if len(set(header)) < len(header):
        raise SourceError(f"{file}: two columns have one name ({', '.join(header)})")
    for number, row in enumerate(cells):
        filled_beyond = any(row[len(header):])  # empty ones are a separator at the line's end
        if len(row) < len(header) or filled_beyond:
            raise SourceError(f"{file}, row {number}: {len(row)} cells under {len(header)} "
                              f"columns; {number} whole rows before it")
    return [dict(zip(header, row, strict=False)) for row in cells]


def parquet_rows(file: Path) -> ArrowRows:
    """Rows of a parquet file.

    Raises:
        SourceError: the file is not whole, or holds texts that are not UTF-8.
    """
    rows_read = 0
    try:
        with pq.ParquetFile(file) as parquet:
            groups = []
            for number in range(parquet.num_row_groups):
                groups.append(parquet.read_row_group(number))
                rows_read += len(groups[-1])
            table = pa.concat_tables(groups) if groups else parquet.read()
            table.validate(full=True)  # finds texts that are not UTF-8
            return ArrowRows(table)
    except (OSError, pa.ArrowException) as error:
        problem = str(error).splitlines()[0]
        raise SourceError(f"{file}: not whole parquet ({problem}); readable up to row {rows_read}, "
                          f"of {file.stat().st_size} bytes") from error
