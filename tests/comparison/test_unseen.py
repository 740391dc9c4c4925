"""One rule of intervals in all tables: width where all agree, none beyond what scores can be."""

import warnings
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from comparison.simulated import by_provenances, independent
from medinj_utils.comparison import compare_pairs, factorial_effects
from medinj_utils.comparison.claims import contrasts_published, load_claims
from medinj_utils.comparison.costs import break_even
from medinj_utils.comparison.factorial import cell_means
from medinj_utils.comparison.log_odds import log_odds_effects
from medinj_utils.comparison.pairs import pair_table, system_table
from medinj_utils.comparison.resampling import resample
from medinj_utils.comparison.scores import check_scores
from medinj_utils.comparison.train_test import train_test_interactions
from medinj_utils.comparison.unseen import unseen_reach, unseen_share
from medinj_utils.core.names import SYSTEMS
from medinj_utils.variations.curves import Curves
from medinj_utils.variations.recipes import compare_recipes

# few items are what these tests are about
pytestmark = pytest.mark.filterwarnings("ignore:only|with")


def alike(n=100, share=0.5, seed=0) -> pd.DataFrame:
    """Eight systems that are right and wrong on the same items."""
    right = (np.random.default_rng(seed).random(n) < share).astype(float)
    return pd.DataFrame({(system, 0): right for system in SYSTEMS})


def differ(first: int, second: int, n=100) -> pd.DataFrame:
    """A is right where B is wrong on ``first`` of n items, B where A is wrong on ``second``."""
    right = np.arange(n) % 2 == 0
    a, b = right.copy(), right.copy()
    a[:first], b[:first] = True, False
    a[n - second:], b[n - second:] = False, True
    return pd.DataFrame({"A": a, "B": b}).astype(float)


def ends(table: pd.DataFrame, low="low", high="high") -> list[float]:
    return table.iloc[0][[low, high]].tolist()


def test_the_share_of_what_was_not_seen_is_the_rule_of_three_and_the_limit_of_a_binomial():
    assert unseen_share(100, 0.9) == pytest.approx(3 / 100, rel=0.02)
    for n in (1, 3, 20, 300):
        assert binom.pmf(0, n, unseen_share(n)) == pytest.approx(0.025)
        # Of so many on one side an interval excludes no difference as soon as their sign test does.
        assert (unseen_share(n) < 0.5) == (2 * 0.5**n < 0.05)


def contradicts(pair: pd.Series) -> bool:
    return (pair["p"] < 0.05) != (pair["low"] > 0 or pair["high"] < 0)


@pytest.mark.parametrize("n", [2, 3, 5, 6, 7, 8, 12, 15, 30])
def test_p_value_and_interval_of_single_items_never_contradict_each_other(n):
    for first in range(min(n, 14) + 1):
        for second in range(min(first, n - first, 6) + 1):
            pair = compare_pairs(differ(first, second, n), 400).iloc[0]
            assert not contradicts(pair), (first, second)
            # never less than the exact one
            assert pair["p"] >= binom.cdf(second, first + second, 0.5) - 1e-9


@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.parametrize("size", [1, 3])
def test_p_value_and_interval_of_few_clusters_never_contradict_each_other(size, runs):
    rng = np.random.default_rng(0)
    for clusters in (2, 4, 5, 6, 7, 8, 10, 12) * 3:
        items = clusters * size
        ability = rng.random((items, 1)) + rng.normal(0, 0.1, (items, 2 * runs))
        right = ability < np.repeat([0.5 + rng.random() / 2, 0.3], runs)
        names = pd.MultiIndex.from_tuples(
            [(system, seed) for system in "AB" for seed in range(runs)]
        )
        scores = pd.DataFrame(right.astype(float), columns=names)
        if rng.random() < 0.3:
            scores = scores * 0.5 + rng.random((items, 1)) / 2
        assert not contradicts(
            compare_pairs(scores, 400, clusters=np.repeat(range(clusters), size)).iloc[0]
        )


def test_a_difference_has_one_interval_in_the_table_of_pairs_and_in_that_of_systems():
    scores = differ(9, 2, 20).set_axis(["NAT", "BASE"], axis=1)
    drawn = resample(scores, 1000)
    pair = pair_table(drawn).iloc[0]
    row = (
        system_table(drawn, pair_table(drawn), pd.Series(0.0, ["NAT", "BASE"]))
        .set_index("system")
        .loc["NAT"]
    )
    assert pair["p"] > 0.05 and pair["low"] == row["difference_low"] == 0 < row["difference_high"]


