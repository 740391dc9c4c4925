"""What makes two records, or two questions, the same: hashes of their normalised contents."""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping


def normalise(text: str) -> str:
    """NFC, case folded, white space (non-breaking included) collapsed: the form in which contents are compared."""
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable() or "  " in text or text[:1] == " " or text[-1:] == " ":  # most texts need no splitting
        text = " ".join(text.split())
    return text.casefold()


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def identities(row: Mapping, options: list[str] | None = None) -> tuple[str, str]:
    """(id of the record, id of its question), 16 hexadecimal digits each; ``options``, if told, are the row's, normalised.

    The record's is of its whole content (instruction, context, options in order, answer); split, source and provenance
    don't enter, so the same pair met twice has the same id. The question's is of the same without the answer and
    without the order of the options: it is what a leak is found by.
    """
    question = [normalise(row["instruction"]), normalise(row["context"])]
    options = [normalise(option) for option in row["options"]] if options is None else options
    letters = [normalise(letter) for letter in row["answer_letters"]]
    return (_hash([*question, *options, "|", *letters, normalise(row["answer_text"])]),
            _hash([*question, *sorted(options)]))


def record_id(row: Mapping) -> str:
    """The id of a record; see `identities`."""
    return identities(row)[0]
