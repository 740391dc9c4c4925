"""TICO-19, English and French: parallel sentences about Covid-19, in TMX files.

The sentences serve to measure translations and their detection; they are no instruction pairs.
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping

from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.formats import SourceError
from medinj_utils.data.rules import BadRow
from medinj_utils.data.sources import Source

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def _text(number: int, unit: ElementTree.Element) -> Iterator[Mapping]:
    texts = {variant.get(_LANGUAGE, "").casefold()[:2]: _segment(variant)
             for variant in unit.iter("tuv")}
    for language in ("en", "fr"):
        if not texts.get(language):
            raise BadRow(language, texts, "a unit without a text in this language")
    yield {"source": "TICO-19", "text": texts["fr"], "english": texts["en"],
           "licence": SOURCE.licence, "parent": f"tico19/{unit.get('tuid', '')}"}


def _segment(variant: ElementTree.Element) -> str:
    return "".join(variant.find("seg").itertext()).strip()


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file in reading.files(".tmx"):
        try:
            root = ElementTree.fromstring(reading.text(file))
        except ElementTree.ParseError as error:
            line, column = error.position
            raise SourceError(f"{file}: not whole TMX (line {line}, column {column})") from error
        yield RawTable(name, list(root.iter("tu")), _text)


SOURCE = Source(
    name="tico19", title="TICO-19 (English and French)", provenance="translated", licence="CC0-1.0",
    citation="Anastasopoulos et al., TICO-19, NLP-COVID19 workshop 2020", read=_read, gives="texts",
    expected=(("all", 3071),))
