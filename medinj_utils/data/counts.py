"""Numbers of records by provenance, task, source and split."""

import pandas as pd

from medinj_utils.core.names import SPLITS
from medinj_utils.data.artefacts import choice_questions

_BY = ["provenance", "task", "source", "licence"]


def count_records(records: pd.DataFrame) -> pd.DataFrame:
    """Rows per provenance, task, source and licence: a column per split, and the ``total``."""
    table = records.pivot_table(index=_BY, columns="split", values="id", aggfunc="count",
                                fill_value=0)
    table = table.reindex(columns=list(SPLITS), fill_value=0)
    return table.assign(total=table.sum(axis=1)).reset_index().rename_axis(columns=None)


def task_balance(records: pd.DataFrame) -> pd.DataFrame:
    """Per provenance and split: choice questions, and the share with a single right answer.

    Where this share differs between training sets, a difference between them may come from the task
    and not from the provenance.
    """
    questions = choice_questions(records)
    by = [questions["provenance"], questions["split"]]
    single = (questions["task"] == "mcqu").groupby(by)
    return pd.DataFrame({"choice questions": single.size(),
                         "single-answer share": single.mean()}).reset_index()
