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
    by_rater = repeats_agree(verdicts).groupby(["metric", "rater"], sort=False)["agree"]
    known = verdicts[["metric", "rater"]].drop_duplicates()
    table = known.join(by_rater.agg(answers="count", agree="mean"), on=["metric", "rater"])
    return table.fillna({"answers": 0}).astype({"answers": int}).reset_index(drop=True)


def repeats_agree(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Whether a judge's repeats agree, by answer; see `self_consistency`.

    Args:
        verdicts: of one judge or several.

    Returns:
        ``run``, ``item``, ``metric``, ``rater`` and ``agree`` (1 or 0) of each answer that was
        asked about more than once.
    """
    by = [*_ANSWER, "rater"]
    called = verdicts["raw"].notna() | verdicts["reason"].str.startswith("failed call")
    repeats = verdicts[called].groupby(by, sort=False)["value"]
    table = repeats.agg(kinds="nunique", read="count", asked="size").reset_index()
    table = table[table["asked"] > 1]
    whole = (table["kinds"] == 1) & (table["read"] == table["asked"])
    return table[by].assign(agree=whole.astype(float)).reset_index(drop=True)


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
    table = votes.groupby(list(by), sort=False, as_index=False).sum()
    ones, zeros = table["ones"], table["zeros"]
    decided = np.select([ones > zeros, zeros > ones], [1.0, 0.0], np.nan)
    tallies = [f"{n_ones} against {n_zeros}, {n_unreadable} unreadable" for n_ones, n_zeros,
               n_unreadable in zip(ones, zeros, table["unreadable"], strict=True)]
    table.insert(len(by), "value", decided)
    table.insert(len(by) + 1, "reason", np.where(np.isnan(decided), tallies, ""))
    return table


def one_each(verdicts: pd.DataFrame) -> pd.DataFrame:
    """One verdict per answer and judge, and where several judges gave one metric, their majority's.

    Args:
        verdicts: of `medinj_utils.evaluation.judge.panel.ask_panel`; pairs are left out.

    Returns:
        ``judge``, ``about``, ``most``, ``run``, ``item``, ``metric``, ``rater`` and ``value``: of
        0 and 1 by `majority`, of grades the mean of the repeats that can be read; NaN: unreadable,
        or a tie. Judge and rater of the majority of judges are "majority".
    """
    key = [*_ANSWER, "rater"]
    columns = ["judge", "about", "most", *key, "value"]
    rows = verdicts[verdicts["about"] != "pairs"]
    if rows.empty:
        return rows.reindex(columns=columns)
    binary = rows["most"] == 1
    values = pd.concat([majority(rows[binary], "repeats")[[*key, "value"]],
                        rows[~binary].groupby(key, sort=False, as_index=False)["value"].mean()])
    each = rows[columns[:-1]].drop_duplicates(key).merge(values, on=key)
    several = rows[binary & (rows.groupby("metric")["rater"].transform("nunique") > 1)]
    if several.empty:
        return each
    answers = rows[["about", "most", *_ANSWER]].drop_duplicates(_ANSWER)
    votes = majority(several, "raters").merge(answers, on=_ANSWER).assign(judge=MAJORITY)
    return pd.concat([each, votes[columns]], ignore_index=True)
