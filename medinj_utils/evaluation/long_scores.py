"""The long table of scores: a row per run, question, metric and rater, whoever gave the score."""

from collections.abc import Sequence

import pandas as pd

from medinj_utils.core.files import write_parquet
from medinj_utils.core.names import Run
from medinj_utils.core.tree import Tree

#: Columns of the long table. The rater is empty for a metric, a judge's model and revision, or a
#: human's code. The value is NaN where a rater could give none, such as an unreadable verdict.
LONG = ["run", "item", "metric", "rater", "value"]
_KEY = LONG[:-1]


def save_long(tree: Tree, kind: str, table: pd.DataFrame) -> pd.DataFrame:
    """Write long scores of a kind, and return them as they were written.

    Args:
        tree: the output tree.
        kind: one of `medinj_utils.core.names.LONG_KINDS`.
        table: the columns `LONG`; others are left out.

    Raises:
        ValueError: a column is missing, a value is no number, a name is missing, or a combination
            of run, item, metric and rater is repeated.
    """
    if missing := set(LONG) - set(table.columns):
        raise ValueError(f"long scores have no column {', '.join(sorted(missing))}")
    chosen = table[LONG].reset_index(drop=True)
    try:
        chosen = chosen.astype({"value": float})
    except (TypeError, ValueError) as error:
        raise ValueError(f"long scores: a value is no number ({error})") from None
    if (unnamed := chosen[_KEY].isna()).to_numpy().any():
        row, column = next(zip(*unnamed.to_numpy().nonzero(), strict=True))
        raise ValueError(f"long scores, row {row}: {_KEY[column]} is missing")
    chosen = chosen.astype(dict.fromkeys(_KEY, str))
    if (twice := chosen.duplicated(_KEY)).any():
        raise ValueError(f"long scores hold {', '.join(chosen.loc[twice, _KEY].iloc[0])} twice")
    write_parquet(chosen, tree.long_scores(kind))
    return chosen


def load_long(tree: Tree, kind: str) -> pd.DataFrame:
    """The long scores of a kind, the columns `LONG`.

    Args:
        tree: the output tree.
        kind: one of `medinj_utils.core.names.LONG_KINDS`.

    Raises:
        FileNotFoundError: they weren't written; the message names the notebook.
    """
    return pd.read_parquet(tree.need(tree.long_scores(kind)))


def long_of(table: pd.DataFrame, metrics: Sequence[str], rater: str = "") -> pd.DataFrame:
    """A table with a column per metric as long scores.

    Args:
        table: with the columns ``run`` and ``item``.
        metrics: its columns that hold scores.
        rater: that gave them; empty for metrics.

    Returns:
        The columns `LONG`.
    """
    long = table.melt(["run", "item"], list(metrics), "metric", "value")
    return long.assign(rater=rater)[LONG]


def long_choices(scores: pd.DataFrame, metrics: Sequence[str]) -> pd.DataFrame:
    """Scores of choice questions as long scores; metrics are named "mode: metric".

    Args:
        scores: of `medinj_utils.evaluation.scoring.score_answers`. Answers that were set aside have
            no value.
        metrics: its columns to take.
    """
    long = scores.melt(["run", "id", "mode"], list(metrics), "metric", "value")
    named = long["mode"] + ": " + long["metric"]
    return long.assign(item=long["id"], metric=named, rater="")[LONG]


def as_scores(long: pd.DataFrame, metric: str, rater: str = "") -> pd.DataFrame:
    """One metric of one rater as the rows of a scores table, for the comparison room.

    Args:
        long: the columns `LONG`.
        metric: its name.
        rater: that gave it.

    Returns:
        ``run``, ``system``, ``seed``, ``id``, ``set_aside`` (whether there is no value) and
        ``value``, as `medinj_utils.comparison.tables.score_matrix` takes them.

    Raises:
        ValueError: the rater has no such metric, or the name of a run is invalid.
    """
    rows = long[(long["metric"] == metric) & (long["rater"] == rater)]
    if rows.empty:
        available = ", ".join(sorted({f"{name} ({by})" if by else name for name, by in
                                  zip(long["metric"], long["rater"], strict=True)}))
        raise ValueError(f"no scores of {metric} {f'by {rater}' if rater else ''}".rstrip()
                         + f"; there are: {available}")
    runs = {name: Run.named(name).columns() for name in rows["run"].unique()}
    named = pd.DataFrame([runs[name] for name in rows["run"]], index=rows.index)
    return named.assign(id=rows["item"], set_aside=rows["value"].isna(), value=rows["value"])
