"""What makes two records, or two questions, the same: hashes of their normalised contents."""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping


def normalise(text: str) -> str:
    """NFC, case folded, white space (non-breaking included) collapsed: the form in which contents are compared."""
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(normalise(part) for part in parts).encode()).hexdigest()[:16]


def record_id(row: Mapping) -> str:
    """Hash of the content (instruction, context, options in order, answer); split, source and provenance don't
    enter, so the same pair met twice has the same id. 16 hexadecimal digits."""
    return _hash([row["instruction"], row["context"], *row["options"], "|", *row["answer_letters"], row["answer_text"]])


def question_key(row: Mapping) -> str:
    """Hash of the question without its answer and without the order of its options: what a leak is found by."""
    return _hash([row["instruction"], row["context"], *sorted(normalise(option) for option in row["options"])])
