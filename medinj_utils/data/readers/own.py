"""Bring your own: a table with the record's columns, or a table and a YAML file about its columns.

The location is the table (CSV, JSON, JSON lines or parquet, then with the record's columns:
`medinj_utils.data.records.COLUMNS`), or the YAML file, which names its table in ``files``;
`medinj_utils.data.own_tables.TableMapping` lists what it may hold.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from medinj_utils.data.files import TABLES, RawTable, Reading
from medinj_utils.data.formats import SourceError
from medinj_utils.data.own_tables import TableMapping, flag_of, listed, load_mapping, text_of
from medinj_utils.data.records import FLAG_COLUMNS, LIST_COLUMNS, TEXT_COLUMNS
from medinj_utils.data.rules import BadRow
from medinj_utils.data.sources import Source

_READ_TEXTS = TEXT_COLUMNS[2:-1]  # ids and place are made anew


def _as_record(number: int, row: Mapping, provenance: str | None) -> Iterator[Mapping]:
    """A row that has the record's columns; lists may be written as JSON."""
    fields: dict = {field: text_of(row[field], field) for field in _READ_TEXTS if field in row}
    if provenance and fields.setdefault("provenance", provenance) != provenance:
        raise BadRow("provenance", row["provenance"], f"but provenance is {provenance!r}")
    for field in FLAG_COLUMNS:
        fields[field] = flag_of(row.get(field), field)
    for field in LIST_COLUMNS:
        value = row.get(field)
        if isinstance(value, str) and value.strip():
            value = listed(value, field)
        if value not in (None, "") and not isinstance(value, list):
            raise BadRow(field, row[field], 'need a list, in CSV written as ["…", "…"]')
        fields[field] = list(value or [])
    yield fields


def _mapped(number: int, row: Mapping, mapping: TableMapping) -> Iterator[Mapping]:
    yield mapping.fields(row)


def _read(reading: Reading) -> Iterator[RawTable]:
    path = reading.path
    if not (path.is_file() and path.suffix.lower() in (".yaml", ".yml")):
        as_record = partial(_as_record, provenance=reading.provenance)
        for name, file in reading.files(*TABLES):
            yield RawTable(name, reading.rows(file), as_record)
        return
    mapping = load_mapping(reading.text(path), path)
    if reading.provenance and mapping.provenance != reading.provenance:
        raise SourceError(f"{path}, provenance: says {mapping.provenance!r}, but provenance is "
                          f"{reading.provenance!r}")
    for file in _files_beside(path, mapping.files):
        name = file.relative_to(path.parent).as_posix()
        yield RawTable(name, reading.rows(file), partial(_mapped, mapping=mapping))


def _files_beside(path: Path, pattern: str) -> list[Path]:
    """Files that a mapping's pattern finds in the folder of the mapping."""
    wrong = SourceError(f"{path}, files: need a name or pattern of files beside it, not "
                        f"{pattern!r}")
    if Path(pattern).is_absolute():
        raise wrong
    try:
        found = list(path.parent.glob(pattern))
    except ValueError:
        raise wrong from None
    files = sorted(file for file in found if file.is_file() and file != path)
    if not files:
        raise SourceError(f"{path}, files: nothing beside it is named {pattern!r}")
    return files


SOURCE = Source(
    name="own", title="Your own table", provenance=None, licence="as you say",
    citation="as you say", read=_read)
