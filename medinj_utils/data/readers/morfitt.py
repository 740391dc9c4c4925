"""MORFITT: abstracts of biomedical articles with their specialities, made into choice questions.

Every question asks for the speciality of an abstract. One right speciality gives a single-answer
question with five options, several give a several-answer question with six. The other options are
drawn from the twelve specialities, seeded with the abstract's identifier, so that every reading
gives the same questions.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.rules import BadRow
from medinj_utils.data.sources import Source

#: Labels of the files, and their names in French.
SPECIALITIES = {
    "veterinary": "Médecine vétérinaire", "etiology": "Étiologie", "psychology": "Psychologie",
    "surgery": "Chirurgie", "genetics": "Génétique", "physiology": "Physiologie",
    "pharmacology": "Pharmacologie", "microbiology": "Microbiologie", "immunology": "Immunologie",
    "chemistry": "Chimie", "virology": "Virologie", "parasitology": "Parasitologie"}
_OPTIONS = {"mcqu": 5, "mcq": 6}
_QUESTIONS = {"mcqu": "De quelle spécialité ce résumé relève-t-il ?",
              "mcq": "De quelles spécialités ce résumé relève-t-il ?"}


def _record(number: int, row: Mapping, split: str, provenance: str | None) -> Iterator[Mapping]:
    right = [label.strip() for label in row["specialities"].split("|")]
    unknown = [label for label in right if label not in SPECIALITIES]
    if unknown or len(set(right)) < len(right):
        reason = f"need different ones of {', '.join(SPECIALITIES)}"
        raise BadRow("specialities", row["specialities"], reason)
    task = "mcqu" if len(right) == 1 else "mcq"
    if len(right) >= _OPTIONS[task]:
        reason = f"{len(right)} right ones leave no wrong one among {_OPTIONS[task]} options"
        raise BadRow("specialities", row["specialities"], reason)
    labels = _options(row["identifier"], right, _OPTIONS[task])
    yield {"provenance": provenance, "task": task, "source": "MORFITT", "split": split,
           "licence": SOURCE.licence, "context": row["abstract"].strip(),
           "instruction": _QUESTIONS[task], "parent": f"morfitt/{row['identifier']}",
           "options": [SPECIALITIES[label] for label in labels],
           "answer_letters": [LETTERS[i] for i, label in enumerate(labels) if label in right]}


def _options(identifier: str, right: list[str], n_options: int) -> list[str]:
    """Labels of the options: the right ones among others, in an order of their own."""
    seed = int(hashlib.sha256(identifier.encode()).hexdigest()[:16], 16)
    rng = np.random.default_rng(seed)
    others = [label for label in SPECIALITIES if label not in right]
    drawn = rng.choice(others, n_options - len(right), replace=False)
    labels = right + [str(label) for label in drawn]
    return [labels[i] for i in rng.permutation(len(labels))]


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file, split in reading.split_files(".tsv"):
        record = partial(_record, split=split, provenance=reading.provenance)
        yield RawTable(name, reading.rows(file), record)


SOURCE = Source(
    name="morfitt", title="MORFITT", provenance="native", licence="CC-BY-SA-4.0",
    citation="Labrak et al., MORFITT, TALN 2023", read=_read,
    expected=(("train", 1514), ("validation", 1022), ("test", 1088)))
