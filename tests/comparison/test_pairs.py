import os
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, bootstrap, norm
from scipy.stats import t as student
from statsmodels.stats.contingency_tables import mcnemar as reference_mcnemar

from medinj_utils.comparison import compare_pairs, compare_systems, rank_intervals, resampling
from medinj_utils.comparison.figures import forest_figure, pairs_figure
from medinj_utils.comparison.probes import over_orders
from medinj_utils.comparison.resampling import (
    bootstrap_means,
    checked,
    mcnemar,
    sign_flips,
    spread_of_runs,
)
from medinj_utils.comparison.tables import clusters_of, compare_parts, score_matrix, unread_shares
from medinj_utils.core.names import run_names, run_parts
from medinj_utils.core.style import show_p
from medinj_utils.evaluation.scoring import chance_levels
from simulations.promises import World


def scores(n=200, seed=0, **shares):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({name: (rng.random(n) < share).astype(int) for name, share in shares.items()})


@pytest.mark.parametrize("only_first, only_second", [(0, 0), (1, 0), (5, 5), (3, 12), (20, 7), (0, 30)])
def test_mcnemar_is_the_exact_one_of_statsmodels(only_first, only_second):
    reference = reference_mcnemar([[10, only_first], [only_second, 10]], exact=True).pvalue
    assert mcnemar(only_first, only_second) == pytest.approx(min(1.0, float(np.nan_to_num(reference, nan=1.0))))


def test_a_pair_by_hand():
    table = pd.DataFrame({"X": [1, 1, 1, 0, 1, 1], "Y": [1, 0, 0, 1, 0, 0]})
    pair = compare_pairs(table, resamples=200).iloc[0]
    assert pair["difference"] == pytest.approx(3 / 6)
    assert (pair["only_first_right"], pair["only_second_right"]) == (4, 1)
    assert pair["p"] == pytest.approx(2 * (1 + 5) / 2**5)
    assert pair["test"] == "mcnemar"


def test_all_pairs_with_holm_over_them():
    pairs = compare_pairs(scores(BASE=0.3, A=0.5, B=0.5, C=0.8), resamples=500)
    assert len(pairs) == 6
    ordered = pairs.sort_values("p")
    expected, running = [], 0.0
    for rank, p in enumerate(ordered["p"]):
        running = max(running, min(1.0, p * (6 - rank)))
        expected.append(running)
    assert ordered["p_holm"].to_numpy() == pytest.approx(expected)
    assert (pairs["low"] <= pairs["difference"]).all() and (pairs["difference"] <= pairs["high"]).all()


def test_bootstrap_agrees_with_the_normal_interval_and_with_its_seed():
    table = scores(n=2000, A=0.4, B=0.6)
    draws = bootstrap_means(table, resamples=4000)
    assert draws["A"].std() == pytest.approx(np.sqrt(0.24 / 2000), rel=0.1)
    assert bootstrap_means(table, 700, seed=3).equals(bootstrap_means(table, 700, seed=3))
    assert not bootstrap_means(table, 700, seed=3).equals(bootstrap_means(table, 700, seed=4))


def test_clusters_widen_the_interval_of_items_that_hang_together():
    one = scores(n=60, A=0.5, B=0.5)
    repeated = pd.concat([one] * 5, ignore_index=True)
    clusters = np.tile(np.arange(60), 5)
    alone = compare_pairs(one, 4000).iloc[0]
    clustered = compare_pairs(repeated, 4000, clusters=clusters).iloc[0]
    naive = compare_pairs(repeated, 4000).iloc[0]
    assert clustered["high"] - clustered["low"] == pytest.approx(alone["high"] - alone["low"], rel=0.1)
    assert naive["high"] - naive["low"] < 0.6 * (clustered["high"] - clustered["low"])
    assert clustered["test"] == "sign-flip"