@pytest.mark.parametrize("n", [1, 2, 5, 30, 100])
def test_equal_systems_have_one_interval_in_every_table(n):
    scores = alike(n)
    drawn = resample(scores, 300)
    pairs = pair_table(drawn)
    expected = [-unseen_share(n), unseen_share(n)]
    table = system_table(drawn, pairs, pd.Series(0.0, SYSTEMS)).set_index("system")
    effects = factorial_effects(scores, 300).set_index("effect")
    assert ends(pairs) == ends(pairs, "low_bca", "high_bca") == pytest.approx(expected)
    assert table.loc["NAT", ["difference_low", "difference_high"]].tolist() == pytest.approx(
        expected
    )
    assert effects.loc["NAT"].iloc[0][["low", "high"]].tolist() == pytest.approx(expected)
    # An interaction of two is a sum of as many as four means, half of each; of three, of all eight.
    assert effects.loc["NAT × SYN", ["low", "high"]].tolist() == pytest.approx(
        [2 * end for end in expected]
    )
    assert not pairs["equivalent"].any() and (pairs["p"] == 1).all()


@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize("n", [1, 2, 7, 40, 300])
def test_none_and_all_right_have_width_and_stay_shares(n, share):
    scores = alike(n).mul(0).add(share)
    drawn = resample(scores, 200)
    low, high = ends(system_table(drawn, pair_table(drawn), pd.Series(0.0, SYSTEMS)))
    assert [low, high] == pytest.approx(
        [0, unseen_share(n)] if share == 0 else [1 - unseen_share(n), 1]
    )
    assert cell_means(drawn)[["low", "high"]].iloc[0].tolist() == pytest.approx([low, high])


@pytest.mark.parametrize("one, other", [
    ((1,), (1,)), ((1,), (0,)), ((1, 1), (1, 0)), ((1, 1), (0, 0)), ((1, 0), (0, 1)),
                                        ((1, 1, 1), (0, 0, 1)), ((0.5, 1), (0.25, 0))])
def test_few_items_give_intervals_within_what_is_possible(one, other):
    table = pd.DataFrame({"A": one, "B": other}, dtype=float)
    for clusters in (None, np.arange(len(one))):
        pair = compare_pairs(table, 300, clusters=clusters).iloc[0]
        for low, high in (pair[["low", "high"]], pair[["low_bca", "high_bca"]]):
            assert -1 <= low <= pair["difference"] <= high <= 1 and high - low > 0.5
    with pytest.raises(ValueError, match="all items are in one cluster"):
        compare_pairs(pd.concat([table] * 2, ignore_index=True), 300, clusters=["x"] * 2 * len(one))


def test_intervals_grow_with_what_is_seen_and_never_jump_to_nothing():
    """Of 100 items 0, 1, 2 … tell two systems apart: the upper end rises with each, and the lower
    one never falls far."""
    result = [ends(compare_pairs(differ(k, 0), 4000)) for k in range(9)]
    lows, highs = zip(*result, strict=True)
    assert all(after > before + 0.004 for before, after in pairwise(highs)), highs
    assert all(low < 0 for low in lows[:4]) and all(low > 0 for low in lows[6:])
    both = [ends(compare_pairs(differ(k, k), 4000)) for k in range(1, 6)]
    assert all(high > 0.03 and low == pytest.approx(-high, abs=0.011) for low, high in both)


def test_where_more_than_five_clusters_differ_an_interval_is_the_bootstraps_alone():
    scores = check_scores(differ(6, 0))
    assert (
        unseen_reach(scores, {"A": 1.0, "B": -1.0})
        == unseen_reach(check_scores(differ(3, 3)), {"A": 1.0, "B": -1.0})
        == (0, 0)
    )
    assert unseen_reach(check_scores(differ(5, 0)), {"A": 1.0, "B": -1.0})[0] < 0
    assert unseen_reach(scores, {"A": 1.0}) == (0, 0)
    # nothing is usual among scores that all differ
    for n, reaches in ((3, True), (5, True), (6, False)):
        few = check_scores(pd.DataFrame({"A": np.arange(1, n + 1) / 10, "B": 0.0}))
        assert any(unseen_reach(few, {"A": 1.0, "B": -1.0})) == reaches


