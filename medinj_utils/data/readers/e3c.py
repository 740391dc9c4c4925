"""E3C, French part: clinical cases from open journals; texts for writing questions.

The reader takes the corpus' JSON files, one per document, or the same documents as JSON lines, and
of these the fields ``text``, ``id`` and ``licence``. Each document keeps its own licence.
"""

from collections.abc import Iterator, Mapping

from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.sources import Source


def _text(number: int, row: Mapping) -> Iterator[Mapping]:
    yield {"source": "E3C-FR", "text": row["text"], "licence": row.get("licence") or SOURCE.licence,
           "parent": f"e3c/{row['id']}" if row.get("id") else ""}


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file in reading.files(".json", ".jsonl"):
        yield RawTable(name, reading.rows(file), _text)


SOURCE = Source(
    name="e3c", title="E3C (French clinical cases)", provenance="native",
    licence="CC-BY-4.0 or as each document says",
    citation="Magnini et al., The E3C Project, CLiC-it 2020", read=_read, gives="texts",
    expected=(("all", 1000),))
