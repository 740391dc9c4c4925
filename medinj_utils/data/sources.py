"""Reading a named source, wherever its files are, into records and quarantine."""

import contextlib
import gc
import hashlib
import multiprocessing
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa

from medinj_utils.core.machine import available_cores
from medinj_utils.data.files import TABLES, RawTable, Reading, SourceError
from medinj_utils.data.records import (
    COLUMNS,
    LIST_COLUMNS,
    PROVENANCES,
    QUARANTINE_COLUMNS,
    TEXTS,
    as_table,
    complete,
    complete_text,
)

_PIECE = 10_000  # rows
_LIST = pa.list_(pa.large_string())
_MADE = {"records": (complete, COLUMNS), "texts": (complete_text, TEXTS)}
_at_work: dict = {}  # what the workers of a reading inherit
_ON_HUB = re.compile(r"hf://datasets/(?P<name>[^/@]+/[^/@]+)(?:@(?P<revision>[^/]+))?(?:/(?P<within>.+))?")


@dataclass(frozen=True)
class Source:
    """A published set and how its files are read.

    ``gives`` says of what: instruction pairs (``records``), or ``texts`` from which such can be written. ``read(reading)``
    yields a `RawTable` for each file. ``provenance`` is what the set is, or None where
    its files or its user say it. ``expected`` is the number of rows that its publishers state, by split (or
    "all"), where one is known. What is made of ``fictional`` records is a demo, and says so.
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


def read_source(name: str, location: str | Path, revision: str | None = None,
                provenance: str | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read one source: records (the columns of `medinj_utils.data.records.COLUMNS`) and quarantine
    (file, row from 0, field, value, reason).

    ``location`` is a folder, a single file, an address (``https://…``, ``hf://datasets/organisation/name@commit/path``),
    or the id of a data set on the Hugging Face hub (``organisation/name``), then read at ``revision``.
    ``provenance`` (native, synthetic, translated) is told where the files don't say it; it is never guessed.

    What was remarked stands in ``records.attrs["reading"]``: ``files`` (SHA-256 of each file read), ``commit`` (of a set on
    the hub), ``changes`` (texts changed by each cleaning rule) and ``remarks`` (file, remark, rows).

    Raises `SourceError` for an unknown source, a missing location, or a file that can't be read at all.
    """
    if provenance is not None and provenance not in PROVENANCES:
        raise SourceError(f"provenance is {provenance!r}; accepted: {', '.join(PROVENANCES)}")
    return _read(name, "records", location, revision, provenance)


