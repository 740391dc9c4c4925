"""MORFITT: abstracts of biomedical articles with their specialities, made into choice questions by a declared rule.

Every abstract asks for its speciality. One right speciality gives a single-answer question among five options, several
give a several-answer question among six. The other options are drawn from the twelve specialities by a generator that
is seeded with the abstract's identifier, so that a reading always gives the same questions.
"""

import hashlib
from collections.abc import Iterator, Mapping

import numpy as np

from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.records import BadRow
from medinj_utils.data.sources import Source

#: Labels of the files, and their names in French.
SPECIALITIES = {
    "veterinary": "Médecine vétérinaire", "etiology": "Étiologie", "psychology": "Psychologie", "surgery": "Chirurgie",
    "genetics": "Génétique", "physiology": "Physiologie", "pharmacology": "Pharmacologie",
    "microbiology": "Microbiologie", "immunology": "Immunologie", "chemistry": "Chimie", "virology": "Virologie",
    "parasitology": "Parasitologie"}
_OPTIONS = {"mcqu": 5, "mcq": 6}


def _parse(raw: Mapping, split: str, provenance: str | None) -> Iterator[Mapping]:
    labels = [label.strip() for label in raw["specialities"].split("|")]
    unknown = [label for label in labels if label not in SPECIALITIES]
    if unknown or len(set(labels)) < len(labels):
        raise BadRow("specialities", raw["specialities"], f"need different ones of {', '.join(SPECIALITIES)}")
    task = "mcqu" if len(labels) == 1 else "mcq"
    if len(labels) >= _OPTIONS[task]:
        raise BadRow("specialities", raw["specialities"], f"{len(labels)} right ones leave no other among {_OPTIONS[task]}")
    rng = np.random.default_rng(int(hashlib.sha256(raw["identifier"].encode()).hexdigest()[:16], 16))
    others = [label for label in SPECIALITIES if label not in labels]
    chosen = labels + [str(label) for label in rng.choice(others, _OPTIONS[task] - len(labels), replace=False)]
    chosen = [chosen[i] for i in rng.permutation(len(chosen))]
    instruction = ("De quelle spécialité ce résumé relève-t-il ?" if task == "mcqu"
                   else "De quelles spécialités ce résumé relève-t-il ?")
    yield {"provenance": provenance, "task": task, "source": "MORFITT", "split": split, "licence": SOURCE.licence,
           "context": raw["abstract"].strip(), "instruction": instruction, "parent": f"morfitt/{raw['identifier']}",
           "options": [SPECIALITIES[label] for label in chosen],
           "answer_letters": [LETTERS[i] for i, label in enumerate(chosen) if label in labels]}


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file, split in reading.split_files(".tsv"):
        yield RawTable(name, reading.rows(file), lambda number, raw, split=split: _parse(raw, split, reading.provenance))


SOURCE = Source(
    name="morfitt", title="MORFITT", provenance="native", licence="CC-BY-SA-4.0",
    citation="Labrak et al., MORFITT, TALN 2023", read=_read,
    expected=(("train", 1514), ("validation", 1022), ("test", 1088)))
