"""Seven training mixtures of equal budget from three provenances.

A mixture takes equal shares of its provenances. Each provenance's rows are put into one seeded order and a
mixture takes the first of them, so that at the same seed the native part of NAT-SYN is a subset of NAT:
differences between mixtures then come less from which rows happened to be drawn.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from medinj_utils.data.records import PROVENANCES, load_records, save_records
from medinj_utils.identity import question_key
from medinj_utils.runs import CONFIGURATIONS, need, sha256, versions, write_json

_SHORT = {"NAT": "native", "SYN": "synthetic", "TRAD": "translated"}
SHORTAGES = ("refuse", "lower", "repeat")


class ShortageError(ValueError):
    """A provenance holds fewer rows than its share of the budget."""


def provenances_of(configuration: str) -> tuple[str, ...]:
    """Provenances that a configuration mixes, e.g. ``NAT-TRAD`` gives native, translated."""
    if configuration not in CONFIGURATIONS:
        raise ValueError(f"unknown configuration {configuration!r}; accepted: {', '.join(CONFIGURATIONS)}")
    return PROVENANCES if configuration == "ALL" else tuple(_SHORT[part] for part in configuration.split("-"))


def shares(configuration: str, budget: int) -> dict[str, int]:
    """Rows per provenance: equal, and what does not divide goes to the first ones."""
    members = provenances_of(configuration)
    return {name: budget // len(members) + (i < budget % len(members)) for i, name in enumerate(members)}


def remove_leaks(train: pd.DataFrame, test: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(kept, removed) training rows; removed are those whose question also stands in the test, whatever the
    order of its options and the answer given. An index of the train table's rows is kept in both."""
    asked = {question_key(row) for row in test.to_dict("records")}
    leaks = np.array([question_key(row) in asked for row in train.to_dict("records")], dtype=bool)
    return train[~leaks], train[leaks]


def plan_budget(records: pd.DataFrame, configurations: Sequence[str], budget: int, shortage: str) -> int:
    """The budget that every configuration can keep.

    Where a provenance holds too few rows: ``refuse`` raises `ShortageError` with the numbers, ``lower`` lowers
    the budget for all configurations alike, ``repeat`` keeps it (`build_mixture` then repeats rows).
    """
    if shortage not in SHORTAGES:
        raise ValueError(f"shortage is {shortage!r}; accepted: {', '.join(SHORTAGES)}")
    held = records["provenance"].value_counts().to_dict()
    if absent := sorted({name for c in configurations for name in provenances_of(c)} - held.keys()):
        raise ShortageError(f"no training rows of provenance {', '.join(absent)}, which {', '.join(configurations)} need; "
                            f"there are: {held or 'none at all'}. Name a source that has them in notebook 10_read_sources")
    while shortage != "repeat" and (short := [
            (c, name, wanted) for c in configurations for name, wanted in shares(c, budget).items()
            if wanted > held[name]]):
        if shortage == "refuse":
            raise ShortageError("; ".join(
                f"{c} needs {wanted} {name} rows but {held[name]} are there" for c, name, wanted in short)
                + f". Lower the budget ({budget}), or set shortage to 'lower' or 'repeat'")
        budget = min(budget - 1, *(held[name] * len(provenances_of(c)) for c, name, _ in short))
    return budget


def build_mixture(records: pd.DataFrame, configuration: str, budget: int, seed: int,
                  repeat: bool = False) -> pd.DataFrame:
    """``budget`` rows of ``records`` in equal shares of the configuration's provenances, shuffled by ``seed``.

    ``records`` are training rows from which leaks have been removed. With ``repeat`` a provenance that holds
    too few rows is gone through again; without, that raises `ShortageError`.
    """
    if budget < 1:
        raise ValueError(f"budget is {budget}; need at least 1 row")
    if other := set(records["split"]) - {"train"}:
        raise ValueError(f"a mixture is made of training rows; these records hold {', '.join(sorted(other))} rows too")
    parts = []
    for name, wanted in shares(configuration, budget).items():
        rows = np.flatnonzero(records["provenance"].to_numpy() == name)
        if len(rows) < wanted and not (repeat and len(rows)):
            raise ShortageError(f"{configuration} needs {wanted} {name} rows but {len(rows)} are there")
        order = np.random.default_rng([seed, PROVENANCES.index(name)]).permutation(rows)
        parts.append(np.resize(order, wanted))
    chosen = np.random.default_rng([seed, len(PROVENANCES)]).permutation(np.concatenate(parts))
    return records.iloc[chosen].reset_index(drop=True)


def save_mixture(mixture: pd.DataFrame, configuration: str, folder: str | Path, **told: object) -> dict:
    """Write ``<configuration>.parquet`` and its manifest ``.json``; returns the manifest. ``told`` enters it."""
    path = save_records(mixture, Path(folder) / f"{configuration}.parquet")
    counts = mixture.groupby(["provenance", "task", "source"]).size().reset_index(name="rows")
    manifest = {"configuration": configuration, "rows": len(mixture), "distinct_rows": int(mixture["id"].nunique()),
                "counts": counts.to_dict("records"), "sha256": sha256(path),
                "versions": versions(["pandas", "numpy", "pyarrow"]), **told}
    write_json(manifest, path.with_suffix(".json"))
    return manifest


def load_mixture(folder: str | Path, configuration: str) -> pd.DataFrame:
    """A mixture whose file is the one that its manifest describes; else a ValueError."""
    path = need(Path(folder) / f"{configuration}.parquet", "notebook 14_build_mixtures")
    manifest = json.loads(need(path.with_suffix(".json"), "notebook 14_build_mixtures").read_text(encoding="utf-8"))
    if manifest["sha256"] != sha256(path):
        raise ValueError(f"{path} is not the file that its manifest describes (SHA-256 differs): build it again")
    return load_records(path)
