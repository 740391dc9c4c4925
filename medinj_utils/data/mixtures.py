"""Seven training mixtures of equal budget from three provenances.

A mixture takes equal shares of its provenances. Each provenance's rows are put into one seeded
order and a mixture takes the first of them, so that at the same seed the native part of NAT-SYN is
a subset of NAT. Less of the difference between mixtures then comes from the draw of rows. The order
is stratified by source and task: its first n rows have the requested shares, to within a row.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from medinj_utils.core.names import (
    CONFIGURATIONS,
    PROVENANCES,
    SHORTAGES,
    SOURCE_SHARES,
    SURE_LEAKS,
    TASK_SHARES,
    check_choice,
    provenances_of,
)

_STRATA = ["provenance", "source", "task"]
#: Numbers of the random streams: one shuffles a mixture, each provenance has its own.
_SHUFFLE = 3
_STREAMS = {name: i + (i >= _SHUFFLE) for i, name in enumerate(PROVENANCES)}


class ShortageError(ValueError):
    """A provenance holds fewer rows than its share of the budget."""


@dataclass(frozen=True)
class Stratification:
    """Shares of sources and task types within a provenance.

    Args:
        by_source: ``proportional`` to the rows that each source holds, or ``equal``.
        by_task: ``as found``, or ``matched``: every provenance gets the shares of the task types
            over all provenances; types that a provenance lacks are left out.

    Raises:
        ValueError: a value is unknown.
    """

    by_source: str = "proportional"
    by_task: str = "as found"

    def __post_init__(self):
        check_choice("by_source", self.by_source, SOURCE_SHARES)
        check_choice("by_task", self.by_task, TASK_SHARES)


class _Order(NamedTuple):
    """A provenance's rows in a seeded order.

    ``positions`` are positions of rows; the first ``whole`` of them keep the requested shares,
    until a stratum runs out.
    """

    positions: np.ndarray
    whole: int

    @property
    def shortfall(self) -> str:
        """Addition to an error if the shares leave some rows unused."""
        if self.whole == len(self.positions):
            return ""
        return f" in the shares asked for, by_source and by_task (of {len(self.positions)} rows)"


_AS_FOUND = Stratification()


def shares(configuration: str, budget: int) -> dict[str, int]:
    """Rows per provenance: equal, with the remainder on the first ones.

    Args:
        configuration: name of the mixture.
        budget: rows of the whole mixture.
    """
    members = provenances_of(configuration)
    each, left = divmod(budget, len(members))
    return {name: each + (i < left) for i, name in enumerate(members)}


def remove_leaks(train: pd.DataFrame, leaks: pd.DataFrame,
                 reasons: Sequence[str] = SURE_LEAKS) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training rows without those whose question is also in the test.

    Args:
        train: training rows.
        leaks: what `medinj_utils.data.overlap.find_leaks` found.
        reasons: reasons for which rows are removed.

    Returns:
        Kept and removed rows, both with their index. Exact duplicates of a leak are removed with
        it.
    """
    removed = train["id"].isin(leaks.loc[leaks["reason"].isin(reasons), "id"]).to_numpy()
    return train[~removed], train[removed]


def _targets(records: pd.DataFrame, stratification: Stratification) -> pd.Series:
    """Share of each stratum (provenance, source, task) within its provenance.

    Strata that are left out are missing.
    """
    counts = records.groupby(_STRATA).size().astype(float)
    if stratification.by_task == "matched":
        return _matched_targets(records, counts, stratification.by_source)
    if stratification.by_source == "equal":
        within = counts.groupby(["provenance", "source"])
        n_sources = counts.groupby("provenance").transform(
            lambda part: part.index.get_level_values("source").nunique())
        return counts / within.transform("sum") / n_sources
    return counts / counts.groupby("provenance").transform("sum")


