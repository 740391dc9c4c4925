"""A source, and its reading into records and quarantine."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd
import pyarrow as pa

from medinj_utils.core.hub import commit_of, with_address
from medinj_utils.core.names import PROVENANCES
from medinj_utils.data.files import ARCHIVES, RawTable, Reading
from medinj_utils.data.formats import SourceError
from medinj_utils.data.locations import resolve
from medinj_utils.data.readers import find_sources
from medinj_utils.data.records import (
    COLUMNS,
    FLAG_COLUMNS,
    LIST_COLUMNS,
    QUARANTINE_COLUMNS,
    TEXTS,
    as_table,
    complete,
    complete_text,
)
from medinj_utils.data.workers import shared_out

_PIECE = 10_000  # rows that a process reads at a time


@dataclass(frozen=True)
class Source:
    """A published set and how its files are read.

    Args:
        name: by which `read_source` knows it.
        title: the set's own name.
        provenance: of the set, or None if its files or the user state it.
        licence: of the set.
        citation: how to cite it.
        read: ``read(reading)`` yields a `RawTable` for each file.
        gives: ``records`` (instruction pairs), or ``texts`` from which questions can be written.
        expected: numbers of rows that the publishers state, by split or "all", where known.
        fictional: whether results from it are labelled as a demo.
    """

    name: str
    title: str
    provenance: str | None
    licence: str
    citation: str
    read: Callable[[Reading], Iterator[RawTable]]
    gives: Literal["records", "texts"] = "records"
    expected: tuple[tuple[str, int], ...] = ()
    fictional: bool = False


class _Piece(NamedTuple):
    """Rows ``start`` to ``stop`` of the table at position ``table``."""

    table: int
    start: int
    stop: int


class _Made(NamedTuple):
    """Result of a piece: rows, refused rows, counts of cleaning rules, and remarks."""

    rows: pa.Table
    refused: list[tuple]
    changes: Counter
    remarks: Counter


class _RowKind(NamedTuple):
    """Kind of rows: the function that completes a row from a reader's fields, and the columns."""

    complete: Callable[..., dict]
    columns: tuple[str, ...]

    def in_arrow(self, rows: list[dict]) -> pa.Table:
        """Rows as an Arrow table, which moves between processes and into pandas without copies."""
        return pa.table({name: pa.array([row[name] for row in rows], _arrow_type(name))
                         for name in self.columns})


_ROW_KINDS = {"records": _RowKind(complete, COLUMNS), "texts": _RowKind(complete_text, TEXTS)}


def _arrow_type(name: str) -> pa.DataType:
    if name in LIST_COLUMNS:
        return pa.list_(pa.large_string())
    return pa.bool_() if name in FLAG_COLUMNS else pa.large_string()


