"""Triplets of the planted world: questions, references, and generated answers of known truth.

Five simulated generators differ in how often they are right and in how much they write. The world's
key holds truth and kind of each answer, and the planted properties of raters and judges.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from medinj_utils.core.files import write_json
from medinj_utils.demo.facts import Fact, state, wrong_version
from medinj_utils.demo.simulated import JUDGES, RATERS, SimulatedJudge, SimulatedRater
from medinj_utils.demo.vocabulary import RELATIONS

KINDS = ("right", "terse right", "partly right", "wrong", "verbose wrong")
RIGHT = KINDS[:2]
EVALUATED, TRAINING = "evaluated.json", "judge_training.json"
_QUESTIONS = 80
#: Answers in the simulated training file of a judge: copied from the evaluated ones, to questions
#: that are also evaluated, to others.
_COPIED, _SHARED, _OTHER = 6, 6, 28
_EXTRA = 4  # additional sentences of a verbose wrong answer


@dataclass(frozen=True)
class Generator:
    """A simulated generator of answers.

    Args:
        name: of the generator.
        chances: of each of `KINDS`; they add up to 1.
        sentences: mean number of sentences without content.
    """

    name: str
    chances: tuple[float, ...]
    sentences: float


GENERATORS = (Generator("brief", (0.15, 0.50, 0.10, 0.25, 0.00), 0.3),
              Generator("plain", (0.50, 0.10, 0.15, 0.20, 0.05), 1.5),
              Generator("strong", (0.65, 0.10, 0.10, 0.10, 0.05), 3.0),
              Generator("weak", (0.15, 0.10, 0.20, 0.35, 0.20), 2.0),
              Generator("wordy", (0.40, 0.00, 0.15, 0.10, 0.35), 6.0))
#: Sentences without content, in French and English.
_FILLERS = (
    ("C'est une question que l'on pose souvent.", "This question is often asked."),
    ("La réponse demande un peu d'attention.", "The answer takes some care."),
    ("Il convient de lire la notice avant tout emploi.", "Read the leaflet before any use."),
    ("Le dossier doit être relu avec soin.", "The file has to be read again with care."),
    ("En cas de doute, on demande conseil à un collègue.", "In doubt, one asks a colleague."),
    ("Ces données sont connues depuis longtemps.", "These data have long been known."),
    ("Un suivi régulier reste utile dans tous les cas.", "Regular visits are always of use."),
    ("Les ouvrages de base traitent ce point en détail.", "Textbooks treat this in detail."),
    ("Chaque situation doit être examinée pour elle-même.", "Each case has to be looked at."),
    ("Il faut aussi tenir compte du contexte général.", "The context counts as well."),
    ("Cette remarque vaut pour la plupart des situations.", "This holds in most situations."),
    ("On notera que l'usage varie d'un service à l'autre.", "Use varies between wards."))
_ENGLISH = {"indication": "{s} is indicated for {v}.", "dose": "{s} is given at {v} brins.",
            "contre_indication": "{s} is contraindicated in {v}.", "effet": "{s} causes {v}.",
            "famille": "{s} belongs to the {v}.", "couleur": "The colour of {s} is {v}.",
            "origine": "{s} comes from {v}."}


def write_triplets(folder: Path, taught_facts: Sequence[Fact], general_facts: Sequence[Fact],
                   seed: int) -> dict:
    """Write the triplets, and a file as if a judge had been tuned on it.

    Half of the questions are about the world's taught facts, or fewer where these run out, the
    others about general ones. The random numbers are used here alone, so that nothing else in the
    world depends on them.

    Args:
        folder: takes ``evaluated.json``, in this book's columns, and ``judge_training.json``, in
            the form in which the sister paper published such chats.
        taught_facts: facts of the world.
        general_facts: facts of its general knowledge.
        seed: of all that is drawn.

    Returns:
        For the world's key: the planted ``generators``, ``raters`` and ``judges``; ``answers``, by
        file and row, with ``kind`` and ``truth``; ``leaked``, the number of evaluated answers that
        are in the training file (``answer``), or whose question is (``question``).
    """
    rng = np.random.default_rng([seed, 35])
    raters, judges = ([replace(one, seed=seed) for one in group] for group in (RATERS, JUDGES))
    questions = _choose_questions(taught_facts, general_facts, rng)
    rows, answers = [], {}
    for fact, question in questions[:_QUESTIONS]:
        for generator in GENERATORS:
            kind = KINDS[rng.choice(len(KINDS), p=generator.chances)]
            position, truth = f"{EVALUATED}:{len(rows)}", int(kind in RIGHT)
            text, english = _answer(fact, kind, generator, rng)
            rows.append(_row(fact, question, text)
                        | {"translation": english, "generator": generator.name}
                        | _labels(raters, judges, position, truth, text))
            answers[position] = {"kind": kind, "truth": truth}
    training = _training(rows, questions, rng)
    write_json(rows, folder / EVALUATED)
    write_json([_chat(row) for row in training], folder / TRAINING)
    shared = {row["question"] for row in training}
    copied = {(row["question"], row["candidate"]) for row in training}
    leaked = {"question": sum(row["question"] in shared for row in rows),
              "answer": sum((row["question"], row["candidate"]) in copied for row in rows)}
    return {"generators": [asdict(generator) for generator in GENERATORS],
            "raters": [asdict(rater) for rater in raters],
            "judges": [judge.planted for judge in judges], "answers": answers, "leaked": leaked}


def _choose_questions(taught_facts: Sequence[Fact], general_facts: Sequence[Fact],
                      rng: np.random.Generator) -> list[tuple[Fact, str]]:
    """Facts in a random order, each with a question: those to be evaluated, then others."""
    known = [taught_facts[i] for i in rng.permutation(len(taught_facts))[:_QUESTIONS // 2]]
    others = [general_facts[i] for i in rng.permutation(len(general_facts))]
    facts = [*known, *others[:_QUESTIONS - len(known) + _OTHER]]
    return [(fact, str(rng.choice(RELATIONS[fact.relation].native)).format(s=fact.substance))
            for fact in facts]


def _row(fact: Fact, question: str, text: str) -> dict:
    return {"question": question, "reference": " et ".join(fact.values), "candidate": text}


def _labels(raters: Sequence[SimulatedRater], judges: Sequence[SimulatedJudge], position: str,
            truth: int, text: str) -> dict:
    """Labels of raters and verdicts of judges on an answer."""
    human, *others = raters
    return {"label": human.rate(position, truth), "labels_by": human.name,
            **{rater.name: rater.rate(position, truth) for rater in others},
            **{judge.name: judge.verdict(position, truth, text) for judge in judges}}


def _answer(fact: Fact, kind: str, generator: Generator,
            rng: np.random.Generator) -> tuple[str, str]:
    """An answer of a kind in French and in English."""
    wrong = wrong_version(fact, rng)
    if kind == "terse right":
        return f"{' et '.join(fact.values).capitalize()}.", f"{' and '.join(fact.values)}."
    stated = fact if kind == "right" else wrong
    if kind == "partly right":
        stated = Fact(fact.substance, fact.relation, (*fact.values[:1], *wrong.values[-1:]))
    sentence = state(stated, rng)
    english = _ENGLISH[fact.relation].format(s=fact.substance, v=" and ".join(stated.values))
    more = int(rng.poisson(generator.sentences)) + _EXTRA * (kind == "verbose wrong")
    chosen = rng.choice(len(_FILLERS), size=min(more, len(_FILLERS)), replace=False)
    position = int(rng.integers(len(chosen) + 1))
    parts = [_FILLERS[i] for i in chosen]
    parts.insert(position, (sentence, english))
    return tuple(" ".join(texts) for texts in zip(*parts, strict=True))


def _training(rows: list[dict], questions: list[tuple[Fact, str]],
              rng: np.random.Generator) -> list[dict]:
    """Rows of the training file: copies, new answers to the same questions, others."""
    step = len(GENERATORS)
    copied = rows[:_COPIED * step:step]
    strong = GENERATORS[2]
    shared = questions[_COPIED:_COPIED + _SHARED]
    new = []
    for fact, question in [*shared, *questions[_QUESTIONS:]]:
        kind = KINDS[rng.choice(len(KINDS), p=strong.chances)]
        text, _ = _answer(fact, kind, strong, rng)
        new.append(_row(fact, question, text) | {"label": int(kind in RIGHT)})
    return [*copied, *new]


def _chat(row: dict) -> list[dict]:
    """A row in the form of the published training data."""
    user = (f"Question : {row['question']}, Ground truth answer : {row['reference']}, candidate "
            f"answer : {row['candidate']}")
    return [{"role": "system", "content": "Return only the score (0 or 1)."},
            {"role": "user", "content": user},
            {"role": "assistant", "content": str(row["label"])}]
