"""From bytes to clean text: encodings, and cleaning rules whose changes are counted."""

import codecs
import gzip
import html
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable
from html.entities import html5
from pathlib import Path

from medinj_utils.data.markup import without_markup

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))
# A reference ends with ";"; old names are also accepted without it at the end of a word.
_OLD = "|".join(sorted((name for name in html5 if not name.endswith(";")), key=len, reverse=True))
_ENTITY = re.compile(r"&(?:(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
                     rf"|(?:{_OLD})(?![\w=;])|(?:lt|gt|nbsp)(?![A-Za-z=;]))")
_LINE_END = re.compile("\r\n|[\r\u000b\u000c\u0085]")
_SPACE = re.compile("[\u001c-\u001f\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
# Invisible characters that separate nothing.
_CONTROL = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f"
                      "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
# Between two digits these do: PDF files have a soft hyphen for a hyphen.
_PARTS_NUMBERS = re.compile("(?<=\\d)[\u0000-\u0008\u000e-\u001f\u007f-\u009f"
                            "\u00ad\u200b\u2061-\u2064\ufeff]+(?=\\d)")
_SUSPECT = re.compile(f"[&<]|{_SPACE.pattern}|{_CONTROL.pattern}")


def _decoded(text: str) -> str:
    """The text with decoded references, including those encoded twice (``&amp;lt;``)."""
    while (decoded := _ENTITY.sub(lambda match: html.unescape(match[0]), text)) != text:
        text = decoded
    return text


def _with_parted_numbers(text: str) -> str:
    """The text with a hyphen or a blank for invisible characters between two digits."""
    return _PARTS_NUMBERS.sub(lambda match: "-" if "\u00ad" in match[0] else " ", text)


#: The cleaning rules in the order in which they are applied: name and function.
RULES: dict[str, Callable[[str], str]] = {
    "HTML entities decoded": _decoded,
    "HTML tags removed": without_markup,
    "line ends made plain": lambda text: _LINE_END.sub("\n", text),
    "special spaces made plain": lambda text: _SPACE.sub(" ", text),
    "control characters removed": lambda text: _CONTROL.sub("", _with_parted_numbers(text)),
    "composed (Unicode NFC)": lambda text: unicodedata.normalize("NFC", text),
}


def clean(text: str, changes: Counter | None = None) -> str:
    """The text after all `RULES`.

    Words, numbers and signs of the text itself don't change: text that is not HTML stays, and
    raised digits stay raised.

    Args:
        text: any text.
        changes: counts, by rule, the texts that it changed.
    """
    # Most texts are plain, and these two tests are much faster than the rules.
    plain = text.isprintable() and "&" not in text and "<" not in text
    if (plain or not _SUSPECT.search(text)) and unicodedata.is_normalized("NFC", text):
        return text
    for rule, change in RULES.items():
        changed = change(text)
        if changed != text and changes is not None:
            changes[rule] += 1
        text = changed
    return text


_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)  # the first starts with UTF-16's mark
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_WINDOWS = "cp1252"
#: Encodings of one byte a letter that French tables come in, the likeliest first: Windows, and what
#: Excel calls Macintosh and MS-DOS, and Latin-9.
_ONE_BYTE = (_WINDOWS, "mac_roman", "cp850", "cp437", "iso8859_15")
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf")
# Signs of French writing in their places, which the wrong encoding rarely gives.
_FRENCH = re.compile("""
    (?<=[A-Za-z])[àâäçèéêëîïôöùûüœ’] | [àâçèéêîôùûœ](?=[a-z])
    | (?<![a-z])(?:[ÀÂÈÉÊÎÔÙÛÜ](?=[A-Za-z]) | (?<=[A-Z])[ËÏ] | Ç(?=[aouAOU]) | Œ(?=[cdinsuCDINSU]))
    | (?<![^\\s;,|"])[àÀ](?=\\s)
    | \\d\\s?(?:[°€‰½] | µ(?=[glLmM]) | ±(?=\\s?\\d)) | [A-Za-z]® | \\b[nN]°(?=\\s?\\d)
    | §(?=\\s?\\d) | ½(?=\\s[a-z]) | (?<=[A-Za-z\\d])[²³](?![A-Za-z])
    | (?<=\\s)[≥≤≈](?=\\s?\\d) | (?<=\\s)≠(?=\\s)
    | (?<=\\w)… | \\s[–—]\\s | (?<!\\w)«\\s | \\s»(?!\\w) | \u00a0(?=[?!:;%])
    """, re.VERBOSE)

# Sequences that are rare in French: the encoding with fewer of them is likelier. They include
# accents that no word begins with, capitals within a sentence or a word in lower case, small
# letters beside capitals, the cut words that "là" and "voilà" of MS-DOS become, and letters in the
# place of a sign. An opening quotation mark that is never closed may be MS-DOS' ½.
_HARDLY_FRENCH = re.compile("""
    [äöüƒ‡] | à[a-z] | \\b[ëïÿ] | (?:[a-z]['’\\s]|\\d\\s?)[À-Ý](?=[a-z]) | (?<=[A-Z]{2})[à-ÿ]
    | [à-ÿ](?=[A-Z]) | \\b(?:[Ll]|[Vv]oil|[Dd]el)… | (?<![^\\W\\d_])[ñõøý](?![^\\W\\d_])
    | «(?![^»]{0,2000}»)
    """, re.VERBOSE)