def _matched_targets(records: pd.DataFrame, counts: pd.Series, by_source: str) -> pd.Series:
    """As `_targets`, with the tasks' shares over all provenances in each of them."""
    tasks = counts.groupby(["provenance", "task"]).sum().unstack("task").dropna(axis=1)
    if tasks.empty:
        by_provenance = records.groupby("provenance")["task"].unique().map(sorted).to_dict()
        raise ShortageError("by_task is 'matched', but no task type occurs in all provenances: "
                            f"{by_provenance}")
    task_shares = tasks.sum() / tasks.to_numpy().sum()
    counts = counts[counts.index.get_level_values("task").isin(task_shares.index)]
    within = counts.groupby(["provenance", "task"])
    if by_source == "proportional":
        of_task = counts / within.transform("sum")
    else:
        of_task = 1 / within.transform("size")
    return of_task * task_shares.reindex(counts.index.get_level_values("task")).to_numpy()


def _orders(records: pd.DataFrame, seed: int, stratification: Stratification) -> dict[str, _Order]:
    """By provenance, its rows in a seeded order whose first n rows have the target shares."""
    targets = _targets(records, stratification)
    strata = records.reset_index(drop=True).groupby(_STRATA).indices
    orders = {}
    for name, part in targets.groupby("provenance"):
        rng = np.random.default_rng([seed, _STREAMS[name]])
        positions, turns = [], []
        whole = math.inf
        for stratum, share in part.items():
            members = rng.permutation(strata[stratum])
            positions.append(members)
            # Turn of each row: the smaller the share, the longer between two turns.
            turns.append((np.arange(len(members)) + rng.random()) / share)
            whole = min(whole, len(members) / share)
        order = np.argsort(np.concatenate(turns), kind="stable")
        orders[name] = _Order(np.concatenate(positions)[order], min(round(whole), len(order)))
    return orders


def possible_configurations(records: pd.DataFrame) -> list[str]:
    """The configurations whose provenances have rows, in the book's order.

    Raises:
        ShortageError: there are none.
    """
    provenances = set(records["provenance"])
    possible = [name for name in CONFIGURATIONS if provenances.issuperset(provenances_of(name))]
    if not possible:
        raise ShortageError("no training rows are left to build a mixture from: name a source that "
                            "has some in notebook 10_read_sources")
    return possible


def plan_budget(records: pd.DataFrame, configurations: Sequence[str], budget: int, shortage: str,
                stratification: Stratification = _AS_FOUND,
                sizes: pd.Series | None = None) -> int:
    """The budget that every configuration can keep.

    Args:
        records: as in `build_mixture`.
        configurations: the mixtures to be built.
        budget: of each, in rows or, with ``sizes``, tokens.
        shortage: where a provenance holds too little, ``refuse`` raises, ``lower`` lowers the
            budget of all configurations alike, ``repeat`` keeps it (`build_mixture` then repeats
            rows).
        stratification: shares of sources and task types.
        sizes: as in `build_mixture`.

    Raises:
        ShortageError: a provenance has no rows at all, or too few and ``shortage`` is ``refuse``.
    """
    check_choice("shortage", shortage, SHORTAGES)
    orders = _orders(records, 0, stratification)
    needed = {name for configuration in configurations for name in provenances_of(configuration)}
    if absent := sorted(needed - orders.keys()):
        rows_there = records["provenance"].value_counts().to_dict() or "none at all"
        raise ShortageError(f"no training rows of provenance {', '.join(absent)}, which "
                            f"{', '.join(configurations)} need; there are: {rows_there}. Name a "
                            "source that has them in notebook 10_read_sources, or fewer "
                            "configurations")
    weights = np.ones(len(records), dtype=int) if sizes is None else sizes.to_numpy()
    available = {name: int(weights[order.positions[:order.whole]].sum())
                 for name, order in orders.items()}
    if shortage == "repeat":
        return budget
    while short := _short(configurations, budget, available):
        if shortage == "refuse":
            unit = "rows" if sizes is None else "tokens"
            needs = "; ".join(
                f"{configuration} needs {needed_rows} {name} {unit} but {available[name]} are there"
                f"{orders[name].shortfall}" for configuration, name, needed_rows in short)
            raise ShortageError(f"{needs}. Lower the budget ({budget}), or set shortage to 'lower' "
                                "or 'repeat'")
        possible = [available[name] * len(provenances_of(configuration))
                    for configuration, name, _ in short]
        budget = min(budget - 1, *possible)
    return budget


