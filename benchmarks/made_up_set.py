"""A made-up set in the shape of MedInjection-FR's ``ALL``, with planted faults and their key."""

from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from medinj_utils.core.prompts import LETTERS
from medinj_utils.data import published, read_source, read_texts

SHARES = {(part.capitalize(), split): n for part, stated in published.STATED.items()
          if part != "all" for split, n in stated.items() if split != "total" and n}
TASKS = {"Native": {"MCQU": 0.62, "MCQ": 0.24, "OEQ": 0.14},
         "Synthetic": {"MCQ": 0.438, "OEQ": 0.562},
         "Translated": {"MCQU": 0.94, "MCQ": 0.03, "OEQ": 0.03}}
_CHANGED = 0.05  # share of the words that differ between near-duplicates


def open_texts(data: Path) -> dict[str, list[list[str]]]:
    """Words of questions, options, contexts and answers of the open sets in ``data``."""
    french, _ = read_source("frenchmedmcqa", data / "frenchmedmcqa" / "raw")
    cases, _ = read_source("casimedicos", data / "casimedicos-fr" / "raw")
    faq, _ = read_source("mesconseilscovid", data / "mesconseilscovid-faq" / "raw")
    texts, _ = read_texts("e3c", data / "e3c-fr-clinical-cases")
    options = chain(*french["options"], *cases["options"])
    contexts = [*cases["context"], *texts["text"]]
    answers = [*faq["answer_text"], *cases["explanation"]]
    return {"question": [text.split() for text in [*french["instruction"], *cases["instruction"]]],
            "option": [option.split() for option in options],
            "context": [text.split() for text in contexts if text.strip()],
            "answer": [text.split() for text in answers if text.strip()]}


class Writer:
    """Texts whose lengths and words are sampled from the open sets' texts of the same kind."""

    def __init__(self, texts: dict[str, list[list[str]]], rng: np.random.Generator):
        self.rng = rng
        self.lengths = {kind: np.array([len(words) for words in known if words])
                        for kind, known in texts.items()}
        self.words = {kind: np.array(list(chain(*known)), dtype=object)
                      for kind, known in texts.items()}

    def texts(self, kind: str, n: int, least: int = 1) -> list[str]:
        """``n`` texts of a kind, of at least ``least`` words."""
        lengths = np.maximum(self.rng.choice(self.lengths[kind], n), least)
        words = self.words[kind][self.rng.integers(len(self.words[kind]), size=lengths.sum())]
        ends = np.cumsum(lengths)
        return [" ".join(words[end - length:end])
                for end, length in zip(ends, lengths, strict=True)]


def made_up_rows(data: Path, rows: int) -> pd.DataFrame:
    """Rows with the columns of ``ALL`` and ``split``, without faults or planted duplicates."""
    rng = np.random.default_rng(0)
    writer = Writer(open_texts(data), rng)
    total = sum(SHARES.values())
    parts = [_part(writer, origin, split, round(rows * share / total))
             for (origin, split), share in SHARES.items()]
    return pd.concat(parts, ignore_index=True)


def _part(writer: Writer, origin: str, split: str, n: int) -> pd.DataFrame:
    """``n`` rows of one provenance and split."""
    rng = writer.rng
    tasks = rng.choice(list(TASKS[origin]), n, p=list(TASKS[origin].values()))
    questions = writer.texts("question", n, least=6)
    answers = writer.texts("answer", n, least=3)
    has_context = rng.random(n) < 0.5
    contexts = np.where(has_context, np.array(writer.texts("context", n), dtype=object), "")
    options = iter(writer.texts("option", 5 * n, least=2))
    instruction, answer = [], []
    for i, task in enumerate(tasks):
        own = [next(options) for _ in range(5)][:4 if task == "MCQU" else 5]
        lines = [f"({letter}) {text}" for letter, text in zip(LETTERS, own, strict=False)]
        n_right = 1 if task == "MCQU" else rng.integers(1, 4)
        right = sorted(rng.choice(len(own), n_right, replace=False))
        is_open = task == "OEQ"
        instruction.append(questions[i] if is_open else "\n".join([questions[i], *lines]))
        answer.append(answers[i] if is_open else ";".join(LETTERS[position] for position in right))
    return pd.DataFrame({"instruction": instruction, "context": contexts, "answer": answer,
                         "type": tasks, "origin": origin, "split": split})


class _Faults:
    """Faulty training rows that are added to a table, and their key."""

    def __init__(self, rows: pd.DataFrame):
        self.rows = rows
        self.added: list[dict] = []
        self.key: dict[str, list] = {"duplicate": [], "leak": [], "near": [], "broken": []}

    def add(self, kind: str, original: int, **changes: str) -> None:
        position = len(self.rows) + len(self.added)
        row = self.rows.iloc[original].to_dict() | {"split": "train"} | changes
        self.added.append(row)
        self.key[kind].append(position if kind == "broken" else (position, int(original)))


def plant(rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, list]]:
    """The rows with faults after them, and the key.

    The key has, for each kind, the pairs (position, position of its original), and for ``broken``
    positions alone.
    """
    rng = np.random.default_rng(1)
    n = max(20, len(rows) // 400)
    choices = np.flatnonzero(rows["type"] != "OEQ")
    splits = rows["split"].to_numpy()[choices]
    train, test = (rng.permutation(choices[splits == split]) for split in ("train", "test"))
    faults = _Faults(rows)
    for original in train[:n]:
        faults.add("duplicate", original)
    for original in test[:n // 2]:
        stem, *options = rows["instruction"].iloc[original].split("\n")
        turned = [f"({letter}) {line[4:]}"
                  for letter, line in zip(LETTERS, options[::-1], strict=False)]
        faults.add("leak", original, instruction="\n".join([stem, *turned]), answer="A")
    words = np.array(list(chain(*rows["instruction"].head(5000).str.split())), dtype=object)
    for original in train[n:2 * n]:
        faults.add("near", original, **_with_other_words(rows.iloc[original], words, rng))
    for original in train[2 * n:2 * n + n // 4]:
        faults.add("broken", original, answer="Z")
    return pd.concat([rows, pd.DataFrame(faults.added)], ignore_index=True), faults.key


def _with_other_words(row: pd.Series, words: np.ndarray,
                      rng: np.random.Generator) -> dict[str, str]:
    """Instruction and context of a row, with a few words changed."""
    parts = {field: row[field].split(" ") for field in ("instruction", "context")}
    plain = [(field, i) for field, own in parts.items() for i, word in enumerate(own)
             if word.isalpha()]
    n_changed = max(1, round(_CHANGED * len(plain)))
    for number in rng.choice(len(plain), n_changed, replace=False):
        field, i = plain[number]
        parts[field][i] = str(rng.choice(words)).strip("()") or "autre"
    return {field: " ".join(own) for field, own in parts.items()}
