"""The Glianorex textbooks: two books, written by language models, about an organ that does not exist.

Texts to write instructions from, for tests of knowledge injection. They are fictional on purpose: whatever is made of
them is a demo. Each section of a book (a heading of the fourth level) is a text.
"""

import re
from collections.abc import Iterator, Mapping

from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.sources import Source


def _parse(section: str) -> Iterator[Mapping]:
    yield {"source": "Glianorex", "text": section.strip(), "licence": SOURCE.licence}


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file in reading.files(".md"):
        sections = re.split(r"^(?=####\s)", reading.text(file), flags=re.MULTILINE)
        chosen = [section for section in sections if section.startswith("####")]
        if any(section.strip() for section in sections if section not in chosen):
            reading.remark(file, "has text before the first section: not read", rows=0)
        yield RawTable(name, chosen, lambda number, section: _parse(section))


SOURCE = Source(
    name="glianorex", title="Glianorex textbooks (fictional)", provenance="synthetic", licence="MIT",
    citation="Griot et al., arXiv 2406.02394", read=_read, gives="texts", fictional=True)
