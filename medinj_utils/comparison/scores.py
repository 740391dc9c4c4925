"""Scores of systems that answered the same items, checked before anything is computed from them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

#: Clusters (items, where each is its own) below which intervals are rough.
SMALL = 20
#: Draws × clusters at once, which limits memory to some hundred megabytes.
_BLOCK_CELLS = 8_000_000


@dataclass(frozen=True)
class Scores:
    """Scores of several systems, each of one or more runs, on the same items.

    Args:
        values: items × runs.
        columns: by system, the columns of its runs in ``values``.
        cluster: number of each item's cluster, from 0.
        clustered: whether clusters were given; otherwise every item is its own.
    """

    values: np.ndarray
    columns: dict[str, np.ndarray]
    cluster: np.ndarray
    clustered: bool

    @property
    def systems(self) -> list[str]:
        """Names of the systems, in order."""
        return list(self.columns)

    @property
    def n_clusters(self) -> int:
        """Number of clusters: how many units are drawn."""
        return int(self.cluster.max()) + 1

    @property
    def binary(self) -> bool:
        """Whether every score is 0 or 1."""
        return bool(np.isin(self.values, (0, 1)).all())

    def of(self, systems: Iterable[str]) -> "Scores":
        """The scores of some of the systems, in the order given."""
        runs = {system: self.columns[system] for system in systems}
        ends = np.cumsum([0, *map(len, runs.values())])
        columns = {system: np.arange(ends[i], ends[i + 1]) for i, system in enumerate(runs)}
        return replace(self, values=self.values[:, np.concatenate(list(runs.values()))],
                       columns=columns)

    @property
    def bounded(self) -> bool:
        """Whether all scores lie between 0 and 1, which are then taken to be their ends."""
        return bool(self.values.min() >= 0 and self.values.max() <= 1)

    @property
    def limits(self) -> tuple[float, float]:
        """Ends of the scores: 0 and 1, or the lowest and the highest where some lie beyond."""
        if self.bounded:
            return 0.0, 1.0
        return float(self.values.min()), float(self.values.max())

    @cached_property
    def item_means(self) -> np.ndarray:
        """Items × systems: the mean over a system's runs."""
        by_system = [self.values[:, runs].mean(axis=1) for runs in self.columns.values()]
        return np.stack(by_system, axis=1)

    @cached_property
    def cluster_means(self) -> np.ndarray:
        """Clusters × systems: the mean over a cluster's items and a system's runs."""
        sums = cluster_sums(self.item_means, self.cluster)
        return sums / np.bincount(self.cluster)[:, None]

    def means(self) -> pd.Series:
        """Mean score of each system, over its runs."""
        system_of = np.empty(self.values.shape[1], dtype=object)
        for system, runs in self.columns.items():
            system_of[runs] = system
        by_item = pd.DataFrame(self.values.T).groupby(system_of).mean()
        return by_item.mean(axis=1).loc[self.systems]


def check_scores(scores: pd.DataFrame, clusters: Sequence | pd.Series | None = None) -> Scores:
    """Scores and clusters as numbers, after checking that they are complete.

    Args:
        scores: items × systems, or × (system, seed): numbers without gaps.
        clusters: one label per item. A Series is taken by the items' index, anything else by
            position. None: every item is its own.

    Returns:
        Items × runs, with the columns of each system and the number of each item's cluster.

    Raises:
        ValueError: a score is missing or no number, an item or a column stands twice, there are
            fewer than two systems, an item has no cluster, or there is a single cluster.
    """
    columns = _columns_by_system(scores)
    values = _numbers(scores)
    if clusters is None:
        return Scores(values, columns, np.arange(len(values)), clustered=False)
    return Scores(values, columns, _cluster_numbers(scores.index, clusters), clustered=True)


def _columns_by_system(scores: pd.DataFrame) -> dict[str, np.ndarray]:
    names = list(scores.columns.get_level_values(0))
    systems = list(dict.fromkeys(names))
    if scores.empty or len(systems) < 2:
        raise ValueError(f"scores are {scores.shape[0]} items × {len(systems)} systems; need items "
                         "and two systems")
    if scores.columns.has_duplicates:
        twice = scores.columns[scores.columns.duplicated()][0]
        raise ValueError(f"scores have column {twice!r} twice: give the runs of a system a second "
                         "level, their seeds")
    if scores.index.has_duplicates:
        raise ValueError(f"scores hold item {scores.index[scores.index.duplicated()][0]} twice")
    return {system: np.flatnonzero([name == system for name in names]) for system in systems}


def _numbers(scores: pd.DataFrame) -> np.ndarray:
    try:
        values = scores.to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        columns = ", ".join(map(str, scores.columns))
        raise ValueError(f"scores are not all numbers ({error}): need items as the index, and a "
                         "column of scores for each system, or (system, seed); columns are "
                         f"{columns}") from None
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise ValueError(f"no finite score of system {scores.columns[column]!r} for item "
                         f"{scores.index[row]}: compare systems on items that all have answered")
    return values


def _cluster_numbers(items: pd.Index, clusters: Sequence | pd.Series) -> np.ndarray:
    if isinstance(clusters, pd.Series):
        if strange := set(items) ^ set(clusters.index):
            raise ValueError(f"clusters and scores are not of the same items: {len(strange)} are "
                             f"in only one of them, such as {next(iter(strange))}")
        clusters = clusters.loc[items]
    labels = np.asarray(clusters, dtype=object)
    if labels.shape != (len(items),):
        raise ValueError(f"clusters of shape {labels.shape} for {len(items)} items: need one label "
                         "per item")
    numbers, known = pd.factorize(labels)
    if (numbers < 0).any():
        raise ValueError(f"item {items[int(np.argmin(numbers))]} has no cluster: give each item a "
                         "label")
    if len(known) < 2 <= len(items):
        raise ValueError("all items are in one cluster: with nothing to resample there is no "
                         "interval")
    return numbers


def need_columns(table: pd.DataFrame, expected: Iterable[str], name: str) -> None:
    """Refuse a table that lacks a column.

    Args:
        table: to check.
        expected: columns that it must have.
        name: what the table is, for the message.

    Raises:
        ValueError: a column is missing; the message names it and those that are there.
    """
    if missing := set(expected) - set(table.columns):
        raise ValueError(f"{name} have no column {', '.join(sorted(missing))}; expected: "
                         f"{', '.join(sorted(expected))}; there are: "
                         f"{', '.join(map(str, table.columns))}")


def independent_units(items: pd.Index | list, clusters: pd.Series | None) -> int:
    """Number of independent items: all, or the number of their clusters.

    Args:
        items: ids.
        clusters: label of each item, by id; None: every item is its own.
    """
    return len(items) if clusters is None else clusters.loc[items].nunique()


def cluster_sums(values: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """Sums over the items of each cluster.

    Args:
        values: items × columns.
        cluster: number of each item's cluster, from 0.

    Returns:
        Clusters × columns.
    """
    sums = np.zeros((int(cluster.max()) + 1, values.shape[1]))
    np.add.at(sums, cluster, values)
    return sums


def draw_blocks(resamples: int, clusters: int) -> Iterator[int]:
    """Numbers of draws that are made at once, which add up to ``resamples``.

    Args:
        resamples: number of draws.
        clusters: that each draw is made of.
    """
    size = max(1, _BLOCK_CELLS // clusters)
    return (min(size, resamples - start) for start in range(0, resamples, size))
