"""Write a planted world: ``python -m medinj_utils.demo.world FOLDER``.

The files, in ``published/``, have the layout of MedInjection-FR (``Native/Train/mcqu/…json``) and
some likely faults. Beside that folder ``key.json`` holds the truth: which record states which fact,
rightly or wrongly, and each test item's fact and chance level. ``triplets/`` holds open answers of
known truth (`medinj_utils.demo.triplets`).

In the *planted* world provenances differ in coverage, wording, error rate and task balance. In the
*null* world all three draw from the same facts with the same wording and no error, so that only
their names differ.
"""

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medinj_utils.core.files import write_json
from medinj_utils.core.identity import record_id
from medinj_utils.core.names import WORLDS, check_choice
from medinj_utils.core.prompts import LETTERS
from medinj_utils.demo.facts import Fact, all_facts, ask, wrong_version
from medinj_utils.demo.triplets import write_triplets
from medinj_utils.demo.vocabulary import RELATIONS, TAUGHT_RELATIONS

GENERAL_SOURCE = "general knowledge"
STUDY_SOURCE = "planted medicine"
_OPEN_TESTS = 24  # open test questions in each of the two manners
_ERRORS = {"native": 0.0, "translated": 0.05, "synthetic": 0.30}


@dataclass(frozen=True)
class Coverage:
    """What a provenance covers, and how.

    Args:
        facts: positions of the facts that are covered.
        wrong: positions of those that are stated wrongly.
        manner: provenance whose wordings are used.
    """

    facts: tuple[int, ...]
    wrong: frozenset[int]
    manner: str


def plan(kind: str, n_facts: int, rng: np.random.Generator) -> dict[str, Coverage]:
    """Coverage of each provenance.

    In the planted world each covers a third of the facts, native and translated share a sixth of
    all facts, native and synthetic a twelfth; 5 % of the translated and 30 % of the synthetic facts
    are wrong.

    Args:
        kind: planted or null.
        n_facts: number of facts.
        rng: decides which facts each covers.

    Raises:
        ValueError: the kind is unknown.
    """
    check_choice("kind", kind, WORLDS)
    order = [int(i) for i in rng.permutation(n_facts)]
    third, sixth, twelfth = n_facts // 3, n_facts // 6, n_facts // 12
    native, others = order[:third], order[third:]
    if kind == "null":
        same = Coverage(tuple(native), frozenset(), "native")
        return dict.fromkeys(("native", "translated", "synthetic"), same)
    n_translated = third - sixth
    n_synthetic = third - twelfth
    covered = {
        "native": native,
        "translated": native[:sixth] + others[:n_translated],
        "synthetic": native[-twelfth:] + others[n_translated:n_translated + n_synthetic]}
    return {provenance: _with_errors(facts, provenance, rng)
            for provenance, facts in covered.items()}


def _with_errors(facts: list[int], provenance: str, rng: np.random.Generator) -> Coverage:
    n_wrong = round(_ERRORS[provenance] * len(facts))
    wrong = rng.choice(facts, size=n_wrong, replace=False)
    return Coverage(tuple(facts), frozenset(int(i) for i in wrong), manner=provenance)


def _wordings(fact: Fact, manner: str, split: str) -> tuple[str, ...]:
    """Wordings of a relation in a manner; the last native and translated ones are for the test."""
    wordings = getattr(RELATIONS[fact.relation], manner)
    if manner == "synthetic" or fact.relation not in TAUGHT_RELATIONS:
        return wordings
    return wordings[-1:] if split == "test" else wordings[:-1]


@dataclass(frozen=True)
class _Part:
    """The part of the published files that a question goes to, and the manner of its wording."""

    provenance: str
    split: str
    manner: str
    source: str = STUDY_SOURCE

    def row(self, instruction: str, answer: str, task: str) -> dict:
        return {"instruction": instruction, "context": "", "answer": answer, "type": task.upper(),
                "origin": self.provenance.capitalize(), "source": self.source, "parent": ""}


class _Writer:
    """Collects rows per file and, for each record, what it states."""

    def __init__(self, rng: np.random.Generator):
        self.rng = rng
        self.files: dict[str, list[dict]] = {}
        self.states: dict[str, dict] = {}
        self.tests: dict[str, dict] = {}
        self.open_tests: dict[str, dict] = {}

    def file(self, provenance: str, split: str, task: str) -> list[dict]:
        """Rows of a file, which is created if it does not exist."""
        folder = f"{provenance.capitalize()}/{split.capitalize()}/{task}"
        return self.files.setdefault(f"{folder}/{task}_{split}.json", [])

    def question(self, part: _Part, fact: Fact, stated: Fact | None = None,
                 never: tuple[str, ...] = (), rival: Fact | None = None) -> None:
        """Add one choice question and note what it states.

        Args:
            part: where it goes.
            fact: what is true.
            stated: the fact as the provenance states it, if it differs.
            never: see `medinj_utils.demo.facts.ask`.
            rival: see `medinj_utils.demo.facts.ask`.
        """
        stated = stated or fact
        synthetic = part.manner == "synthetic"
        several = len(stated.values) > 1 or (synthetic and self.rng.random() < 0.5)
        task = "mcq" if several else "mcqu"
        n_options = 5 if synthetic else 4
        wording = str(self.rng.choice(_wordings(fact, part.manner, part.split)))
        record = ask(stated, wording, n_options, self.rng, never, rival)
        record |= {"context": "", "task": task}
        options = zip(LETTERS, record["options"], strict=False)
        lines = [record["instruction"], *(f"({letter}) {option}" for letter, option in options)]
        row = part.row("\n".join(lines), ";".join(record["answer_letters"]), task)
        self.file(part.provenance, part.split, task).append(row)
        if part.split == "test":
            ways = math.comb(n_options, len(stated.values)) if several else n_options
            self.tests[record_id(record)] = {"fact": fact.key, "chance": 1 / ways,
                                             "source": part.source}
        else:
            self.states[record_id(record)] = {"fact": fact.key, "right": stated == fact}

    def open_question(self, part: _Part, fact: Fact, stated: Fact) -> None:
        """Add one open question; only test questions are noted, since mixtures leave others out."""
        wording = str(self.rng.choice(_wordings(fact, part.manner, part.split)))
        row = part.row(wording.format(s=fact.substance), " et ".join(stated.values), "oeq")
        self.file(part.provenance, part.split, "oeq").append(row)
        if part.split == "test":
            record = row | {"options": [], "answer_letters": [], "answer_text": row["answer"]}
            self.open_tests[record_id(record)] = {"fact": fact.key, "source": part.source}