@pytest.mark.parametrize("n", [5, 6, 7, 8, 9, 10, 11, 12, 20, 50, 100, 400])
def test_no_interval_excludes_zero_where_an_exact_test_finds_nothing(n):
    """Up to five one-sided differences have p above 5 %, however many clusters agree besides."""
    for few in range(min(n, 5) + 1):
        for table, side in ((differ(few, 0, n), 1), (differ(0, few, n), -1)):
            pair = compare_pairs(table, 1000).iloc[0]
            assert pair["p"] > 0.05 and pair["difference"] == pytest.approx(side * few / n)
            for low, high in (pair[["low", "high"]], pair[["low_bca", "high_bca"]]):
                assert low <= 0 <= high and (few == 0 or max(-low, high) >= few / n)
    if n >= 20:
        assert compare_pairs(differ(6, 0, n), 1000)["low"][0] > 0


@pytest.mark.parametrize("n", [4, 5])
def test_few_clusters_that_all_differ_on_one_side_do_not_exclude_zero(n):
    pair = compare_pairs(
        pd.DataFrame({"A": 0.5 + np.arange(n) / 10, "B": 0.3}), 1000, clusters=range(n)
    ).iloc[0]
    assert pair["p"] > 0.05 and pair["low"] <= 0


def test_few_right_answers_are_still_more_than_none():
    scores = pd.DataFrame({"A": (np.arange(100) < 4).astype(float), "B": np.arange(100) % 2.0})
    low, high = resample(scores, 2000).contrast({"A": 1.0})[1:]
    assert 0 < low < 0.04 < high


