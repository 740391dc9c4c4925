"""The base and the seven mixtures read as a 2³ factorial: which provenances has a system seen?

With y(S) the mean score of the system that has seen the set S of provenances (the base has seen none):

- *main effect* of a: mean over the four sets S without a of y(S+a) − y(S);
- *two-way interaction* of a and b: mean over the two sets S without both of
  [y(S+a+b) − y(S+b)] − [y(S+a) − y(S)]; the *three-way* one is the difference of the two-way ones with and
  without the third (so an interaction of 0 says that gains add up);
- *Shapley share* of a: its mean gain over all orders in which the provenances can be added (Shapley 1953);
  the three shares add up to y(ALL) − y(BASE).

All mixtures have the same budget, so "adding" a provenance also takes away half or a third of the others: the
effects are effects of substitution at a fixed budget.
"""

from collections.abc import Mapping
from itertools import combinations
from math import factorial

import pandas as pd

from medinj_utils.comparison.resampling import bootstrap_means, interval
from medinj_utils.runs import SYSTEMS, seen

_PARTS = ("NAT", "SYN", "TRAD")
CELLS = {seen(system): system for system in SYSTEMS}


def _weights() -> list[tuple[str, str, dict[str, float]]]:
    """(kind, effect, weight of every system's mean): each effect is a weighted sum of the eight means."""
    found = []
    for size in (1, 2, 3):
        for group in combinations(_PARTS, size):
            others = 2 ** (3 - size)
            # y(S) enters with + when S lacks an even number of the group's members, and is averaged over the rest
            weights = {system: (-1) ** (size - len(cell & set(group))) / others for cell, system in CELLS.items()}
            found.append(("main" if size == 1 else "interaction", " × ".join(group), weights))
    for part in _PARTS:
        weights = dict.fromkeys(CELLS.values(), 0.0)
        for cell, system in CELLS.items():
            if part not in cell:
                weight = factorial(len(cell)) * factorial(2 - len(cell)) / factorial(3)
                weights[CELLS[cell | {part}]] += weight
                weights[system] -= weight
        found.append(("shapley", part, weights))
    return found


def effects_of(means: Mapping[str, float]) -> pd.DataFrame:
    """The effects (kind, effect, estimate) of eight mean scores by system, without uncertainty."""
    missing = [system for system in CELLS.values() if system not in means]
    if missing:
        raise ValueError(f"the factorial needs all eight systems; missing: {', '.join(missing)}")
    return pd.DataFrame([{"kind": kind, "effect": effect, "estimate": sum(w * means[s] for s, w in weights.items())}
                         for kind, effect, weights in _weights()])


def factorial_effects(scores: pd.DataFrame, resamples: int = 10_000, seed: int = 0, clusters=None) -> pd.DataFrame:
    """Main effects, interactions and Shapley shares of the three provenances, with 95 % bootstrap intervals.

    ``scores``: items × the eight systems (BASE, NAT, SYN, TRAD, NAT-SYN, NAT-TRAD, TRAD-SYN, ALL), or
    (system, seed) columns, as for `compare_pairs`; effects are in the unit of the scores. Returns kind (main,
    interaction, shapley), effect, estimate, low, high. Definitions stand at the head of this module.
    """
    names = scores.columns.get_level_values(0)
    means = scores.T.groupby(names).mean().mean(axis=1)
    effects = effects_of(means.to_dict())
    draws = bootstrap_means(scores, resamples, seed, clusters)
    bounds = [interval(sum(w * draws[s] for s, w in weights.items())) for _, _, weights in _weights()]
    return effects.assign(low=[low for low, _ in bounds], high=[high for _, high in bounds])
