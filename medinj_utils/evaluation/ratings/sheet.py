"""A blind rating sheet of open answers, and the key that alone says which system gave each.

The sheet is drawn by strata (system × provenance), shuffled, and shows some answers twice, so that
a rater's agreement with themselves can be measured. Ids and order are random and hang on the seed
alone, not on the systems.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from medinj_utils.core.files import read_json, write_json

ANSWER_COLUMNS = ("question_id", "provenance", "instruction", "context", "reference", "system",
                  "run", "candidate")
TEXTS = ("instruction", "context", "reference", "candidate")
KEY_COLUMNS = ("id", "item", "repeat", "question_id", "provenance", "system", "run")
# No digits and no vowels: no program takes such an id for a number, a date or a word.
_LETTERS = list("BCDFGHJKLMNPQRSTVWXZ")
_ID_LENGTH = 6
_RATER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,19}")


@dataclass(frozen=True)
class RatingKey:
    """What resolves the ids of a sheet. Raters must not see it.

    Attributes:
        code: of the sheet that it belongs to.
        items: a row per id with ``id``, ``item`` (number of the answer; a repeated one has two
            ids), ``repeat`` (whether it is the second showing), ``question_id``, ``provenance``,
            ``system`` and ``run``.
    """

    code: str
    items: pd.DataFrame

    def save(self, path: str | Path) -> Path:
        """Write the key as JSON."""
        rows = json.loads(self.items.to_json(orient="records"))
        return write_json({"sheet": self.code, "items": rows}, path)

    @classmethod
    def load(cls, path: str | Path) -> "RatingKey":
        """Read a key that `save` wrote.

        Raises:
            ValueError: the file is no key, or names an id twice.
        """
        try:
            content = read_json(path)
            items = pd.DataFrame(content["items"], columns=list(KEY_COLUMNS))
            code = content["sheet"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: no key of a rating sheet ({error})") from None
        if items.isna().any(axis=None) or items["id"].duplicated().any():
            raise ValueError(f"{path}: a field of the key is empty, or an id stands twice")
        return cls(code, items)


@dataclass(frozen=True)
class RatingSheet:
    """What raters see, and the key to it.

    Attributes:
        items: a row per showing, in order: ``id``, ``instruction``, ``context``, ``reference`` and
            ``candidate``, texts with invisible signs written out.
        key: resolves the ids.
    """

    items: pd.DataFrame
    key: RatingKey


def draw_sheet(answers: pd.DataFrame, per_stratum: int, repeated: int, seed: int) -> RatingSheet:
    """Draw answers for humans to rate: as many of each system and provenance, in random order.

    Systems are drawn on the same questions as far as they answered the same, so that they can be
    compared in pairs; another run's answer to a question comes only after all questions. Repeated
    answers stand in the first third of the sheet and again after the second.

    Args:
        answers: a row per answer with the columns `ANSWER_COLUMNS`; contexts may be empty.
        per_stratum: answers of each system to questions of each provenance.
        repeated: answers that are shown twice, at most a third of all.
        seed: of the random numbers. Who knows it and the answers can resolve the ids: keep it with
            the key.

    Raises:
        ValueError: a column is missing, a field is empty or no text, a run answers a question
            twice, a question has two texts, a stratum has too few answers, or too many are to be
            repeated; the message names row, field and value.
    """
    _check_answers(answers)
    rng = np.random.default_rng(seed)
    drawn = _stratified(answers, per_stratum, rng)
    third = len(drawn) // 3
    if not 0 <= repeated <= third:
        raise ValueError(f"repeated is {repeated}: of {len(drawn)} answers 0 to {third} can be "
                         "shown twice, far enough apart")
    order = rng.permutation(len(drawn))
    again = rng.choice(order[:third], repeated, replace=False)
    late = rng.permutation(len(drawn) - 2 * third + repeated)
    tail = np.concatenate([order[2 * third:], again])[late]
    is_again = np.arange(len(tail))[late] >= len(tail) - repeated
    shown = drawn.iloc[np.concatenate([order[:2 * third], tail])].reset_index(drop=True)
    shown["item"] = np.concatenate([order[:2 * third], tail])
    shown["repeat"] = np.concatenate([np.zeros(2 * third, dtype=bool), is_again])
    shown["id"] = _ids(len(shown), rng)
    items = shown[["id", *TEXTS]].copy()
    for name in TEXTS:
        items[name] = items[name].map(written_out)
    return RatingSheet(items, RatingKey(_code(items), shown[list(KEY_COLUMNS)].copy()))


def written_out(text: str) -> str:
    """A text whose invisible signs (controls, direction marks, zero width) can be seen.

    Line ends and tabs stay; U+202E becomes ``[U+202E]``.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(f"[U+{ord(sign):04X}]" if _is_unseen(sign) else sign for sign in text)


