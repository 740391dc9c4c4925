import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap
from statsmodels.stats.multitest import multipletests

from comparison.simulated import independent
from medinj_utils.comparison import compare_pairs
from medinj_utils.comparison.pairs import (
    PAIR_COLUMNS,
    SMALLEST,
    pair_table,
    rank_intervals,
    system_table,
)
from medinj_utils.comparison.resampling import resample
from simulations.promises import World


def test_a_pair_by_hand():
    table = pd.DataFrame({"X": [1, 1, 1, 0, 1, 1], "Y": [1, 0, 0, 1, 0, 0]})
    pair = compare_pairs(table, resamples=200).iloc[0]
    assert pair["difference"] == pytest.approx(3 / 6)
    assert (pair["only_first_right"], pair["only_second_right"]) == (4, 1)
    assert pair["p"] == pytest.approx(2 * (1 + 5) / 2**5)
    assert pair["test"] == "mcnemar"


def test_all_pairs_with_holm_over_them():
    pairs = compare_pairs(independent(BASE=0.3, A=0.5, B=0.5, C=0.8), resamples=500)
    assert len(pairs) == 6
    assert pairs["q_bh"].to_numpy() == pytest.approx(multipletests(pairs["p"], method="fdr_bh")[1])
    ordered = pairs.sort_values("p")
    expected, running = [], 0.0
    for rank, p in enumerate(ordered["p"]):
        running = max(running, min(1.0, p * (6 - rank)))
        expected.append(running)
    assert ordered["p_holm"].to_numpy() == pytest.approx(expected)
    assert (pairs["low"] <= pairs["difference"]).all()
    assert (pairs["difference"] <= pairs["high"]).all()


def test_clusters_widen_the_interval_of_items_that_hang_together():
    one = independent(n=60, A=0.5, B=0.5)
    repeated = pd.concat([one] * 5, ignore_index=True)
    clusters = np.tile(np.arange(60), 5)
    alone = compare_pairs(one, 4000).iloc[0]
    clustered = compare_pairs(repeated, 4000, clusters=clusters).iloc[0]
    naive = compare_pairs(repeated, 4000).iloc[0]
    assert clustered["high"] - clustered["low"] == pytest.approx(alone["high"] - alone["low"],
                                                                 rel=0.1)
    assert naive["high"] - naive["low"] < 0.6 * (clustered["high"] - clustered["low"])
    assert clustered["test"] == "sign-flip"


def test_seeds_are_a_second_level():
    rng = np.random.default_rng(0)
    ability = {("A", 0): 0.3, ("A", 1): 0.7, ("B", 0): 0.5, ("B", 1): 0.5}
    table = pd.DataFrame(
        {name: (rng.random(500) < share).astype(int) for name, share in ability.items()}
    )
    table.columns = pd.MultiIndex.from_tuples(table.columns, names=["system", "seed"])
    pairs = compare_pairs(table, 2000)
    assert len(pairs) == 1
    assert pairs.loc[0, "high"] - pairs.loc[0, "low"] > 0.3  # the two seeds of A lie 0.4 apart
    assert pairs.loc[0, "difference"] == pytest.approx(
        table["A"].mean().mean() - table["B"].mean().mean()
    )


def test_the_comparison_table_has_its_columns_and_takes_p_from_the_pairs():
    table = independent(BASE=0.3, NAT=0.5, SYN=0.4)
    drawn = resample(table, 500)
    pairs = pair_table(drawn)
    failures = pd.Series({"BASE": 0.1, "NAT": 0.0, "SYN": 0.0})
    assert list(pairs) == list(PAIR_COLUMNS)
    made = system_table(drawn, pairs, failures)
    assert list(made) == ["system", "n_items", "n_seeds", "exact_match", "low", "high",
                          "difference", "difference_low",
                          "difference_high", "p", "p_holm", "unread_share"]
    row = made.set_index("system").loc["NAT"]
    pair = pairs[(pairs["first"] == "BASE") & (pairs["second"] == "NAT")].iloc[0]
    assert row["difference"] == pytest.approx(-pair["difference"])
    assert row["difference_low"] == pytest.approx(-pair["high"]) and row["p_holm"] == pair["p_holm"]
    assert made.set_index("system").loc["BASE", ["difference", "p"]].isna().all()
    assert made["system"].tolist() == ["BASE", "NAT", "SYN"]
    with pytest.raises(ValueError, match="no system 'BASE' among NAT, SYN"):
        system_table(resample(table[["NAT", "SYN"]], 100), pairs, failures)


