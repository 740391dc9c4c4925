"""FrenchMedMCQA: pharmacy examinations written in French, five options, one or several right."""

from collections.abc import Iterator, Mapping

from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.records import BadRow
from medinj_utils.data.sources import Source


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file, split in reading.split_files(".json"):
        def parse(number: int, raw: dict, split: str = split) -> Iterator[Mapping]:
            letters = [letter.upper() for letter in raw["correct_answers"]]
            if raw["nbr_correct_answers"] != len(letters):
                raise BadRow("nbr_correct_answers", raw["nbr_correct_answers"], f"but {len(letters)} answers are given")
            keys = sorted(raw["answers"])
            if keys != list("abcdefghij"[:len(keys)]):
                raise BadRow("answers", keys, "option letters have a gap")
            yield {"provenance": reading.provenance, "task": "mcqu" if len(letters) == 1 else "mcq",
                   "source": "FrenchMedMCQA", "split": split, "instruction": raw["question"],
                   "options": [raw["answers"][key] for key in keys], "answer_letters": sorted(letters),
                   "licence": SOURCE.licence}

        yield RawTable(name, reading.rows(file), parse)


SOURCE = Source(
    name="frenchmedmcqa", title="FrenchMedMCQA", provenance="native", licence="Apache-2.0",
    citation="Labrak et al., FrenchMedMCQA, LOUHI 2022", read=_read,
    expected=(("train", 2171), ("validation", 312), ("test", 622)))
