"""What makes two records, or two questions, the same: hashes of their normalised contents."""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping


def normalise(text: str) -> str:
    """The form in which contents are compared: NFC, case folded, all white space collapsed."""
    text = unicodedata.normalize("NFC", text)
    plain = text.isprintable() and "  " not in text and text == text.strip(" ")
    if not plain:  # most texts need no splitting
        text = " ".join(text.split())
    return text.casefold()


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def identities(row: Mapping, options: list[str] | None = None) -> tuple[str, str]:
    """Ids of a record and of its question, 16 hexadecimal digits each.

    The record's is a hash of its content: instruction, context, options in order, answer. Split,
    source and provenance don't enter, so the same pair met twice has the same id. The question's is
    the same without the answer and without the order of the options: a leak is found by it.

    Args:
        row: a record, or the fields that make its content.
        options: the row's options, normalised, where that is done already.
    """
    question = [normalise(row["instruction"]), normalise(row["context"])]
    options = [normalise(option) for option in row["options"]] if options is None else options
    letters = [normalise(letter) for letter in row["answer_letters"]]
    record = [*question, *options, "|", *letters, normalise(row["answer_text"])]
    return _hash(record), _hash([*question, *sorted(options)])


def record_id(row: Mapping) -> str:
    """The id of a record; see `identities`."""
    return identities(row)[0]
