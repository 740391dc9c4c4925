"""Seven training mixtures of equal budget from three provenances.

A mixture takes equal shares of its provenances. Each provenance's rows are put into one seeded order and a mixture takes
the first of them, so that at the same seed the native part of NAT-SYN is a subset of NAT: differences between mixtures
then come less from which rows happened to be drawn. The order is stratified by source and task: every beginning of it
holds them in the shares that were asked for, to within a row.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from medinj_utils.core.files import need, sha256, write_json, write_text
from medinj_utils.core.machine import versions
from medinj_utils.core.names import CONFIGURATIONS
from medinj_utils.core.prompts import answer_turn, user_turn
from medinj_utils.data.overlap import SURE_REASONS
from medinj_utils.data.records import PROVENANCES, load_records, save_records
from medinj_utils.models.loading import local_base

_SHORT = {"NAT": "native", "SYN": "synthetic", "TRAD": "translated"}
SHORTAGES = ("refuse", "lower", "repeat")
_SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M")  # the hub's words
BY_SOURCE, BY_TASK = ("proportional", "equal"), ("as found", "matched")
_STRATA = ["provenance", "source", "task"]


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


def remove_leaks(train: pd.DataFrame, leaks: pd.DataFrame, reasons: Sequence[str] = SURE_REASONS) -> tuple[
        pd.DataFrame, pd.DataFrame]:
    """(kept, removed) training rows: removed are those that `medinj_utils.data.overlap.find_leaks` names for one of the
    ``reasons``, and their exact duplicates. The index of the train table's rows is kept in both."""
    removed = train["id"].isin(leaks.loc[leaks["reason"].isin(reasons), "id"]).to_numpy()
    return train[~removed], train[removed]


def _targets(records: pd.DataFrame, by_source: str, by_task: str) -> pd.Series:
    """Share of each stratum (provenance, source, task) within its provenance; strata that are left out are missing."""
    if by_source not in BY_SOURCE or by_task not in BY_TASK:
        raise ValueError(f"by_source is {by_source!r}, by_task {by_task!r}; accepted: {', '.join(BY_SOURCE)}; "
                         f"{', '.join(BY_TASK)}")
    counts = records.groupby(_STRATA).size().astype(float)
    if by_task == "matched":
        tasks = counts.groupby(["provenance", "task"]).sum().unstack("task").dropna(axis=1)
        if tasks.empty:
            raise ShortageError("by_task is 'matched', but no task type stands in all provenances: "
                                f"{records.groupby('provenance')['task'].unique().map(sorted).to_dict()}")
        wanted = tasks.sum() / tasks.to_numpy().sum()
        counts = counts[counts.index.get_level_values("task").isin(wanted.index)]
        within = counts.groupby(["provenance", "task"])
        shares_ = counts / within.transform("sum") if by_source == "proportional" else 1 / within.transform("size")
        return shares_ * wanted.reindex(counts.index.get_level_values("task")).to_numpy()
    if by_source == "equal":
        within = counts.groupby(["provenance", "source"])
        return counts / within.transform("sum") / counts.groupby("provenance").transform(
            lambda part: part.index.get_level_values("source").nunique())
    return counts / counts.groupby("provenance").transform("sum")


def _orders(records: pd.DataFrame, seed: int, by_source: str, by_task: str) -> dict[str, tuple[np.ndarray, int]]:
    """By provenance: positions of its rows in a seeded order every beginning of which has the target shares, and how many
    rows of that order keep them (until a stratum runs out)."""
    targets = _targets(records, by_source, by_task)
    stratum = records.reset_index(drop=True).groupby(_STRATA).indices
    found = {}
    for name, part in targets.groupby("provenance"):
        rng = np.random.default_rng([seed, PROVENANCES.index(name)])
        rows, turns, whole = [], [], math.inf
        for key, share in part.items():
            members = rng.permutation(stratum[key])
            rows.append(members)
            turns.append((np.arange(len(members)) + rng.random()) / share)  # when each row's turn comes
            whole = min(whole, len(members) / share)
        order = np.argsort(np.concatenate(turns), kind="stable")
        found[name] = np.concatenate(rows)[order], min(round(whole), len(order))
    return found


