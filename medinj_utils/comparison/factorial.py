"""The base and the seven mixtures read as a 2³ factorial: which provenances has a system seen?

With y(S) the mean score of the system that has seen the set S of provenances (the base has seen
none):

- *main effect* of a: mean over the four sets S without a of y(S+a) − y(S);
- *two-way interaction* of a and b: mean over the two sets S without both of [y(S+a+b) − y(S+b)] −
  [y(S+a) − y(S)]; the *three-way* one is the difference of the two-way ones with and without the
  third (so an interaction of 0 says that gains add up);
- *Shapley share* of a: its mean gain over all orders in which the provenances can be added (Shapley
  1953); the three shares add up to y(ALL) − y(BASE).

All mixtures have the same budget, so adding a provenance also takes away half or a third of the
others: the effects are effects of substitution at a fixed budget. The seven mixtures alone are a
simplex-centroid design (Scheffé 1963): the three pure ones, the three halves and the thirds. It
gives

- *synergy* of a mixture: its mean score less the mean of those of its parts alone: what mixing
  gives beyond the average of its parts. Scheffé's coefficient of two parts is four times it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product
from math import factorial

import pandas as pd

from medinj_utils.comparison.resampling import Resampled, resample
from medinj_utils.core.names import FACTORS, SYSTEMS, parts_of

#: Systems by the set of parts that they were tuned on: the base and the seven mixtures.
CELLS = {parts_of(system): system for system in SYSTEMS if parts_of(system) <= set(FACTORS)}


def part_groups() -> list[tuple[str, ...]]:
    """The parts alone, in pairs, and all three: what has a main effect or an interaction."""
    return [group for size in (1, 2, 3) for group in combinations(FACTORS, size)]


def group_kind(group: tuple[str, ...]) -> str:
    """Kind of the effect of a group of parts: main or interaction."""
    return "main" if len(group) == 1 else "interaction"


def group_name(group: tuple[str, ...]) -> str:
    """Name of the effect of a group of parts."""
    return " × ".join(group)


def is_factorial(systems: Iterable[str]) -> bool:
    """Whether the base and all seven mixtures are among the systems."""
    return set(systems) >= set(CELLS.values())


def factorial_weights(group: tuple[str, ...]) -> dict[str, float]:
    """Weights of the systems' means in the effect of a group of parts.

    y(S) enters with + where S lacks an even number of the group's members, and is averaged over the
    other parts.
    """
    others = 2 ** (len(FACTORS) - len(group))
    return {system: (-1) ** (len(group) - len(cell & set(group))) / others
            for cell, system in CELLS.items()}


def _shapley_weights(part: str) -> dict[str, float]:
    """Weights of the systems' means in the Shapley share of a part."""
    weights = dict.fromkeys(CELLS.values(), 0.0)
    for cell, system in CELLS.items():
        if part not in cell:
            orders = factorial(len(cell)) * factorial(len(FACTORS) - 1 - len(cell))
            weights[CELLS[cell | {part}]] += orders / factorial(len(FACTORS))
            weights[system] -= orders / factorial(len(FACTORS))
    return weights


def _effect_weights() -> list[tuple[str, str, dict[str, float]]]:
    """(kind, effect, weight of every system's mean): each effect is a weighted sum of means."""
    effects = [(group_kind(group), group_name(group), factorial_weights(group))
               for group in part_groups()]
    effects += [("shapley", part, _shapley_weights(part)) for part in FACTORS]
    for cell, system in CELLS.items():
        parts = [part for part in FACTORS if part in cell]
        if len(parts) > 1:
            weights = {system: 1.0} | dict.fromkeys(parts, -1 / len(parts))
            effects.append(("synergy", system, weights))
    return effects


def _check_systems(systems: Iterable[str]) -> None:
    if missing := [system for system in CELLS.values() if system not in set(systems)]:
        raise ValueError(f"the factorial needs all eight systems; missing: {', '.join(missing)}")


def effects_of(means: Mapping[str, float]) -> pd.DataFrame:
    """The effects of eight mean scores, without uncertainty.

    Args:
        means: mean score by system.

    Returns:
        Columns kind, effect, estimate, in the order of `factorial_effects`.

    Raises:
        ValueError: a system is missing.
    """
    _check_systems(means.keys())
    rows = []
    for kind, effect, weights in _effect_weights():
        estimate = sum(weight * means[system] for system, weight in weights.items())
        rows.append({"kind": kind, "effect": effect, "estimate": estimate})
    return pd.DataFrame(rows)


def factorial_effects(scores: pd.DataFrame, resamples: int = 10_000, seed: int = 0,
                      clusters: Sequence | pd.Series | None = None) -> pd.DataFrame:
    """Main effects, interactions, Shapley shares and synergies, with 95 % bootstrap intervals.

    Args:
        scores: items × the eight systems, or × (system, seed), as for
            `medinj_utils.comparison.compare_pairs`.
        resamples: draws of the bootstrap.
        seed: of the random numbers.
        clusters: one label per item, as for `compare_pairs`.

    Returns:
        Columns kind (main, interaction, shapley, synergy), effect, estimate, low, high, in the
        unit of the scores. Definitions stand at the head of this module.

    Raises:
        ValueError: a system is missing, or as `compare_pairs`.
    """
    return effect_table(resample(scores, resamples, seed, clusters))


def effect_table(resampled: Resampled) -> pd.DataFrame:
    """As `factorial_effects`, from one bootstrap of the eight systems' scores."""
    _check_systems(resampled.means.index)
    return pd.DataFrame([{"kind": kind, "effect": effect} | resampled.contrast(weights)._asdict()
                         for kind, effect, weights in _effect_weights()])


def cell_means(resampled: Resampled) -> pd.DataFrame:
    """The means whose differences make up each two-way interaction.

    Returns:
        Columns one, other (the parts), with_one, with_other (whether systems have seen them), and
        estimate, low, high (95 %): the mean score of these systems, averaged over the third part.
        Empty where the base or one of the seven mixtures was not run.
    """
    rows = []
    if not is_factorial(resampled.means.index):
        return pd.DataFrame(columns=["one", "other", "with_one", "with_other", "estimate", "low",
                                     "high"])
    for one, other in combinations(FACTORS, 2):
        for with_one, with_other in product((False, True), repeat=2):
            cells = [system for cell, system in CELLS.items()
                     if ((one in cell), (other in cell)) == (with_one, with_other)]
            mean = resampled.contrast(dict.fromkeys(cells, 1 / len(cells)))
            rows.append({"one": one, "other": other, "with_one": with_one, "with_other": with_other}
                        | mean._asdict())
    return pd.DataFrame(rows)
