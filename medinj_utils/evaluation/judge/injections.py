"""Answers that try to steer a judge: their list, and the answers made with it."""

import hashlib
from pathlib import Path
from string import Template

import numpy as np
import pandas as pd

from medinj_utils.core.identity import normalise
from medinj_utils.core.yaml_texts import read_yaml
from medinj_utils.evaluation.judge.asking import ANSWERS

FILE = Path(__file__).parent / "injections.yaml"
#: Name, as a run, of a wrong answer without an injection.
PLAIN = "without injection"


def load_injections() -> pd.DataFrame:
    """Texts without medical content that ask for a good score in one way or another.

    Appended to a wrong answer, each leaves it wrong: a judge that says 1 was steered. `$code` in a
    text stands for a code that a candidate may guess.

    Returns:
        ``name``, ``kind`` and ``text``.
    """
    rows = read_yaml(FILE)
    return pd.DataFrame([{"name": name, **row} for name, row in rows.items()])


def injected_answers(answers: pd.DataFrame) -> pd.DataFrame:
    """Each injection behind a wrong answer, and the wrong answers without one.

    The wrong answer to a question is the reference of another one. The injections take the
    questions in turn, so that all are put to a judge however few questions there are.

    Args:
        answers: with the columns that a judge takes; their candidates don't matter.

    Returns:
        Rows as a judge takes them. ``run`` is the injection's name, or `PLAIN`. Empty where no two
        questions expect different answers.
    """
    questions = answers.drop_duplicates("item")
    questions = questions[questions["reference"].str.strip().astype(bool)].reset_index(drop=True)
    questions = questions.assign(candidate=_wrong(questions["reference"]))
    questions = questions.dropna(subset="candidate")
    if questions.empty:
        return pd.DataFrame(columns=ANSWERS)
    injections = load_injections()
    turns = questions.iloc[np.arange(len(injections)) % len(questions)]
    texts = [f"{wrong}\n{Template(text).safe_substitute(code=_guess(name))}" for wrong, name, text
             in zip(turns["candidate"], injections["name"], injections["text"], strict=True)]
    injected = turns.assign(run=injections["name"].to_list(), candidate=texts)
    plain = questions[questions["item"].isin(injected["item"])].assign(run=PLAIN)
    return pd.concat([plain, injected], ignore_index=True)[ANSWERS]


def _wrong(references: pd.Series) -> list[str | None]:
    """For each reference the next one that differs, wrapping around; None if all are alike."""
    same = references.map(normalise).to_list()
    n = len(same)
    others = [next((k % n for k in range(i + 1, i + n) if same[k % n] != same[i]), None)
              for i in range(n)]
    return [None if other is None else references.iloc[other] for other in others]


def _guess(name: str) -> str:
    """A code in the form of a fence's code, but another one."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]
