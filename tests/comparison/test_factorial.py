from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from comparison.simulated import by_provenances
from medinj_utils.comparison import factorial_effects
from medinj_utils.comparison.factorial import (
    CELLS,
    cell_means,
    effect_table,
    effects_of,
    is_factorial,
)
from medinj_utils.comparison.resampling import resample
from medinj_utils.core.names import SYSTEMS, parts_of

MEANS = {"BASE": 0.2, "NAT": 0.5, "SYN": 0.35, "TRAD": 0.45, "NAT-SYN": 0.6, "NAT-TRAD": 0.62,
         "TRAD-SYN": 0.58,
         "ALL": 0.75}


def effect(table, kind, name):
    return table[(table["kind"] == kind) & (table["effect"] == name)]["estimate"].item()


def test_effects_by_hand():
    table = effects_of(MEANS)
    main = ((0.5 - 0.2) + (0.6 - 0.35) + (0.62 - 0.45) + (0.75 - 0.58)) / 4
    assert effect(table, "main", "NAT") == pytest.approx(main)
    two = ((0.6 - 0.35) - (0.5 - 0.2) + (0.75 - 0.58) - (0.62 - 0.45)) / 2
    assert effect(table, "interaction", "NAT × SYN") == pytest.approx(two)
    three = ((0.75 - 0.58) - (0.62 - 0.45)) - ((0.6 - 0.35) - (0.5 - 0.2))
    assert effect(table, "interaction", "NAT × SYN × TRAD") == pytest.approx(three)


def test_shapley_shares_are_the_mean_gain_over_all_orders_and_add_up():
    table = effects_of(MEANS)
    for part in ("NAT", "SYN", "TRAD"):
        gains = []
        for order in permutations(("NAT", "SYN", "TRAD")):
            before = frozenset(order[:order.index(part)])
            gains.append(MEANS[CELLS[before | {part}]] - MEANS[CELLS[before]])
        assert effect(table, "shapley", part) == pytest.approx(np.mean(gains))
    shares = table[table["kind"] == "shapley"]["estimate"].sum()
    assert shares == pytest.approx(MEANS["ALL"] - MEANS["BASE"])


def test_additive_gains_have_no_interaction():
    gain = {"NAT": 0.2, "SYN": 0.05, "TRAD": 0.1}
    table = effects_of(
        {system: 0.3 + sum(gain[part] for part in parts_of(system)) for system in SYSTEMS}
    )
    assert table[table["kind"] == "interaction"]["estimate"].abs().max() < 1e-12
    assert effect(table, "main", "NAT") == pytest.approx(0.2)


def test_intervals_hold_the_truth_of_simulated_worlds():
    truth = effects_of(MEANS).set_index(["kind", "effect"])["estimate"]
    inside = []
    for world in range(20):
        rng = np.random.default_rng(world)
        difficulty = rng.random(400)
        table = pd.DataFrame(
            {system: (difficulty < mean).astype(int) for system, mean in MEANS.items()}
        )
        made = factorial_effects(table, resamples=400, seed=world).set_index(["kind", "effect"])
        main = made.loc["main"]
        inside += list((main["low"] <= truth["main"]) & (truth["main"] <= main["high"]))
    assert np.mean(inside) >= 0.85


def test_seeds_are_averaged_and_a_missing_system_is_named():
    rng = np.random.default_rng(0)
    columns = pd.MultiIndex.from_tuples([(system, seed) for system in SYSTEMS for seed in (0, 1)])
    table = pd.DataFrame((rng.random((100, 16)) < 0.5).astype(int), columns=columns)
    made = factorial_effects(table, resamples=200)
    means = {system: table[system].to_numpy().mean() for system in SYSTEMS}
    assert made["estimate"].to_numpy() == pytest.approx(effects_of(means)["estimate"].to_numpy())
    assert list(made) == ["kind", "effect", "estimate", "low", "high"]
    with pytest.raises(ValueError, match="missing: ALL"):
        factorial_effects(table.drop(columns="ALL", level=0), resamples=10)


def test_synergy_is_what_a_mixture_has_beyond_its_parts():
    table = effects_of(MEANS)
    assert effect(table, "synergy", "NAT-TRAD") == pytest.approx(0.62 - (0.5 + 0.45) / 2)
    assert effect(table, "synergy", "ALL") == pytest.approx(0.75 - (0.5 + 0.35 + 0.45) / 3)
    assert (table["kind"] == "synergy").sum() == 4


def test_cell_means_give_the_interaction():
    scores, _, clusters = by_provenances(300)
    drawn = resample(scores, 200, clusters=clusters)
    cells = cell_means(drawn).set_index(["one", "other", "with_one", "with_other"])
    effects = effect_table(drawn)
    assert effects.equals(factorial_effects(scores, 200, clusters=clusters))
    at = {
        (a, b): cells.loc[("NAT", "TRAD", a, b), "estimate"]
        for a in (False, True)
        for b in (False, True)
    }
    assert at[True, True] - at[False, True] - at[True, False] + at[False, False] == pytest.approx(
        effect(effects, "interaction", "NAT × TRAD"))
    assert (cells["low"] < cells["estimate"]).all() and (cells["estimate"] < cells["high"]).all()


def test_a_factorial_is_the_base_and_all_mixtures():
    assert is_factorial(SYSTEMS) and not is_factorial(SYSTEMS[1:])
