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
# A reference ends with ";"; the names of old are known without it, too, where the word ends.
_OLD = "|".join(sorted((name for name in html5 if not name.endswith(";")), key=len, reverse=True))
_ENTITY = re.compile(r"&(?:(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
                     rf"|(?:{_OLD})(?![\w=;])|(?:lt|gt|nbsp)(?![A-Za-z=;]))")
_LINE_END = re.compile("\r\n|[\r\u000b\u000c\u0085]")
_SPACE = re.compile("[\u001c-\u001f\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
# Invisible characters that part nothing.
_CONTROL = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f"
                      "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
# Between two figures these do: PDF files have a soft hyphen for a hyphen.
_PARTS_NUMBERS = re.compile("(?<=\\d)[\u0000-\u0008\u000e-\u001f\u007f-\u009f"
                            "\u00ad\u200b\u2061-\u2064\ufeff]+(?=\\d)")
_SUSPECT = re.compile(f"[&<]|{_SPACE.pattern}|{_CONTROL.pattern}")


def _decoded(text: str) -> str:
    """The text without references, those that were encoded twice (``&amp;lt;``) included."""
    while (decoded := _ENTITY.sub(lambda match: html.unescape(match[0]), text)) != text:
        text = decoded
    return text


def _with_parted_numbers(text: str) -> str:
    """The text with a hyphen or a blank for invisible signs between two figures."""
    return _PARTS_NUMBERS.sub(lambda match: "-" if "\u00ad" in match[0] else " ", text)


#: The cleaning rules in the order in which they are applied: what each does, and how.
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


_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)  # the first begins with UTF-16's mark
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_WINDOWS = "cp1252"
#: Encodings of one byte a letter that French tables come in, the likeliest first: Windows, and what
#: Excel calls Macintosh and MS-DOS, and Latin-9.
_ONE_BYTE = (_WINDOWS, "mac_roman", "cp850", "cp437", "iso8859_15")
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf")
# A sign of French writing in its place, which it has in one encoding and rarely in another.
_FRENCH = re.compile("""
    (?<=[A-Za-z])[àâäçèéêëîïôöùûüœ’] | [àâçèéêîôùûœ](?=[a-z])
    | (?<![a-z])(?:[ÀÂÈÉÊÎÔÙÛÜ](?=[A-Za-z]) | (?<=[A-Z])[ËÏ] | Ç(?=[aouAOU]) | Œ(?=[cdinsuCDINSU]))
    | (?<![^\\s;,|"])[àÀ](?=\\s)
    | \\d\\s?(?:[°€‰½] | µ(?=[glLmM]) | ±(?=\\s?\\d)) | [A-Za-z]® | \\b[nN]°(?=\\s?\\d)
    | §(?=\\s?\\d) | ½(?=\\s[a-z]) | (?<=[A-Za-z\\d])[²³](?![A-Za-z])
    | (?<=\\s)[≥≤≈](?=\\s?\\d) | (?<=\\s)≠(?=\\s)
    | (?<=\\w)… | \\s[–—]\\s | (?<!\\w)«\\s | \\s»(?!\\w) | \u00a0(?=[?!:;%])
    """, re.VERBOSE)

# What no French word has, or hardly one: of two encodings the one with less of it is likelier.
# Among it are accents that no word begins with, capitals within a sentence or a word of small
# letters, small ones beside capitals, the cut words that MS-DOS' "là" and "voilà" seem to be, and
# letters that stand where a sign would. A quotation that nobody closes may be MS-DOS' ½.
_HARDLY_FRENCH = re.compile("""
    [äöüƒ‡] | à[a-z] | \\b[ëïÿ] | (?:[a-z]['’\\s]|\\d\\s?)[À-Ý](?=[a-z]) | (?<=[A-Z]{2})[à-ÿ]
    | [à-ÿ](?=[A-Z]) | \\b(?:[Ll]|[Vv]oil|[Dd]el)… | (?<![^\\W\\d_])[ñõøý](?![^\\W\\d_])
    | «(?![^»]{0,2000}»)
    """, re.VERBOSE)

# What é, ’, œ, ° and the like become if bytes of UTF-8 are taken for Windows-1252.
_TWICE = re.compile(r"[^\W\d_]*(?:Ã[\u00a0-\u00bf\u2013-\u203a\u0152-\u017e\u02c6]"
                    r"|â€[\u02dc-\u203a™¦œ\u009d]|Å[“’]|Â[\u00a0-\u00bf])[^\W\d_]*")


def encoded_twice(text: str) -> str:
    """The first word of a text that was encoded in UTF-8 twice, as ``thÃ©rapie``; else nothing."""
    match = _TWICE.search(text)
    return match[0] if match else ""


class EncodingError(ValueError):
    """A file is no text, or in an encoding that has to be named; the message says what to do."""


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
            the fault are whole UTF-8 beyond ASCII); or its encoding has to be named.
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
        # Signs that no text holds. Of the signs of old MS-DOS ≈ alone may be the ÷ of Windows.
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
    """Where the first sign beyond ASCII begins and ends."""
    start = next((position for position, sign in enumerate(text) if not sign.isascii()), 0)
    return start, start + 1


def _around(text: str, start: int, end: int) -> str:
    """A part of a text with what of its line stands beside it; of one byte a letter, the same part
    of each encoding."""
    line = text[:start].splitlines(keepends=True)[-1:]  # what of it stands before
    before = "" if not line or line[0].endswith(("\n", "\r")) else line[0][-12:]
    after = (text[start:end + 12].splitlines() or [""])[0]
    return (before + after).strip()