def test_seeds_are_a_second_level():
    rng = np.random.default_rng(0)
    ability = {("A", 0): 0.3, ("A", 1): 0.7, ("B", 0): 0.5, ("B", 1): 0.5}
    table = pd.DataFrame({name: (rng.random(500) < share).astype(int) for name, share in ability.items()})
    table.columns = pd.MultiIndex.from_tuples(table.columns, names=["system", "seed"])
    pairs = compare_pairs(table, 2000)
    assert len(pairs) == 1
    assert pairs.loc[0, "high"] - pairs.loc[0, "low"] > 0.3  # the two seeds of A lie 0.4 apart
    assert pairs.loc[0, "difference"] == pytest.approx(table["A"].mean().mean() - table["B"].mean().mean())


def test_sign_flip_keeps_its_level_and_finds_what_is_there():
    rng = np.random.default_rng(1)
    nothing = sign_flips(rng.choice([-1.0, 0, 1], size=(80, 400)), np.arange(80), 400)
    assert 0.02 <= np.mean(nothing < 0.05) <= 0.08
    both = np.stack([np.ones(40), np.zeros(40)], axis=1)
    assert sign_flips(both, np.arange(40), 1000).tolist() == [pytest.approx(1 / 1001), 1.0]
    assert sign_flips(both[:, 1:], np.arange(40), 1000).tolist() == [1.0]