def _is_unseen(sign: str) -> bool:
    if sign in "\n\t":
        return False
    # Codes that stand for no sign in any version of Unicode; XML refuses them.
    never = ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF
    return never or unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


def check_rater(rater: object) -> str:
    """A rater's code: a letter, then letters, digits, hyphens or underscores, at most 20 signs.

    Raises:
        ValueError: it is not of that form.
    """
    if not isinstance(rater, str) or not _RATER.fullmatch(rater):
        raise ValueError(f"rater is {rater!r}: need a code such as R1 (a letter, then letters, "
                         "digits, - or _, at most 20 in all), and no name")
    return rater


def _check_answers(answers: pd.DataFrame) -> None:
    if missing := [name for name in ANSWER_COLUMNS if name not in answers]:
        raise ValueError(f"answers have no column {', '.join(missing)}")
    for name in ANSWER_COLUMNS:
        for row, value in answers[name].items():
            if not isinstance(value, str) or not (value.strip() or name == "context"):
                hint = ("; an empty answer counts 0 by rule: leave it out"
                        if name == "candidate" else "")
                raise ValueError(f"answers, row {row}, {name}: {value!r} is no text or empty{hint}")
    if (twice := answers[answers.duplicated(["run", "question_id"])]).size:
        first = twice.iloc[0]
        raise ValueError(f"answers, row {twice.index[0]}: run {first['run']!r} answers question "
                         f"{first['question_id']!r} twice")
    for owner, names in (("question_id", ["provenance", "instruction", "context", "reference"]),
                         ("run", ["system"])):
        for name in names:
            kinds = answers.groupby(owner)[name].nunique()
            if (kinds > 1).any():
                raise ValueError(f"answers: {owner} {kinds.idxmax()!r} has {kinds.max()} different "
                                 f"values of {name}")


def _stratified(answers: pd.DataFrame, per_stratum: int, rng: np.random.Generator) -> pd.DataFrame:
    counts = pd.crosstab(answers["system"], answers["provenance"]).stack()
    if per_stratum < 1 or (counts < per_stratum).any():
        (system, provenance), few = counts.idxmin(), counts.min()
        raise ValueError(f"per_stratum is {per_stratum}: need at least 1, and {system} has {few} "
                         f"answers to {provenance} questions")
    # Sorted first, so that the draw hangs on the seed and not on the order of the table.
    table = answers.sort_values(["question_id", "run"]).reset_index(drop=True)
    questions = table["question_id"].unique()
    place = pd.Series(rng.permutation(len(questions)), index=questions)
    table = table.iloc[rng.permutation(len(table))]
    turn = table.groupby(["system", "question_id"]).cumcount()
    table = table.assign(turn=turn, place=table["question_id"].map(place))
    table = table.sort_values(["turn", "place"], kind="stable")
    drawn = table.groupby(["system", "provenance"]).head(per_stratum)
    return drawn[list(ANSWER_COLUMNS)].reset_index(drop=True)


def _ids(n: int, rng: np.random.Generator) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < n:
        found["".join(rng.choice(_LETTERS, _ID_LENGTH))] = None
    return list(found)


def _code(items: pd.DataFrame) -> str:
    """Of what raters see alone, so that it tells nothing of the key."""
    content = json.dumps(items.to_numpy().tolist())
    return "F-" + hashlib.sha256(content.encode()).hexdigest()[:12]
