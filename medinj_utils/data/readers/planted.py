"""The planted world's files: fictional facts in MedInjection-FR's published JSON layout."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.readers.medinjection import read_rows
from medinj_utils.data.sources import Source
from medinj_utils.demo.world import GENERAL_SOURCE


def _flagged(number: int, row: Mapping,
             parse: Callable[[int, Any], Iterable[Mapping]]) -> Iterator[Mapping]:
    for fields in parse(number, row):
        yield {**fields, "general": fields["source"] == GENERAL_SOURCE}


def _read(reading: Reading) -> Iterator[RawTable]:
    for table in read_rows(reading, "", SOURCE.licence):
        yield replace(table, parse=partial(_flagged, parse=table.parse))


SOURCE = Source(
    name="planted", title="Planted world (fictional)", provenance=None, licence="Apache-2.0",
    citation="this book", read=_read, fictional=True)
