"""The Glianorex textbooks: two books by language models about an organ that does not exist.

Questions for tests of knowledge injection can be written from these texts. They are fictional on
purpose, so all results from them are a demo. Each section (a heading of the fourth level) is a
text.
"""

import re
from collections.abc import Iterator, Mapping

from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.sources import Source

_SECTION = re.compile(r"^(?=####\s)", re.MULTILINE)


def _text(number: int, section: str) -> Iterator[Mapping]:
    yield {"source": "Glianorex", "text": section.strip(), "licence": SOURCE.licence}


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file in reading.files(".md"):
        parts = _SECTION.split(reading.text(file))
        sections = [part for part in parts if _SECTION.match(part)]
        if any(part.strip() for part in parts if part not in sections):
            reading.remark(file, "has text before the first section: not read", rows=0)
        yield RawTable(name, sections, _text)


SOURCE = Source(
    name="glianorex", title="Glianorex textbooks (fictional)", provenance="synthetic",
    licence="MIT", citation="Griot et al., arXiv 2406.02394", read=_read, gives="texts",
    fictional=True)
