"""MediQAl: questions of French national medical examinations, with one or several right options, or open.

Built from the columns and file names that the set's card states (``mcqu/train.json``, ``mcqm/…``, ``oeq/test.json``;
``clinical_case, question, answer_a … answer_e, correct_answers``, for open ones ``answer``). A row of it was not seen
when this was written: how several right letters are written in ``correct_answers`` is therefore read tolerantly.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from medinj_utils.data.choices import right_letters
from medinj_utils.data.files import TABLES, RawTable, Reading, SourceError
from medinj_utils.data.sources import Source

_TASKS = {"mcqu": "mcqu", "mcqm": "mcq", "oeq": "oeq"}
_SPLITS = {"train": "train", "validation": "validation", "test": "test"}


def _parse(raw: Mapping, task: str, split: str, provenance: str | None) -> Iterator[Mapping]:
    shared = {"provenance": provenance, "task": task, "source": "MediQAl", "split": split, "licence": SOURCE.licence,
              "instruction": raw["question"], "context": raw.get("clinical_case") or ""}
    if task == "oeq":
        yield shared | {"answer_text": raw["answer"]}
        return
    options = [raw[f"answer_{letter}"] or "" for letter in "abcde"]
    while options and not options[-1].strip():
        options.pop()  # questions with four options leave the fifth cell empty
    yield shared | {"options": options, "answer_letters": right_letters(raw["correct_answers"], options)}


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file in reading.files(*TABLES):
        task, split = _TASKS.get(file.parent.name), _SPLITS.get(Path(name).stem.split("-")[0])
        if task is None or split is None:
            raise SourceError(f"{file}: expected {{mcqu,mcqm,oeq}}/{{train,validation,test}} as in the set's repository")
        yield RawTable(name, reading.rows(file), lambda number, raw, task=task, split=split: _parse(
            raw, task, split, reading.provenance))


SOURCE = Source(
    name="mediqal", title="MediQAl", provenance="native", licence="CC-BY-4.0",
    citation="Bazoge, MediQAl: A French Medical Question Answering Dataset, 2025", read=_read,
    expected=(("train", 10113 + 5767), ("validation", 2561 + 1466), ("test", 4343 + 3384 + 4969)))