@pytest.mark.parametrize("cells", [60, 1000, 10**9])
def test_draws_depend_on_the_seed_alone_and_not_on_how_many_are_made_at_once(monkeypatch, cells):
    table = scores(60, A=0.5, B=0.6, C=0.4)
    table.columns = pd.MultiIndex.from_tuples([("A", 0), ("A", 1), ("B", 0)])
    usual = compare_pairs(table, 301, clusters=np.arange(60) // 2)
    monkeypatch.setattr(resampling, "_BLOCK_CELLS", cells)
    assert compare_pairs(table, 301, clusters=np.arange(60) // 2).equals(usual)
    assert not compare_pairs(table, 301, seed=1, clusters=np.arange(60) // 2).equals(usual)


@pytest.mark.parametrize("clusters", [3, 30, 300])
def test_clusters_are_drawn_as_a_multinomial_draws_them_by_however_many_threads(monkeypatch, clusters):
    counts = resampling._drawn_totals(np.eye(clusters), 20_001, 3)
    assert counts.shape == (20_001, clusters) and (counts.sum(axis=1) == clusters).all()
    spread = np.cov(counts[:, :3], rowvar=False)  # n draws of probability 1/n: variance 1 − 1/n, covariance −1/n
    assert np.abs(counts.mean(axis=0) - 1).max() < 0.04
    assert np.abs(spread - (np.eye(3) - 1 / clusters)).max() < 0.05
    chosen = binom.pmf([0, 1, 2], clusters, 1 / clusters)
    assert np.bincount(counts[:, 0].astype(int))[:3] / 20_001 == pytest.approx(chosen, abs=0.015)
    for cores in (1, 3):
        monkeypatch.setattr(resampling, "available_cores", lambda cores=cores: cores)
        assert (resampling._drawn_totals(np.eye(clusters), 20_001, 3) == counts).all()


@pytest.mark.parametrize("n", [5, 40])
def test_few_clusters_are_spread_as_students_distribution_would_have_it(n):
    table = pd.DataFrame(np.random.default_rng(3).random((n, 2)), columns=["A", "B"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draws = bootstrap_means(table, 20_000)
    expected = table["A"].std() / np.sqrt(n) * student.ppf(0.975, n - 1) / norm.ppf(0.975)
    assert draws["A"].std() == pytest.approx(expected, rel=0.03) and draws["A"].mean() == pytest.approx(
        table["A"].mean(), abs=0.02 * expected * 3)


def test_wrong_columns_are_told_with_those_that_are_expected():
    table = scores(BASE=0.3, NAT=0.5)
    pairs, told = compare_pairs(table, 100), pd.DataFrame({"system": ["NAT"], "id": ["a"]})
    for call, lacking in ((lambda: unread_shares(told), "read, set_aside; expected: read, set_aside, system; there are: system"),
                          (lambda: compare_systems(table, "BASE", pairs.drop(columns="p"), None, 100), "p; expected: difference"),
                          (lambda: rank_intervals(table, pairs.drop(columns="p_holm")), "p_holm; expected"),
                          (lambda: over_orders(told), "exact_match, variant; expected"),
                          (lambda: compare_parts(table, told, ["task"]), "task; expected: task; there are: system, id")):
        with pytest.raises(ValueError, match=lacking):
            call()
    with pytest.raises(ValueError, match=r"not all numbers \(.*'i0'\).*columns are id, BASE, NAT"):
        compare_pairs(table.set_axis([f"i{i}" for i in table.index]).rename_axis("id").reset_index(), 100)
    with pytest.raises(ValueError, match="smallest is 0; need an effect above 0"):
        compare_pairs(table, 100, smallest=0)


def test_the_comparison_table_has_its_columns_and_takes_p_from_the_pairs():
    table = scores(BASE=0.3, NAT=0.5, SYN=0.4)
    pairs = compare_pairs(table, 500)
    unread = pd.Series({"BASE": 0.1, "NAT": 0.0, "SYN": 0.0})
    made = compare_systems(table, "BASE", pairs, unread, 500)
    assert list(made) == ["system", "n_items", "n_seeds", "exact_match", "low", "high", "difference", "difference_low",
                          "difference_high", "p", "p_holm", "unread_share"]
    row = made.set_index("system").loc["NAT"]
    pair = pairs[(pairs["first"] == "BASE") & (pairs["second"] == "NAT")].iloc[0]
    assert row["difference"] == pytest.approx(-pair["difference"])
    assert row["difference_low"] == pytest.approx(-pair["high"]) and row["p_holm"] == pair["p_holm"]
    assert made.set_index("system").loc["BASE", ["difference", "p"]].isna().all()
    with pytest.raises(ValueError, match="no system 'ROOT' among BASE, NAT, SYN"):
        compare_systems(table, "ROOT", pairs, unread, 100)


@pytest.mark.parametrize("spoil, told", [
    (lambda t: t.assign(A=t["A"].where(t.index != 4)), "no finite score of system 'A' for item 4"),
    (lambda t: t[["A"]], "two systems"), (lambda t: t.iloc[:0], "need items"),
    (lambda t: pd.concat([t, t.head(1)]), "item 0 twice")])
def test_gaps_single_systems_and_repeated_items_are_refused(spoil, told):
    with pytest.raises(ValueError, match=told):
        compare_pairs(spoil(scores(A=0.5, B=0.5)), 100)
    with pytest.raises(ValueError, match=r"shape \(3,\) for 200 items"):
        compare_pairs(scores(A=0.5, B=0.5), 100, clusters=[1, 2, 3])


@pytest.mark.parametrize("clusters, told", [
    ([1, None, 2, 2], "item 1 has no cluster"), ([float("nan"), 1, 2, 2], "item 0 has no cluster"),
    (["x"] * 4, "all items are in one cluster"), ([[1, 2]] * 4, r"shape \(4, 2\)"),
    (pd.Series([1, 2, 3, 4], index=[0, 1, 2, 9]), "not of the same items: 2")])
def test_clusters_that_can_not_be_used_are_refused(clusters, told):
    with pytest.raises(ValueError, match=told):
        compare_pairs(scores(4, A=0.5, B=0.5), 100, clusters=clusters)
    with pytest.raises(ValueError, match="resamples is 0"):
        compare_pairs(scores(4, A=0.5, B=0.5), 0)


def test_a_series_of_clusters_is_taken_by_item_and_not_by_place():
    table = scores(60, A=0.5, B=0.5)
    clusters = pd.Series(np.arange(60) // 3, index=table.index)
    turned = clusters.sample(frac=1, random_state=0)
    assert compare_pairs(table, 300, clusters=turned).equals(compare_pairs(table, 300, clusters=clusters))


def test_names_of_runs_are_made_and_read_in_one_way():
    names = run_names(["BASE", "NAT-SYN", "ALL"], [0, 42])
    assert names == ["BASE", "NAT-SYN-s0", "NAT-SYN-s42", "ALL-s0", "ALL-s42"]
    assert [run_parts(name) for name in names] == [("BASE", 0), ("NAT-SYN", 0), ("NAT-SYN", 42), ("ALL", 0), ("ALL", 42)]
    for wrong in ("NAT", "BASE-s0", "NATIF-s1", "NAT-sx"):
        with pytest.raises(ValueError, match=f"'{wrong}' is no run's name"):
            run_parts(wrong)


def test_score_rows_become_a_matrix_without_the_items_set_aside():
    rows = pd.DataFrame([
        {"system": system, "id": item, "exact_match": int(item == "a"), "set_aside": item == "c", "read": item != "c"}
        for system in ("BASE", "NAT-SYN-s0", "NAT-SYN-s1") for item in ("a", "b", "c")])
    matrix = score_matrix(rows)
    assert list(matrix.columns) == [("BASE", 0), ("NAT-SYN", 0), ("NAT-SYN", 1)]
    assert matrix.index.tolist() == ["a", "b"]
    assert unread_shares(rows).to_dict() == {"BASE": 0.0, "NAT-SYN": 0.0}


def test_chance_and_clusters_of_items():
    items = pd.DataFrame({"task": ["mcqu", "mcq"], "options": [list("wxyz"), list("wxyz")], "context": ["", "un cas"]},
                         index=["a", "b"])
    assert chance_levels(items).tolist() == [1 / 4, 1 / 15]
    assert clusters_of(items).tolist() == ["a", "un cas"]
    key = {"tests": {"a": {"fact": "f"}, "b": {"fact": "f"}}}
    assert clusters_of(items, key).tolist() == ["f", "f"]


def test_p_values_are_never_shown_as_zero_or_one():
    assert [show_p(p) for p in (0.0, 0.0004, 0.0321, 0.999, 1.0, np.nan)] == [
        "<\u00a00.001", "<\u00a00.001", "0.032", ">\u00a00.99", ">\u00a00.99", ""]


def test_clusters_drawn_by_kind_vary_as_those_drawn_one_by_one():
    rng = np.random.default_rng(0)
    hard = rng.normal(size=3000)
    single = pd.DataFrame({name: (hard + rng.normal(size=3000) < shift).astype(float)
                           for name, shift in (("A", 0), ("B", 0.2))})
    draws = bootstrap_means(single, 4000)  # four kinds of items
    change = single["A"] - single["B"]
    assert (draws["A"] - draws["B"]).mean() == pytest.approx(change.mean(), abs=1e-3)
    assert (draws["A"] - draws["B"]).std() == pytest.approx(change.std() / np.sqrt(3000), rel=0.05)
    noisy = single + rng.normal(size=single.shape) * 1e-9  # as many kinds as items: one by one
    others = bootstrap_means(noisy, 4000)
    assert (others["A"] - others["B"]).std() == pytest.approx((draws["A"] - draws["B"]).std(), rel=0.05)


def test_signs_flipped_by_size_give_the_p_of_signs_flipped_one_by_one():
    rng = np.random.default_rng(1)
    change = rng.choice([-1.0, -0.5, 0, 0.5, 1], size=(900, 3), p=[0.2, 0.1, 0.35, 0.12, 0.23])
    by_size = sign_flips(change, np.arange(900), 20_000)
    one_by_one = sign_flips(change + rng.normal(size=change.shape) * 1e-7, np.arange(900), 20_000)
    assert by_size == pytest.approx(one_by_one, abs=0.012)


def test_few_clusters_are_warned_of():
    scores = pd.DataFrame({"A": [1.0, 0, 1] * 4, "B": [0.0, 0, 1] * 4})
    with pytest.warns(UserWarning, match="only 12 independent items"):
        compare_pairs(scores, resamples=50)
    with pytest.warns(UserWarning, match="only 4 independent clusters"):
        compare_pairs(scores, resamples=50, clusters=[0, 1, 2, 3] * 3)


def rows_of(answers: dict) -> pd.DataFrame:
    return pd.DataFrame([{"system": system, "id": item, "set_aside": score is None, "exact_match": score}
                         for system, scores in answers.items() for item, score in scores.items()])


def test_items_that_not_all_have_answered_are_refused_or_left_out_and_counted():
    rows = rows_of({"BASE": {"a": 1, "b": 0, "c": 1, "d": 0}, "NAT-s0": {"a": 0, "b": None, "c": 1}})
    with pytest.raises(ValueError, match="1 of 3 items have no score of some system, such as d of NAT with seed 0"):
        score_matrix(rows)
    table = score_matrix(rows, unequal="intersect")
    assert table.index.tolist() == ["a", "c"] and table.attrs == {"set_aside": 1, "not_answered_by_all": 1}
    with pytest.raises(ValueError, match="unequal is 'drop'; accepted: refuse, intersect"):
        score_matrix(rows, unequal="drop")
    with pytest.raises(ValueError, match="no column exact; expected: exact, id, set_aside, system"):
        score_matrix(rows, "exact")
    with pytest.raises(ValueError, match="item a stands twice for BASE"):
        score_matrix(pd.concat([rows, rows.head(1)]))


def test_parts_of_the_test_are_compared_apart_and_small_ones_left_out():
    rng = np.random.default_rng(2)
    scores = pd.DataFrame((rng.random((100, 3)) < 0.5).astype(float), columns=["BASE", "NAT", "SYN"])
    items = pd.DataFrame({"task": ["mcqu"] * 60 + ["mcq"] * 40, "source": ["big"] * 95 + ["small"] * 5})
    parts = compare_parts(scores, items, ["task", "source"], 200)
    assert parts.groupby("part", sort=False)["items"].first().to_dict() == {
        "all": 100, "task: mcq": 40, "task: mcqu": 60, "source: big": 95}
    alone = compare_pairs(scores.head(60), 200)
    assert np.allclose(parts[parts["part"] == "task: mcqu"]["difference"], alone["difference"])
    figure = forest_figure(parts)
    assert [axes.get_title() for axes in figure.axes if axes.get_visible()] == list(parts["part"].unique())
    grid = pairs_figure(alone).axes[0]
    shown = f"{100 * alone['difference'][0]:+.1f}"
    assert any(text.get_text().startswith(shown) for text in grid.texts) and len(grid.texts) == 6


def test_bca_is_scipys_and_differs_from_the_percentile_interval_where_scores_are_skewed():
    rng = np.random.default_rng(3)
    skewed = rng.exponential(size=60) ** 2
    scores = pd.DataFrame({"A": skewed, "B": np.zeros(60)})
    pair = compare_pairs(scores, 20_000).iloc[0]
    ends = {method: bootstrap((skewed,), np.mean, n_resamples=20_000, method=method, rng=rng).confidence_interval
            for method in ("BCa", "percentile")}
    width = pair["high"] - pair["low"]
    assert [pair["low_bca"], pair["high_bca"]] == pytest.approx(list(ends["BCa"]), abs=0.04 * width)
    assert [pair["low"], pair["high"]] == pytest.approx(list(ends["percentile"]), abs=0.04 * width)
    assert pair["high_bca"] > pair["high"] + 0.08 * width
    same = compare_pairs(pd.DataFrame({"A": [1.0, 0] * 20, "B": [1.0, 0] * 20}), 100).iloc[0]
    possible = 1 - 0.025 ** (1 / 40)  # the largest share that 40 items may all miss
    assert same["difference"] == 0 and same["p"] == 1 and not same["equivalent"]
    assert same[["high", "high_bca"]].tolist() == [pytest.approx(possible, rel=0.06)] * 2 and same["low"] == -same["high"]


def test_the_two_levels_agree_with_a_mixed_model():
    from statsmodels.regression.mixed_linear_model import MixedLM
    scores, _ = World((0.0, 0.4), items=100, runs=6, spread=0.5).draw(0)
    long = scores.stack([0, 1], future_stack=True).rename("right").rename_axis(["item", "system", "run"]).reset_index()
    long["run"], long["all"] = long["system"] + long["run"].astype(str), 1
    model = MixedLM.from_formula("right ~ system", long, groups="all",
                                 vc_formula={"item": "0 + C(item)", "run": "0 + C(run)"}).fit()
    change = bootstrap_means(scores, 4000).eval("NAT - BASE")
    low, high = np.quantile(change, [0.25, 0.75])  # its tails are a t-distribution's
    assert (high - low) / (2 * norm.ppf(0.75)) == pytest.approx(model.bse["system[T.NAT]"], rel=0.15)
    assert compare_pairs(scores, 100)["difference"][0] == pytest.approx(-model.params["system[T.NAT]"])


def test_none_is_called_equal_by_too_few_items():
    alike = pd.DataFrame({"A": [1.0] * 299, "B": [1.0] * 299})
    assert not compare_pairs(alike, 100)["equivalent"][0]
    assert compare_pairs(pd.concat([alike, alike], ignore_index=True), 100)["equivalent"][0]


def test_ties_by_rounding_are_ties():
    """Differences of a third, which sums of floats miss by little, have the p-values of the same differences times three."""
    rng = np.random.default_rng(4)
    for _ in range(20):
        whole = rng.choice([-1.0, 0, 1], size=(200, 1), p=[0.12, 0.8, 0.08])
        third = ((whole + 1) / 3 * 1.0 + 1 / 3) - (1 / 3 + 1 / 3)
        assert sign_flips(third, np.arange(200), 5000)[0] == sign_flips(whole, np.arange(200), 5000)[0]


def test_conditions_of_the_same_runs_are_drawn_with_the_same_seeds():
    scores, _ = World((0.0, 0.4), runs=5, spread=0.5).draw(0)
    again = scores.rename(columns={"BASE": "BASE, again", "NAT": "NAT, again"}, level=0)
    both = pd.concat([scores, again], axis=1)
    apart, together = bootstrap_means(both, 300), bootstrap_means(both, 300, same_runs={
        "BASE, again": "BASE", "NAT, again": "NAT"})
    assert together["NAT"].equals(together["NAT, again"]) and together["BASE"].equals(together["BASE, again"])
    assert not apart["NAT"].equals(apart["NAT, again"])


def test_too_few_resamples_for_so_many_pairs_are_warned_of():
    scores, _ = World((0.0, 0.4, 0.5), items=60, runs=3).draw(0)
    with pytest.warns(UserWarning, match="over 3 pairs: take at least 120"):
        compare_pairs(scores, 100)


def test_a_system_with_one_run_is_as_unsure_as_the_others_are_and_the_base_is_not():
    scores, _ = World((0.0, 0.4, 0.5), items=4000, runs=4, spread=0.5).draw(0)
    several = scores.drop(columns=[("BASE", run) for run in (1, 2, 3)] + [("SYN", run) for run in (1, 2, 3)])
    spread, freedom = spread_of_runs(checked(several))
    draws = bootstrap_means(several, 4000).std()
    assert freedom == 3 and draws["BASE"] < 0.01 and draws["SYN"] > 1.7 * draws["NAT"] > spread / 2


@pytest.mark.parametrize("spoil, told", [
    (lambda t: t.replace(1.0, np.inf), "no finite score"), (lambda t: t[["A", "A"]], "0 systems|1 systems"),
    (lambda t: pd.concat([t, t["A"]], axis=1), "have column 'A' twice"),
    (lambda t: t.set_axis(pd.MultiIndex.from_tuples([("A", 0), ("A", 1)]), axis=1), "1 systems; need items and two systems")])
def test_more_bad_scores_are_refused_with_what_is_wrong(spoil, told):
    table = pd.DataFrame({"A": [1.0, 0, 1] * 10, "B": [0.0, 0, 1] * 10})
    with pytest.raises(ValueError, match=told):
        compare_pairs(spoil(table), 50)


def test_results_do_not_hang_on_the_number_of_threads():
    code = ("import sys; import numpy as np; from simulations.promises import World; "
            "from medinj_utils.comparison import compare_pairs; "
            "scores, clusters = World((0.0, 0.2, 0.4), items=3000, cluster_size=3, shared=1.0, runs=2, spread=0.1).draw(0); "
            "print(compare_pairs(scores, 300, clusters=clusters).round(12).to_csv())")
    told = {threads: subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True,
                                    env=os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}).stdout
            for threads in ("1", "2")}
    assert told["1"] == told["2"] and told["1"].strip().count("\n") == 3
