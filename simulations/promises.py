"""Do tests and intervals keep their promises? ``python -m simulations.promises``

The truth is known in simulated worlds. An item has a difficulty, part of it its cluster's. A system
has an ability, from which those of its runs deviate a little, and an advantage or disadvantage on
each cluster. An answer is right if these and chance add up to more than zero. All are normal, so
the mean score of a system over all possible items and runs is known exactly. `validate` counts the
worlds in which a test gives a false finding, and those in which an interval covers the truth.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest, norm

from medinj_utils.comparison.factorial import effects_of, factorial_effects
from medinj_utils.comparison.pairs import compare_pairs
from medinj_utils.comparison.power import Case, discordances, items_needed
from medinj_utils.comparison.resampling import resample
from medinj_utils.comparison.scores import check_scores
from medinj_utils.core.files import not_in_root, progress, write_csv
from medinj_utils.core.names import SYSTEMS

#: Smallest effect of interest in these worlds, whose tests are small.
_SMALLEST = 0.1


@dataclass(frozen=True)
class World:
    """Parameters of simulated worlds; an item's own difficulty and chance have deviation 1.

    Args:
        abilities: of the systems, in the order of `SYSTEMS`.
        items: number of items.
        cluster_size: items of a cluster.
        shared: standard deviation of a cluster's difficulty.
        known: standard deviation of a system's advantage on a cluster.
        runs: of each system.
        spread: standard deviation of the abilities of a system's runs.
    """

    abilities: tuple[float, ...]
    items: int = 200
    cluster_size: int = 1
    shared: float = 0.0
    known: float = 0.0
    runs: int = 1
    spread: float = 0.0

    def truth(self) -> np.ndarray:
        """Each system's mean score over all possible items and runs."""
        variance = 2 + self.shared**2 + self.known**2 + self.spread**2
        return norm.cdf(np.array(self.abilities) / np.sqrt(variance))

    def draw(self, seed: int) -> tuple[pd.DataFrame, np.ndarray | None]:
        """Scores (items × (system, run)) and clusters of one world."""
        rng = np.random.default_rng([seed, 7])
        cluster = np.arange(self.items) // self.cluster_size
        n_clusters = cluster.max() + 1
        difficulty = rng.normal(size=self.items)
        difficulty += self.shared * rng.normal(size=n_clusters)[cluster]
        columns, right = [], []
        for system, ability in zip(SYSTEMS, self.abilities, strict=False):
            ease = ability - difficulty + self.known * rng.normal(size=n_clusters)[cluster]
            for run in range(self.runs):
                chance = self.spread * rng.normal() + rng.normal(size=self.items)
                columns.append((system, run))
                right.append(ease + chance > 0)
        scores = pd.DataFrame(np.stack(right, axis=1).astype(float),
                              columns=pd.MultiIndex.from_tuples(columns))
        return scores, cluster if self.cluster_size > 1 else None


@dataclass(frozen=True)
class Study:
    """One world's scores and their comparison."""

    world: World
    resamples: int
    seed: int

    def pairs(self) -> pd.DataFrame:
        """The comparison of all pairs."""
        scores, clusters = self.world.draw(self.seed)
        return compare_pairs(scores, self.resamples, self.seed, clusters, smallest=_SMALLEST)

    def effects(self) -> pd.DataFrame:
        """The factorial's effects."""
        scores, clusters = self.world.draw(self.seed)
        return factorial_effects(scores, self.resamples, self.seed, clusters)

    def means(self) -> pd.DataFrame:
        """The mean score of the first system."""
        scores, clusters = self.world.draw(self.seed)
        drawn = resample(scores, self.resamples, self.seed, clusters)
        return pd.DataFrame([drawn.contrast({scores.columns[0][0]: 1.0})])

    def true_difference(self) -> float:
        """True difference of the first pair."""
        first, second = self.world.truth()[:2]
        return first - second

    def true_main_effect(self) -> float:
        """Of NAT."""
        truth = dict(zip(SYSTEMS, self.world.truth(), strict=True))
        return effects_of(truth)["estimate"].iloc[0]


def finds_first(study: Study) -> bool:
    """Whether the first pair differs at 5 %."""
    return bool(study.pairs()["p"].iloc[0] < 0.05)


def finds_any(study: Study) -> bool:
    """Whether any pair differs at 5 % after Holm's adjustment."""
    return bool((study.pairs()["p_holm"] < 0.05).any())


