"""The planted world's files: the published JSON layout of MedInjection-FR, filled with fictional facts."""

from pathlib import Path

from medinj_utils.data.readers.medinjection import read_rows
from medinj_utils.data.sources import Rows, Source


def _read(path: Path, provenance: str | None) -> Rows:
    return read_rows(path, provenance, "planted world", SOURCE.licence)


SOURCE = Source(
    name="planted", title="Planted world (fictional)", provenance=None, licence="Apache-2.0",
    citation="this book", read=_read, fictional=True)
