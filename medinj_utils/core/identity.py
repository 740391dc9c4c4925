"""What makes two records, or two questions, the same: hashes of their normalised contents."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

# Signs that mean the same, by the one that stands for them.
_ALIKE = {
    "'": "`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a"
         "\u02be\u02bf\u07f4\u07f5\ua78b\ua78c",
    '"': "\u00ab\u00bb\u02ba\u201c\u201d\u201e\u201f\u2033\u2036\u275d\u275e\u301d\u301e\u301f",
    "-": "\u2043\u2212\u30fc", "/": "\u2044\u2215", ":": "\u2236", "~": "\u02dc\u223c",
    "*": "\u2217", "x": "\u00d7", "\u00b0": "\u00ba\u02da", "\u0394": "\u2206",
    "\u00b7": "\u2219\u22c5\u2027", "<=": "\u2264\u2266\u2a7d", ">=": "\u2265\u2267\u2a7e",
    "+/-": "\u00b1", "->": "\u2192", "n\u00b0": "\u2116",
    " ": "\u2800\u3164"}  # these two look like blanks
_STANDS_FOR = {sign: plain for plain, signs in _ALIKE.items() for sign in signs}
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\uffa0"
                     "\U000e0100-\U000e01ef]")
_GUILLEMETS = re.compile("(?<=\u00ab)\\s+|\\s+(?=\u00bb)")
#: Characters that `normalise` may change in more than case: all but ASCII, French and Greek
#: letters, and the signs of Latin-1 that it keeps.
ODD = ("[^ -_a-~\u00a1-\u00a7\u00a9\u00ac\u00ae\u00b0\u00b2\u00b3\u00b6\u00b7\u00b9\u00bc-\u00d6"
       "\u00d8-\u00de\u00e0-\u00ff\u0152\u0153\u03b1-\u03c1\u03c3-\u03c9]")
#: Signs that have a blank before them in some texts and none in others.
PARTED = ";:!?%"
_ODD = re.compile(ODD)
#: Fields by which an open answer is scored, judged or rated.
TEXTS = ("instruction", "context", "reference", "candidate")


@cache
def plain_sign(sign: str) -> str:
    """The form in which a character is compared, without differences of typography."""
    category = unicodedata.category(sign)
    if sign in _STANDS_FOR:
        return _STANDS_FOR[sign]
    if sign.isspace():
        return " "
    if category in ("Cf", "Cc") or _UNSEEN.match(sign):
        return ""
    if category == "Pd":
        return "-"
    kind = unicodedata.decomposition(sign).partition(">")[0]
    compatible = unicodedata.normalize("NFKC", sign)
    # Raised and lowered digits and fractions stay, and so do accents on a blank and numbers that
    # are one sign: 5① is not 51.
    if (kind[:1] != "<" or kind in ("<super", "<sub", "<fraction") or compatible[:1] == " "
            or (compatible[:1].isdecimal() and kind not in ("<wide", "<font"))):
        return sign
    return "".join(map(plain_sign, compatible)) if compatible != sign else sign


def normalise(text: str, case: bool = False) -> str:
    """The form in which contents are compared: what differs by case or typography becomes the same.

    Composed (Unicode NFC) and case folded; one sign each for apostrophes, quotation marks, dashes,
    joined or wide letters and the like; no format characters such as soft hyphens; white space
    collapsed, with a blank before ``; : ! ? %`` as French has it. Raised, lowered and circled
    digits, decimal signs, accents and signs of calculation stay.

    Args:
        text: any.
        case: whether capitals stay, as within a question they must: CO is not Co, nor AA Aa.
    """
    text = text.replace("\u2019", "'")  # the most frequent one
    if _ODD.search(text):
        if "\u00ab" in text or "\u00bb" in text:
            text = _GUILLEMETS.sub("", text)
        text = _ODD.sub(lambda match: plain_sign(match[0]), text)
    if "  " in text or text[:1] == " " or text[-1:] == " ":
        text = " ".join(text.split())
    for sign in PARTED:
        if sign in text:
            text = text.replace(" " + sign, sign).replace(sign, " " + sign)
    text = unicodedata.normalize("NFC", text)
    return text if case else text.casefold()


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def identities(row: Mapping, options: list[str] | None = None) -> tuple[str, str]:
    """Ids of a record and of its question, 16 hexadecimal digits each.

    The record's is a hash of its content: instruction, context, options in order, answer. Split,
    source and provenance don't enter, so the same pair met twice has the same id. The question's
    leaves out the answer and the order of the options; leaks are found by it. Case makes no
    difference: a copy in capitals is a leak, and merging two questions that differ only in capitals
    costs one training row at most.

    Args:
        row: a record, or the fields that make its content.
        options: the row's options, normalised, where that is done already.

    Returns:
        (id of the record, id of its question).
    """
    question = [normalise(row["instruction"]), normalise(row["context"])]
    options = [normalise(option) for option in row["options"]] if options is None else options
    letters = [normalise(letter) for letter in row["answer_letters"]]
    record = [*question, *options, "|", *letters, normalise(row["answer_text"])]
    return _hash(record), _hash([*question, *sorted(options)])


def record_id(row: Mapping) -> str:
    """The id of a record; see `identities`."""
    return identities(row)[0]


def texts_hash(answer: Mapping) -> str:
    """Hash of an open answer with its question and reference, 16 hexadecimal digits.

    A score, verdict or rating holds for exactly these texts: unlike in `identities`, they are not
    normalised.

    Args:
        answer: with ``instruction``, ``context``, ``reference`` and ``candidate``.
    """
    return hashlib.sha256(json.dumps([str(answer[name]) for name in TEXTS]).encode()
                          ).hexdigest()[:16]