def _short(configurations: Sequence[str], budget: int,
           available: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """(configuration, provenance, rows needed) for each provenance with fewer rows than needed."""
    return [(configuration, name, needed) for configuration in configurations
            for name, needed in shares(configuration, budget).items() if needed > available[name]]


def build_mixture(records: pd.DataFrame, configuration: str, budget: int, seed: int,
                  repeat: bool = False, by_source: str = "proportional", by_task: str = "as found",
                  sizes: pd.Series | None = None) -> pd.DataFrame:
    """Rows worth the budget, in equal shares of the configuration's provenances, shuffled.

    Args:
        records: training rows from which leaks have been removed.
        configuration: one of `medinj_utils.core.names.CONFIGURATIONS`.
        budget: number of rows or, with ``sizes``, of tokens: each provenance then gives rows until
            its share is reached.
        seed: decides which rows are drawn, and their order.
        repeat: whether the rows of a provenance with too few are repeated.
        by_source: see `Stratification`.
        by_task: see `Stratification`.
        sizes: tokens of each row, in the records' order.

    Returns:
        The mixture's records, with a new index.

    Raises:
        ShortageError: a provenance holds too little and ``repeat`` is False.
        ValueError: an argument is unknown or out of range, or a row is not for training.
    """
    if budget < 1:
        raise ValueError(f"budget is {budget}; need at least 1")
    if other := set(records["split"].unique()) - {"train"}:
        raise ValueError("a mixture is made of training rows; these records hold "
                         f"{', '.join(sorted(other))} rows too")
    orders = _orders(records, seed, Stratification(by_source, by_task))
    weights = np.ones(len(records)) if sizes is None else sizes.to_numpy(dtype=float)
    parts = []
    for name, needed in shares(configuration, budget).items():
        order = orders.get(name, _Order(np.array([], dtype=int), 0))
        available = weights[order.positions[:order.whole]].sum()
        if available < needed and not (repeat and available):
            unit = "rows" if sizes is None else "tokens"
            raise ShortageError(f"{configuration} needs {needed} {name} {unit} but {available:.0f} "
                                f"are there{order.shortfall}")
        parts.append(_first_worth(needed, order, weights))
    shuffle = np.random.default_rng([seed, _SHUFFLE])
    chosen = shuffle.permutation(np.concatenate(parts))
    return records.iloc[chosen].reset_index(drop=True)


def _first_worth(needed: int, order: _Order, weights: np.ndarray) -> np.ndarray:
    """Positions of the first rows worth ``needed``; rows are repeated if necessary."""
    if not needed:
        return order.positions[:0]
    positions = order.positions
    available = weights[positions[:order.whole]].sum()
    if available < needed:
        positions = np.tile(positions[:order.whole], math.ceil(needed / available))
    last = np.searchsorted(np.cumsum(weights[positions]), needed - 1e-9)
    return positions[:int(last) + 1]


def part_of(mixture: pd.DataFrame, share: float) -> pd.DataFrame:
    """The first rows of each provenance, in the mixture's order; smaller parts are subsets.

    Args:
        mixture: a mixture's records.
        share: of each provenance's rows, above 0 to 1.

    Raises:
        ValueError: the share is out of range.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share is {share}; need more than 0 and at most 1")
    ids = mixture.groupby("provenance")["id"]
    position, size = ids.transform("cumcount"), ids.transform("size")
    return mixture[position < (share * size).round()].reset_index(drop=True)
