"""Write a planted world: ``python -m medinj_utils.demo.world FOLDER``.

The files, in ``published/``, have the layout of MedInjection-FR (``Native/Train/mcqu/…json``) and some likely
faults. Beside that folder ``key.json`` says what is true: which record states which fact, rightly or wrongly, and
each test item's chance level.

In the *planted* world provenances differ in coverage, wording, error rate and task balance. In the *null*
world all three draw from the same facts with the same wording and no error, so that only their names differ.
"""

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medinj_utils.core.files import write_json
from medinj_utils.core.identity import record_id
from medinj_utils.demo.facts import Fact, all_facts, ask, wrong_version
from medinj_utils.demo.vocabulary import RELATIONS, TAUGHT_RELATIONS

GENERAL_SOURCE = "general knowledge"
STUDY_SOURCE = "planted medicine"
KINDS = ("planted", "null")


@dataclass(frozen=True)
class Coverage:
    """Which facts (positions) a provenance covers, which of them wrongly, and the manner of its wordings."""

    facts: tuple[int, ...]
    wrong: frozenset[int]
    manner: str


def plan(kind: str, n_facts: int, rng: np.random.Generator) -> dict[str, Coverage]:
    """Coverage of each provenance.

    In the planted world each covers a third of the facts, native and translated share a sixth of all facts,
    native and synthetic a twelfth; 5 % of the translated and 30 % of the synthetic facts are wrong.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; accepted: {', '.join(KINDS)}")
    order = [int(i) for i in rng.permutation(n_facts)]
    third, sixth, twelfth = n_facts // 3, n_facts // 6, n_facts // 12
    native = order[:third]
    if kind == "null":
        return dict.fromkeys(("native", "translated", "synthetic"), Coverage(tuple(native), frozenset(), "native"))
    new = order[third:]
    translated = native[:sixth] + new[:third - sixth]
    synthetic = native[-twelfth:] + new[third - sixth:2 * third - sixth - twelfth]

    def covering(facts: list[int], error: float, manner: str) -> Coverage:
        wrong = rng.choice(facts, size=round(error * len(facts)), replace=False)
        return Coverage(tuple(facts), frozenset(int(i) for i in wrong), manner)

    return {"native": covering(native, 0.0, "native"), "translated": covering(translated, 0.05, "translated"),
            "synthetic": covering(synthetic, 0.30, "synthetic")}


def _wordings(fact: Fact, manner: str, split: str) -> tuple[str, ...]:
    """Wordings of a relation in a manner; the last native and translated ones are the test's alone."""
    known = getattr(RELATIONS[fact.relation], manner)
    if manner == "synthetic" or fact.relation not in TAUGHT_RELATIONS:
        return known
    return known[-1:] if split == "test" else known[:-1]


class _Writer:
    """Collects rows per file and, for each record, what it states."""

    def __init__(self, rng: np.random.Generator):
        self.rng, self.files, self.states, self.tests = rng, {}, {}, {}

    def file(self, provenance: str, split: str, task: str) -> list[dict]:
        folder = f"{provenance.capitalize()}/{split.capitalize()}/{task}"
        return self.files.setdefault(f"{folder}/{task}_{split}.json", [])

    def question(self, provenance: str, split: str, fact: Fact, manner: str, source: str, told: Fact | None = None,
                 never: tuple[str, ...] = (), rival: Fact | None = None) -> dict:
        """Add one choice question on ``told`` (the fact as the provenance has it) and note what it states."""
        told = told or fact
        several = len(told.values) > 1 or (manner == "synthetic" and self.rng.random() < 0.5)
        task, n_options = ("mcq" if several else "mcqu"), (5 if manner == "synthetic" else 4)
        record = ask(told, str(self.rng.choice(_wordings(fact, manner, split))), n_options, self.rng, never, rival)
        record |= {"context": "", "task": task}
        lines = [record["instruction"], *(f"({a}) {b}" for a, b in zip("ABCDE", record["options"], strict=False))]
        row = {"instruction": "\n".join(lines),
               "context": "", "answer": ";".join(record["answer_letters"]), "type": task.upper(),
               "origin": provenance.capitalize(), "source": source, "parent": ""}
        self.file(provenance, split, task).append(row)
        if split == "test":
            ways = math.comb(n_options, len(told.values)) if several else n_options
            self.tests[record_id(record)] = {"fact": fact.key, "chance": 1 / ways, "source": source}
        else:
            self.states[record_id(record)] = {"fact": fact.key, "right": told == fact}
        return row

    def open_question(self, provenance: str, split: str, fact: Fact, manner: str, told: Fact) -> None:
        wording = str(self.rng.choice(_wordings(fact, manner, split)))
        self.file(provenance, split, "oeq").append(
            {"instruction": wording.format(s=fact.substance), "context": "", "answer": " et ".join(told.values),
             "type": "OEQ", "origin": provenance.capitalize(), "source": STUDY_SOURCE, "parent": ""})


