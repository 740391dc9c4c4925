"""The mean of a column of scores, with its interval."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from medinj_utils.comparison.shares import effective_size, mean_with_interval, stratum_weights


def found(values, clusters=None, **more):
    values = pd.Series(values, dtype=float)
    return mean_with_interval(
        values, pd.Series(range(len(values)) if clusters is None else clusters), 2_000, **more
    )


def test_scores_that_are_missing_are_left_out():
    full, gaps = found([1, 0, 1, 0] * 10), found([1, np.nan, 0, 1, 0] * 8)
    assert full.estimate == gaps.estimate == 0.5
    assert gaps.low < full.low < 0.5 < full.high < gaps.high


def test_alike_answers_of_one_question_count_as_one():
    rng = np.random.default_rng(0)
    values, clusters = np.repeat(rng.integers(0, 2, 30), 10), np.repeat(range(30), 10)
    whole, single = found(values, clusters), found(values)
    assert whole.estimate == single.estimate
    assert whole.high - whole.low > 2 * (single.high - single.low)


def test_where_all_agree_the_interval_reaches_what_unseen_questions_may_be():
    low = found([0] * 40)
    assert low.estimate == low.low == 0
    assert low.high == pytest.approx(binomtest(0, 40).proportion_ci().high)  # Clopper and Pearson
    difference = found([0.0] * 40, ends=(-1.0, 1.0))
    assert difference.low == -difference.high < 0


def test_no_scores_have_no_mean_and_a_single_cluster_no_interval():
    assert np.isnan(found([])).all() and np.isnan(found([np.nan] * 3)).all()
    assert found([1, 0], ["a", "a"])[0] == 0.5 and np.isnan(found([1, 0], ["a", "a"])[1:]).all()


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    inside = 0
    for world in range(100):
        rng = np.random.default_rng(world)
        by_question = rng.beta(2, 3, 40)  # mean 0.4; three answers to each question are alike
        values = rng.random((40, 3)) < by_question[:, None]
        estimate = mean_with_interval(pd.Series(values.ravel().astype(float)),
                                      pd.Series(np.repeat(range(40), 3)), 500)
        inside += estimate.low <= 0.4 <= estimate.high
    assert inside >= 88


def test_a_sample_by_strata_is_weighted_to_the_whole_and_counts_as_fewer_answers():
    strata = pd.Series(["native"] * 10 + ["translated"] * 10)
    weights = stratum_weights(strata, pd.Series({"native": 90, "translated": 10}))
    assert weights.mean() == pytest.approx(1) and weights[0] == pytest.approx(9 * weights[-1])
    assert effective_size(np.ones(20)) == 20
    assert effective_size(weights) == pytest.approx(400 / (10 * 1.8**2 + 10 * 0.2**2))
    values = [1, 0] * 5 + [0] * 10
    weighted, plain = found(values, weights=weights), found(values)
    assert weighted.estimate == pytest.approx(0.45) and plain.estimate == 0.25
    assert weighted.high - weighted.low > 1.2 * (plain.high - plain.low)
    none = found([0] * 20, weights=weights)  # what none of 20 is of, is less sure of these 12
    assert none.high == pytest.approx(1 - 0.025 ** (1 / effective_size(weights)))


@pytest.mark.parametrize("truth", [(0.1, 0.1, 0.1), (0.9, 0.6, 0.2), (0.95, 0.95, 0.95)])
@pytest.mark.parametrize("by_stratum", [(60, 60, 60), (40, 100, 500)])
def test_ten_rated_answers_of_each_provenance_hold_the_true_share(truth, by_stratum):
    """200 worlds, each with ten ratings that stand for as many answers as there are."""
    strata, whole = pd.Series(np.repeat(range(3), 10)), pd.Series(by_stratum)
    weights, share = stratum_weights(strata, whole), np.average(truth, weights=by_stratum)
    rng = np.random.default_rng([len(truth), *by_stratum])
    held = 0
    for _ in range(200):
        labels = pd.Series((rng.random(30) < np.array(truth)[strata]).astype(float))
        ends = mean_with_interval(labels, pd.Series(range(30)), 300, weights=weights)
        held += ends.low <= share <= ends.high
    assert held >= 0.9 * 200
