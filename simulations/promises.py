"""Whether the tests and intervals of this room keep their promises: ``python -m simulations.promises``.

Worlds are simulated in which the truth is known: an item has a difficulty, part of it its cluster's; a system has an
ability, each of its runs one a little off, and it is better or worse at what the items of a cluster ask; an answer is right
if these and chance add up to more than zero. All are normal, so the mean score of a system over all items and runs that
could be is known exactly. `validate` counts in how many worlds a test finds what isn't there, and in how many an interval
holds the truth.
"""

import argparse
import gc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest, norm

from medinj_utils.comparison.factorial import effects_of, factorial_effects
from medinj_utils.comparison.pairs import compare_pairs
from medinj_utils.comparison.power import discordance, items_needed
from medinj_utils.core.files import progress, write_csv
from medinj_utils.core.names import SYSTEMS


class World(NamedTuple):
    """How worlds of one kind are made: ``abilities`` of the systems, ``runs`` of each, and standard deviations, where an
    item's own difficulty and chance have 1 each: ``spread`` of a system's runs, ``shared`` difficulty of a cluster, and
    ``known``, how much better or worse a system is at a cluster."""

    abilities: tuple[float, ...]
    items: int = 200
    cluster_size: int = 1
    shared: float = 0.0
    known: float = 0.0
    runs: int = 1
    spread: float = 0.0

    def truth(self) -> np.ndarray:
        """Each system's mean score over all items and runs that could be."""
        return norm.cdf(np.array(self.abilities) / np.sqrt(2 + self.shared**2 + self.known**2 + self.spread**2))

    def draw(self, seed: int) -> tuple[pd.DataFrame, np.ndarray | None]:
        """Scores (items × (system, run)) and clusters of one world."""
        rng = np.random.default_rng([seed, 7])
        cluster = np.arange(self.items) // self.cluster_size
        hard = rng.normal(size=self.items) + self.shared * rng.normal(size=cluster.max() + 1)[cluster]
        scores = {}
        for system, ability in zip(SYSTEMS, self.abilities, strict=False):
            easier = ability - hard + self.known * rng.normal(size=cluster.max() + 1)[cluster]
            for run in range(self.runs):
                scores[system, run] = easier + self.spread * rng.normal() + rng.normal(size=self.items) > 0
        return pd.DataFrame(scores).astype(float), cluster if self.cluster_size > 1 else None


def first_p(pairs: pd.DataFrame, world: World) -> bool:
    return bool(pairs["p"].iloc[0] < 0.05)


def any_holm(pairs: pd.DataFrame, world: World) -> bool:
    return bool((pairs["p_holm"] < 0.05).any())


def covered(pairs: pd.DataFrame, world: World, low: str = "low", high: str = "high") -> bool:
    truth = world.truth()[0] - world.truth()[1]
    return bool(pairs[low].iloc[0] <= truth <= pairs[high].iloc[0])


def covered_effect(effects: pd.DataFrame, world: World) -> bool:
    truth = effects_of(dict(zip(SYSTEMS, world.truth(), strict=True)))["estimate"]
    return bool(effects["low"].iloc[0] <= truth[0] <= effects["high"].iloc[0])


def called_equivalent(pairs: pd.DataFrame, world: World) -> bool:
    return bool(pairs["equivalent"].iloc[0])


def _at_distance(smallest: float, items: int) -> World:
    """Two systems whose means differ by exactly the smallest effect of interest."""
    return World((0.0, float(np.sqrt(2) * norm.ppf(0.5 + smallest))), items=items)