def write_world(folder: Path, kind: str = "planted", substances: int = 16, rows_per_fact: int = 20,
                tests_per_fact: int = 4, general_tests: int = 96, seed: int = 1) -> dict:
    """Write a world's files and key.

    Args:
        folder: takes ``published/``, ``triplets/`` and ``key.json``.
        kind: planted or null.
        substances: each has 4 facts; 4 to 60.
        rows_per_fact: training rows that each provenance that covers a fact has for each of its
            right values.
        tests_per_fact: test items of every fact, covered or not, half of them in the native and
            half in the translated manner.
        general_tests: test items about general knowledge.
        seed: of all that is drawn.

    Returns:
        The key: ``kind``, ``seed``, ``facts``, ``coverage``, by record id ``states``, ``tests`` and
        ``open_tests``, and ``triplets``, of `medinj_utils.demo.triplets.write_triplets`.
    """
    rng = np.random.default_rng(seed)
    general_facts, taught_facts = all_facts()
    facts = taught_facts[:substances * len(TAUGHT_RELATIONS)]
    coverage = plan(kind, len(facts), rng)
    wrong = {i: wrong_version(facts[i], rng) for cover in coverage.values()
             for i in sorted(cover.wrong)}
    writer = _Writer(rng)
    for provenance, cover in coverage.items():
        _write_training(writer, provenance, cover, facts, wrong, rows_per_fact)
    for provenance in ("native", "translated"):
        part = _Part(provenance, "test", coverage[provenance].manner)
        for i, fact in enumerate(facts):
            for _ in range(tests_per_fact // 2):
                writer.question(part, fact, rival=wrong.get(i))
    for i in rng.choice(len(general_facts), size=general_tests, replace=False):
        writer.question(_Part("native", "test", "native", GENERAL_SOURCE), general_facts[i])
    _plant_faults(writer)
    if kind == "planted":
        writer.rng = np.random.default_rng([seed, 1])  # other draws stay as they are
        _write_open_tests(writer, facts)
    for name, rows in writer.files.items():
        write_json(rows, folder / "published" / name)
    key = {"kind": kind, "seed": seed, "facts": {fact.key: fact.values for fact in facts},
           "coverage": {provenance: {facts[i].key: "wrong" if i in cover.wrong else "right"
                                     for i in cover.facts}
                        for provenance, cover in coverage.items()},
           "states": writer.states, "tests": writer.tests, "open_tests": writer.open_tests,
           "triplets": write_triplets(folder / "triplets", facts, general_facts, seed)}
    write_json(key, folder / "key.json")
    return key


def _write_training(writer: _Writer, provenance: str, cover: Coverage, facts: list[Fact],
                    wrong: dict[int, Fact], rows_per_fact: int) -> None:
    """Training and validation rows of one provenance."""
    train = _Part(provenance, "train", cover.manner)
    validation = _Part(provenance, "validation", cover.manner)
    for i in cover.facts:
        stated = wrong[i] if i in cover.wrong else facts[i]
        never = facts[i].values if i in cover.wrong else ()
        for part, times in ((train, rows_per_fact * len(stated.values)), (validation, 1)):
            for _ in range(times):
                writer.question(part, facts[i], stated, never)
        writer.open_question(train, facts[i], stated)


def _write_open_tests(writer: _Writer, facts: list[Fact]) -> None:
    """Open test questions, half of them native and half translated, each on a fact of its own."""
    for provenance in ("native", "translated"):
        part = _Part(provenance, "test", provenance)
        for i in writer.rng.permutation(len(facts))[:_OPEN_TESTS]:
            writer.open_question(part, facts[i], facts[i])


def _plant_faults(writer: _Writer) -> None:
    """Broken rows, exact duplicates, and training rows that are also in the test."""
    train = writer.file("native", "train", "mcqu")
    test = writer.file("native", "test", "mcqu")
    translated = writer.file("translated", "train", "mcqu")
    synthetic = writer.file("synthetic", "train", "mcqu")
    train += [dict(row) for row in [*train[:1], *train[7:8], *test[:4]]]
    translated += [{**row, "answer": answer}
                   for row, answer in zip(translated[:2], ("F", ""), strict=False)]
    synthetic += [{**row, "instruction": row["instruction"].splitlines()[0]}
                  for row in synthetic[:1]]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=WORLDS, default="planted")
    parser.add_argument("--substances", type=int, default=16, help="4 facts each; up to 60")
    parser.add_argument("--rows-per-fact", type=int, default=20)
    parser.add_argument("--tests-per-fact", type=int, default=4)
    parser.add_argument("--general-tests", type=int, default=96)
    parser.add_argument("--seed", type=int, default=1)
    write_world(**vars(parser.parse_args()))