def _in_shares(ordered: tuple[np.ndarray, int]) -> str:
    order, whole = ordered
    return f" in the shares asked for, by_source and by_task (of {len(order)} rows)" if whole < len(order) else ""


def plan_budget(records: pd.DataFrame, configurations: Sequence[str], budget: int, shortage: str,
                by_source: str = "proportional", by_task: str = "as found", sizes: pd.Series | None = None) -> int:
    """The budget that every configuration can keep.

    Where a provenance holds too little: ``refuse`` raises `ShortageError` with the numbers, ``lower`` lowers
    the budget for all configurations alike, ``repeat`` keeps it (`build_mixture` then repeats rows). The other arguments
    are those of `build_mixture`.
    """
    if shortage not in SHORTAGES:
        raise ValueError(f"shortage is {shortage!r}; accepted: {', '.join(SHORTAGES)}")
    orders = _orders(records, 0, by_source, by_task)
    if absent := sorted({name for c in configurations for name in provenances_of(c)} - orders.keys()):
        raise ShortageError(f"no training rows of provenance {', '.join(absent)}, which {', '.join(configurations)} need; "
                            f"there are: {records['provenance'].value_counts().to_dict() or 'none at all'}. Name a source "
                            "that has them in notebook 10_read_sources")
    held = {name: whole if sizes is None else int(sizes.to_numpy()[order[:whole]].sum())
            for name, (order, whole) in orders.items()}
    unit = "rows" if sizes is None else "tokens"
    while shortage != "repeat" and (short := [
            (c, name, wanted) for c in configurations for name, wanted in shares(c, budget).items()
            if wanted > held[name]]):
        if shortage == "refuse":
            raise ShortageError("; ".join(
                f"{c} needs {wanted} {name} {unit} but {held[name]} are there{_in_shares(orders[name])}"
                for c, name, wanted in short) + f". Lower the budget ({budget}), or set shortage to 'lower' or 'repeat'")
        budget = min(budget - 1, *(held[name] * len(provenances_of(c)) for c, name, _ in short))
    return budget


def build_mixture(records: pd.DataFrame, configuration: str, budget: int, seed: int, repeat: bool = False,
                  by_source: str = "proportional", by_task: str = "as found",
                  sizes: pd.Series | None = None) -> pd.DataFrame:
    """Rows of ``records`` worth ``budget``, in equal shares of the configuration's provenances, shuffled by ``seed``.

    ``records`` are training rows from which leaks have been removed. ``budget`` counts rows; with ``sizes`` (tokens of each
    row, in the records' order) it counts tokens, and each provenance gives rows until its share is reached. ``by_source``:
    sources of a provenance in ``proportional`` shares of its rows or in ``equal`` ones. ``by_task``: task types ``as
    found``, or ``matched``: in every provenance the shares that they have over all provenances, types that a provenance
    lacks left out. With ``repeat`` a provenance that holds too little is gone through again; without, that raises
    `ShortageError`.
    """
    if budget < 1:
        raise ValueError(f"budget is {budget}; need at least 1")
    if other := set(records["split"].unique()) - {"train"}:
        raise ValueError(f"a mixture is made of training rows; these records hold {', '.join(sorted(other))} rows too")
    orders, parts = _orders(records, seed, by_source, by_task), []
    weights = np.ones(len(records)) if sizes is None else sizes.to_numpy(dtype=float)
    for name, wanted in shares(configuration, budget).items():
        order, whole = orders.get(name, (np.array([], dtype=int), 0))
        held = weights[order[:whole]].sum()
        if held < wanted and not (repeat and held):
            raise ShortageError(f"{configuration} needs {wanted} {name} {'rows' if sizes is None else 'tokens'} "
                                f"but {held:.0f} are there{_in_shares((order, whole))}")
        rounds = np.tile(order[:whole], math.ceil(wanted / held)) if held < wanted else order
        parts.append(rounds[:int(np.searchsorted(np.cumsum(weights[rounds]), wanted - 1e-9)) + 1] if wanted else order[:0])
    chosen = np.random.default_rng([seed, len(PROVENANCES)]).permutation(np.concatenate(parts))
    return records.iloc[chosen].reset_index(drop=True)