def read_source(name: str, location: str | Path, revision: str | None = None,
                provenance: str | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read one source of instruction pairs.

    Args:
        name: a key of `medinj_utils.data.SOURCES`.
        location: a folder, a file, an address (``https://…``), the id of a set on the Hugging Face
            hub (``organisation/name``), or ``hf://datasets/organisation/name@commit/path``.
        revision: commit of the set on the hub.
        provenance: native, synthetic or translated, if the files don't state it. It is never
            guessed.

    Returns:
        Records (columns `medinj_utils.data.records.COLUMNS`) and quarantine (file, row from 0,
        field, value, reason). ``records.attrs["reading"]`` holds ``files`` (SHA-256 of each file
        read), ``commit`` (of a set on the hub), ``changes`` (texts changed by each cleaning rule)
        and ``remarks`` (file, remark, rows).

    Raises:
        SourceError: the source is unknown, nothing is at the location, or a file can't be read.
    """
    if provenance is not None and provenance not in PROVENANCES:
        raise SourceError(f"provenance is {provenance!r}; accepted: {', '.join(PROVENANCES)}")
    source = _known_source(name, "records")
    if source.provenance and provenance and provenance != source.provenance:
        raise SourceError(f"{name} is {source.provenance}; it can't be read as {provenance}")
    reading = Reading(resolve(location, revision), provenance or source.provenance)
    return _read_with_addresses(source, reading)


def read_texts(name: str, location: str | Path,
               revision: str | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read one source of texts, from which questions can be written.

    Args:
        name: a key of `medinj_utils.data.SOURCES` that gives texts.
        location: as in `read_source`.
        revision: as in `read_source`.

    Returns:
        A table of ``source``, ``text`` (French), ``english`` (the parallel text, where there is
        one), ``licence``, ``parent`` and ``place``, and the quarantine; both as in `read_source`.

    Raises:
        SourceError: as `read_source`.
    """
    source = _known_source(name, "texts")
    return _read_with_addresses(source, Reading(resolve(location, revision), source.provenance))


def _known_source(name: str, gives: str) -> Source:
    sources = find_sources()
    if name not in sources or sources[name].gives != gives:
        problem = "unknown source" if name not in sources else f"no source of {gives}:"
        accepted = ", ".join(known for known, source in sources.items() if source.gives == gives)
        raise SourceError(f"{problem} {name!r}; accepted: {accepted}")
    return sources[name]


def _read_with_addresses(source: Source, reading: Reading) -> tuple[pd.DataFrame, pd.DataFrame]:
    """As `_read`, whose errors name files of a set on the hub by their address."""
    try:
        return _read(source, reading)
    except SourceError as error:
        if (message := with_address(str(error))) == str(error):
            raise
        raise SourceError(message) from error


def _read(source: Source, reading: Reading) -> tuple[pd.DataFrame, pd.DataFrame]:
    made = _work_off(reading, list(source.read(reading)), _ROW_KINDS[source.gives])
    table = as_table({name: _values(made.rows, name) for name in made.rows.column_names})
    quarantine = pd.DataFrame(made.refused, columns=list(QUARANTINE_COLUMNS)).astype({"row": int})
    if reading.path.is_dir():
        for _, file in reading.files(*ARCHIVES):
            reading.remark(file, "is an archive: unpack it, or its tables are not read", rows=0)
    if not len(table) and not len(quarantine):
        remarks = "".join(f"; {file} {remark}" for file, remark in reading.remarks)
        raise SourceError(f"{reading.path}: no row of source {source.name!r} found there{remarks}")
    remarks = [{"file": file, "remark": remark, "rows": rows}
               for (file, remark), rows in reading.remarks.items()]
    table.attrs["reading"] = {"files": reading.hashes, "commit": commit_of(reading.path),
                              "changes": dict(made.changes), "remarks": remarks}
    return table, quarantine


def _values(rows: pa.Table, name: str) -> object:
    if name in LIST_COLUMNS:
        return rows[name].to_pylist()
    return rows[name].to_numpy() if name in FLAG_COLUMNS else rows[name].combine_chunks()


def _work_off(reading: Reading, tables: list[RawTable], kind: _RowKind) -> _Made:
    """All rows of the tables, in order; processes are started only for many rows."""
    pieces = [_Piece(number, start, min(start + _PIECE, len(table.rows)))
              for number, table in enumerate(tables)
              for start in range(0, len(table.rows), _PIECE)]
    n_rows = sum(len(table.rows) for table in tables)
    work = _PieceWork(reading, tables, kind)
    done = shared_out(work, pieces) if n_rows >= 2 * _PIECE else map(work, pieces)
    parts = [kind.in_arrow([])]
    refused: list[tuple] = []
    changes: Counter = Counter()
    for made in done:
        parts.append(made.rows)
        refused += made.refused
        changes.update(made.changes)
        reading.remarks.update(made.remarks)  # "+=" would drop remarks with 0 rows
    return _Made(pa.concat_tables(parts), refused, changes, reading.remarks)


@dataclass(frozen=True)
class _PieceWork:
    """Makes the rows of a piece, in this process or in a worker."""

    reading: Reading
    tables: list[RawTable]
    kind: _RowKind

    def __call__(self, piece: _Piece) -> _Made:
        changes: Counter = Counter()
        table = self.tables[piece.table]
        with self.reading.remarks_apart() as remarks:
            complete_counted = partial(self.kind.complete, changes=changes)
            rows, refused = table.records(piece.start, piece.stop, complete_counted)
        return _Made(self.kind.in_arrow(rows), refused, changes, remarks)
