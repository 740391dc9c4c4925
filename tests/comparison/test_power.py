"""The planner's promises, against simulated studies and against what is known."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from medinj_utils.comparison import compare_pairs
from medinj_utils.comparison.power import (
    detectable,
    detectable_with_runs,
    discordance,
    items_needed,
    power_curves,
    power_figure,
    runs_needed,
)
from medinj_utils.comparison.resampling import checked, mcnemar, spread_of_runs
from simulations.promises import World


@pytest.mark.parametrize("difference, one_alone", [(0.05, 0.2), (0.1, 0.3), (0.04, 0.4)])
def test_the_power_that_is_promised_is_what_simulated_studies_have(difference, one_alone):
    n, rng = items_needed(difference, one_alone), np.random.default_rng(0)
    shares = [(one_alone + difference) / 2, (one_alone - difference) / 2, 1 - one_alone]
    found = np.mean([mcnemar(*rng.multinomial(n, shares)[:2]) < 0.05 for _ in range(2000)])
    assert found == pytest.approx(0.8, abs=0.03)


def test_the_smallest_difference_is_the_one_whose_number_of_items_is_there():
    for items, one_alone, effect in ((500, 0.3, 1.0), (27_931, 0.25, 2.0)):
        smallest = detectable(items, one_alone, effect)
        assert items_needed(smallest * 1.001, one_alone, effect) <= items < items_needed(smallest * 0.98, one_alone, effect)
    assert detectable(10_000, 0.3, 4.0) == pytest.approx(2 * detectable(10_000, 0.3), rel=0.05)
    assert np.isnan(detectable(5, 0.1)) and np.isnan(detectable(1000, 0.0))  # two systems that answer alike


def test_discordance_by_hand_and_clusters_raise_the_design_effect():
    right = np.array([1, 1, 0, 0, 1, 0, 1, 0], dtype=float)
    table = pd.DataFrame({"A": right, "B": [1, 0, 0, 1, 1, 0, 1, 0]})
    found = discordance(table).iloc[0]
    assert found["one_alone"] == 0.25 and found["design_effect"] == pytest.approx(1.0)
    rng = np.random.default_rng(0)
    known = np.repeat(rng.random(500) < 0.5, 4)  # four questions on a fact that A knows or doesn't
    both = pd.DataFrame({"A": known.astype(float), "B": (rng.random(2000) < 0.5).astype(float)})
    effect = discordance(both, np.arange(2000) // 4)["design_effect"].iloc[0]
    assert effect == pytest.approx(1 + 3 * 0.5, rel=0.15)  # half of the difference's variance is shared by four
    with pytest.raises(ValueError, match="other than 0 and 1"):
        discordance(both * 0.5)


@pytest.mark.parametrize("difference, one_alone", [(0, 0.2), (0.3, 0.2), (0.1, 1.2)])
def test_what_cannot_be_is_refused(difference, one_alone):
    with pytest.raises(ValueError, match="need 0 < difference"):
        items_needed(difference, one_alone)


def test_the_figure_stands_where_no_pair_differs():
    assert power_figure(power_curves({"alike": (0.0, 1.0)})).axes[0].get_yscale() == "log"


def test_the_figure_falls_with_more_items_and_says_its_power():
    axes = power_figure(power_curves({"these runs": (0.3, 1.5), "independent": (0.3, 1.0)}, 0.9), 0.9, "t").axes[0]
    upper, lower = (line.get_ydata() for line in axes.lines)
    assert (np.diff(lower[~np.isnan(lower)]) < 0).all() and np.nanmin(upper - lower) > 0
    assert "90% power" in axes.get_ylabel() and axes.get_title() == "t"
    assert (power_curves({"a": (0.3, 1.0)}, 0.9)["a"] > power_curves({"a": (0.3, 1.0)}, 0.8)["a"]).iloc[20:].all()


def spreads(runs_differ):
    """Of many worlds, whose runs differ so much in ability: root mean square of what is found, and the truth in points."""
    world = World((0.0, 0.4), items=300, cluster_size=3, shared=1.0, known=1.0, runs=3, spread=runs_differ)
    found = [spread_of_runs(checked(*world.draw(seed))) for seed in range(150)]
    scale = np.sqrt(4)  # of chance, items, clusters and what a system knows of them, 1 each
    truth = runs_differ * np.sqrt((norm.pdf(0) ** 2 + norm.pdf(0.4 / scale) ** 2) / 2) / scale
    assert {freedom for _, freedom in found} == {4}
    return np.sqrt(np.mean([spread**2 for spread, _ in found])), truth


def test_the_spread_of_runs_leaves_out_what_chance_adds():
    found, truth = spreads(0.3)
    assert found == pytest.approx(truth, rel=0.12)
    assert spreads(0.0)[0] < 0.3 * truth
    assert spread_of_runs(checked(World((0.0, 0.4)).draw(0)[0])) == (0, 0)  # none is known


def test_the_difference_that_runs_and_questions_show_is_shown_as_often_as_promised():
    items, runs, differ = 400, 4, 0.15
    one_alone = discordance(World((0.0, 0.2), items=20_000).draw(0)[0])["one_alone"][0]
    smallest = detectable_with_runs(items, one_alone, differ * norm.pdf(0) / np.sqrt(2), runs)
    ability = float(norm.ppf(0.5 + smallest) * np.sqrt(2 + differ**2))
    world = World((0.0, ability), items=items, runs=runs, spread=differ)
    shown = np.mean([compare_pairs(world.draw(seed)[0], 300, seed)["p"][0] < 0.05 for seed in range(100)])
    assert 0.7 < shown < 0.97  # on the safe side
    assert smallest < detectable_with_runs(items, one_alone, 0.1, 1)
    assert np.isnan(detectable_with_runs(items, 0.0, 0.1, runs))
    assert detectable_with_runs(10**7, 0.3, 0.05, 2) > 0.05  # no number of questions makes up for few runs


def test_the_runs_needed_are_those_that_show_the_difference():
    told = {"one_alone": 0.3, "spread": 0.02, "design_effect": 1.5}
    for runs in (2, 3, 7):
        smallest = detectable_with_runs(20_000, runs=runs, **told)
        assert runs_needed(smallest * 1.0001, 20_000, **told) == runs and runs_needed(smallest * 0.999, 20_000, **told) > runs
    assert runs_needed(0.001, 1000, **told) == float("inf")  # no number of runs makes up for few questions
    assert runs_needed(0.2, 20_000, **told) == 1 == runs_needed(0.02, 20_000, 0.3, 0.0)


def test_what_decides_a_pair_is_of_single_runs_however_many_there_are():
    world = World((0.0, 0.3), items=3000, cluster_size=4, shared=1.0, known=1.0, runs=4)
    scores, clusters = world.draw(1)
    several, single = (discordance(table, clusters).iloc[0] for table in (scores, scores.loc[:, (slice(None), 0)]))
    assert several["one_alone"] == pytest.approx(single["one_alone"], abs=0.03)
    assert several["design_effect"] == pytest.approx(single["design_effect"], rel=0.15)
