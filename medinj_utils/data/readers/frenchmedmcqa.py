"""FrenchMedMCQA: pharmacy examinations written in French, five options, one or several right."""

from collections.abc import Iterator, Mapping
from functools import partial

from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.rules import BadRow
from medinj_utils.data.sources import Source


def _record(number: int, row: Mapping, split: str, provenance: str | None) -> Iterator[Mapping]:
    letters = [letter.upper() for letter in row["correct_answers"]]
    if row["nbr_correct_answers"] != len(letters):
        reason = f"but {len(letters)} answers are given"
        raise BadRow("nbr_correct_answers", row["nbr_correct_answers"], reason)
    keys = sorted(row["answers"])
    if keys != list("abcdefghij"[:len(keys)]):
        raise BadRow("answers", keys, "option letters have a gap")
    yield {"provenance": provenance, "task": "mcqu" if len(letters) == 1 else "mcq",
           "source": "FrenchMedMCQA", "split": split, "instruction": row["question"],
           "options": [row["answers"][key] for key in keys], "answer_letters": sorted(letters),
           "licence": SOURCE.licence}


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file, split in reading.split_files(".json"):
        record = partial(_record, split=split, provenance=reading.provenance)
        yield RawTable(name, reading.rows(file), record)


SOURCE = Source(
    name="frenchmedmcqa", title="FrenchMedMCQA", provenance="native", licence="Apache-2.0",
    citation="Labrak et al., FrenchMedMCQA, LOUHI 2022", read=_read,
    expected=(("train", 2171), ("validation", 312), ("test", 622)))
