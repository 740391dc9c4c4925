"""MediQAl: questions of French national medical examinations, multiple choice or open.

This reader was written from the columns and file names on the set's card (``mcqu/train.json``,
``mcqm/…``, ``oeq/test.json``; ``clinical_case, question, answer_a … answer_e, correct_answers``,
for open ones ``answer``), without access to a row. It therefore accepts different ways of writing
several right letters in ``correct_answers``.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from medinj_utils.data.choices import right_letters
from medinj_utils.data.files import TABLES, RawTable, Reading
from medinj_utils.data.formats import SourceError
from medinj_utils.data.sources import Source

_TASKS = {"mcqu": "mcqu", "mcqm": "mcq", "oeq": "oeq"}
_SPLITS = {"train": "train", "validation": "validation", "test": "test"}


def _record(number: int, row: Mapping, shared: Mapping) -> Iterator[Mapping]:
    fields = {**shared, "instruction": row["question"], "context": row.get("clinical_case") or ""}
    if shared["task"] == "oeq":
        yield fields | {"answer_text": row["answer"]}
        return
    options = [row[f"answer_{letter}"] or "" for letter in "abcde"]
    while options and not options[-1].strip():
        options.pop()  # questions with four options leave the fifth cell empty
    letters = right_letters(row["correct_answers"], options)
    yield fields | {"options": options, "answer_letters": letters}


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file in reading.files(*TABLES):
        task = _TASKS.get(file.parent.name)
        split = _SPLITS.get(Path(name).stem.split("-")[0])
        if task is None or split is None:
            raise SourceError(f"{file}: expected {{mcqu,mcqm,oeq}}/{{train,validation,test}} as in "
                              "the set's repository")
        shared = {"provenance": reading.provenance, "task": task, "source": "MediQAl",
                  "split": split, "licence": SOURCE.licence}
        yield RawTable(name, reading.rows(file), partial(_record, shared=shared))


SOURCE = Source(
    name="mediqal", title="MediQAl", provenance="native", licence="CC-BY-4.0",
    citation="Bazoge, MediQAl: A French Medical Question Answering Dataset, 2025", read=_read,
    expected=(("train", 10113 + 5767), ("validation", 2561 + 1466), ("test", 4343 + 3384 + 4969)))
