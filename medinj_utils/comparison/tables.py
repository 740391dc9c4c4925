"""From scores per item, as the evaluation wrote them, to the matrices that are compared."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from medinj_utils.comparison.scores import need_columns
from medinj_utils.core.names import UNEQUAL_ITEMS, check_choice
from medinj_utils.core.tree import Tree
from medinj_utils.data import load_records
from medinj_utils.demo.truth import fact_of


@dataclass(frozen=True)
class Compared:
    """The answers that a comparison is made of, and how they were chosen.

    Args:
        scores: rows of the scores table, of one mode.
        matrix: items × (system, seed), of `score_matrix`.
        items: records by id, in the order of the matrix.
        clusters: label of each item's cluster, by id.
        mode: way in which the questions were answered.
        unequal: what was done with items that some system lacks.
    """

    scores: pd.DataFrame
    matrix: pd.DataFrame
    items: pd.DataFrame
    clusters: pd.Series
    mode: str
    unequal: str

    @property
    def of_items(self) -> pd.DataFrame:
        """The scores' rows of the items that are compared."""
        return self.scores[self.scores["id"].isin(self.matrix.index)]


def load_compared(tree: Tree, mode: str, unequal: str = "refuse") -> Compared:
    """The answers of one mode, without questions that ask for general knowledge.

    Args:
        tree: the output tree.
        mode: one of `medinj_utils.core.names.MODES`.
        unequal: as for `score_matrix`.

    Returns:
        What is compared: scores, their matrix, items and clusters.

    Raises:
        FileNotFoundError: there are no scores or records yet.
        ValueError: no such question was answered in this mode, or as `score_matrix`.
    """
    scores = _scores_in(tree, mode)
    return _compared(tree, scores[~scores["general"]], mode, unequal)


def load_general(tree: Tree, mode: str, unequal: str = "refuse") -> Compared | None:
    """As `load_compared`, of questions on general knowledge.

    Args:
        tree: the output tree.
        mode: one of `medinj_utils.core.names.MODES`.
        unequal: as for `score_matrix`.

    Returns:
        What is compared; None where no question asks for general knowledge.

    Raises:
        FileNotFoundError: there are no scores or records yet.
        ValueError: nothing was answered in this mode, or as `score_matrix`.
    """
    scores = _scores_in(tree, mode)
    if not scores["general"].any():
        return None
    return _compared(tree, scores[scores["general"]], mode, unequal)


def _scores_in(tree: Tree, mode: str) -> pd.DataFrame:
    scores = pd.read_parquet(tree.need(tree.scores))
    chosen = scores[scores["mode"] == mode]
    if chosen.empty:
        raise ValueError(f"{tree.scores}: no answer of mode {mode!r}; there are: "
                         f"{', '.join(scores['mode'].unique())}")
    return chosen


def _compared(tree: Tree, scores: pd.DataFrame, mode: str, unequal: str) -> Compared:
    matrix = score_matrix(scores, unequal=unequal)
    return Compared(scores, matrix, *asked_items(tree, matrix.index), mode, unequal)


def asked_items(tree: Tree, ids: pd.Index) -> tuple[pd.DataFrame, pd.Series]:
    """The test questions of these ids, in their order, and their clusters (of `clusters_of`).

    Args:
        tree: the output tree.
        ids: of test questions.

    Returns:
        Records by id, and the label of each item's cluster, by id.

    Raises:
        FileNotFoundError: there are no records yet.
        KeyError: the test has no question of an id.
    """
    records = load_records(tree.need(tree.records))
    items = records[records["split"] == "test"].drop_duplicates("id").set_index("id").loc[ids]
    return items, clusters_of(items, tree.key)


def clusters_of(items: pd.DataFrame, key: Mapping | None = None) -> pd.Series:
    """Label of each item's cluster, by id.

    Items on one fact of a planted world (by its key), or on one context, are one cluster; an item
    without either is its own.

    Args:
        items: records by id.
        key: of a planted world; None where questions are real.

    Returns:
        Labels, by the items' index.
    """
    if key:
        facts = fact_of(key)
        return pd.Series([facts[item] for item in items.index], index=items.index)
    own = pd.Series(items.index, index=items.index)
    return items["context"].where(items["context"] != "", own)


def score_matrix(scores: pd.DataFrame, score: str = "exact_match",
                 unequal: str = "refuse") -> pd.DataFrame:
    """Scores of one mode as items × (system, seed).

    Items that were set aside for any system are left out for all, so that every column has the same
    items.

    Args:
        scores: rows of the scores table.
        score: its column to take.
        unequal: what becomes of items that some system has no row of: "refuse", or "intersect",
            which leaves them out for all.

    Returns:
        The matrix; its ``attrs`` hold how many items were left out: ``set_aside``,
        ``not_answered_by_all``.

    Raises:
        ValueError: a column is missing, an item stands twice, a system lacks an item that others
            have, or no item is left.
    """
    check_choice("unequal", unequal, UNEQUAL_ITEMS)
    need_columns(scores, {"system", "seed", "id", "set_aside", score}, "scores")
    if (twice := scores.duplicated(["system", "seed", "id"])).any():
        row = scores[twice].iloc[0]
        raise ValueError(f"item {row['id']} stands twice for {row['system']} with seed "
                         f"{row['seed']}: take the answers of one mode")
    aside = set(scores.loc[scores["set_aside"], "id"])
    counted = scores[~scores["id"].isin(aside)]
    table = counted.pivot(index="id", columns=["system", "seed"], values=score).astype(float)
    gaps = table.isna().any(axis=1)
    if gaps.any() and unequal == "refuse":
        system, seed = table.columns[table.isna().any()][0]
        raise ValueError(f"{gaps.sum()} of {len(table)} items have no score of some system, such "
                         f"as {table.index[gaps][0]} of {system} with seed {seed}: answer them, or "
                         "leave them out for all (in notebooks: unequal_items = 'intersect')")
    table = table[~gaps]
    if table.empty:
        raise ValueError("no item was answered by all systems")
    table.attrs = {"set_aside": len(aside), "not_answered_by_all": int(gaps.sum())}
    return table


def extraction_failure_shares(scores: pd.DataFrame) -> pd.Series:
    """Share of the answers that nothing could be read from, by system (over its seeds)."""
    need_columns(scores, {"system", "set_aside", "read"}, "scores")
    counted = scores[~scores["set_aside"]]
    return 1 - counted["read"].astype(float).groupby(counted["system"]).mean()
