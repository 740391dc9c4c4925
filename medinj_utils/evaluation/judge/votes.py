"""Several verdicts on one answer: how often they agree, and what the majority says."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

_ANSWER = ["run", "item", "metric"]
MAJORITY = "majority"


def self_consistency(verdicts: pd.DataFrame) -> pd.DataFrame:
    """How often a judge's repeats agree.

    Args:
        verdicts: of `medinj_utils.evaluation.judge.judge_answers`, of one judge or several.

    Returns:
        A row per ``metric`` and ``rater``: ``answers`` that the judge was asked about more than
        once, and ``agree``, the share of them on which all repeats give one verdict; an unreadable
        one agrees with nothing. NaN without such answers.
    """
    asked = verdicts["raw"].notna() | verdicts["reason"].str.startswith("failed call")
    rows = []
    for (metric, rater), own in verdicts.groupby(["metric", "rater"], sort=False):
        repeats = own[asked[own.index]].groupby(["run", "item"])["value"]
        several = repeats.size() > 1
        agree = (repeats.nunique() == 1) & (repeats.count() == repeats.size())
        rows.append((metric, rater, int(several.sum()), agree[several].mean()))
    return pd.DataFrame(rows, columns=["metric", "rater", "answers", "agree"])


def majority(verdicts: pd.DataFrame, across: str) -> pd.DataFrame:
    """One verdict per answer, by the majority of those that can be read.

    Args:
        verdicts: of `medinj_utils.evaluation.judge.judge_answers`; tables of several judges one
            below the other.
        across: "repeats" gives a verdict per answer and rater; "raters" takes that of each rater
            and gives one per answer, with the rater "majority".

    Returns:
        The same columns without ``repeat`` and ``raw``: ``run``, ``item``, ``metric``, ``rater``,
        ``value`` (NaN: a tie, or nothing that can be read) and ``reason`` (then the votes), and
        ``ones``, ``zeros`` and ``unreadable``, the votes.

    Raises:
        ValueError: ``across`` is neither, or a rater gave an answer two verdicts in one repeat.
    """
    if across not in ("repeats", "raters"):
        raise ValueError(f"across is {across!r}; choose from repeats, raters")
    if (twice := verdicts.duplicated([*_ANSWER, "rater", "repeat"])).any():
        first = verdicts[twice].iloc[0]
        raise ValueError(f"rater {first['rater']!r} has two verdicts on item {first['item']!r} of "
                         f"run {first['run']!r} in repeat {first['repeat']}")
    by_rater = _voted(verdicts, [*_ANSWER, "rater"])
    if across == "repeats":
        return by_rater
    return _voted(by_rater.assign(rater=MAJORITY), [*_ANSWER, "rater"])


def _voted(verdicts: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    value = verdicts["value"]
    votes = verdicts[list(by)].assign(ones=value == 1, zeros=value == 0, unreadable=value.isna())
    found = votes.groupby(list(by), sort=False, as_index=False).sum()
    ones, zeros = found["ones"], found["zeros"]
    decided = np.select([ones > zeros, zeros > ones], [1.0, 0.0], np.nan)
    said = [f"{one} against {zero}, {unread} unreadable" for one, zero, unread in
            zip(ones, zeros, found["unreadable"], strict=True)]
    found.insert(len(by), "value", decided)
    found.insert(len(by) + 1, "reason", np.where(np.isnan(decided), said, ""))
    return found
