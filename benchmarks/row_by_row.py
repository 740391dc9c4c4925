"""The work of the data room in its simplest form: a Python call for every row in every step."""

import math
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pandas as pd
from rensa import RMinHash, RMinHashLSH

from medinj_utils.core.identity import record_id
from medinj_utils.core.names import CONFIGURATIONS, provenances_of
from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.rules import broken_rule
from medinj_utils.data.text_measures import FUNCTION_WORDS

_NEGATIVE = re.compile(r"\b(faux|fausses?|sauf|excepté|inexacte?s?|incorrecte?s?)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?:…]+(?:\s|$)")


def work_by_row(records: pd.DataFrame, step: Callable[[str], None]) -> None:
    """Validate, find duplicates, near-duplicates, leaks and artefacts, and build the mixtures.

    Args:
        records: a records table.
        step: called with the name of each step when it is done.
    """
    assert records.apply(lambda row: broken_rule(row) is None, axis=1).all()
    step("validate")
    records.apply(record_id, axis=1).duplicated().sum()
    questions = records.apply(_question_key, axis=1)
    tested = set(questions[records["split"] == "test"])
    leaked = questions.map(lambda question: question in tested) & (records["split"] == "train")
    step("exact duplicates and leaks")
    _near_pairs(records)
    step("near-duplicates")
    measures = records.apply(_measures, axis=1, result_type="expand")
    measures.groupby(records["provenance"]).median()
    _guesses(records[records["task"] != "oeq"])
    step("artefacts")
    kept = records[(records["split"] == "train") & ~leaked]
    for configuration in CONFIGURATIONS:
        names = provenances_of(configuration)
        size = kept["provenance"].value_counts().min() // len(names)
        parts = [kept[kept["provenance"] == name].sample(size, random_state=42) for name in names]
        pd.concat(parts).sample(frac=1)
    step("seven mixtures")


def _question_key(row: pd.Series) -> tuple[str, ...]:
    options = sorted(option.casefold() for option in row["options"])
    return row["instruction"].casefold(), row["context"].casefold(), *options


def _near_pairs(records: pd.DataFrame) -> list[tuple[int, int]]:
    index = RMinHashLSH(threshold=0.75, num_perm=120, num_bands=24)
    signatures, shingles = [], []
    for row in records.to_dict("records"):
        text = " ".join([row["context"], row["instruction"], *sorted(row["options"])])
        words = text.casefold().split()
        shingles.append({*words, *(" ".join(pair) for pair in pairwise(words))})
        signatures.append(RMinHash(num_perm=120, seed=42))
        signatures[-1].update(list(shingles[-1]))
        index.insert(len(signatures) - 1, signatures[-1])
    pairs = {tuple(sorted((i, j))) for i, signature in enumerate(signatures)
             for j in index.query(signature) if i != j}
    return [(a, b) for a, b in pairs
            if len(shingles[a] & shingles[b]) >= 0.75 * len(shingles[a] | shingles[b])]


def _measures(row: pd.Series) -> tuple[float, ...]:
    """For one row, the measures of `medinj_utils.data.text_measures.texts_by_row`."""
    text = f"{row['instruction']} {' '.join(row['options'])} {row['answer_text']}"
    words = [word.strip(".,;:!?()[]«»\"'-").lower() for word in text.split()]
    counts = {language: sum(word in listed for word in words)
              for language, listed in FUNCTION_WORDS.items()}
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    long = sum(len(word) > 6 for word in words)
    foreign = (counts["en"] + counts["es"]) / max(1, sum(counts.values()))
    negative = bool(_NEGATIVE.search(row["instruction"]))
    return len(words), len(words) / sentences + 100 * long / len(words), foreign, negative


def _guesses(questions: pd.DataFrame) -> list[int]:
    """Choices of the rule *options alone*; positions and longest options are counted, too."""
    counts = {True: Counter(), False: Counter()}
    positions, longest = Counter(), []
    for _, row in questions.iterrows():
        n_options = len(row["options"])
        positions[row["provenance"], row["task"], n_options, *row["answer_letters"]] += 1
        longest.append(max(range(n_options), key=lambda i, options=row["options"]: len(options[i])))
        if row["split"] == "train":
            for letter, option in zip(LETTERS, row["options"], strict=False):
                counts[letter in row["answer_letters"]].update(option.lower().split())

    def score(option: str) -> float:
        return sum(math.log(counts[True][word] + 1) - math.log(counts[False][word] + 1)
                   for word in option.lower().split())

    scores = [[score(option) for option in row["options"]]
              for _, row in questions[questions["split"] == "test"].iterrows()]
    return [max(range(len(own)), key=own.__getitem__) for own in scores]