def part_of(mixture: pd.DataFrame, share: float) -> pd.DataFrame:
    """The first ``share`` (0 to 1) of each provenance's rows, in the mixture's order: a smaller part lies in a larger."""
    if not 0 < share <= 1:
        raise ValueError(f"share is {share}; need more than 0, and 1 at most")
    place, held = (mixture.groupby("provenance")["id"].transform(what) for what in ("cumcount", "size"))
    return mixture[place < (share * held).round()].reset_index(drop=True)


def token_counts(records: pd.DataFrame, base_model: str, revision: str) -> pd.DataFrame:
    """Tokens of each row by a base model's tokenizer, without its chat template: of the answer's letters or text
    (``answer_tokens``), and of question and answer (``all_tokens``)."""
    from transformers import AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained(local_base(base_model, revision), revision=revision or None)
    rows = records.to_dict("records")
    answers = [answer_turn(row, "letters") for row in rows]
    everything = [f"{user_turn(row)}\n{answer}"
                  for row, answer in zip(rows, answers, strict=True)]
    return pd.DataFrame({unit: [len(ids) for ids in tokenizer(texts, add_special_tokens=False)["input_ids"]] if texts else []
                         for unit, texts in (("answer_tokens", answers), ("all_tokens", everything))},
                        index=records.index, dtype=int)


def save_mixture(mixture: pd.DataFrame, configuration: str, folder: str | Path, **told: object) -> dict:
    """Write ``<configuration>.parquet`` and its manifest ``.json``; returns the manifest. ``told`` enters it."""
    path = save_records(mixture, Path(folder) / f"{configuration}.parquet")
    counts = mixture.groupby(["provenance", "task", "source"]).size().reset_index(name="rows")
    manifest = {"configuration": configuration, "rows": len(mixture), "distinct_rows": int(mixture["id"].nunique()),
                "rows_sha256": hashlib.sha256("\n".join(mixture["id"]).encode()).hexdigest(),
                "counts": counts.to_dict("records"), "sha256": sha256(path),
                "versions": versions(["pandas", "numpy", "pyarrow"]), **told}
    write_json(manifest, path.with_suffix(".json"))
    write_text(data_card(mixture, manifest), path.with_suffix(".md"))
    return manifest


def data_card(mixture: pd.DataFrame, manifest: Mapping) -> str:
    """A mixture's card in the form that the Hugging Face hub reads: a head in YAML, then what the mixture is."""
    licences = sorted(mixture["licence"].unique())
    size = _SIZES[max(0, len(str(manifest["rows"])) - 3)]
    head = {"language": ["fr"], "license": licences[0].lower() if len(licences) == 1 else "other",
            "task_categories": ["question-answering", "multiple-choice"], "tags": ["medical"],
            "size_categories": [size], "pretty_name": f"Mixture {manifest['configuration']}"}
    counts = "\n".join(f"| {row['provenance']} | {row['task']} | {row['source']} | {row['rows']} |"
                       for row in manifest["counts"])
    told = "\n".join(f"- {key}: {manifest[key]}" for key in manifest if key not in (
        "configuration", "counts", "versions", "sha256"))
    return f"""---
{yaml.safe_dump(head, allow_unicode=True, sort_keys=False)}---

# Training mixture {manifest['configuration']}

French medical questions for instruction tuning, mixed by provenance. Not a medical device, and not medical advice.

| provenance | task | source | rows |
|---|---|---|---:|
{counts}

{told}
- SHA-256 of the parquet file: {manifest['sha256']}
- licences of the sources: {', '.join(licences)}
"""


def load_mixture(folder: str | Path, configuration: str) -> pd.DataFrame:
    """A mixture whose file is the one that its manifest describes; else a ValueError."""
    path = need(Path(folder) / f"{configuration}.parquet", "notebook 14_build_mixtures")
    manifest = json.loads(need(path.with_suffix(".json"), "notebook 14_build_mixtures").read_text(encoding="utf-8"))
    if manifest["sha256"] != sha256(path):
        raise ValueError(f"{path} is not the file that its manifest describes (SHA-256 differs): build it again")
    return load_records(path)
