"""Pairs of answers to one question, each put to a judge in both orders."""

import numpy as np
import pandas as pd

from medinj_utils.core.names import BASE
from medinj_utils.evaluation.judge.asking import ANSWERS

#: Columns of `pairs_with_base` beside those that a judge takes.
_PAIR = ["tuned", "swapped"]


def pairs_with_base(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers of each tuned run beside the base's to the same questions, in both orders.

    Args:
        answers: with ``system`` and the columns that a judge takes.

    Returns:
        Rows as a judge that compares two takes them: ``candidate`` is shown first, ``second``
        behind it. ``tuned`` is the tuned run and ``swapped`` whether it is shown second; ``run``
        names both. Empty where the base, or all others, didn't answer.
    """
    base = answers[answers["system"] == BASE].set_index("item")["candidate"]
    tuned = answers[(answers["system"] != BASE) & answers["item"].isin(base.index)]
    tuned = tuned.assign(tuned=tuned["run"], against=tuned["item"].map(base))
    first = tuned.assign(run=tuned["tuned"] + " before " + BASE, swapped=False,
                         second=tuned["against"])
    second = tuned.assign(run=BASE + " before " + tuned["tuned"], swapped=True,
                          candidate=tuned["against"], second=tuned["candidate"])
    both = pd.concat([first, second], ignore_index=True)
    return both[[*ANSWERS, "second", *_PAIR]]


def both_orders(verdicts: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """What a judge says of each pair in the two orders.

    Args:
        verdicts: of `medinj_utils.evaluation.judge.panel.ask_panel`, on pairs; of several repeats
            the mean of those that can be read.
        pairs: of `pairs_with_base`.

    Returns:
        A row per ``judge``, ``tuned`` run and ``item``: ``first`` and ``swapped``, the
        outcome with the tuned run's answer shown first and shown second (1 for a win, 0.5 for a
        tie, 0 for a loss, NaN if unreadable); ``win``, the mean of both; and ``consistent``, 1
        where both are equal, NaN where one is unreadable.
    """
    columns = ["judge", "tuned", "item", "first", "swapped", "win", "consistent"]
    whose = pairs.set_index(["run", "item"])[_PAIR]
    rows = verdicts[verdicts["about"] == "pairs"].join(whose, on=["run", "item"])
    if rows.empty:
        return pd.DataFrame(columns=columns)
    swapped = rows["swapped"].astype(bool)
    rows = rows.assign(win=np.where(swapped, 1 - rows["value"], rows["value"]),
                       order=np.where(swapped, "swapped", "first"))
    wide = rows.pivot_table(index=["judge", "tuned", "item"], columns="order", values="win",
                            dropna=False, sort=False).reset_index()
    wide = wide.reindex(columns=columns[:5])
    gap = (wide["first"] - wide["swapped"]).abs()
    return wide.assign(win=(wide["first"] + wide["swapped"]) / 2,
                       consistent=(gap < 0.25).where(gap.notna()).astype(float))