def test_clusters_count_and_not_their_items():
    wide = compare_pairs(alike(100)[["BASE", "NAT"]], 200, clusters=np.arange(100) // 10)
    assert ends(wide) == pytest.approx([-unseen_share(10), unseen_share(10)])
    one_differs = differ(1, 0)
    clustered = ends(compare_pairs(one_differs, 2000, clusters=np.arange(100) // 10))
    assert clustered[1] > 3 * ends(compare_pairs(one_differs, 2000))[1]


def test_runs_widen_what_unseen_clusters_leave_possible():
    base = alike(60)[[("BASE", 0)]]
    # all items alike, the runs are not
    runs = pd.DataFrame({("NAT", 0): 1.0, ("NAT", 1): 0.0}, base.index)
    low, high = ends(compare_pairs(pd.concat([base * 0, runs], axis=1), 2000))
    assert low == -1.0 and high == 1.0


@pytest.mark.parametrize("scale, shift", [(100, 0), (1, -3), (5, 2)])
def test_scores_that_are_no_shares_have_width_and_no_bounds(scale, shift):
    table = (
        pd.DataFrame({"A": [1.0, 0, 1, 0, 1, 1] * 5, "B": [1.0, 0, 1, 0, 1, 1] * 5}) * scale + shift
    )
    low, high = ends(compare_pairs(table, 200))
    assert high == -low >= 0.9 * scale * unseen_share(30)
    few = compare_pairs(table.assign(B=table["B"][::-1].to_numpy() * 3).head(2), 200)
    assert few["high"][0] - few["low"][0] > 1


def test_quantities_made_of_differences_follow_the_same_rule():
    scores, provenance, clusters = by_provenances(300, seeds=(0,))
    scores = pd.concat(
        [scores.drop(columns=[("TRAD", 0)]), scores[[("NAT", 0)]].rename(columns={"NAT": "TRAD"})],
        axis=1,
    )
    table = train_test_interactions(scores, provenance, clusters, 300).set_index(["first", "second",
                                                                                  "on"])
    rows = table.sort_index().loc["TRAD", "NAT"]  # equal on all items
    width = rows["high"] - rows["low"]
    assert width["native"] == pytest.approx(2 * unseen_share(100))
    assert width["translated − native"] == pytest.approx(
        np.hypot(width["native"], width["translated"]))
    drawn = resample(scores, 300, clusters=clusters)
    costs = pd.DataFrame({"items": 300.0, "euros": 100.0}, index=SYSTEMS[1:])
    price = break_even(drawn, costs, "TRAD", "NAT")
    assert price["low"] < price["estimate"] < price["high"]
    assert price["high"] - price["low"] > 0.1 * price["estimate"]
    recipes, _ = compare_recipes({"one": alike(50) * 0}, 100)
    assert (recipes["low"] == 0).all()
    assert recipes["high"].tolist() == pytest.approx([unseen_share(50)] * 8)


def test_curves_of_systems_that_are_always_right_or_equal_have_width():
    rng = np.random.default_rng(0)
    hard, index = rng.random(400), range(400)
    sizes = {100: 0.3, 200: 0.4, 400: 0.5}
    curves = Curves(
        {
            size: pd.DataFrame(
                {("NAT", 0): hard < share, ("TRAD", 0): hard < share, ("SYN", 0): hard < 2},
                index=index,
            ).astype(float)
            for size, share in sizes.items()
        },
        300,
    )
    points = curves.points().set_index(["system", "questions"])
    assert points.loc[("SYN", 400), ["low", "high"]].tolist() == pytest.approx(
        [1 - unseen_share(400), 1]
    )
    slope = curves.slopes().set_index("system").loc["SYN"]
    assert slope["low"] == pytest.approx(-slope["high"]) and slope["low"] < -0.3
    two = Curves(
        {
            size: pd.DataFrame(
                {("NAT", 0): hard < share, ("TRAD", 0): hard < share}, index=index
            ).astype(float)
            for size, share in ((100, 0.3), (400, 0.5))
        },
        300,
    )
    worth = two.exchange("TRAD", "NAT")  # at the end of a line through both points, in every draw
    assert worth["low"] < 950 and worth["estimate"] == pytest.approx(1000) and worth["high"] > 1000


def test_log_odds_of_equal_systems_hold_zero():
    for scores in (alike(100), alike(100, 0.1)):
        odds = log_odds_effects(check_scores(scores)).set_index("effect")
        share = scores.to_numpy().mean()
        assert odds.loc["NAT", "high"] == pytest.approx(unseen_share(100) / (share * (1 - share)),
                                                        rel=1e-6)
        assert ((odds["low"] < 0) & (odds["high"] > 0)).all()


def test_published_differences_of_few_items_have_width(monkeypatch):
    from medinj_utils.comparison import claims
    monkeypatch.setattr(claims, "EXACT_MATCH", {system: 47.0 for system in SYSTEMS})
    for items in (1, 2, 100):
        row = contrasts_published(load_claims(), items, "best").iloc[0]
        assert [row["low"], row["high"]] == pytest.approx([-unseen_share(items),
                                                           unseen_share(items)])
        worst = contrasts_published(load_claims(), items, "worst").iloc[0]
        assert -1 <= worst["low"] < worst["high"] <= 1


def test_an_interval_of_a_rare_share_holds_it_as_often_as_it_promises():
    """One item in fifty is right; without the rule, 100 items that hold none of these claimed to
    know that there is none."""
    held = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(150):
            table = independent(100, seed, A=0.02, B=0.5)
            result = resample(table, 300, seed).contrast({"A": 1.0})
            held.append(result.low <= 0.02 <= result.high)
    assert np.mean(held) > 0.93


@pytest.mark.parametrize("value, others", [
    (-2.5, (-4.0, 1.0)), (-2.5, (-2.5, 0.0)), (9.0, (0.0, 9.0)), (9.0, (7.0, 10.0)),
    (0.5, (-1.0, 3.0))])
@pytest.mark.parametrize("n", [5, 50])
def test_scores_without_known_ends_reach_as_far_on_both_sides(value, others, n):
    table = pd.DataFrame({"A": value, "B": np.resize(others, n)})
    estimate, low, high = resample(table, 200).contrast({"A": 1.0})
    farthest = max(value - min(others), max(others) - value, 0)
    assert [estimate - low, high - estimate] == pytest.approx([unseen_share(n) * farthest] * 2)


def test_scores_that_are_all_equal_show_no_range_to_go_by():
    table = pd.DataFrame({"A": -2.5, "B": -2.5}, index=range(5))
    assert resample(table, 100).contrast({"A": 1.0}) == (-2.5, -2.5, -2.5)
    assert resample(table.mul(0), 100).contrast({"A": 1.0}).high == pytest.approx(unseen_share(5))
