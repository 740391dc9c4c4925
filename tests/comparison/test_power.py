"""The planner's promises, against simulated studies and against what is known."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from medinj_utils.comparison import compare_pairs
from medinj_utils.comparison.inference import mcnemar
from medinj_utils.comparison.power import (
    Case,
    detectable,
    detectable_with_runs,
    discordances,
    items_needed,
    runs_needed,
)
from medinj_utils.comparison.scores import check_scores
from simulations.promises import World


@pytest.mark.parametrize("difference, discordance", [(0.05, 0.2), (0.1, 0.3), (0.04, 0.4)])
def test_the_power_that_is_promised_is_what_simulated_studies_have(difference, discordance):
    n, rng = items_needed(difference, Case(discordance)), np.random.default_rng(0)
    shares = [(discordance + difference) / 2, (discordance - difference) / 2, 1 - discordance]
    result = np.mean([mcnemar(*rng.multinomial(n, shares)[:2]) < 0.05 for _ in range(1000)])
    assert result == pytest.approx(0.8, abs=0.03)


def test_the_smallest_difference_is_the_one_whose_number_of_items_is_there():
    for items, case in ((500, Case(0.3)), (27_931, Case(0.25, 2.0))):
        smallest = detectable(items, case)
        assert items_needed(smallest * 1.001, case) <= items < items_needed(smallest * 0.98, case)
    assert detectable(10_000, Case(0.3, 4.0)) == pytest.approx(2 * detectable(10_000, Case(0.3)),
                                                               rel=0.05)
    assert np.isnan(detectable(5, Case(0.1)))
    assert np.isnan(detectable(1000, Case(0.0)))  # two systems that answer alike


def test_discordance_by_hand_and_clusters_raise_the_design_effect():
    right = np.array([1, 1, 0, 0, 1, 0, 1, 0], dtype=float)
    table = pd.DataFrame({"A": right, "B": [1, 0, 0, 1, 1, 0, 1, 0]})
    result = discordances(check_scores(table)).iloc[0]
    assert result["discordance"] == 0.25 and result["design_effect"] == pytest.approx(1.0)
    rng = np.random.default_rng(0)
    known = np.repeat(rng.random(500) < 0.5, 4)  # four questions on a fact that A knows or doesn't
    both = pd.DataFrame({"A": known.astype(float), "B": (rng.random(2000) < 0.5).astype(float)})
    effect = discordances(check_scores(both, np.arange(2000) // 4))["design_effect"].iloc[0]
    # half of the difference's variance is shared by four
    assert effect == pytest.approx(1 + 3 * 0.5, rel=0.15)
    with pytest.raises(ValueError, match="discordance needs scores of 0 and 1"):
        discordances(check_scores(both * 0.5))


@pytest.mark.parametrize("difference, discordance", [(0, 0.2), (0.3, 0.2), (0.1, 1.2)])
def test_what_cannot_be_is_refused(difference, discordance):
    with pytest.raises(ValueError, match="need 0 < difference"):
        items_needed(difference, Case(discordance))


def test_the_difference_that_runs_and_questions_show_is_shown_as_often_as_promised():
    items, runs, differ = 400, 4, 0.15
    scores, _ = World((0.0, 0.2), items=20_000).draw(0)
    case = Case(discordances(check_scores(scores))["discordance"][0])
    smallest = detectable_with_runs(items, case, differ * norm.pdf(0) / np.sqrt(2), runs)
    ability = float(norm.ppf(0.5 + smallest) * np.sqrt(2 + differ**2))
    world = World((0.0, ability), items=items, runs=runs, spread=differ)
    shown = np.mean(
        [compare_pairs(world.draw(seed)[0], 300, seed)["p"][0] < 0.05 for seed in range(100)]
    )
    assert 0.7 < shown < 0.97  # on the safe side
    assert smallest < detectable_with_runs(items, case, 0.1, 1)
    assert np.isnan(detectable_with_runs(items, Case(0.0), 0.1, runs))
    # no number of questions makes up for few runs
    assert detectable_with_runs(10**7, Case(0.3), 0.05, 2) > 0.05


def test_the_runs_needed_are_those_that_show_the_difference():
    case, spread = Case(0.3, 1.5), 0.02
    for runs in (2, 3, 7):
        smallest = detectable_with_runs(20_000, case, spread, runs)
        assert runs_needed(smallest * 1.0001, 20_000, case, spread) == runs
        assert runs_needed(smallest * 0.999, 20_000, case, spread) > runs
    assert runs_needed(0.001, 1000, case, spread) == float("inf")  # nor for few questions
    assert runs_needed(0.2, 20_000, case, spread) == 1 == runs_needed(0.02, 20_000, Case(0.3), 0.0)


def test_what_decides_a_pair_is_of_single_runs_however_many_there_are():
    world = World((0.0, 0.3), items=3000, cluster_size=4, shared=1.0, known=1.0, runs=4)
    scores, clusters = world.draw(1)
    several, single = (
        discordances(check_scores(table, clusters)).iloc[0]
        for table in (scores, scores.loc[:, (slice(None), 0)])
    )
    assert several["discordance"] == pytest.approx(single["discordance"], abs=0.03)
    assert several["design_effect"] == pytest.approx(single["design_effect"], rel=0.15)
