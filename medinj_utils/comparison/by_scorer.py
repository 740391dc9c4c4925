"""What every scorer says of the systems, side by side: choices, metrics, judges, humans."""

from collections.abc import Iterator

import pandas as pd

from medinj_utils.core.names import LONG_KINDS, in_order
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import in_words, numbers
from medinj_utils.evaluation.long_scores import as_scores, load_long

_LEADING = ["kind", "scorer", "questions"]


def systems_by_scorer(tree: Tree) -> pd.DataFrame:
    """Mean of each scorer by system, from the long scores that an output tree has.

    Each scorer's means are taken over the questions for which all systems that it scored have a
    value (the mean of the runs that have one), so that its systems can be compared. Scorers may
    differ in these questions; a scorer without any is left out.

    Args:
        tree: the output tree.

    Returns:
        A row per scorer: ``kind`` (of `medinj_utils.core.names.LONG_KINDS`), ``scorer`` (metric,
        and who gave it), ``questions``, and a column per system, on the metric's own scale, NaN
        where it has none.
    """
    rows = [row for kind in LONG_KINDS if tree.long_scores(kind).exists()
            for row in _of_kind(kind, load_long(tree, kind))]
    table = pd.DataFrame(rows)
    return table.reindex(columns=[*_LEADING, *in_order(set(table.columns) - set(_LEADING))])


def _of_kind(kind: str, long: pd.DataFrame) -> Iterator[dict]:
    for metric, rater in long[["metric", "rater"]].drop_duplicates().itertuples(index=False):
        rows = as_scores(long, metric, rater)
        # A rating sheet shows the answer of one of a system's runs.
        wide = rows.groupby(["id", "system"])["value"].mean().unstack()
        wide = wide.dropna(axis=1, how="all").dropna()
        if wide.size:
            yield {"kind": kind, "scorer": f"{metric} ({rater})" if rater else metric,
                   "questions": len(wide), **wide.mean().to_dict()}


def shown_by_scorer(table: pd.DataFrame) -> pd.DataFrame:
    """`systems_by_scorer` as texts, with the scorers' names in words.

    Args:
        table: of `systems_by_scorer`.
    """
    texts = {name: numbers(table[name], 0 if name == "questions" else 2)
             for name in table if name not in ("kind", "scorer")}
    return table[["kind", "scorer"]].assign(scorer=table["scorer"].map(in_words), **texts)
