"""From bytes to clean text: encodings, and cleaning rules that are counted wherever they change a text."""

import codecs
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from medinj_utils.core.machine import available_cores

T = TypeVar("T")

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_TAGS = "a|b|br|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|small|span|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul"
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])\s*>", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?>", re.IGNORECASE)  # "a <b et c> d" holds none
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_CONTROL = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u2060\ufeff]")  # invisible ones; not tab, line feed
_ENDS = r"^[^\pL\pN]+|[^\pL\pN]+$"
_SUSPECT = re.compile(
    "[&<\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]")

#: The rules in their order: what each does, and how.
RULES: dict[str, Callable[[str], str]] = {
    "HTML entities decoded": lambda text: _ENTITY.sub(lambda found: html.unescape(found[0]), text),
    "HTML tags removed": lambda text: _TAG.sub("", _BREAK.sub("\n", text)),
    "line ends made plain": lambda text: text.replace("\r\n", "\n").replace("\r", "\n"),
    "control characters removed": lambda text: _CONTROL.sub("", text),
    "special spaces made plain": lambda text: _SPACE.sub(" ", text),
    "composed (Unicode NFC)": lambda text: unicodedata.normalize("NFC", text),
}


def clean(text: str, changes: Counter | None = None) -> str:
    """The text by all `RULES`; ``changes`` counts, by rule, the texts that it changed.

    No word, number or sign of the text itself is touched: what is not on the list of HTML tags stays.
    """
    plain = text.isprintable() and "&" not in text and "<" not in text  # so said at once of most texts
    if (plain or not _SUSPECT.search(text)) and unicodedata.is_normalized("NFC", text):
        return text
    for rule, change in RULES.items():
        changed = change(text)
        if changed != text and changes is not None:
            changes[rule] += 1
        text = changed
    return text


class EncodingError(ValueError):
    """A file's bytes are not whole text in the encoding that its beginning has."""


def decode(file: Path) -> tuple[str, str]:
    """(text, encoding) of a file: UTF-8, UTF-16 by its mark, else Windows-1252 or, where that has no such sign, Latin-1.

    Raises `EncodingError` where UTF-8 is damaged: where other than plain ASCII signs were whole UTF-8 before.
    """
    data = file.read_bytes()
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise EncodingError(f"{file}: damaged {encoding} at byte {error.start}; whole up to there") from error
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if not data[:error.start].isascii():
            line = data.count(b"\n", 0, error.start) + 1
            raise EncodingError(f"{file}: damaged UTF-8 at byte {error.start}, line {line}; whole up to there") from error
    try:
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def in_pieces(work: Callable[[int, int], T], rows: int, at_once: int = 20_000) -> list[T]:
    """``work(start, stop)`` of each piece of so many rows, in order. Pieces bound the memory, and the compiled code that
    does most of the work lets them go through side by side."""
    starts = range(0, rows, at_once)
    with ThreadPoolExecutor(available_cores()) as pool:
        return list(pool.map(work, starts, [min(start + at_once, rows) for start in starts]))


def in_arrow(texts: Iterable[str] | pa.Array) -> pa.Array:
    """Texts as one Arrow array; those of a records table need not be copied."""
    array = pa.array(texts, pa.large_string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def joined(*columns: Iterable[str]) -> pa.Array:
    """The texts of several columns, row by row, as one text with spaces between."""
    return pc.binary_join_element_wise(*map(in_arrow, columns), pa.scalar(" ", pa.large_string()))


def coded_words(texts: Iterable[str] | pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The words of many texts at once: (different words, number of each word of all texts one after the other, where each
    text's words begin and end).

    Words are parts between (plain) white space, in lower case, without signs at their ends; parts without a letter or digit
    are none.
    """
    parts, parts_codes, parts_ends = coded_parts(texts)
    plain = pc.replace_substring_regex(pc.utf8_lower(parts), _ENDS, "").dictionary_encode()
    codes = plain.indices.take(pa.array(parts_codes)).to_numpy()
    words = plain.dictionary.to_numpy(zero_copy_only=False)
    held = (words != "")[codes]
    return words, codes[held], np.concatenate([[0], np.cumsum(held)])[parts_ends]


def coded_parts(texts: Iterable[str] | pa.Array) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """As `coded_words`, of the parts between white space as they are."""
    parts = pc.ascii_split_whitespace(pc.ascii_trim_whitespace(in_arrow(texts)))
    coded = parts.flatten().dictionary_encode()
    return coded.dictionary, coded.indices.to_numpy(), parts.offsets.to_numpy()