def calls_equivalent(study: Study) -> bool:
    """Whether the first pair is called equivalent."""
    return bool(study.pairs()["equivalent"].iloc[0])


def covers_difference(study: Study) -> bool:
    """Whether the interval of the first pair covers the truth."""
    return _covers(study.pairs(), "low", "high", study.true_difference())


def covers_difference_bca(study: Study) -> bool:
    """As `covers_difference`, for the bias-corrected and accelerated interval."""
    return _covers(study.pairs(), "low_bca", "high_bca", study.true_difference())


def covers_mean(study: Study) -> bool:
    """Whether the interval of the first system's mean score covers the truth."""
    return _covers(study.means(), "low", "high", study.world.truth()[0])


def covers_main_effect(study: Study) -> bool:
    """Whether the interval of the main effect of NAT covers the truth."""
    return _covers(study.effects(), "low", "high", study.true_main_effect())


def _covers(table: pd.DataFrame, low: str, high: str, truth: float) -> bool:
    return bool(table[low].iloc[0] <= truth <= table[high].iloc[0])


@dataclass(frozen=True)
class Promise:
    """A promised share of studies in worlds of one kind.

    Args:
        name: of the promise; one that begins with "limit" is known to be broken.
        world: the worlds.
        counts: whether one study counts.
        promised: share of studies: an upper bound on false findings, else a lower bound.
        tolerated: lowest and highest share that counts as nearly kept.
    """

    name: str
    world: World
    counts: Callable[[Study], bool]
    promised: float = 0.95
    tolerated: tuple[float, float] = (0.93, 0.97)

    def kept(self, share: float, low: float, high: float) -> str:
        """Whether the promise is kept, by the share found and its 95 % interval.

        For a tolerated share "yes" if the interval includes the promised share or lies on its safe
        side, else "nearly". For other shares "no" if the interval lies beyond the tolerated ones,
        else "can't tell".
        """
        least, most = self.tolerated
        if not least <= share <= most:
            return "no" if high < least or low > most else "can't tell"
        kept = low <= self.promised if least == 0 else high >= self.promised
        return "yes" if kept else "nearly"


def _false(name: str, world: World, counts: Callable[[Study], bool] = finds_first,
           most: float = 0.05) -> Promise:
    """A promise of at most 5 % false findings; up to ``most`` is tolerated."""
    return Promise(name, world, counts, 0.05, (0.0, most))


def _power(name: str, world: World) -> Promise:
    """A promise that 80 % of studies as large as planned find the difference."""
    return Promise(name, _planned(world), finds_first, 0.8, (0.77, 0.83))


def _at_distance(smallest: float, items: int) -> World:
    """Two systems whose means differ by exactly the smallest effect of interest."""
    return World((0.0, float(np.sqrt(2) * norm.ppf(0.5 + smallest))), items=items)


