"""DDXPlus in French: patients simulated by a rule engine, made into questions by rules.

Every patient gives three records on the same vignette:

- *mcqu*: the diagnosis among four that are not in the patient's differential;
- *mcq*: the three likeliest diagnoses of the differential among two that are not in it;
- *oeq*: the diagnosis, as an open question.

The published set has one file of patients. Of every ten patients, in the file's order, eight go to
train, one to validation and one to test. Vignettes leave out evidences at their default value.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.rules import BadRow
from medinj_utils.data.sources import Source

_SPLITS = ("train",) * 8 + ("validation", "test")
_LIKELIEST = 3
_SEXES = {"M": "Homme", "F": "Femme"}
_DISTRACTORS = {"mcqu": 4, "mcq": 2}
_QUESTIONS = {"mcqu": "Quel est le diagnostic le plus probable ?",
              "mcq": "Quels diagnostics sont à retenir dans le diagnostic différentiel ?",
              "oeq": "Quel diagnostic proposez-vous ?"}


def _decode(feature: str, evidences: Mapping) -> tuple[str, str | None]:
    """(evidence, its value in French); the value is None where it is the default one."""
    name, _, value = feature.partition("_@_")
    if name not in evidences:
        raise BadRow("features", feature, "unknown evidence")
    evidence = evidences[name]
    if not value:
        return name, "oui"
    if value == str(evidence["default_value"]):
        return name, None
    meanings = evidence["value_meaning"]
    return name, meanings[value]["fr"] if value in meanings else value


def vignette(patient: Mapping, evidences: Mapping) -> str:
    """Age, sex, reason for consulting, signs and history of one patient, as French text.

    Args:
        patient: row of the published table.
        evidences: the published questions, by name.

    Raises:
        BadRow: an evidence or the sex is unknown.
    """
    values_of: dict[str, list[str]] = {}
    for feature in ast.literal_eval(patient["features"]):
        name, value = _decode(feature, evidences)
        if value is not None:
            values_of.setdefault(name, []).append(value)
    signs, history = [], []
    for name, values in values_of.items():
        question = evidences[name]["question_fr"].strip().rstrip("?: ")
        part = history if evidences[name]["is_antecedent"] else signs
        part.append(f"{question} : {', '.join(values)}")
    sex = _SEXES.get(patient["sex"])
    if sex is None:
        raise BadRow("sex", patient["sex"], "need M or F")
    reason, _ = _decode(patient["feature_id"], evidences)
    text = (f"{sex} de {patient['age']} ans. Motif de consultation : "
            f"{evidences[reason]['question_fr'].strip()} Signes : {' ; '.join(signs)}.")
    return text + (f" Antécédents : {' ; '.join(history)}." if history else "")


@dataclass(frozen=True)
class _Patients:
    """Makes records of patients; ``french`` gives the French name of each condition."""

    evidences: Mapping
    french: Mapping[str, str]
    provenance: str | None

    def records(self, number: int, patient: Mapping) -> Iterator[Mapping]:
        differential = [name for name, _ in ast.literal_eval(patient["top5_diagnoses"])]
        for name in (patient["diagnosis"], *differential):
            if name not in self.french:
                raise BadRow("diagnosis", name, "not among the conditions")
        right = self.french[patient["diagnosis"]]
        others = [self.french[name] for name in differential]
        unlikely = [name for name in self.french.values() if name != right and name not in others]
        rng = np.random.default_rng(number)  # by position: every reading gives the same
        shared = {"provenance": self.provenance, "source": "DDXPlus-FR",
                  "split": _SPLITS[number % 10], "licence": SOURCE.licence,
                  "context": vignette(patient, self.evidences)}
        if len(unlikely) < _DISTRACTORS["mcqu"]:
            reason = "the differential leaves too few other conditions"
            raise BadRow("top5_diagnoses", len(others), reason)
        for task, answers in (("mcqu", [right]), ("mcq", others[:_LIKELIEST])):
            choice = _choice(answers, unlikely, _DISTRACTORS[task], rng)
            yield shared | {"task": task, "instruction": _QUESTIONS[task]} | choice
        yield shared | {"task": "oeq", "instruction": _QUESTIONS["oeq"], "answer_text": right}


def _choice(answers: list[str], unlikely: list[str], n_distractors: int,
            rng: np.random.Generator) -> dict:
    """Options in a random order and the right letters."""
    distractors = rng.choice(unlikely, n_distractors, replace=False)
    options = answers + [str(name) for name in distractors]
    options = [options[i] for i in rng.permutation(len(options))]
    letters = [LETTERS[i] for i, option in enumerate(options) if option in answers]
    return {"options": options, "answer_letters": letters}


def _read(reading: Reading) -> Iterator[RawTable]:
    evidences = reading.json(reading.one_file("release_evidences.json"))
    conditions = reading.json(reading.one_file("release_conditions.json"))
    french = {name: condition["cond-name-fr"] for name, condition in conditions.items()}
    file = reading.one_file("release_test_patients_mini_version.csv")
    patients = _Patients(evidences, french, reading.provenance)
    yield RawTable(file.name, reading.rows(file), patients.records)


SOURCE = Source(
    name="ddxplus", title="DDXPlus (French)", provenance="synthetic", licence="CC-BY-4.0",
    citation="Fansi Tchango et al., DDXPlus, NeurIPS 2022 Datasets and Benchmarks", read=_read,
    expected=(("all", 2611),))
