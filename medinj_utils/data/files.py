"""One reading of a source: its files as text, JSON or rows, what was remarked on the way, and their hashes."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from medinj_utils.core.files import sha256
from medinj_utils.data.records import VALUE_SHOWN, BadRow
from medinj_utils.data.text import EncodingError, decode

_SPLITS = {"train": "train", "dev": "validation", "test": "test"}
TABLES = (".json", ".jsonl", ".ndjson", ".parquet", ".csv", ".tsv")


class SourceError(ValueError):
    """Reading a source had to stop; the message names file, row and value as far as they apply."""


@dataclass(frozen=True)
class RawTable:
    """Rows of one file as they are published, and what makes records of them.

    ``parse(number, row)`` yields the fields of each record of a row (mostly one); ``number`` is its position in the file.
    It raises `BadRow` where the row can't be read, `SourceError` where the reading has to stop.
    """

    name: str
    rows: Sequence
    parse: Callable[[int, Any], Iterable[Mapping]]

    def work_off(self, start: int, stop: int, make: Callable[[Mapping], dict]) -> tuple[list[dict], list[tuple]]:
        """(records, quarantine) of the rows from ``start`` to ``stop``; ``make`` completes a record from its fields."""
        good: list[dict] = []
        bad: list[tuple] = []
        for number, raw in enumerate(self.rows[start:stop], start):
            place = f"{self.name}:{number}"
            try:
                good += [make({**fields, "place": place}) for fields in self.parse(number, raw)]
                continue
            except BadRow as caught:
                problem = caught
            except SourceError:
                raise
            except KeyError as error:
                problem = BadRow(str(error.args[0]), None, "missing")
            except (TypeError, ValueError, AttributeError, SyntaxError, IndexError, RecursionError) as error:
                problem = BadRow("row", raw, f"not of the form of this source ({error})")
            value = str(problem.value)[:VALUE_SHOWN].encode(errors="backslashreplace").decode()
            bad.append((self.name, number, problem.field, value, problem.reason))
        return good, bad


class _ArrowRows:
    """Rows of an Arrow table that become Python dicts as they are asked for: 571,000 of them would fill the memory."""

    def __init__(self, table):
        self.table = table

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, places: slice) -> list[dict]:
        return self.table.slice(places.start, places.stop - places.start).to_pylist()


class Reading:
    """What a reader works with: where the files are, what the user told, and where remarks go.

    ``remarks`` counts, by (file, remark), the rows to which something applied that a reader of the audit should know:
    an encoding that was found out, a task that only the file's name tells. ``hashes`` holds the SHA-256 of every
    file that was opened, by its name below ``path``.
    """

    def __init__(self, path: Path, provenance: str | None = None):
        self.path, self.provenance = path, provenance
        self.remarks: Counter = Counter()
        self.hashes: dict[str, str] = {}

    def files(self, *endings: str) -> list[tuple[str, Path]]:
        """(name relative to the source, file) of the files with one of the endings, in order; a file gives itself."""
        if self.path.is_file():
            return [(self.path.name, self.path)]
        return [(file.relative_to(self.path).as_posix(), file) for file in sorted(self.path.rglob("*"))
                if file.is_file() and file.name.lower().endswith(endings)]

    def split_files(self, ending: str) -> Iterator[tuple[str, Path, str]]:
        """(name, file, split) of the files with an ending, which must be called train, dev or test."""
        for name, file in self.files(ending):
            if file.stem not in _SPLITS:
                raise SourceError(f"{file}: expected train{ending}, dev{ending} or test{ending}")
            yield name, file, _SPLITS[file.stem]

    def one_file(self, name: str) -> Path:
        """The one file called ``name`` in or below the source."""
        found = [file for _, file in self.files(name) if file.name == name]
        if len(found) != 1:
            raise SourceError(f"{self.path}: expected one file {name}, found {len(found)}")
        return found[0]

    def remark(self, file: Path, what: str, rows: int = 1) -> None:
        self.remarks[self._name(file), what] += rows

    def _name(self, file: Path) -> str:
        base = self.path if self.path.is_dir() else self.path.parent
        return file.relative_to(base).as_posix() if base in file.parents else file.name

    def _opened(self, file: Path) -> None:
        if self._name(file) not in self.hashes:
            self.hashes[self._name(file)] = sha256(file)

    def text(self, file: Path) -> str:
        self._opened(file)
        try:
            text, encoding = decode(file)
        except EncodingError as error:
            raise SourceError(str(error)) from error
        if encoding not in ("utf-8", "utf-8-sig"):
            self.remark(file, f"is not UTF-8; read as {encoding}", rows=0)
        return text

    def json(self, file: Path) -> object:
        return self._whole(file, self.text(file))

    def _whole(self, file: Path, text: str) -> object:
        try:
            return json.loads(text)
        except RecursionError:
            raise SourceError(f"{file}: JSON nested too deep to be rows") from None
        except json.JSONDecodeError as error:
            raise SourceError(f"{file}: not whole JSON; readable up to line {error.lineno}, column {error.colno} "
                              f"({error.msg}), {_whole_rows(text)} whole rows before it") from error

    def rows(self, file: Path) -> Sequence[dict]:
        """Rows of a JSON list, JSON lines, parquet, CSV or TSV file, cells as they are; those of CSV are texts."""
        ending = file.suffix.lower()
        if ending == ".parquet":
            return self._parquet(file)
        if ending in (".csv", ".tsv"):
            rows = self._table(file)
        else:
            text = self.text(file)
            first = text.lstrip().partition("\n")[0].strip()
            if ending in (".jsonl", ".ndjson") or (first.startswith("{") and first.endswith("}")):  # or a .json of lines
                lines = [line for line in text.split("\n") if line.strip()]
                rows = [self._line(file, number, line) for number, line in enumerate(lines)]
            else:
                rows = self._whole(file, text)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise SourceError(f"{file}: expected a list of objects")
        return rows

    def _line(self, file: Path, number: int, line: str) -> object:
        try:
            return json.loads(line)
        except json.JSONDecodeError as error:
            raise SourceError(f"{file}, row {number}: not whole JSON ({error.msg}, column {error.colno}); "
                              f"{number} whole rows before it") from error

    def _parquet(self, file: Path) -> _ArrowRows:
        self._opened(file)
        whole = 0
        try:
            with pq.ParquetFile(file) as parquet:
                groups = []
                for number in range(parquet.num_row_groups):
                    groups.append(parquet.read_row_group(number))
                    whole += len(groups[-1])
                table = pa.concat_tables(groups) if groups else parquet.read()
                table.validate(full=True)  # finds texts that are not UTF-8
                return _ArrowRows(table)
        except (OSError, pa.ArrowException) as error:
            raise SourceError(f"{file}: not whole parquet ({str(error).splitlines()[0]}); readable up to row {whole}, "
                              f"of {file.stat().st_size} bytes") from error

    def _table(self, file: Path) -> list[dict]:
        text = self.text(file)
        head = text.partition("\n")[0]
        separator = max(",;\t|", key=head.count)  # French spreadsheets write ";"
        if separator != ("\t" if file.suffix.lower() == ".tsv" else ","):
            self.remark(file, f"has columns parted by {separator!r}", rows=0)
        csv.field_size_limit(2**31 - 1)
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
        if not rows:
            raise SourceError(f"{file}: not a whole table (it is empty)")
        header, *cells = rows
        if len(set(header)) < len(header):
            raise SourceError(f"{file}: two columns have one name ({', '.join(header)})")
        for number, row in enumerate(cells):
            if len(row) < len(header) or any(row[len(header):]):  # empty cells beyond the header are a trailing separator
                raise SourceError(f"{file}, row {number}: {len(row)} cells under {len(header)} columns; {number} whole rows "
                                  "before it")
        return [dict(zip(header, row, strict=False)) for row in cells]


def _whole_rows(text: str) -> int:
    """How many whole objects a cut JSON list begins with."""
    decoder, place, whole = json.JSONDecoder(), text.find("[") + 1, 0
    while place > 0:
        try:
            _, end = decoder.raw_decode(text, re.compile(r"\s*").match(text, place).end())
        except json.JSONDecodeError:
            return whole
        whole += 1
        place = text.find(",", end) + 1
    return whole
