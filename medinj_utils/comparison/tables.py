"""From scores per item to the matrices that are compared, and numbers as they are shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from medinj_utils.comparison.pairs import compare_pairs
from medinj_utils.comparison.resampling import SMALL, independent, need_columns
from medinj_utils.core.files import need
from medinj_utils.core.names import run_parts
from medinj_utils.data import load_records
from medinj_utils.demo.truth import fact_of, load_key


class Compared(NamedTuple):
    """What the notebooks of this room begin with: rows of ``scores`` in one mode, without general knowledge; their
    ``matrix`` (of `score_matrix`), its ``items`` (records by id), their ``clusters``, and a planted world's ``key``."""

    scores: pd.DataFrame
    matrix: pd.DataFrame
    items: pd.DataFrame
    clusters: pd.Series
    key: dict | None


def load_compared(output: str | Path, mode: str, general_sources: Sequence[str] = (), planted_key: str = "",
                  unequal: str = "refuse") -> Compared:
    """From an output tree, the answers of one mode to questions that are not of ``general_sources``."""
    scores = pd.read_parquet(need(f"{output}/scores/items.parquet", "notebook 31_score_choices"))
    chosen = scores[(scores["mode"] == mode) & ~scores["source"].isin(general_sources)]
    if chosen.empty:
        raise ValueError(f"{output}: no answer of mode {mode!r}; there are: {', '.join(scores['mode'].unique())}")
    matrix = score_matrix(chosen, unequal=unequal)
    return Compared(chosen, matrix, *asked_items(output, matrix.index, planted_key))


def asked_items(output: str | Path, ids: pd.Index, planted_key: str = "") -> tuple[pd.DataFrame, pd.Series, dict | None]:
    """The test questions of those ``ids``, in their order; their clusters (of `clusters_of`); a planted world's key."""
    records = load_records(need(f"{output}/data/records.parquet", "notebook 10_read_sources"))
    items = records[records["split"] == "test"].drop_duplicates("id").set_index("id").loc[ids]
    key = load_key(need(planted_key, "the profile's world")) if planted_key else None
    return items, clusters_of(items, key), key


def score_matrix(scores: pd.DataFrame, score: str = "exact_match", unequal: str = "refuse") -> pd.DataFrame:
    """Items × (system, seed) of one score, from rows of `medinj_utils.evaluation.scoring.score_answers` in one mode.

    Items that were set aside for any system are left out for all, so that every column has the same items. Items that
    some system has no row of are refused or, with ``unequal`` "intersect", left out for all too. ``attrs`` of the result
    tells how many were left out: ``set_aside``, ``not_answered_by_all``.
    """
    if unequal not in ("refuse", "intersect"):
        raise ValueError(f"unequal is {unequal!r}; accepted: refuse, intersect")
    need_columns(scores, {"system", "id", "set_aside", score}, "scores")
    if (twice := scores.duplicated(["system", "id"])).any():
        row = scores[twice].iloc[0]
        raise ValueError(f"item {row['id']} stands twice for {row['system']}: take the answers of one mode")
    system, seed = zip(*scores["system"].map(run_parts), strict=True) if len(scores) else ((), ())
    parts = scores.assign(system=system, seed=seed)
    aside = set(parts.loc[parts["set_aside"], "id"])
    table = parts[~parts["id"].isin(aside)].pivot(index="id", columns=["system", "seed"], values=score).astype(float)
    gaps = table.isna().any(axis=1)
    if gaps.any() and unequal == "refuse":
        run = table.columns[table.isna().any()][0]
        raise ValueError(f"{gaps.sum()} of {len(table)} items have no score of some system, such as {table.index[gaps][0]} "
                         f"of {run[0]} with seed {run[1]}: answer them, or leave them out for all (in notebooks: "
                         "unequal_items = 'intersect')")
    table = table[~gaps]
    if table.empty:
        raise ValueError("no item was answered by all systems")
    table.attrs = {"set_aside": len(aside), "not_answered_by_all": int(gaps.sum())}
    return table


def compare_parts(scores: pd.DataFrame, items: pd.DataFrame, by: Sequence[str], resamples: int = 10_000,
                  clusters: pd.Series | None = None) -> pd.DataFrame:
    """`compare_pairs` on all items, then within each value of each column ``by`` of ``items`` (by the scores' index).

    The columns of `compare_pairs` after ``part`` ("all", or "column: value") and ``items``, its number of items. p-values
    are adjusted within a part. Parts with fewer than `SMALL` items or clusters are left out.
    """
    need_columns(items, by, "items")
    parts = {"all": scores.index} | {f"{column}: {value}": group.index for column in by
                                     for value, group in items.loc[scores.index].groupby(column, sort=True)}
    found = []
    for name, ids in parts.items():
        if name == "all" or independent(ids, clusters) >= SMALL:
            pairs = compare_pairs(scores.loc[ids], resamples, clusters=None if clusters is None else clusters.loc[ids])
            pairs.insert(0, "items", len(ids))
            pairs.insert(0, "part", name)
            found.append(pairs)
    return pd.concat(found, ignore_index=True)


def unread_shares(scores: pd.DataFrame) -> pd.Series:
    """Share of the asked answers that could not be read, by system (over its seeds)."""
    need_columns(scores, {"system", "set_aside", "read"}, "scores")
    asked = scores[~scores["set_aside"]]
    system = asked["system"].map(lambda name: run_parts(name)[0])
    return 1 - asked["read"].astype(float).groupby(system).mean()


def clusters_of(items: pd.DataFrame, key: Mapping | None = None) -> pd.Series:
    """What items hang together: those on one fact of a planted world (by its key), else those on one context."""
    if key:
        facts = fact_of(key)
        return pd.Series([facts[item] for item in items.index], index=items.index)
    return items["context"].where(items["context"] != "", pd.Series(items.index, index=items.index))