def read_texts(name: str, location: str | Path, revision: str | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read one source of texts: a table of ``source``, ``text`` (French), ``english`` (the parallel text, where there is
    one), ``licence``, ``parent`` and ``place``, and quarantine; all else as in `read_source`."""
    return _read(name, "texts", location, revision, None)


def _read(name: str, gives: str, location: str | Path, revision: str | None,
          provenance: str | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    from medinj_utils.data import SOURCES
    if name not in SOURCES or SOURCES[name].gives != gives:
        raise SourceError(f"{'unknown source' if name not in SOURCES else f'no source of {gives}:'} {name!r}; accepted: "
                          f"{', '.join(known for known, source in SOURCES.items() if source.gives == gives)}")
    source = SOURCES[name]
    if source.provenance and provenance and provenance != source.provenance:
        raise SourceError(f"{name} is {source.provenance}; it can't be read as {provenance}")
    reading = Reading(resolve(location, revision), provenance or source.provenance)
    made, bad, changes = _worked_off(reading, list(source.read(reading)), gives)
    table = as_table({name: made[name].to_pylist() if name in LIST_COLUMNS else made[name].combine_chunks()
                      for name in made.column_names})
    quarantine = pd.DataFrame(bad, columns=list(QUARANTINE_COLUMNS)).astype({"row": int})
    if not len(table) and not len(quarantine):
        raise SourceError(f"{reading.path}: no row of source {name!r} found there")
    table.attrs["reading"] = {
        "files": reading.hashes, "commit": commit_of(reading.path), "changes": dict(changes),
        "remarks": [{"file": file, "remark": what, "rows": rows} for (file, what), rows in reading.remarks.items()]}
    return table, quarantine


def _worked_off(reading: Reading, tables: list[RawTable], gives: str) -> tuple[pa.Table, list[tuple], Counter]:
    """(the records, rows of the quarantine, texts changed by rule) of all rows of the tables, in their order.

    Large readings are shared out among processes, a piece at a time; small ones are not worth their start.
    """
    pieces = [(number, start, min(start + _PIECE, len(table.rows))) for number, table in enumerate(tables)
              for start in range(0, len(table.rows), _PIECE)]
    _at_work.update(reading=reading, tables=tables, gives=gives)
    parts, bad, changes = [_in_arrow([], gives)], [], Counter()
    worth_it = sum(stop - start for _, start, stop in pieces) >= 2 * _PIECE
    processes = available_cores() if worth_it and "fork" in multiprocessing.get_all_start_methods() else 1
    with contextlib.ExitStack() as stack:
        if processes > 1:
            fork = multiprocessing.get_context("fork")  # the workers see the tables without a copy
            # Rows are no cycles: looking for such among millions of them is a tenth of a worker's time.
            done = stack.enter_context(ProcessPoolExecutor(processes, fork, gc.disable)).map(_work_off, pieces)
        else:
            done = map(_work_off, pieces)
        for made, refused, counted, remarks in done:
            parts.append(made)
            bad += refused
            changes.update(counted)
            reading.remarks.update(remarks)  # "+=" would drop those that concern no row
    _at_work.clear()  # or the published rows would stay in memory
    return pa.concat_tables(parts), bad, changes


def _work_off(piece: tuple[int, int, int]) -> tuple[pa.Table, list[tuple], Counter, Counter]:
    """One piece, in whatever process: its records, its quarantine, changes and remarks."""
    number, start, stop = piece
    reading, make, changes = _at_work["reading"], _MADE[_at_work["gives"]][0], Counter()
    kept, reading.remarks = reading.remarks, Counter()
    good, bad = _at_work["tables"][number].work_off(start, stop, lambda fields: make(fields, changes))
    remarks, reading.remarks = reading.remarks, kept
    return _in_arrow(good, _at_work["gives"]), bad, changes, remarks


def _in_arrow(rows: list[dict], gives: str) -> pa.Table:
    """Rows as an Arrow table, which goes from process to process and into pandas without its texts being made anew."""
    return pa.table({name: pa.array([row[name] for row in rows], _LIST if name in LIST_COLUMNS else pa.large_string())
                     for name in _MADE[gives][1]})


def resolve(location: str | Path, revision: str | None = None) -> Path:
    """A local path as it is; what is on the hub or behind an address downloaded, a hub's set at its revision."""
    path, address = Path(location), str(location)
    if path.exists():
        return path
    if address.startswith("https://") or address.startswith("http://127.0.0.1"):
        return _fetched(address)
    found = _ON_HUB.fullmatch(address)
    if not found and (address.count("/") != 1 or address.startswith((".", "/", "~"))):
        raise SourceError(f"{location}: no such file or folder")
    name, within = (found["name"], found["within"]) if found else (address, None)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    patterns = [within, f"{within}/*"] if within else [f"*{ending}" for ending in TABLES]
    commit = (found and found["revision"]) or revision or None
    try:
        folder = Path(snapshot_download(name, repo_type="dataset", revision=commit, allow_patterns=patterns))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise SourceError(f"{location}: neither a local path nor a data set that the hub gives "
                          f"({type(error).__name__}: {str(error).splitlines()[0]})") from error
    if within and not (folder / within).exists():
        raise SourceError(f"{location}: the data set holds no {within}")
    return folder / within if within else folder


def commit_of(path: Path) -> str:
    """Commit of a data set that `resolve` downloaded from the hub; empty for other paths."""
    found = re.search(r"/snapshots/([0-9a-f]{40})(?:/|$)", path.as_posix())
    return found[1] if found else ""


def _fetched(address: str) -> Path:
    """The file behind an address, kept in the user's cache under its own name."""
    import fsspec
    cache = Path.home() / ".cache" / "medinjection-fr-book" / hashlib.sha256(address.encode()).hexdigest()[:16]
    try:
        return Path(fsspec.open_local(f"filecache::{address}", filecache={"cache_storage": str(cache), "same_names": True}))
    except (OSError, ValueError, ImportError) as error:
        raise SourceError(f"{address}: can't be fetched ({type(error).__name__}: {str(error).splitlines()[0]})") from error
