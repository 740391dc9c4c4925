import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from comparison.simulated import independent
from medinj_utils.comparison import compare_pairs
from medinj_utils.comparison import scores as scores_module
from medinj_utils.comparison.resampling import resample, run_spread
from medinj_utils.comparison.scores import check_scores
from simulations.promises import World


def drawn(*args, **options) -> pd.DataFrame:
    """The draws alone."""
    return resample(*args, **options).draws


def test_bootstrap_agrees_with_the_normal_interval_and_with_its_seed():
    table = independent(n=2000, A=0.4, B=0.6)
    draws = drawn(table, resamples=4000)
    assert draws["A"].std() == pytest.approx(np.sqrt(0.24 / 2000), rel=0.1)
    assert drawn(table, 700, seed=3).equals(drawn(table, 700, seed=3))
    assert not drawn(table, 700, seed=3).equals(drawn(table, 700, seed=4))


@pytest.mark.parametrize("cells", [60, 1000, 10**9])
def test_draws_depend_on_the_seed_alone_and_not_on_how_many_are_made_at_once(monkeypatch, cells):
    table = independent(60, A=0.5, B=0.6, C=0.4)
    table.columns = pd.MultiIndex.from_tuples([("A", 0), ("A", 1), ("B", 0)])
    usual = compare_pairs(table, 301, clusters=np.arange(60) // 2)
    monkeypatch.setattr(scores_module, "_BLOCK_CELLS", cells)
    assert compare_pairs(table, 301, clusters=np.arange(60) // 2).equals(usual)
    assert not compare_pairs(table, 301, seed=1, clusters=np.arange(60) // 2).equals(usual)


@pytest.mark.parametrize("n", [5, 40])
def test_few_clusters_are_spread_as_students_distribution_would_have_it(n):
    table = pd.DataFrame(np.random.default_rng(3).random((n, 2)), columns=["A", "B"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draws = drawn(table, 20_000)
    expected = table["A"].std() / np.sqrt(n) * student.ppf(0.975, n - 1) / norm.ppf(0.975)
    assert draws["A"].std() == pytest.approx(expected, rel=0.03)
    assert draws["A"].mean() == pytest.approx(
        table["A"].mean(), abs=0.02 * expected * 3)


def test_clusters_drawn_by_kind_vary_as_those_drawn_one_by_one():
    rng = np.random.default_rng(0)
    hard = rng.normal(size=3000)
    single = pd.DataFrame({name: (hard + rng.normal(size=3000) < shift).astype(float)
                           for name, shift in (("A", 0), ("B", 0.2))})
    draws = drawn(single, 4000)  # four kinds of items
    change = single["A"] - single["B"]
    assert (draws["A"] - draws["B"]).mean() == pytest.approx(change.mean(), abs=1e-3)
    assert (draws["A"] - draws["B"]).std() == pytest.approx(change.std() / np.sqrt(3000), rel=0.05)
    noisy = single + rng.normal(size=single.shape) * 1e-9  # as many kinds as items: one by one
    others = drawn(noisy, 4000)
    assert (others["A"] - others["B"]).std() == pytest.approx((draws["A"] - draws["B"]).std(),
                                                              rel=0.05)


def test_few_clusters_are_warned_of():
    scores = pd.DataFrame({"A": [1.0, 0, 1] * 4, "B": [0.0, 0, 1] * 4})
    with pytest.warns(UserWarning, match="only 12 independent items"):
        compare_pairs(scores, resamples=50)
    with pytest.warns(UserWarning, match="only 4 independent clusters"):
        compare_pairs(scores, resamples=50, clusters=[0, 1, 2, 3] * 3)


def test_the_two_levels_agree_with_a_mixed_model():
    from statsmodels.regression.mixed_linear_model import MixedLM
    scores, _ = World((0.0, 0.4), items=100, runs=6, spread=0.5).draw(0)
    long = (
        scores.stack([0, 1], future_stack=True)
        .rename("right")
        .rename_axis(["item", "system", "run"])
        .reset_index()
    )
    long["run"], long["all"] = long["system"] + long["run"].astype(str), 1
    model = MixedLM.from_formula("right ~ system", long, groups="all",
                                 vc_formula={"item": "0 + C(item)", "run": "0 + C(run)"}).fit()
    change = drawn(scores, 4000).eval("NAT - BASE")
    low, high = np.quantile(change, [0.25, 0.75])  # its tails are a t-distribution's
    assert (high - low) / (2 * norm.ppf(0.75)) == pytest.approx(model.bse["system[T.NAT]"],
                                                                rel=0.15)
    assert compare_pairs(scores, 100)["difference"][0] == pytest.approx(
        -model.params["system[T.NAT]"]
    )


def test_conditions_of_the_same_runs_are_drawn_with_the_same_seeds():
    scores, _ = World((0.0, 0.4), runs=5, spread=0.5).draw(0)
    again = scores.rename(columns={"BASE": "BASE, again", "NAT": "NAT, again"}, level=0)
    both = pd.concat([scores, again], axis=1)
    apart, together = drawn(both, 300), drawn(both, 300, same_runs={
        "BASE, again": "BASE", "NAT, again": "NAT"})
    assert together["NAT"].equals(together["NAT, again"])
    assert together["BASE"].equals(together["BASE, again"])
    assert not apart["NAT"].equals(apart["NAT, again"])
    # Scores under two conditions say no more of how runs differ than scores under one.
    np.testing.assert_allclose(together[["BASE", "NAT"]], drawn(scores, 300)[["BASE", "NAT"]])


def test_a_system_with_one_run_is_as_unsure_as_the_others_are_and_the_base_is_not():
    scores, _ = World((0.0, 0.4, 0.5), items=4000, runs=4, spread=0.5).draw(0)
    several = scores.drop(
        columns=[("BASE", run) for run in (1, 2, 3)] + [("SYN", run) for run in (1, 2, 3)]
    )
    spread, freedom = run_spread(check_scores(several))
    draws = drawn(several, 4000).std()
    assert freedom == 3 and draws["BASE"] < 0.01 and draws["SYN"] > 1.7 * draws["NAT"] > spread / 2


def spreads(runs_differ):
    """Of many worlds, whose runs differ so much in ability: root mean square of what is found, and
    the truth in points."""
    world = World((0.0, 0.4), items=300, cluster_size=3, shared=1.0, known=1.0, runs=3,
                  spread=runs_differ)
    result = [run_spread(check_scores(*world.draw(seed))) for seed in range(150)]
    scale = np.sqrt(4)  # of chance, items, clusters and what a system knows of them, 1 each
    truth = runs_differ * np.sqrt((norm.pdf(0) ** 2 + norm.pdf(0.4 / scale) ** 2) / 2) / scale
    assert {freedom for _, freedom in result} == {4}
    return np.sqrt(np.mean([spread**2 for spread, _ in result])), truth


def test_the_spread_of_runs_leaves_out_what_chance_adds():
    result, truth = spreads(0.3)
    assert result == pytest.approx(truth, rel=0.12)
    assert spreads(0.0)[0] < 0.3 * truth
    assert run_spread(check_scores(World((0.0, 0.4)).draw(0)[0])) == (0, 0)  # none is known
