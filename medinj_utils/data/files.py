"""One reading of a source: its files as text, JSON or rows, remarks, and the files' hashes."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from medinj_utils.core.files import sha256
from medinj_utils.data.formats import (
    SourceError,
    csv_rows,
    json_rows,
    parse_json,
    table_ending,
)
from medinj_utils.data.parquet import parquet_rows
from medinj_utils.data.rules import VALUE_SHOWN, BadRow
from medinj_utils.data.text import EncodingError, decode, encoded_twice

_TEXT_TABLES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv")
TABLES = (".parquet", *_TEXT_TABLES, *(f"{ending}.gz" for ending in _TEXT_TABLES))
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".zst")
MAPPINGS = (".yaml", ".yml")
#: Descriptions of tables that the datasets library writes beside them.
_DESCRIPTIONS = ("dataset_infos.json", "dataset_info.json", "dataset_dict.json", "state.json")
#: Padding that MS-DOS wrote after a text, up to the end of the disk's sector.
_END_OF_FILE = re.compile(r"\x1a[\x1a\0\s]*\Z")
_SPLITS = {"train": "train", "dev": "validation", "test": "test"}
_ODD_ROW = (TypeError, ValueError, AttributeError, SyntaxError, IndexError, RecursionError)


def is_fork(file: Path) -> bool:
    """Whether a file is metadata that macOS adds to archives and to disks of other systems."""
    return file.name.startswith("._")


@dataclass(frozen=True)
class RawTable:
    """Rows of one file as published, and the parser that makes records of them.

    Args:
        name: the file, as records and quarantine name it.
        rows: the published rows.
        parse: ``parse(number, row)`` yields the fields of each record of a row (mostly one);
            ``number`` is the row's position in the file. It raises `BadRow` for a row that can't be
            read, and `SourceError` to stop the reading.
    """

    name: str
    rows: Sequence
    parse: Callable[[int, Any], Iterable[Mapping]]

    def records(self, start: int, stop: int,
                complete: Callable[[Mapping], dict]) -> tuple[list[dict], list[tuple]]:
        """Records and quarantine of the rows from ``start`` to ``stop``.

        Args:
            start: first row.
            stop: row after the last.
            complete: makes a whole record of its fields, or raises `BadRow`.

        Returns:
            The records, and one tuple per refused row: file, row, field, value, reason.
        """
        good: list[dict] = []
        refused: list[tuple] = []
        for number, row in enumerate(self.rows[start:stop], start):
            place = f"{self.name}:{number}"
            try:
                good += [complete({**fields, "place": place}) for fields in self.parse(number, row)]
            except SourceError:
                raise
            except (BadRow, KeyError, *_ODD_ROW) as error:
                problem = _problem(error, row)
                value = str(problem.value)[:VALUE_SHOWN].encode(errors="backslashreplace").decode()
                refused.append((self.name, number, problem.field, value, problem.reason))
        return good, refused


def _problem(error: Exception, row: Any) -> BadRow:
    """The error of a row as `BadRow`, whatever the parser raised."""
    if isinstance(error, BadRow):
        return error
    if isinstance(error, KeyError):
        return BadRow(str(error.args[0]), None, "missing")
    return BadRow("row", row, f"not in the form of this source ({error})")


class Reading:
    """The files of a source for its reader, with the provenance, remarks and hashes.

    Args:
        path: folder or file of the source.
        provenance: of the rows, as the user or the source states it, or None.

    Attributes:
        remarks: numbers of rows by (file, remark). Remarks are shown in the audit, such as an
            encoding that was detected, or a task that only the file's name says.
        hashes: SHA-256 of every file that was opened, by its name below ``path``.
    """

    def __init__(self, path: Path, provenance: str | None = None):
        self.path = path
        self.provenance = provenance
        self.remarks: Counter = Counter()
        self.hashes: dict[str, str] = {}

    def files(self, *endings: str) -> list[tuple[str, Path]]:
        """(name below the source, file) of the files with one of the endings, in order.

        If the source is a single file, that file. Descriptions of tables are left out, with a
        remark.

        Returns:
            A pair per file; the name has ``/`` between folders.
        """
        if self.path.is_file():
            return [(self.path.name, self.path)]
        files = [file for file in sorted(self.path.rglob("*")) if file.is_file()
                 and not is_fork(file) and file.name.lower().endswith(endings)]
        for file in files:
            if file.name in _DESCRIPTIONS:
                self.remark(file, "describes the set and holds no rows: not read", rows=0)
        return [(file.relative_to(self.path).as_posix(), file) for file in files
                if file.name not in _DESCRIPTIONS]

    def split_files(self, ending: str) -> Iterator[tuple[str, Path, str]]:
        """(name, file, split) of the files with an ending.

        Returns:
            An iterator of triples; the split is train, validation or test.

        Raises:
            SourceError: a file is not called train, dev or test.
        """
        for name, file in self.files(ending):
            if file.stem not in _SPLITS:
                raise SourceError(f"{file}: expected train{ending}, dev{ending} or test{ending}")
            yield name, file, _SPLITS[file.stem]

    def one_file(self, name: str) -> Path:
        """The one file called ``name`` in or below the source.

        Raises:
            SourceError: there is none, or more than one.
        """
        named = [file for _, file in self.files(name) if file.name == name]
        if len(named) != 1:
            raise SourceError(f"{self.path}: expected one file {name}, found {len(named)}")
        return named[0]

    def remark(self, file: Path, remark: str, rows: int = 1) -> None:
        """Record a remark on a file.

        Args:
            file: below the source's path.
            remark: in a few words.
            rows: number of rows concerned; 0 for the file as a whole.
        """
        self.remarks[self._name(file), remark] += rows

    @contextmanager
    def remarks_apart(self) -> Iterator[Counter]:
        """Collect the remarks made inside in a counter of their own."""
        kept = self.remarks
        self.remarks = Counter()
        try:
            yield self.remarks
        finally:
            self.remarks = kept

    def text(self, file: Path, encoding: str = "") -> str:
        """Text of a file; a detected encoding other than UTF-8 gets a remark.

        Args:
            file: below the source's path.
            encoding: of the file, if known; else it is detected.

        Raises:
            SourceError: as `medinj_utils.data.text.decode`.
        """
        self._opened(file)
        try:
            text, encoding_used = decode(file, encoding)
        except EncodingError as error:
            raise SourceError(str(error)) from error
        if encoding_used not in ("utf-8", "utf-8-sig", encoding):
            self.remark(file, f"is not UTF-8; read as {encoding_used}", rows=0)
        if word := encoded_twice(text):
            self.remark(file, f"seems to have been encoded in UTF-8 twice: {word!r} in it; export "
                              "the table again", rows=0)
        return _END_OF_FILE.sub("", text)

    def json(self, file: Path) -> object:
        """Content of a JSON file.

        Raises:
            SourceError: it is not whole.
        """
        return parse_json(self.text(file), file)

    def rows(self, file: Path, encoding: str = "") -> Sequence[dict]:
        """Rows of a JSON list, JSON lines, parquet, CSV or TSV file (also named ``.txt``).

        Files may be compressed by gzip (``.json.gz``). Cells are returned unchanged; those of CSV
        and TSV are texts.

        Args:
            file: below the source's path.
            encoding: of a text file, where it is known.

        Raises:
            SourceError: the file is not whole, or holds no rows of this kind.
        """
        ending = table_ending(file)
        if ending == ".parquet":
            self._opened(file)
            return parquet_rows(file)
        text = self.text(file, encoding)
        if ending in (".csv", ".tsv", ".txt"):
            return csv_rows(text, file, partial(self.remark, file, rows=0))
        return json_rows(text, file)

    def _name(self, file: Path) -> str:
        base = self.path if self.path.is_dir() else self.path.parent
        return file.relative_to(base).as_posix() if base in file.parents else file.name

    def _opened(self, file: Path) -> None:
        name = self._name(file)
        if name not in self.hashes:
            self.hashes[name] = sha256(file)
