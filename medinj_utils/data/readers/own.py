"""Bring your own: a table with the record's columns, or a table and a YAML file about its columns.

The location is the table (CSV, JSON, JSON lines or parquet, then with the record's columns:
`medinj_utils.data.records.COLUMNS`), or the YAML file, which names its table in ``files``;
`medinj_utils.data.own_tables.TableMapping` lists what it may hold.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medinj_utils.data.files import MAPPINGS, TABLES, RawTable, Reading
from medinj_utils.data.formats import SourceError, column_name, table_ending
from medinj_utils.data.own_cells import filled, flag_of, listed, text_of, without_labels
from medinj_utils.data.own_tables import TableMapping, load_mapping, tables_of
from medinj_utils.data.records import FLAG_COLUMNS, LIST_COLUMNS, TEXT_COLUMNS
from medinj_utils.data.rules import BadRow
from medinj_utils.data.sources import Source

_READ_TEXTS = TEXT_COLUMNS[2:-1]  # ids and place are made anew


@dataclass(frozen=True)
class _Table:
    """A table with the mapping of its columns; without one, they are the record's."""

    reading: Reading
    file: Path
    mapping: TableMapping | None = None

    def records(self, number: int, row: Mapping) -> Iterator[Mapping]:
        """The record of a row, without labels within its options; a remark counts these."""
        row = {column_name(column): cell for column, cell in row.items()}
        fields = self.mapping.fields(row) if self.mapping else self._as_record(row)
        options = fields.get("options", [])
        plain = without_labels(options)
        if plain != options:
            self.reading.remark(self.file, "options have labels of their own, which are left out")
        yield fields | {"options": plain}

    def _as_record(self, row: Mapping) -> dict:
        """A row that has the record's columns; lists may be written as JSON."""
        provenance = self.reading.provenance
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
            fields[field] = filled([text_of(part, field) for part in value or []])
        return fields


def _checked(rows: Sequence[Mapping], file: Path, columns: Iterable[str],
             hint: str) -> Sequence[Mapping]:
    """The rows, if they have the columns; in JSON a single row may lack one.

    Raises:
        SourceError: no row has one of them; names the columns that are there.
    """
    present = dict.fromkeys(column_name(name) for row in rows[0:20] for name in row)
    missing = [column for column in columns if column not in present]
    if present and missing and table_ending(file) in (".json", ".jsonl", ".ndjson"):
        present |= dict.fromkeys(column_name(name) for row in rows for name in row)
        missing = [column for column in missing if column not in present]
    if present and missing:
        raise SourceError(f"{file}: no column {', '.join(map(repr, missing))}; there are: "
                          f"{', '.join(present)}. {hint}")
    return rows


def _read(reading: Reading) -> Iterator[RawTable]:
    path = reading.path
    if not (path.is_file() and path.suffix.lower() in MAPPINGS):
        hint = ("If its columns are not the record's, write a YAML file that says what they are, "
                "and give that as the location")
        for name, file in reading.files(*TABLES):
            rows = _checked(reading.rows(file), file, ["instruction"], hint)
            yield RawTable(name, rows, _Table(reading, file).records)
        return
    mapping = load_mapping(reading.text(path), path)
    if reading.provenance and mapping.provenance != reading.provenance:
        raise SourceError(f"{path}, provenance: says {mapping.provenance!r}, but provenance is "
                          f"{reading.provenance!r}")
    for file in tables_of(mapping, path):
        name = file.relative_to(path.parent).as_posix()
        rows = _checked(reading.rows(file, mapping.encoding), file, mapping.columns,
                        f"Correct the names in {path}")
        yield RawTable(name, rows, _Table(reading, file, mapping).records)


SOURCE = Source(
    name="own", title="Your own table", provenance=None, licence="as you say",
    citation="as you say", read=_read)
