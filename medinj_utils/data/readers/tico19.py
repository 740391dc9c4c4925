"""TICO-19, English and French: parallel sentences about Covid-19 in the TMX form. They measure a translation, and
whether a translation is recognised; they are no instruction pairs."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping

from medinj_utils.data.files import RawTable, Reading, SourceError
from medinj_utils.data.records import BadRow
from medinj_utils.data.sources import Source

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def _parse(unit: ElementTree.Element) -> Iterator[Mapping]:
    said = {variant.get(_LANGUAGE, "").casefold()[:2]: "".join(variant.find("seg").itertext()).strip()
            for variant in unit.iter("tuv")}
    for language in ("en", "fr"):
        if not said.get(language):
            raise BadRow(language, said, "a unit without a text in this language")
    yield {"source": "TICO-19", "text": said["fr"], "english": said["en"], "licence": SOURCE.licence,
           "parent": f"tico19/{unit.get('tuid', '')}"}


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file in reading.files(".tmx"):
        try:
            root = ElementTree.fromstring(reading.text(file))
        except ElementTree.ParseError as error:
            raise SourceError(f"{file}: not whole TMX (line {error.position[0]}, column {error.position[1]})") from error
        yield RawTable(name, list(root.iter("tu")), lambda number, unit: _parse(unit))


SOURCE = Source(
    name="tico19", title="TICO-19 (English and French)", provenance="translated", licence="CC0-1.0",
    citation="Anastasopoulos et al., TICO-19, NLP-COVID19 workshop 2020", read=_read, gives="texts",
    expected=(("all", 3071),))