def _planned(world: World) -> World:
    """With as many items as the plan says show the difference of the two systems in 80 of 100 studies."""
    told = discordance(*world._replace(items=40_000).draw(0)).iloc[0]
    needed = items_needed(float(np.diff(world.truth())[0]), told["one_alone"], told["design_effect"])
    return world._replace(items=-(-needed // world.cluster_size) * world.cluster_size)


_CLUSTERED = {"cluster_size": 4, "shared": 1.0, "known": 1.0}
#: What is promised, of what worlds, what is counted, the share that is promised, and the shares that keep the promise. What
#: begins with "limit" is known not to hold: it is shown, by how much.
PROMISES: list[tuple[str, World, Callable, float, tuple[float, float]]] = [
    ("McNemar, false findings", World((0.0, 0.0)), first_p, 0.05, (0.0, 0.05)),
    ("sign flips by cluster, false findings", World((0.0, 0.0), **_CLUSTERED), first_p, 0.05, (0.0, 0.05)),
    ("sign flips over two runs each, false findings", World((0.0, 0.0), runs=2, **_CLUSTERED), first_p, 0.05, (0.0, 0.05)),
    ("sign flips and bootstrap, two runs that differ, false findings", World((0.0, 0.0), runs=2, spread=0.15, **_CLUSTERED),
     first_p, 0.05, (0.0, 0.06)),
    ("Holm over six pairs, any false finding", World((0.0,) * 4, **_CLUSTERED), any_holm, 0.05, (0.0, 0.055)),
    ("interval, independent items", World((0.0, 0.4)), covered, 0.95, (0.93, 0.97)),
    ("interval, clusters", World((0.0, 0.4), **_CLUSTERED), covered, 0.95, (0.93, 0.97)),
    ("interval, 25 clusters", World((0.0, 0.4), items=100, **_CLUSTERED), covered, 0.95, (0.93, 0.97)),
    ("interval, clusters, five runs that differ", World((0.0, 0.4), runs=5, spread=0.15, **_CLUSTERED), covered, 0.95,
     (0.93, 0.97)),
    ("interval, clusters, two runs that differ", World((0.0, 0.4), runs=2, spread=0.15, **_CLUSTERED), covered, 0.95,
     (0.93, 0.97)),
    ("interval, clusters, two runs that differ much", World((0.0, 0.4), runs=2, spread=0.4, **_CLUSTERED), covered, 0.95,
     (0.93, 0.97)),
    ("interval, clusters, five runs that are alike", World((0.0, 0.4), runs=5, **_CLUSTERED), covered, 0.95, (0.93, 0.97)),
    ("BCa interval, clusters", World((0.0, 0.4), **_CLUSTERED), partial(covered, low="low_bca", high="high_bca"), 0.95,
     (0.93, 0.97)),
    ("interval of the main effect of NAT, clusters, two runs that differ",
     World((0.0, 0.5, 0.2, 0.4, 0.6, 0.7, 0.5, 0.8), runs=2, spread=0.15, **_CLUSTERED), covered_effect, 0.95, (0.93, 0.97)),
    ("BCa interval, 25 clusters", World((0.0, 0.4), items=100, **_CLUSTERED),
     partial(covered, low="low_bca", high="high_bca"), 0.95, (0.93, 0.97)),
    ("limit: one run each, where others would differ, false findings", World((0.0, 0.0), spread=0.15, **_CLUSTERED),
     first_p, 0.05, (0.0, 0.05)),
    ("sign flips and bootstrap, two runs that differ much, false findings",
     World((0.0, 0.0), runs=2, spread=0.4, **_CLUSTERED), first_p, 0.05, (0.0, 0.06)),
    ("sign flips and bootstrap, five runs that differ much, false findings",
     World((0.0, 0.0), runs=5, spread=0.4, **_CLUSTERED), first_p, 0.05, (0.0, 0.06)),
    ("equivalence at the smallest effect, false", _at_distance(0.1, 400), called_equivalent, 0.05, (0.0, 0.06)),
    ("power with as many items as planned for 80 %", _planned(World((0.0, 0.4))), first_p, 0.8, (0.77, 0.83)),
    ("power with as many items as planned for 80 %, clusters", _planned(World((0.0, 0.4), **_CLUSTERED)), first_p, 0.8,
     (0.77, 0.83)),
]


def validate(worlds: int = 1000, resamples: int = 1000) -> pd.DataFrame:
    """By promise: promised and found share over so many worlds, its 95 % interval (Clopper & Pearson 1934), and whether the
    promise is kept: "no" where the whole interval is outside what keeps it, "can't tell" where only the found share is."""
    rows = []
    gc.freeze()  # statsmodels collects garbage at each adjustment, and would look through all modules each time
    for name, world, count, promised, (least, most) in PROMISES:
        hits = 0
        for seed in progress(range(worlds), name):
            scores, clusters = world.draw(seed)
            found = factorial_effects(scores, resamples, seed, clusters) if count is covered_effect else compare_pairs(
                scores, resamples, seed, clusters, smallest=0.1)
            hits += count(found, world)
        low, high = binomtest(hits, worlds).proportion_ci()
        kept = "yes" if least <= hits / worlds <= most else "no" if high < least or low > most else "can't tell"
        rows.append({"promise": name, "promised": promised, "found": hits / worlds, "low": low, "high": high, "kept": kept,
                     "worlds": worlds})
    return pd.DataFrame(rows)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--to", type=Path, default=Path("book/validation.csv"))
    chosen = parser.parse_args()
    table = validate(chosen.worlds, chosen.resamples).round(3)
    write_csv(table, chosen.to)
    print(table.to_string(index=False))


if __name__ == "__main__":
    _main()
