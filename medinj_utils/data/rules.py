"""The rules of a record, and the error that says which field of a row breaks one."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.compute as pc

from medinj_utils.core.identity import normalise
from medinj_utils.core.names import PROVENANCES, SPLITS, TASKS
from medinj_utils.core.prompts import LETTERS

VALUE_SHOWN = 200  # characters of a refused value kept in the quarantine table
_ACCEPTED = {"provenance": PROVENANCES, "task": TASKS, "split": SPLITS}
_FILLED = ("instruction", "source", "answer_text")


class BadRow(ValueError):
    """One row can't be read. It goes to quarantine, and the reading continues.

    Args:
        field: the field of the row.
        value: of the field.
        reason: why it can't be read, and what is accepted.
    """

    def __init__(self, field: str, value: object, reason: str):
        super().__init__(f"{field}: {reason} (value: {str(value)[:VALUE_SHOWN]!r})")
        self.field = field
        self.value = value
        self.reason = reason


def broken_rule(row: Mapping, normal: Sequence[str] | None = None) -> BadRow | None:
    """The first rule of the record that a row breaks, or None.

    Args:
        row: fields of the record, each of its type.
        normal: the row's options, normalised, if the caller has them already.
    """
    for field, accepted in _ACCEPTED.items():
        if row[field] not in accepted:
            return BadRow(field, row[field], f"unknown; accepted: {', '.join(accepted)}")
    for field in ("instruction", "source"):
        if not row[field].strip():
            return BadRow(field, row[field], "empty")
    problem = _broken_form(row["task"], len(row["options"]), row["answer_letters"])
    problem = problem or _broken_options(row["options"], normal)
    if problem:
        return BadRow(problem.field, row[problem.field], problem.reason)
    if not row["answer_text"].strip():
        return BadRow("answer_text", row["answer_text"], "empty")
    return None


def keeping_rules(records: pd.DataFrame) -> pd.Series:
    """Whether each row keeps all rules; checked by column, since there are few forms."""
    keeps = np.ones(len(records), dtype=bool)
    for field in _FILLED:
        trimmed = pc.utf8_trim_whitespace(pyarrow.array(records[field]))
        keeps &= pc.greater(pc.utf8_length(trimmed), 0).to_numpy(False)
    for field, accepted in _ACCEPTED.items():
        keeps &= records[field].isin(accepted).to_numpy()
    form_keeps: dict[tuple, bool] = {}
    choices = zip(records["task"], records["options"], records["answer_letters"], strict=True)
    for row, (task, options, letters) in enumerate(choices):
        form = (task, len(options), *letters)
        if form not in form_keeps:
            form_keeps[form] = _broken_form(task, len(options), letters) is None
        keeps[row] &= form_keeps[form] and (not options or _broken_options(options) is None)
    return pd.Series(keeps, index=records.index)


def _broken_form(task: str, n_options: int, letters: Sequence[str]) -> BadRow | None:
    if task == "oeq":
        if n_options or letters:
            return BadRow("options", n_options, "an open question has no options")
        return None
    if not 2 <= n_options <= len(LETTERS):
        reason = f"{n_options} options; a choice needs 2 to {len(LETTERS)}"
        return BadRow("options", n_options, reason)
    accepted = LETTERS[:n_options]
    known = all(letter in accepted for letter in letters)
    if not letters or not known or sorted(set(letters)) != list(letters):
        reason = f"need letters among {accepted}, in order, each once"
        return BadRow("answer_letters", letters, reason)
    if task == "mcqu" and len(letters) != 1:
        reason = "a single-answer question has exactly one right letter"
        return BadRow("answer_letters", letters, reason)
    return None


def _broken_options(options: Sequence[str], normal: Sequence[str] | None = None) -> BadRow | None:
    different = set(map(normalise, options) if normal is None else normal)
    if "" in different:
        return BadRow("options", options, "an option is empty")
    if len(different) < len(options) > len({normalise(option, case=True) for option in options}):
        return BadRow("options", options, "two options are the same text")
    return None