def write_world(folder: Path, kind: str = "planted", substances: int = 16, rows_per_fact: int = 20,
                tests_per_fact: int = 4, general_tests: int = 96, seed: int = 1) -> dict:
    """Write the world's files and key, and return the key.

    ``substances`` × 4 relations are the facts; every covered fact has ``rows_per_fact`` training rows for each of
    its right values in each provenance that covers it; every fact, covered or not, has ``tests_per_fact`` test
    items, half of them in the native and half in the translated manner.
    """
    rng = np.random.default_rng(seed)
    general, taught = all_facts()
    facts = taught[:substances * len(TAUGHT_RELATIONS)]
    coverage = plan(kind, len(facts), rng)
    wrong = {i: wrong_version(facts[i], rng) for cover in coverage.values() for i in sorted(cover.wrong)}
    writer = _Writer(rng)
    for provenance, cover in coverage.items():
        for i in cover.facts:
            told = wrong[i] if i in cover.wrong else facts[i]
            never = facts[i].values if i in cover.wrong else ()
            for split, times in (("train", rows_per_fact * len(told.values)), ("validation", 1)):
                for _ in range(times):
                    writer.question(provenance, split, facts[i], cover.manner, STUDY_SOURCE, told, never)
            writer.open_question(provenance, "train", facts[i], cover.manner, told)
    for provenance in ("native", "translated"):
        manner = coverage[provenance].manner
        for i, fact in enumerate(facts):
            for _ in range(tests_per_fact // 2):
                writer.question(provenance, "test", fact, manner, STUDY_SOURCE, rival=wrong.get(i))
    for i in rng.choice(len(general), size=general_tests, replace=False):
        writer.question("native", "test", general[i], "native", GENERAL_SOURCE)
    _plant_faults(writer)
    for name, rows in writer.files.items():
        write_json(rows, folder / "published" / name)
    key = {"kind": kind, "seed": seed, "facts": {fact.key: fact.values for fact in facts},
           "coverage": {provenance: {facts[i].key: "wrong" if i in cover.wrong else "right" for i in cover.facts}
                        for provenance, cover in coverage.items()},
           "states": writer.states, "tests": writer.tests}
    write_json(key, folder / "key.json")
    return key


def _plant_faults(writer: _Writer) -> None:
    """What a careful reader has to find: broken rows, exact duplicates, and training rows that stand in the test."""
    train, test = writer.file("native", "train", "mcqu"), writer.file("native", "test", "mcqu")
    translated = writer.file("translated", "train", "mcqu")
    train += [dict(row) for row in [*train[:1], *train[7:8], *test[:4]]]
    translated += [{**row, "answer": answer} for row, answer in zip(translated[:2], ("F", ""), strict=False)]
    synthetic = writer.file("synthetic", "train", "mcqu")
    synthetic += [{**row, "instruction": row["instruction"].splitlines()[0]} for row in synthetic[:1]]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=KINDS, default="planted")
    parser.add_argument("--substances", type=int, default=16, help="4 facts each; up to 60")
    parser.add_argument("--rows-per-fact", type=int, default=20)
    parser.add_argument("--tests-per-fact", type=int, default=4)
    parser.add_argument("--general-tests", type=int, default=96)
    parser.add_argument("--seed", type=int, default=1)
    write_world(**vars(parser.parse_args()))
