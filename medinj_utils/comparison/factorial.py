"""The base and the seven mixtures read as a 2³ factorial: which provenances has a system seen?

With y(S) the mean score of the system that has seen the set S of provenances (the base has seen none):

- *main effect* of a: mean over the four sets S without a of y(S+a) − y(S);
- *two-way interaction* of a and b: mean over the two sets S without both of
  [y(S+a+b) − y(S+b)] − [y(S+a) − y(S)]; the *three-way* one is the difference of the two-way ones with and
  without the third (so an interaction of 0 says that gains add up);
- *Shapley share* of a: its mean gain over all orders in which the provenances can be added (Shapley 1953);
  the three shares add up to y(ALL) − y(BASE).

All mixtures have the same budget, so "adding" a provenance also takes away half or a third of the others: the
effects are effects of substitution at a fixed budget. The seven mixtures alone are a simplex-centroid design (Scheffé 1963):
the three pure ones, the three halves and the thirds. To that view belongs

- *synergy* of a mixture: its mean score less the mean of those of its parts alone, so what mixing gives beyond the
  average of what is mixed. Scheffé's coefficient of two parts is four times it.
"""

from collections.abc import Mapping
from itertools import combinations, product
from math import factorial

import numpy as np
import pandas as pd

from medinj_utils.comparison.resampling import bootstrap_means, checked, independent, interval, system_means
from medinj_utils.core.names import BASE, SYSTEMS, seen

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
    for system in SYSTEMS:
        if len(parts := [part for part in _PARTS if part in seen(system)]) > 1:
            found.append(("synergy", system, {system: 1.0} | dict.fromkeys(parts, -1 / len(parts))))
    return found


def effects_of(means: Mapping[str, float]) -> pd.DataFrame:
    """The effects (kind, effect, estimate) of eight mean scores by system, without uncertainty."""
    missing = [system for system in CELLS.values() if system not in means]
    if missing:
        raise ValueError(f"the factorial needs all eight systems; missing: {', '.join(missing)}")
    return pd.DataFrame([{"kind": kind, "effect": effect, "estimate": sum(w * means[s] for s, w in weights.items())}
                         for kind, effect, weights in _weights()])


def factorial_effects(scores: pd.DataFrame, resamples: int = 10_000, seed: int = 0, clusters=None) -> pd.DataFrame:
    """Main effects, interactions and Shapley shares of the three provenances, and the mixtures' synergy, with 95 % bootstrap
    intervals.

    ``scores``: items × the eight systems (BASE, NAT, SYN, TRAD, NAT-SYN, NAT-TRAD, TRAD-SYN, ALL), or
    (system, seed) columns, as for `compare_pairs`; effects are in the unit of the scores. Returns kind (main,
    interaction, shapley, synergy), effect, estimate, low, high. Definitions stand at the head of this module.
    """
    effects = effects_of(system_means(scores).to_dict())
    draws = bootstrap_means(scores, resamples, seed, clusters)
    bounds = [interval(sum(w * draws[s] for s, w in weights.items())) for _, _, weights in _weights()]
    return effects.assign(low=[low for low, _ in bounds], high=[high for _, high in bounds])


def cell_means(scores: pd.DataFrame, resamples: int = 10_000, seed: int = 0, clusters=None) -> pd.DataFrame:
    """What an interaction of two provenances is the difference of: mean scores without and with each, averaged over the
    third. Columns: one, other, with_one, with_other, estimate, low, high (95 %)."""
    draws, rows = bootstrap_means(scores, resamples, seed, clusters), []
    means = system_means(scores)
    for one, other in combinations(_PARTS, 2):
        for with_one, with_other in product((False, True), repeat=2):
            cells = [system for cell, system in CELLS.items() if ((one in cell), (other in cell)) == (with_one, with_other)]
            low, high = interval(draws[cells].mean(axis=1))
            rows.append({"one": one, "other": other, "with_one": with_one, "with_other": with_other,
                         "estimate": means[cells].mean(), "low": low, "high": high})
    return pd.DataFrame(rows)