def test_bca_is_scipys_and_differs_from_the_percentile_interval_where_scores_are_skewed():
    rng = np.random.default_rng(3)
    skewed = rng.exponential(size=60) ** 2
    scores = pd.DataFrame({"A": skewed, "B": np.zeros(60)})
    pair = compare_pairs(scores, 20_000).iloc[0]
    ends = {
        method: bootstrap(
            (skewed,), np.mean, n_resamples=20_000, method=method, rng=rng
        ).confidence_interval
        for method in ("BCa", "percentile")
    }
    width = pair["high"] - pair["low"]
    assert [pair["low_bca"], pair["high_bca"]] == pytest.approx(list(ends["BCa"]), abs=0.04 * width)
    assert [pair["low"], pair["high"]] == pytest.approx(list(ends["percentile"]), abs=0.04 * width)
    assert pair["high_bca"] > pair["high"] + 0.08 * width
    same = compare_pairs(pd.DataFrame({"A": [1.0, 0] * 20, "B": [1.0, 0] * 20}), 100).iloc[0]
    possible = 1 - 0.025 ** (1 / 40)  # the largest share that 40 items may all miss
    assert same["difference"] == 0 and same["p"] == 1 and not same["equivalent"]
    assert same[["high", "high_bca"]].tolist() == [pytest.approx(possible, rel=0.06)] * 2
    assert same["low"] == -same["high"]


def test_none_is_called_equal_by_too_few_items():
    alike = pd.DataFrame({"A": [1.0] * 298, "B": [1.0] * 298})
    assert not compare_pairs(alike, 100)["equivalent"][0]
    assert compare_pairs(pd.concat([alike, alike], ignore_index=True), 100)["equivalent"][0]


def test_too_few_resamples_for_so_many_pairs_are_warned_of():
    scores, _ = World((0.0, 0.4, 0.5), items=60, runs=3).draw(0)
    with pytest.warns(UserWarning, match="over 3 pairs: take at least 120"):
        compare_pairs(scores, 100)


def test_a_difference_is_called_none_only_where_its_interval_is_small():
    rng = np.random.default_rng(0)
    right = (rng.random(4000) < 0.5).astype(float)
    flipped = np.where(rng.random(4000) < 0.02, 1 - right, right)
    table = pd.DataFrame({"A": right, "B": flipped, "C": (rng.random(4000) < 0.8).astype(float)})
    result = compare_pairs(table, 500).set_index(["first", "second"])
    assert result["equivalent"].tolist() == [True, False, False]
    assert not compare_pairs(table.head(100), 500)["equivalent"].any()  # too few items to be sure
    assert (result["q_bh"] <= result["p_holm"]).all() and (result["q_bh"] >= result["p"]).all()
    assert SMALLEST == 0.01


def test_ranks_hold_what_cannot_be_told_apart():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({name: (rng.random(800) < share).astype(float)
                          for name, share in (("A", .3), ("B", .31), ("C", .7), ("D", .9))})
    ranks = rank_intervals(table.mean(), compare_pairs(table, 300))
    assert ranks.index.name == "system"
    assert ranks.loc["D"].tolist() == [1, 1, 1] and ranks.loc["C"].tolist() == [2, 2, 2]
    assert ranks.loc[["A", "B"], ["best", "worst"]].to_numpy().tolist() == [[3, 4], [3, 4]]
    assert sorted(ranks["rank"]) == [1, 2, 3, 4]
