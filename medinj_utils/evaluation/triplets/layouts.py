"""Forms in which files hold triplets: a table of any kind, and the two of the sister paper.

*Who Judges the Judge?* (Belmadani et al. 2026) publishes in
ikram28/LLM-as-a-Judge-for-medical-oeqa

- ``Evaluation-data/comparison_<generator>.json``, five files of 100 answers to the same questions:
  lists of objects with ``id``, ``Question`` (with "Contexte :" behind it), ``verite_terrain``, the
  answer in a column named after the generator (not always as in the file's name),
  ``equivalence`` (Oui or Non) and ``preference``;
- ``training_data.json``: what a judge was tuned on, a list of chats whose user turn holds question,
  ground truth and candidate, and whose last turn is 0 or 1.

Names and form are as read there at commits 8bd5da0 and 21c7d68. Not all rows were seen: a label
other than Oui and Non goes to quarantine.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from medinj_utils.data.formats import SourceError
from medinj_utils.data.rules import BadRow
from medinj_utils.evaluation.triplets.columns import (
    NAMES,
    NEEDED,
    SCORE,
    check_scale,
    columns_of,
    label_of,
    plain_name,
    score_of,
    text_of,
)

#: Columns of the sister paper's comparisons that don't belong to a triplet.
_OTHERS = ("id", "preference")
_PREFIX = "comparison_"
#: The generator of answers that a judge was tuned on, which the chats don't name.
TRAINING = "judge training"
_CHAT = re.compile(r"\s*Question\s*:\s*(?P<instruction>.*?),\s*Ground truth answer\s*:"
                   r"\s*(?P<reference>.*?),\s*candidate answer\s*:\s*(?P<candidate>.*)", re.DOTALL)
_CONTEXT = re.compile(r"\s*\n\s*Contexte\s*:\s*")


class Table(NamedTuple):
    """Rows of a file, and the function that turns one into a triplet's fields.

    Attributes:
        rows: of the file.
        parse: ``parse(number, row)`` yields the fields; raises `BadRow`.
        scores: columns of scores that it yields.
    """

    rows: Sequence
    parse: Callable[[int, object], Iterator[dict]]
    scores: tuple[str, ...] = ()


def table_of(rows: Sequence, file: Path, note: Callable[[int, BadRow], None]) -> Table:
    """The rows of a file in the form that they have.

    Args:
        rows: objects by column, or chats.
        file: that they are of.
        note: is called with a row's number and the score of it that can't be read.

    Raises:
        SourceError: there is no row, a column that triplets need is missing, there are two of one,
            or a label is a grade.
    """
    if not len(rows):
        raise SourceError(f"{file}: no row")
    first = next(iter(rows[0:1]))
    if isinstance(first, list):
        return Table(rows, _chat)
    # JSON may leave a field out of some rows, of the first as well.
    names = dict.fromkeys(column for row in rows[0:len(rows)] for column in row)
    columns = columns_of(names, str(file))
    run = ""
    if "candidate" not in columns and "verite_terrain" in map(plain_name, names):
        run = file.name.partition(".")[0].removeprefix(_PREFIX)
        columns["candidate"] = _answers_column(names, columns, file)
    if lacking := [field for field in NEEDED if field not in columns]:
        known = "; ".join(f"{field}: {', '.join(NAMES[field])}" for field in lacking)
        raise SourceError(f"{file}: no column for {', '.join(lacking)} among "
                          f"{', '.join(map(str, names)) or 'none'}; accepted names: {known}")
    scores = tuple(field for field in columns if field.startswith(SCORE))
    if "label" in columns:
        check_scale((row.get(columns["label"]) for row in rows[0:len(rows)]), columns["label"],
                    str(file))
    return Table(rows, partial(_row, columns=columns, run=run, note=note), scores)


def _answers_column(names: Mapping, columns: Mapping[str, str], file: Path) -> str:
    """The column of the answers where it is named after the generator: the only one unknown."""
    unknown = [name for name in names if name not in columns.values()
            and plain_name(name) not in _OTHERS]
    if len(unknown) != 1:
        raise SourceError(f"{file}: no column 'candidate', and {len(unknown)} columns may be the "
                          f"generator's ({', '.join(unknown)}); rename the column of the answers "
                          "to 'candidate'")
    return unknown[0]


def _row(number: int, row: Mapping, columns: Mapping[str, str], run: str,
         note: Callable[[int, BadRow], None]) -> Iterator[dict]:
    def text(field: str, filled: bool = False) -> str:
        return text_of(row, field, columns, filled)

    fields = {field: text(field) for field in ("question_id", "context", "candidate", "labels_by",
                                               "translation")}
    fields |= {"instruction": text("instruction", True), "reference": text("reference", True)}
    fields["run"] = run or (text("run", True) if "run" in columns else "")
    if not fields["context"]:
        fields |= _parted(fields["instruction"])
    column = columns.get("label", "")
    fields["label"] = label_of(row.get(column), column)
    for field in columns:
        if field.startswith(SCORE):
            try:
                fields[field] = score_of(row.get(columns[field]), columns[field])
            except BadRow as bad:
                note(number, bad)
    yield fields


def _chat(number: int, chat: object) -> Iterator[dict]:
    turns = {turn["role"]: turn["content"] for turn in chat}
    if not (match := _CHAT.fullmatch(turns["user"])):
        raise BadRow("user", turns["user"],
                     "need 'Question : …, Ground truth answer : …, candidate answer : …'")
    yield {"run": TRAINING, "label": label_of(turns["assistant"], "assistant"),
           **_parted(match["instruction"]), "reference": match["reference"],
           "candidate": match["candidate"]}


def _parted(question: str) -> dict[str, str]:
    """Question and context where the one stands behind the other."""
    first, *rest = _CONTEXT.split(question, maxsplit=1)
    if not rest or not first.strip():
        return {"instruction": question, "context": ""}
    return {"instruction": first, "context": rest[0]}
