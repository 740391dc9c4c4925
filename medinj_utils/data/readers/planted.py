"""The planted world's files: the published JSON layout of MedInjection-FR, filled with fictional facts."""

from collections.abc import Iterator

from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.readers.medinjection import read_rows
from medinj_utils.data.sources import Source


def _read(reading: Reading) -> Iterator[RawTable]:
    return read_rows(reading, "", SOURCE.licence)


SOURCE = Source(
    name="planted", title="Planted world (fictional)", provenance=None, licence="Apache-2.0",
    citation="this book", read=_read, fictional=True)
