"""From scores per item to the matrices that are compared, and numbers as they are shown."""

from collections.abc import Mapping

import pandas as pd

from medinj_utils.demo.truth import fact_of
from medinj_utils.runs import run_parts


def score_matrix(scores: pd.DataFrame, score: str = "exact_match") -> pd.DataFrame:
    """Items × (system, seed) of one score, from rows of `medinj_utils.evaluation.scoring.score_answers` in one mode.

    Items that were set aside for any system are left out for all, so that every column has the same items.
    """
    system, seed = zip(*scores["system"].map(run_parts), strict=True) if len(scores) else ((), ())
    parts = scores.assign(system=system, seed=seed)
    aside = parts.loc[parts["set_aside"], "id"]
    parts = parts[~parts["id"].isin(aside)]
    if parts.empty:
        raise ValueError("no item was answered by all systems")
    return parts.pivot(index="id", columns=["system", "seed"], values=score).astype(float)


def unread_shares(scores: pd.DataFrame) -> pd.Series:
    """Share of the asked answers that could not be read, by system (over its seeds)."""
    asked = scores[~scores["set_aside"]]
    system = asked["system"].map(lambda name: run_parts(name)[0])
    return 1 - asked["read"].astype(float).groupby(system).mean()


def clusters_of(items: pd.DataFrame, key: Mapping | None = None) -> pd.Series:
    """What items hang together: those on one fact of a planted world (by its key), else those on one context."""
    if key:
        facts = fact_of(key)
        return pd.Series([facts[item] for item in items.index], index=items.index)
    return items["context"].where(items["context"] != "", pd.Series(items.index, index=items.index))