def _planned(world: World) -> World:
    """The world with as many items as planned for 80 % power."""
    pair = discordances(check_scores(*replace(world, items=40_000).draw(0))).iloc[0]
    case = Case(pair["discordance"], pair["design_effect"])
    needed = items_needed(float(np.diff(world.truth())[0]), case)
    return replace(world, items=-(-needed // world.cluster_size) * world.cluster_size)


#: Few or rare cases, in which an interval may cover the truth more often.
_small = partial(Promise, tolerated=(0.93, 1.0))
_ALIKE, _APART = (0.0, 0.0), (0.0, 0.4)
_RARE = float(np.sqrt(2) * norm.ppf(0.01))  # ability of a system that is right on 1 % of the items
_CLUSTERED = {"cluster_size": 4, "shared": 1.0, "known": 1.0}
_EIGHT = (0.0, 0.5, 0.2, 0.4, 0.6, 0.7, 0.5, 0.8)

PROMISES = [
    _false("McNemar, false findings", World(_ALIKE)),
    _false("sign flips by cluster, false findings", World(_ALIKE, **_CLUSTERED)),
    _false("sign flips over two runs each, false findings", World(_ALIKE, runs=2, **_CLUSTERED)),
    _false("sign flips and bootstrap, two runs that differ, false findings",
           World(_ALIKE, runs=2, spread=0.15, **_CLUSTERED), most=0.06),
    _false("Holm over six pairs, any false finding", World((0.0,) * 4, **_CLUSTERED), finds_any,
           most=0.055),
    Promise("interval, independent items", World(_APART), covers_difference),
    Promise("interval, clusters", World(_APART, **_CLUSTERED), covers_difference),
    Promise("interval, 25 clusters", World(_APART, items=100, **_CLUSTERED), covers_difference),
    Promise("interval, clusters, five runs that differ",
            World(_APART, runs=5, spread=0.15, **_CLUSTERED), covers_difference),
    Promise("interval, clusters, two runs that differ",
            World(_APART, runs=2, spread=0.15, **_CLUSTERED), covers_difference),
    Promise("interval, clusters, two runs that differ much",
            World(_APART, runs=2, spread=0.4, **_CLUSTERED), covers_difference),
    Promise("interval, clusters, five runs that are alike",
            World(_APART, runs=5, **_CLUSTERED), covers_difference),
    Promise("BCa interval, clusters", World(_APART, **_CLUSTERED), covers_difference_bca),
    Promise("interval of the main effect of NAT, clusters, two runs that differ",
            World(_EIGHT, runs=2, spread=0.15, **_CLUSTERED), covers_main_effect),
    Promise("BCa interval, 25 clusters", World(_APART, 100, **_CLUSTERED), covers_difference_bca),
    _false("limit: one run each, where others would differ, false findings",
           World(_ALIKE, spread=0.15, **_CLUSTERED)),
    _false("sign flips and bootstrap, two runs that differ much, false findings",
           World(_ALIKE, runs=2, spread=0.4, **_CLUSTERED), most=0.06),
    _false("sign flips and bootstrap, five runs that differ much, false findings",
           World(_ALIKE, runs=5, spread=0.4, **_CLUSTERED), most=0.06),
    _false("equivalence at the smallest effect, false", _at_distance(_SMALLEST, 400),
           calls_equivalent, most=0.06),
    _power("power with as many items as planned for 80 %", World(_APART)),
    _power("power with as many items as planned for 80 %, clusters", World(_APART, **_CLUSTERED)),
    _small("interval of a share of 1 %, 100 items", World((_RARE, 0.0), items=100), covers_mean),
    _small("interval of a share of 99 %, 25 clusters", World((-_RARE, 0.0), 100, 4), covers_mean),
    _small("interval, both nearly always right, 100 items", World((-_RARE,) * 2, 100),
           covers_difference),
    _small("interval, both nearly always right, five runs that differ",
           World((-_RARE, 0.2 - _RARE), items=100, runs=5, spread=0.15), covers_difference),
    _small("interval of the main effect of NAT, all nearly always wrong, 50 items",
           World((_RARE,) * 8, items=50), covers_main_effect),
    _small("interval, 10 items", World(_APART, items=10), covers_difference),
    _small("interval, 10 clusters", World(_APART, items=40, **_CLUSTERED), covers_difference),
]


def validate(worlds: int = 1000, resamples: int = 1000) -> pd.DataFrame:
    """Share of worlds that count for each promise, and whether it is kept.

    Args:
        worlds: of each promise.
        resamples: draws in each world.

    Returns:
        By promise: promised and found share, its 95 % interval (Clopper & Pearson 1934), the
        ``tolerated`` shares, and whether it is ``kept``, see `Promise.kept`.
    """
    rows = []
    for promise in PROMISES:
        counted = sum(promise.counts(Study(promise.world, resamples, seed))
                      for seed in progress(range(worlds), promise.name))
        # as the page shows them, so that what it says follows from what it shows
        low, high = (round(end, 3) for end in binomtest(counted, worlds).proportion_ci())
        rows.append({"promise": promise.name, "promised": promise.promised,
                     "found": counted / worlds, "low": low, "high": high,
                     "tolerated": "{:.3g} to {:.3g}".format(*promise.tolerated),
                     "kept": promise.kept(counted / worlds, low, high), "worlds": worlds})
    return pd.DataFrame(rows)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--to", type=Path, default=Path("book/validation.csv"))
    chosen = parser.parse_args()
    if not chosen.to.parent.is_dir():
        sys.exit(not_in_root(chosen.to.parent))
    table = validate(chosen.worlds, chosen.resamples).round(3)
    write_csv(table, chosen.to)
    print(table.to_string(index=False))


if __name__ == "__main__":
    _main()
