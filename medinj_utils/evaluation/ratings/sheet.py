"""A blind rating sheet of open answers, and the key that alone says which system gave each.

The sheet is drawn by strata (system × provenance), shuffled, and shows some answers twice, so that
a rater's agreement with themselves can be measured. Ids and order are random and depend on the seed
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
from medinj_utils.core.identity import TEXTS, texts_hash

ANSWER_COLUMNS = ("question_id", "provenance", "instruction", "context", "reference", "system",
                  "run", "candidate")
_MAY_BE_BLANK = ("context", "candidate")
_WHOSE = ("question_id", "provenance", "system", "run", "texts")
KEY_COLUMNS = ("id", "item", "repeat", *_WHOSE)
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
            ``system``, ``run`` and ``texts``, the `medinj_utils.core.identity.texts_hash` of what
            is rated. It is empty in older keys, whose answers count as changed since.
        blank: the last five columns for each blank answer drawn: wrong by rule, and not shown.
    """

    code: str
    items: pd.DataFrame
    blank: pd.DataFrame

    def save(self, path: str | Path) -> Path:
        """Write the key as JSON."""
        items, blank = (json.loads(table.to_json(orient="records"))
                        for table in (self.items, self.blank))
        return write_json({"sheet": self.code, "items": items, "blank": blank}, path)

    @classmethod
    def load(cls, path: str | Path) -> "RatingKey":
        """Read a key that `save` wrote.

        Raises:
            ValueError: the file is no key, or names an id twice.
        """
        try:
            content = read_json(path)
            items, blank = (pd.DataFrame(content[part], columns=list(columns)).fillna({"texts": ""})
                            for part, columns in (("items", KEY_COLUMNS), ("blank", _WHOSE)))
            code = content["sheet"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: no key of a rating sheet ({error})") from None
        empty = items.isna().any(axis=None) or blank.isna().any(axis=None)
        if empty or items["id"].duplicated().any():
            raise ValueError(f"{path}: a field of the key is empty, or an id stands twice")
        return cls(code, items, blank)


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
    answers stand in the first third of the sheet and again after the second. A blank answer that is
    drawn is wrong by rule: the key has it, and raters don't see it.

    Args:
        answers: a row per answer with the columns `ANSWER_COLUMNS`; contexts may be empty. Without
            answers the sheet is empty.
        per_stratum: answers of each system to questions of each provenance.
        repeated: answers that are shown twice; no more than a third of those shown, so that they
            stand far enough apart.
        seed: of the random numbers. Whoever knows it and the answers can resolve the ids: keep
            it with the key.

    Raises:
        ValueError: a column is missing, a field is empty or no text, a run answers a question
            twice, a question has two texts, a stratum has too few answers, or the number to repeat
            is negative; the message names row, field and value.
    """
    _check_answers(answers)
    if repeated < 0:
        raise ValueError(f"repeated is {repeated}; need 0 or more")
    rng = np.random.default_rng(seed)
    drawn = _stratified(answers, per_stratum, rng) if len(answers) else answers
    drawn = drawn.assign(texts=[texts_hash(row) for row in drawn.to_dict("records")])
    blank = drawn["candidate"].str.strip().eq("") if len(drawn) else pd.Series(dtype=bool)
    whose = drawn.loc[blank, list(_WHOSE)].reset_index(drop=True)
    shown = _in_order(drawn[~blank].reset_index(drop=True), repeated, rng)
    items = shown[["id", *TEXTS]].copy()
    for name in TEXTS:
        items[name] = items[name].map(written_out)
    return RatingSheet(items, RatingKey(_code(items), shown[list(KEY_COLUMNS)].copy(), whose))


def _in_order(drawn: pd.DataFrame, repeated: int, rng: np.random.Generator) -> pd.DataFrame:
    """Answers in the order in which they are shown, some of them twice, with their ids."""
    third = len(drawn) // 3
    repeated = min(repeated, third)
    order = rng.permutation(len(drawn))
    again = rng.choice(order[:third], repeated, replace=False)
    late = rng.permutation(len(drawn) - 2 * third + repeated)
    tail = np.concatenate([order[2 * third:], again])[late]
    is_again = np.arange(len(tail))[late] >= len(tail) - repeated
    shown = drawn.iloc[np.concatenate([order[:2 * third], tail])].reset_index(drop=True)
    ids = np.array(_ids(len(shown), rng), dtype=object)
    return shown.assign(item=np.concatenate([order[:2 * third], tail]), id=ids,
                        repeat=np.concatenate([np.zeros(2 * third, dtype=bool), is_again]))


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
                         "digits, - or _, at most 20 in all), not a name")
    return rater


def _check_answers(answers: pd.DataFrame) -> None:
    if missing := [name for name in ANSWER_COLUMNS if name not in answers]:
        raise ValueError(f"answers have no column {', '.join(missing)}")
    for name in ANSWER_COLUMNS:
        for row, value in answers[name].items():
            if not isinstance(value, str) or not (value.strip() or name in _MAY_BE_BLANK):
                raise ValueError(f"answers, row {row}, {name}: {value!r} is no text or empty")
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
                         f"answers to {provenance} questions: draw fewer, or leave the system or "
                         "the sources of these questions out")
    # Sorted first, so that the draw depends on the seed and not on the order of the table.
    table = answers.sort_values(["question_id", "run"]).reset_index(drop=True)
    questions = table["question_id"].unique()
    position = pd.Series(rng.permutation(len(questions)), index=questions)
    table = table.iloc[rng.permutation(len(table))]
    turn = table.groupby(["system", "question_id"]).cumcount()
    table = table.assign(turn=turn, place=table["question_id"].map(position))
    table = table.sort_values(["turn", "place"], kind="stable")
    drawn = table.groupby(["system", "provenance"]).head(per_stratum)
    return drawn[list(ANSWER_COLUMNS)].reset_index(drop=True)


def _ids(n: int, rng: np.random.Generator) -> list[str]:
    ids: dict[str, None] = {}
    while len(ids) < n:
        ids["".join(rng.choice(_LETTERS, _ID_LENGTH))] = None
    return list(ids)


def _code(items: pd.DataFrame) -> str:
    """A hash of what raters see alone, so that it reveals nothing of the key."""
    content = json.dumps(items.to_numpy().tolist())
    return "F-" + hashlib.sha256(content.encode()).hexdigest()[:12]
