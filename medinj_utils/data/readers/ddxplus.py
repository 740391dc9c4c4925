"""DDXPlus in French: patients simulated by a rule engine, made into questions by the rules declared here.

Every patient gives three records on the same vignette:

- *mcqu*: the diagnosis among four that are not in the patient's differential;
- *mcq*: the three likeliest diagnoses of the differential among two that are not in it;
- *oeq*: the diagnosis, asked openly.

The published set has one file of patients; by position, of every ten patients eight go to train, one to
validation and one to test. Evidences at their default value are left out of the vignette.
"""

import ast
from collections.abc import Iterator, Mapping

import numpy as np

from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.records import BadRow
from medinj_utils.data.sources import Source

_SPLITS = ("train",) * 8 + ("validation", "test")
_LIKELIEST = 3


def _decode(feature: str, evidences: Mapping) -> tuple[str, str | None]:
    """(evidence, its value in French); the value is None where it is the default one."""
    name, _, value = feature.partition("_@_")
    if name not in evidences:
        raise BadRow("features", feature, "unknown evidence")
    known = evidences[name]
    if not value:
        return name, "oui"
    if value == str(known["default_value"]):
        return name, None
    meanings = known["value_meaning"]
    return name, meanings[value]["fr"] if value in meanings else value


def vignette(raw: Mapping, evidences: Mapping) -> str:
    """Age, sex, reason for consulting, signs and history of one patient, as French text."""
    told: dict[str, list[str]] = {}
    for feature in ast.literal_eval(raw["features"]):
        name, value = _decode(feature, evidences)
        if value is not None:
            told.setdefault(name, []).append(value)
    parts = {False: [], True: []}
    for name, values in told.items():
        question = evidences[name]["question_fr"].strip().rstrip("?: ")
        parts[bool(evidences[name]["is_antecedent"])].append(f"{question} : {', '.join(values)}")
    who = {"M": "Homme", "F": "Femme"}.get(raw["sex"])
    if who is None:
        raise BadRow("sex", raw["sex"], "need M or F")
    reason = evidences[_decode(raw["feature_id"], evidences)[0]]["question_fr"].strip()
    text = f"{who} de {raw['age']} ans. Motif de consultation : {reason} Signes : {' ; '.join(parts[False])}."
    return text + (f" Antécédents : {' ; '.join(parts[True])}." if parts[True] else "")


def _parse(raw: Mapping, number: int, evidences: Mapping, french: Mapping, provenance: str | None) -> Iterator[Mapping]:
    differential = [name for name, _ in ast.literal_eval(raw["top5_diagnoses"])]
    for name in (raw["diagnosis"], *differential):
        if name not in french:
            raise BadRow("diagnosis", name, "not among the conditions")
    right, others = french[raw["diagnosis"]], [french[name] for name in differential]
    unlikely = [name for name in french.values() if name != right and name not in others]
    rng = np.random.default_rng(number)  # the patient's position: the same options at every reading
    shared = {"provenance": provenance, "source": "DDXPlus-FR", "split": _SPLITS[number % 10],
              "context": vignette(raw, evidences), "licence": SOURCE.licence}

    def choice(task: str, instruction: str, answers: list[str], n_distractors: int) -> Mapping:
        if len(unlikely) < n_distractors:
            raise BadRow("top5_diagnoses", len(others), "the differential leaves too few other conditions")
        options = answers + [str(name) for name in rng.choice(unlikely, n_distractors, replace=False)]
        options = [options[i] for i in rng.permutation(len(options))]
        letters = [LETTERS[i] for i, option in enumerate(options) if option in answers]
        return shared | {"task": task, "instruction": instruction, "options": options, "answer_letters": letters}

    yield choice("mcqu", "Quel est le diagnostic le plus probable ?", [right], 4)
    yield choice("mcq", "Quels diagnostics sont à retenir dans le diagnostic différentiel ?", others[:_LIKELIEST], 2)
    yield shared | {"task": "oeq", "instruction": "Quel diagnostic proposez-vous ?", "answer_text": right}


def _read(reading: Reading) -> Iterator[RawTable]:
    evidences = reading.json(reading.one_file("release_evidences.json"))
    conditions = reading.json(reading.one_file("release_conditions.json"))
    french = {name: condition["cond-name-fr"] for name, condition in conditions.items()}
    patients = reading.one_file("release_test_patients_mini_version.csv")
    yield RawTable(patients.name, reading.rows(patients),
                   lambda number, raw: _parse(raw, number, evidences, french, reading.provenance))


SOURCE = Source(
    name="ddxplus", title="DDXPlus (French)", provenance="synthetic", licence="CC-BY-4.0",
    citation="Fansi Tchango et al., DDXPlus, NeurIPS 2022 Datasets and Benchmarks", read=_read,
    expected=(("all", 2611),))
