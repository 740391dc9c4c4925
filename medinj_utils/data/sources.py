"""Reading a named source into records and quarantine."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from medinj_utils.data.records import PROVENANCES, BadRow, collect

Rows = Iterator[tuple[str, int, Mapping | BadRow]]


@dataclass(frozen=True)
class Source:
    """A set of instruction pairs (or of texts that become such by rule) and how its published files are read.

    ``read(folder, provenance)`` yields (file, row from 0, fields or BadRow). ``provenance`` is what the set is,
    or None where its files say it row by row. What is made of ``fictional`` records is a demo, and says so.
    """

    name: str
    title: str
    provenance: str | None
    licence: str
    citation: str
    read: Callable[[Path, str | None], Rows]
    fictional: bool = False


class SourceError(ValueError):
    """Reading a source had to stop; the message names file, row and value as far as they apply."""


def read_source(name: str, location: str | Path, revision: str | None = None,
                provenance: str | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read one source: records (the columns of `medinj_utils.data.records.COLUMNS`) and quarantine
    (file, row from 0, field, value, reason).

    ``location`` is a folder, a single file, or the id of a data set on the Hugging Face hub
    (``organisation/name``), then read at ``revision``. ``provenance`` (native, synthetic, translated) is
    told where the files don't say it; it is never guessed.

    Raises `SourceError` for an unknown source, a missing location, or a file that can't be read at all.
    """
    from medinj_utils.data import SOURCES
    if name not in SOURCES:
        raise SourceError(f"unknown source {name!r}; accepted: {', '.join(SOURCES)}")
    if provenance is not None and provenance not in PROVENANCES:
        raise SourceError(f"provenance is {provenance!r}; accepted: {', '.join(PROVENANCES)}")
    source = SOURCES[name]
    if source.provenance and provenance and provenance != source.provenance:
        raise SourceError(f"{name} is {source.provenance}; it can't be read as {provenance}")
    path = resolve(location, revision)
    records, quarantine = collect(source.read(path, provenance or source.provenance))
    if not len(records) and not len(quarantine):
        raise SourceError(f"{path}: no row of source {name!r} found there")
    return records, quarantine


def resolve(location: str | Path, revision: str | None) -> Path:
    """A local path as it is; a hub id downloaded at its revision (its data files alone)."""
    path = Path(location)
    if path.exists():
        return path
    if str(location).count("/") != 1 or str(location).startswith((".", "/", "~")):
        raise SourceError(f"{location}: no such file or folder")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    try:
        return Path(snapshot_download(str(location), repo_type="dataset", revision=revision,
                                      allow_patterns=["*.json", "*.jsonl", "*.parquet", "*.csv"]))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise SourceError(f"{location}: neither a local path nor a data set that the hub gives "
                          f"({type(error).__name__}: {str(error).splitlines()[0]})") from error


def files_in(path: Path, *endings: str) -> list[tuple[str, Path]]:
    """(name relative to ``path``, file) for the files with one of the endings, in order; a file gives itself."""
    if path.is_file():
        return [(path.name, path)]
    return [(file.relative_to(path).as_posix(), file) for file in sorted(path.rglob("*"))
            if file.is_file() and file.name.endswith(endings)]


def need_file(path: Path, name: str) -> Path:
    """The one file called ``name`` in or below ``path``."""
    found = [file for _, file in files_in(path, name) if file.name == name]
    if len(found) != 1:
        raise SourceError(f"{path}: expected one file {name}, found {len(found)}")
    return found[0]


def read_utf8(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{file}: not UTF-8 (byte {error.start}); save it as UTF-8") from error


def load_json(file: Path) -> object:
    try:
        return json.loads(read_utf8(file))
    except json.JSONDecodeError as error:
        raise SourceError(f"{file}: not whole JSON; readable up to line {error.lineno}, column {error.colno} "
                          f"({error.msg})") from error


def parse_rows(file: str, raw_rows: Iterable, parse: Callable[[dict], Iterable[Mapping]]) -> Rows:
    """Run ``parse`` over raw rows (each may give several records); a BadRow or a missing key becomes quarantine."""
    for number, raw in enumerate(raw_rows):
        try:
            parsed = list(parse(raw))
        except BadRow as problem:
            yield file, number, problem
        except KeyError as error:
            yield file, number, BadRow(str(error.args[0]), None, "missing")
        except SourceError:
            raise
        except (TypeError, ValueError, AttributeError, SyntaxError) as error:
            yield file, number, BadRow("row", raw, f"not of the form of this source ({error})")
        else:
            for fields in parsed:
                yield file, number, fields
