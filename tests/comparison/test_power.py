"""The planner's promises, against simulated studies and against what is known."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.power import (
    detectable,
    detectable_with_runs,
    discordance,
    items_needed,
    power_figure,
    spread_of_runs,
)
from medinj_utils.comparison.resampling import mcnemar
from medinj_utils.comparison.validation import World


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
    assert power_figure({"alike": (0.0, 1.0)}).axes[0].get_yscale() == "log"


def test_the_figure_falls_with_more_items():
    axes = power_figure({"these runs": (0.3, 1.5), "independent": (0.3, 1.0)}, "t").axes[0]
    upper, lower = (line.get_ydata() for line in axes.lines)
    assert (np.diff(lower[~np.isnan(lower)]) < 0).all() and np.nanmin(upper - lower) > 0


def test_the_spread_of_runs_is_that_of_their_means():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({(name, run): (rng.random(500) < 0.5).astype(float) for name in ("A", "B") for run in range(3)})
    spread, freedom = spread_of_runs(table)
    assert freedom == 4
    assert spread == pytest.approx(np.sqrt((table["A"].mean().var() + table["B"].mean().var()) / 2))
    alone, none = spread_of_runs(table.xs(0, axis=1, level=1))
    assert np.isnan(alone) and none == 0


def test_the_difference_that_runs_and_questions_show_is_shown_as_often_as_promised():
    items, runs, power = 400, 4, 0.8
    world = World((0.0, 0.35), items=items, runs=runs, spread=0.3)
    studies = []
    for seed in range(300):
        scores, _ = world.draw(seed)
        means = scores.T.groupby(level=0).mean()
        studies.append(((means.loc["NAT"] - means.loc["BASE"]).mean(), (means.loc["NAT"] - means.loc["BASE"]).var(),
                        spread_of_runs(scores)[0]))
    found, by_item, spreads = (np.array(column) for column in zip(*studies, strict=True))
    spread = np.sqrt((spreads**2).mean())
    # The variance of an item's mean difference stands for the share that one system alone answers right.
    smallest = detectable_with_runs(items, by_item.mean() + found.mean() ** 2, spread, runs, power=power)
    error = np.sqrt(by_item.mean() / items + 2 * spread**2 / runs)
    shown = np.mean(np.abs(found - found.mean() + smallest) > 1.96 * error)
    assert shown == pytest.approx(power, abs=0.06)
    assert smallest < detectable_with_runs(items, 0.4, spread, 1) and np.isnan(detectable_with_runs(items, 0.0, spread, runs))
    assert detectable_with_runs(10**7, 0.3, spread, 2) > spread  # no number of questions makes up for few runs
