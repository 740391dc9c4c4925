from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison import compare_pairs, factorial_effects
from medinj_utils.comparison.factorial import (
    CELLS,
    cell_means,
    echoes,
    effects_of,
    log_odds_effects,
)
from medinj_utils.comparison.figures import (
    effects_figure,
    interactions_figure,
    shapley_figure,
    simplex_figure,
)
from medinj_utils.core.names import SYSTEMS, seen

MEANS = {"BASE": 0.2, "NAT": 0.5, "SYN": 0.35, "TRAD": 0.45, "NAT-SYN": 0.6, "NAT-TRAD": 0.62, "TRAD-SYN": 0.58,
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
    table = effects_of({system: 0.3 + sum(gain[part] for part in seen(system)) for system in SYSTEMS})
    assert table[table["kind"] == "interaction"]["estimate"].abs().max() < 1e-12
    assert effect(table, "main", "NAT") == pytest.approx(0.2)


def test_intervals_hold_the_truth_of_simulated_worlds():
    truth = effects_of(MEANS).set_index(["kind", "effect"])["estimate"]
    inside = []
    for world in range(20):
        rng = np.random.default_rng(world)
        difficulty = rng.random(400)
        table = pd.DataFrame({system: (difficulty < mean).astype(int) for system, mean in MEANS.items()})
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


def test_unknown_systems_are_refused():
    with pytest.raises(ValueError, match="unknown system 'NATIVE'"):
        seen("NATIVE")


def test_synergy_is_what_a_mixture_has_beyond_its_parts():
    table = effects_of(MEANS)
    assert effect(table, "synergy", "NAT-TRAD") == pytest.approx(0.62 - (0.5 + 0.45) / 2)
    assert effect(table, "synergy", "ALL") == pytest.approx(0.75 - (0.5 + 0.35 + 0.45) / 3)
    assert (table["kind"] == "synergy").sum() == 4


def simulated(n=900, seed=0, seeds=(0,), echo=0.0):
    """Scores of the eight systems by a logistic model on the provenances (0.8, 0.3, 0.5), and what the items are. Items come in
    clusters of three; seeing translated questions adds ``echo`` to the log odds of translated items."""
    rng = np.random.default_rng(seed)
    cluster = np.arange(n) // 3
    hard = rng.normal(size=n // 3)[cluster]
    translated = np.arange(n) % 2 == 1
    scores = {}
    for system in SYSTEMS:
        gain = sum({"NAT": 0.8, "SYN": 0.3, "TRAD": 0.5}[part] for part in seen(system))
        odds = hard - 1 + gain + echo * ("TRAD" in seen(system)) * translated
        scores |= {(system, run): (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float) for run in seeds}
    index = [f"i{i}" for i in range(n)]
    return pd.DataFrame(scores).set_axis(index), pd.Series(np.where(translated, "translated", "native"), index), pd.Series(
        cluster, index)


def test_log_odds_are_those_of_a_logistic_model_and_clusters_widen_them():
    from statsmodels.api import GLM
    from statsmodels.genmod.families import Binomial
    scores, _, clusters = simulated()
    found = log_odds_effects(scores, clusters).set_index("effect")
    coded = np.array([[(part in seen(system)) - 0.5 for part in ("NAT", "SYN", "TRAD")] for system, _ in scores.columns])
    design = np.column_stack([np.ones(8), coded, coded[:, 0] * coded[:, 1], coded[:, 0] * coded[:, 2], coded[:, 1] * coded[:, 2],
                              coded.prod(axis=1)])
    plain = GLM(scores.to_numpy().ravel(), np.tile(design, (len(scores), 1)), family=Binomial()).fit()
    assert found["estimate"].to_numpy() == pytest.approx(plain.params[1:], abs=1e-6)
    assert (found.loc[["NAT", "SYN", "TRAD"], "low"] > 0).all()  # planted: 0.8, 0.3, 0.5, less what averaging takes
    assert ((found["low"] < 0) & (found["high"] > 0))[found["kind"] == "interaction"].sum() >= 3  # none planted
    rates = scores.mean()
    assert found.loc["NAT", "estimate"] == pytest.approx(np.mean([
        np.log(rates[b, 0] / (1 - rates[b, 0])) - np.log(rates[a, 0] / (1 - rates[a, 0])) for a, b in (
            ("BASE", "NAT"), ("SYN", "NAT-SYN"), ("TRAD", "NAT-TRAD"), ("TRAD-SYN", "ALL"))]), abs=1e-6)
    with pytest.raises(ValueError, match="have no odds"):
        log_odds_effects(scores + 0.5, clusters)
    with pytest.raises(ValueError, match="all eight systems; missing: ALL"):
        log_odds_effects(scores.drop(columns="ALL", level=0), clusters)


def test_an_echo_of_the_format_is_found_where_it_was_planted():
    for planted in (0.0, 1.0):
        scores, provenance, clusters = simulated(2400, seeds=(0, 1), echo=planted)
        table = echoes(scores, provenance, 1000, clusters=clusters).set_index(["first", "second", "on"])
        echo = table.loc["TRAD", "BASE", "translated − native"]
        assert (echo["low"] > 0) == bool(planted)
        for on in ("native", "translated"):
            own = scores[provenance == on]
            assert table.loc["TRAD", "NAT", on]["estimate"] == pytest.approx(
                own["TRAD"].to_numpy().mean() - own["NAT"].to_numpy().mean())
        assert table.loc["NAT", "BASE", "native"]["items"] == 1200 and echo["items"] == 2400
    assert echoes(scores, provenance.mask(provenance == "native", "translated")).empty


def test_an_echo_in_unequal_parts_has_the_intervals_of_each_part():
    scores, provenance, clusters = simulated(1200, seeds=(0, 1))
    few = provenance[provenance == "native"].index[:120]  # a tenth of what is left
    kept = provenance.index[(provenance == "translated") | provenance.index.isin(few)]
    scores, provenance, clusters = scores.loc[kept], provenance.loc[kept], pd.Series(clusters, provenance.index).loc[kept]
    table = echoes(scores, provenance, 2000, clusters=clusters).set_index(["first", "second", "on"])
    for on in ("native", "translated"):
        own = provenance.index[provenance == on]
        pairs = compare_pairs(scores.loc[own], 2000, clusters=clusters.loc[own]).set_index(["first", "second"])
        told, pair = table.loc["TRAD", "NAT", on], pairs.loc["NAT", "TRAD"]
        assert told["high"] - told["low"] == pytest.approx(pair["high"] - pair["low"], rel=0.1)
    width = table["high"] - table["low"]
    both = np.hypot(width["TRAD", "NAT", "native"], width["TRAD", "NAT", "translated"])
    assert width["TRAD", "NAT", "translated − native"] == pytest.approx(both, rel=0.1)


def test_cell_means_give_the_interaction_and_the_figures_draw_them():
    scores, _, clusters = simulated(300)
    cells = cell_means(scores, 200, clusters=clusters).set_index(["one", "other", "with_one", "with_other"])
    effects = factorial_effects(scores, 200, clusters=clusters)
    at = {(a, b): cells.loc[("NAT", "TRAD", a, b), "estimate"] for a in (False, True) for b in (False, True)}
    assert at[True, True] - at[False, True] - at[True, False] + at[False, False] == pytest.approx(
        effect(effects, "interaction", "NAT × TRAD"))
    assert (cells["low"] < cells["estimate"]).all() and (cells["estimate"] < cells["high"]).all()
    assert len(interactions_figure(cells.reset_index()).axes) == 3
    assert len(shapley_figure(effects).axes[0].patches) == 3
    assert [label.get_text() for label in effects_figure(effects, "synergy").axes[0].get_yticklabels()] == [
        "NAT-SYN", "NAT-TRAD", "TRAD-SYN", "ALL"]
    table = pd.DataFrame({"system": SYSTEMS, "exact_match": [MEANS[s] for s in SYSTEMS], "low": 0.1, "high": 0.9})
    assert sorted(text.get_text().split("\n")[0] for text in simplex_figure(table).axes[0].texts) == sorted(SYSTEMS[1:])
