"""From bytes to clean text: encodings, and cleaning rules whose changes are counted."""

import codecs
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from html.entities import html5
from pathlib import Path

from medinj_utils.data.markup import without_markup

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))
# A reference ends with ";"; the names of old are known without it, too, where the word ends.
_OLD = "|".join(sorted((name for name in html5 if not name.endswith(";")), key=len, reverse=True))
_ENTITY = re.compile(r"&(?:(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
                     rf"|(?:{_OLD})(?![\w=;])|(?:lt|gt|nbsp)(?![A-Za-z=;]))")
_LINE_END = re.compile("\r\n|[\r\u000b\u000c\u0085]")
_SPACE = re.compile("[\u001c-\u001f\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
# Invisible characters that part nothing.
_CONTROL = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f"
                      "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_SUSPECT = re.compile(f"[&<]|{_SPACE.pattern}|{_CONTROL.pattern}")


def _decoded(text: str) -> str:
    """The text without references, those that were encoded twice (``&amp;lt;``) included."""
    while (decoded := _ENTITY.sub(lambda found: html.unescape(found[0]), text)) != text:
        text = decoded
    return text


#: The cleaning rules in the order in which they are applied: what each does, and how.
RULES: dict[str, Callable[[str], str]] = {
    "HTML entities decoded": _decoded,
    "HTML tags removed": without_markup,
    "line ends made plain": lambda text: _LINE_END.sub("\n", text),
    "special spaces made plain": lambda text: _SPACE.sub(" ", text),
    "control characters removed": lambda text: _CONTROL.sub("", text),
    "composed (Unicode NFC)": lambda text: unicodedata.normalize("NFC", text),
}


def clean(text: str, changes: Counter | None = None) -> str:
    """The text after all `RULES`.

    No word, number or sign of the text itself is touched: what is no HTML stays, and raised digits
    stay raised.

    Args:
        text: any text.
        changes: counts, by rule, the texts that it changed.
    """
    # Most texts are plain, and these two tests are much quicker than the rules.
    plain = text.isprintable() and "&" not in text and "<" not in text
    if (plain or not _SUSPECT.search(text)) and unicodedata.is_normalized("NFC", text):
        return text
    for rule, change in RULES.items():
        changed = change(text)
        if changed != text and changes is not None:
            changes[rule] += 1
        text = changed
    return text


class EncodingError(ValueError):
    """A file begins in an encoding in which it does not go on."""


def decode(file: Path) -> tuple[str, str]:
    """Text and encoding of a file.

    The encoding is UTF-8, UTF-16 if the file begins with its mark, else Windows-1252 or, where a
    byte has no meaning in that, Latin-1.

    Raises:
        EncodingError: the file is damaged UTF-8: bytes before the fault are whole UTF-8 beyond
            ASCII.
    """
    data = file.read_bytes()
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_marked(data, encoding, file), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if not data[:error.start].isascii():
            line = data.count(b"\n", 0, error.start) + 1
            raise EncodingError(f"{file}: damaged UTF-8 at byte {error.start}, line {line}; whole "
                                "up to there") from error
    try:
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def _decode_marked(data: bytes, encoding: str, file: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise EncodingError(f"{file}: damaged {encoding} at byte {error.start}; whole up to "
                            "there") from error