def log_odds_effects(scores: pd.DataFrame, clusters) -> pd.DataFrame:
    """Main effects and interactions on the scale of log odds: kind, effect, estimate, low, high (95 %).

    A logistic model of right and wrong answers on the three provenances, coded ± ½, fitted by generalised estimating
    equations (Liang & Zeger 1986) with a covariance that lets answers to questions of one cluster hang together in any way.
    ``scores`` of the eight systems are 0/1; runs are taken as they are.
    """
    from statsmodels.api import GEE
    from statsmodels.genmod.families import Binomial
    told = checked(scores, clusters)
    if not np.isin(told.values, (0, 1)).all():
        raise ValueError("scores other than 0 and 1 have no odds")
    effects_of(dict.fromkeys(told.systems, 0.0))  # all eight are there
    if sure := [name for name, share in zip(told.systems, told.means().mean(axis=0), strict=True) if share in (0, 1)]:
        raise ValueError(f"{sure[0]} answers all items right, or all wrong: its odds are not finite")
    groups = [group for size in (1, 2, 3) for group in combinations(_PARTS, size)]
    cells = np.array([[(part in seen(name)) - 0.5 for part in _PARTS] for name in scores.columns.get_level_values(0)])
    # With codes of ± ½ the coefficient of a product is a difference of differences, as the interactions above are.
    coded = np.column_stack([np.ones(len(cells)), *(
        cells[:, [_PARTS.index(part) for part in group]].prod(axis=1) for group in groups)])
    n = len(told.values)
    fit = GEE(told.values.ravel(), np.tile(coded, (n, 1)), np.repeat(told.cluster, len(cells)), family=Binomial()).fit()
    bounds = fit.conf_int()
    return pd.DataFrame([{"kind": "main" if len(group) == 1 else "interaction", "effect": " × ".join(group),
                          "estimate": fit.params[i], "low": bounds[i, 0], "high": bounds[i, 1]}
                         for i, group in enumerate(groups, start=1)])


#: Gains that are compared between native and translated test items.
ECHOES = [("TRAD", BASE), ("NAT", BASE), ("TRAD", "NAT"), ("NAT-TRAD", "NAT")]


def echoes(scores: pd.DataFrame, provenance: pd.Series, resamples: int = 10_000, seed: int = 0,
           clusters=None) -> pd.DataFrame:
    """Does training help most where the test's items are of its own provenance? By gain (first − second of `ECHOES`) the
    mean on native and on translated items and the difference of the two (translated − native), with 95 % intervals.

    ``provenance`` of each item, by the items' index. The two kinds of items are drawn apart; where some of both hang
    together the interval of their difference is wider than it need be. Empty where one of them has no two clusters.
    """
    clusters = pd.Series(scores.index if clusters is None else clusters, index=scores.index)
    of, parts = provenance.reindex(scores.index), {}
    for number, group in enumerate(("native", "translated")):
        part = scores[of == group]
        if independent(part.index, clusters) < 2:
            return pd.DataFrame(columns=["first", "second", "on", "items", "estimate", "low", "high"])
        draws = bootstrap_means(part, resamples, seed + number, clusters.loc[part.index])
        parts[group] = len(part), system_means(part), draws
    rows = []
    for first, second in ECHOES:
        if {first, second} <= set(scores.columns.get_level_values(0)):
            gains = {on: (n, means[first] - means[second], draws[first] - draws[second])
                     for on, (n, means, draws) in parts.items()}
            (n, gain, drawn), (more, other, others) = gains.values()
            gains["translated − native"] = n + more, other - gain, others - drawn
            for on, (n, estimate, drawn) in gains.items():
                low, high = interval(drawn)
                rows.append({"first": first, "second": second, "on": on, "items": n, "estimate": float(estimate), "low": low,
                             "high": high})
    return pd.DataFrame(rows)
