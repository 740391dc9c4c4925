"""Accepted names and values of the columns in a file of triplets."""

import math
import unicodedata
from collections.abc import Iterable, Mapping

from medinj_utils.data.formats import SourceError
from medinj_utils.data.rules import BadRow

#: By column of a triplet: names that it may have in a file, as `plain_name` gives them.
NAMES = {
    "question_id": ("question_id", "id_question", "qid"),
    "instruction": ("instruction", "question", "enonce"),
    "context": ("context", "contexte"),
    "reference": ("reference", "reference_answer", "ground_truth", "ground_truth_answer",
                  "verite_terrain", "expected", "attendu", "gold"),
    "candidate": ("candidate", "candidate_answer", "generated_answer", "candidat",
                  "reponse_generee", "prediction"),
    "run": ("run", "generator", "generateur", "system", "model", "modele"),
    "label": ("label", "human_label", "equivalence", "equivalent", "note"),
    "labels_by": ("labels_by", "annotator", "annotateur", "physician", "medecin"),
    "translation": ("translation", "traduction", "candidate_en"),
}
NEEDED = ("instruction", "reference", "candidate")
#: Columns with these prefixes hold scores that the file already has.
SCORES = ("score_", "judge_", "juge_", "rater_")
SCORE = SCORES[0]
#: What judges and further humans say may be written as labels are.
_SAID = tuple(prefix.rstrip("_") for prefix in SCORES[1:])
_LABELS = {"1": 1.0, "oui": 1.0, "yes": 1.0, "true": 1.0, "vrai": 1.0, "equivalent": 1.0,
           "0": 0.0, "non": 0.0, "no": 0.0, "false": 0.0, "faux": 0.0, "not_equivalent": 0.0,
           "non_equivalent": 0.0}
_NONE = ("", "nan", "na", "none", "null")


def plain_name(written: object) -> str:
    """A name in small letters, without accents, with ``_`` for blanks and hyphens."""
    bare = "".join(sign for sign in unicodedata.normalize("NFD", str(written))
                   if not unicodedata.combining(sign))
    return "_".join(bare.casefold().replace("-", " ").replace("_", " ").split())


def columns_of(written: Iterable[str], file: str) -> dict[str, str]:
    """Which column of a file is which of a triplet.

    Args:
        written: names of the file's columns.
        file: the file, for the message.

    Returns:
        By column of a triplet (`NAMES`, or ``score_…``): the file's. Others are left out.

    Raises:
        SourceError: two columns of the file are one of a triplet.
    """
    columns: dict[str, str] = {}
    for column in written:
        plain = plain_name(column)
        if f"{plain}_" in SCORES:  # a column "judge" alone
            plain += "_1"
        field = next((field for field, names in NAMES.items() if plain in names), None)
        if field is None and plain.startswith(SCORES):
            field = plain if plain.startswith(SCORE) else SCORE + plain
        if field in columns:
            raise SourceError(f"{file}: columns {columns[field]!r} and {column!r} are both the "
                              f"{field}; rename one")
        if field is not None:
            columns[field] = column
    return columns


def label_of(value: object, field: str) -> float:
    """A human's label: 1, 0, or NaN where there is none.

    Args:
        value: of the cell.
        field: its column.

    Raises:
        BadRow: the value is none of these.
    """
    if isinstance(value, float) and value in (0, 1):
        return value
    plain = plain_name("" if value is None else value)
    plain = {"1.0": "1", "0.0": "0", "1,0": "1", "0,0": "0"}.get(plain, plain)
    if plain in _NONE:
        return math.nan
    if plain not in _LABELS:
        raise BadRow(field, value, f"need one of {', '.join(_LABELS)}, or nothing")
    return _LABELS[plain]


def check_scale(labels: Iterable[object], field: str, file: str) -> None:
    """Refuse grades: on a scale to 4, a label of 1 doesn't say that an answer is right.

    Args:
        labels: cells of the column, by row.
        field: the column.
        file: the file, for the message.

    Raises:
        SourceError: one is a number above 1.
    """
    for number, value in enumerate(labels):
        try:
            grade = float(str(value).replace(",", "."))
        except ValueError:
            continue
        if 1 < grade < math.inf:
            raise SourceError(f"{file}, row {number}, {field}: {value!r} is a grade, and labels "
                              "are 0 or 1: recode the column, as 1 where the grade means right")


def score_of(value: object, field: str) -> float:
    """A score, with a decimal point or comma, of a judge or human also oui or non; NaN where there
    is none.

    Args:
        value: of the cell.
        field: its column.

    Raises:
        BadRow: it is no finite number.
    """
    text = str("" if value is None else value).strip()
    if text.casefold() in _NONE:
        return math.nan
    if plain_name(field).startswith(_SAID) and plain_name(text) in _LABELS:
        return _LABELS[plain_name(text)]
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.inf
    if not math.isfinite(number):
        raise BadRow(field, value, "no finite number: the answer stays, without this score")
    return number


def text_of(row: Mapping, field: str, columns: Mapping[str, str], filled: bool = True) -> str:
    """A text of a row; empty where the file, or the row, has no such column and needs none.

    Args:
        row: of the file.
        field: column of a triplet.
        columns: of `columns_of`.
        filled: whether it has to be there.

    Raises:
        BadRow: it is missing or no text, or blank where it has to be filled.
    """
    if field not in columns:
        return ""
    value = row.get(columns[field])
    if value is None and not filled and field != "candidate":
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value:
        value = str(value)  # an answer such as 35
    if not isinstance(value, str):
        raise BadRow(columns[field], value, "need text")
    if filled and not value.strip():
        raise BadRow(columns[field], value, "empty")
    return value
