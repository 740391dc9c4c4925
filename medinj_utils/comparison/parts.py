"""The same comparison within parts of the test: its provenances, tasks, sources."""

from collections.abc import Sequence

import pandas as pd

from medinj_utils.comparison.pairs import PAIR_COLUMNS, pair_table
from medinj_utils.comparison.resampling import Resampled, resample
from medinj_utils.comparison.scores import SMALL, independent_units, need_columns
from medinj_utils.core.names import in_order
from medinj_utils.data.text_measures import texts_by_row


def compare_parts(matrix: pd.DataFrame, resampled: Resampled, pairs: pd.DataFrame,
                  items: pd.DataFrame, by: Sequence[str],
                  clusters: pd.Series | None = None) -> pd.DataFrame:
    """Compare all pairs on all items, then within each value of each column ``by`` of the items.

    Args:
        matrix: items × (system, seed).
        resampled: the bootstrap of the matrix; parts are drawn as often and with the same seed.
        pairs: of `pair_table`, from this bootstrap.
        items: by the matrix's index.
        by: columns of ``items``.
        clusters: label of each item, by the items' index.

    Returns:
        Columns ``part`` ("all", or "column: value"), ``items`` (their number), and those of
        `pair_table`. p-values are adjusted within a part. Parts of fewer than `SMALL` items or
        clusters are left out, and one that is the whole test.

    Raises:
        ValueError: ``items`` lack a column of ``by``.
    """
    need_columns(items, by, "items")
    parts = [_labelled("all", len(matrix), pairs)]
    for column in by:
        for value, group in items.loc[matrix.index].groupby(column, sort=True):
            if len(group) < len(matrix) and independent_units(group.index, clusters) >= SMALL:
                own = None if clusters is None else clusters.loc[group.index]
                drawn = resample(matrix.loc[group.index], len(resampled.draws), resampled.seed, own)
                parts.append(_labelled(f"{column}: {value}", len(group), pair_table(drawn)))
    return pd.concat(parts, ignore_index=True)


def _labelled(part: str, items: int, pairs: pd.DataFrame) -> pd.DataFrame:
    columns = ["part", "items", *pairs.columns]
    return pairs.assign(part=part, items=items)[columns]


def inner_parts(parts: pd.DataFrame) -> pd.DataFrame:
    """The rows of `compare_parts` without those of the whole test."""
    return parts[parts["part"] != "all"]


def scores_by_part(scores: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Mean exact match of each system in each cell of some columns.

    Args:
        scores: rows of the scores table.
        by: its columns that make the cells.

    Returns:
        Systems, in the book's order, × cells.
    """
    table = scores.astype({"exact_match": float})
    means = table.pivot_table(index="system", columns=list(by), values="exact_match")
    return means.loc[in_order(means.index)]


def compare_by_wording(matrix: pd.DataFrame, items: pd.DataFrame, resamples: int,
                       clusters: pd.Series) -> pd.DataFrame:
    """`compare_parts` for positively and for negatively worded questions.

    Args:
        matrix: items × (system, seed).
        items: records by id.
        resamples: draws of the bootstrap.
        clusters: label of each item, by id.

    Returns:
        As `compare_parts`; empty where there are no items.
    """
    if matrix.empty:
        return pd.DataFrame(columns=["part", "items", *PAIR_COLUMNS])
    resampled = resample(matrix, resamples, clusters=clusters)
    by_wording = items.assign(wording=wording_of(items))
    return compare_parts(matrix, resampled, pair_table(resampled), by_wording, ["wording"],
                         clusters)


def wording_of(items: pd.DataFrame) -> pd.Series:
    """Whether each question is worded positively or negatively, by id."""
    negative = texts_by_row(items.reset_index())["negative"].to_numpy()
    words = {True: "negative", False: "positive"}
    return pd.Series(negative, items.index, name="wording").map(words)


def wording_in_words(items: pd.DataFrame) -> str:
    """How many questions are worded positively and negatively, in a sentence."""
    counts = wording_of(items).value_counts() if len(items) else pd.Series(dtype=int)
    return "Wording: " + "; ".join(f"{wording} {n}" for wording, n in counts.items()) + "."