# Forms of é, ’, œ, ° and the like when bytes of UTF-8 are decoded as Windows-1252.
_TWICE = re.compile(r"[^\W\d_]*(?:Ã[\u00a0-\u00bf\u2013-\u203a\u0152-\u017e\u02c6]"
                    r"|â€[\u02dc-\u203a™¦œ\u009d]|Å[“’]|Â[\u00a0-\u00bf])[^\W\d_]*")


def encoded_twice(text: str) -> str:
    """The first word that was encoded in UTF-8 twice, such as ``thÃ©rapie``; empty if none."""
    match = _TWICE.search(text)
    return match[0] if match else ""


class EncodingError(ValueError):
    """A file is not text, or its encoding must be named; the message says what to do."""


def decode(file: Path, encoding: str = "") -> tuple[str, str]:
    """Text and encoding of a file.

    Args:
        file: the file.
        encoding: its encoding, by Python's names. Empty: UTF-8; UTF-16 or UTF-32 by their marks or
            the zeros between ASCII letters; else Windows-1252, where no other encoding of one byte
            a letter gives more French words.

    Returns:
        (text, Python's name of the encoding that it was read in).

    Raises:
        EncodingError: the file is an archive or a spreadsheet; it is damaged UTF-8 (bytes before
            the fault are valid UTF-8 beyond ASCII); or its encoding must be named.
    """
    data = _content(file)
    if data.startswith(_ARCHIVES):
        raise EncodingError(f"{file}: no text but an archive or a spreadsheet; save the table as "
                            "CSV in UTF-8, or unpack it")
    if encoding:
        return _decode_as(data, encoding, file), encoding
    if data.startswith(_UTF_32):
        return _decode_as(data, "utf-32", file), "utf-32"
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, marked, file), marked
    if b"\0" in data and (wide := _wide(data)):
        return data.decode(wide), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if not data[:error.start].isascii():
            line = data.count(b"\n", 0, error.start) + 1
            raise EncodingError(f"{file}: damaged UTF-8 at byte {error.start}, line {line}; whole "
                                "up to there") from error
    return _one_byte(data, file), _WINDOWS


def _content(file: Path) -> bytes:
    """Bytes of a file, decompressed where its name says that gzip wrote it."""
    if file.suffix.lower() != ".gz":
        return file.read_bytes()
    try:
        with gzip.open(file) as content:
            return content.read()
    except (OSError, EOFError, zlib.error) as error:  # gzip's own BadGzipFile is an OSError
        raise EncodingError(f"{file}: no whole gzip file ({error})") from error


def _decode_as(data: bytes, encoding: str, file: Path) -> str:
    try:
        return data.decode(encoding)
    except LookupError:
        raise EncodingError(f"{file}: there is no encoding {encoding!r}; some are utf-8, "
                            f"{', '.join(_ONE_BYTE)}") from None
    except UnicodeDecodeError as error:
        raise EncodingError(f"{file}: damaged {encoding} at byte {error.start}; whole up to "
                            "there") from error


def _wide(data: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: the one in which most signs are ASCII."""
    for encoding in _WIDE:
        text = data.decode(encoding, errors="replace")
        ascii_signs = sum(" " <= sign <= "~" for sign in text[:10_000])
        if "\0" not in text and "\ufffd" not in text and 2 * ascii_signs > len(text[:10_000]):
            return encoding
    return ""


def _one_byte(data: bytes, file: Path) -> str:
    """The text in Windows-1252, unless that is wrong."""
    texts = {}
    for encoding in _ONE_BYTE:
        text = data.decode(encoding, errors="replace")
        # Characters that no text holds. ≈ alone of old MS-DOS' signs may be the ÷ of Windows.
        if not re.search("[\ufffd\u0080-\u009f]", text) and (
                encoding != "cp437" or re.search("[àâçèéêëîïôùû]", text)):
            texts[encoding] = text
    french = {encoding: (len(_FRENCH.findall(text)), -len(_HARDLY_FRENCH.findall(text)))
              for encoding, text in texts.items()}
    likeliest = max(french, key=french.get, default="")
    if likeliest == _WINDOWS:
        return texts[_WINDOWS]
    match = _FRENCH.search(texts.get(likeliest, ""))
    span = match.span() if match else _first_sign(texts.get(likeliest, ""))
    example = f" ({_around(texts[likeliest], *span)!r} in it)" if match else ""
    others = [f"{encoding} ({_around(text, *span)!r})" for encoding, text in texts.items()
              if encoding not in (likeliest, _WINDOWS)]
    if likeliest and others:
        example += f", or {', '.join(others)}"
    raise EncodingError(
        f"{file}: neither UTF-8 nor Windows-1252, rather {likeliest or 'damaged'}{example}; save "
        "it as UTF-8, or name the encoding in the YAML file about its columns, such as "
        f"'encoding: {likeliest or 'mac_roman'}' ({', '.join(_ONE_BYTE)} …)")


def _first_sign(text: str) -> tuple[int, int]:
    """Start and end of the first character beyond ASCII."""
    start = next((position for position, sign in enumerate(text) if not sign.isascii()), 0)
    return start, start + 1


def _around(text: str, start: int, end: int) -> str:
    """A part of a text with its neighbours on the line; the same part in each one-byte encoding."""
    line = text[:start].splitlines(keepends=True)[-1:]  # its part before
    before = "" if not line or line[0].endswith(("\n", "\r")) else line[0][-12:]
    after = (text[start:end + 12].splitlines() or [""])[0]
    return (before + after).strip()
