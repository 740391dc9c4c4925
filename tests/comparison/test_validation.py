"""A reduced run of the simulations behind `make validate`, and whether they would notice a broken method."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison import pairs as pairs_module
from medinj_utils.comparison.pairs import compare_pairs, rank_intervals
from simulations import promises as validation
from simulations.promises import PROMISES, World, validate


@pytest.fixture(scope="module")
def table():
    return validate(150, 300).set_index("promise")


def test_runs_that_differ_make_fewer_false_findings_than_tests_that_take_them_as_they_are(monkeypatch):
    monkeypatch.setattr(validation, "PROMISES", [row for row in PROMISES if "five runs that differ much" in row[0]])
    with_runs = validate(150, 300)["found"][0]
    monkeypatch.setattr(pairs_module, "two_sided", lambda draws: 0.0)
    assert with_runs < 0.11 < 0.13 < validate(150, 300)["found"][0]


def test_no_promise_is_broken(table):
    limit = table.index.str.startswith("limit")
    assert len(table) == len(PROMISES) and (table["kept"] != "no")[~limit].all(), table.to_string()
    assert (table["low"] <= table["found"]).all() and (table["found"] <= table["high"]).all()


def test_the_book_shows_every_promise():
    shown = pd.read_csv(Path(__file__).parents[2] / "book/validation.csv")
    assert shown["promise"].tolist() == [row[0] for row in PROMISES] and (shown["worlds"] >= 1000).all()


def test_a_method_that_ignores_clusters_is_noticed(monkeypatch):
    ignoring = lambda scores, resamples, seed, clusters, smallest: compare_pairs(  # noqa: E731
        scores, resamples, seed, np.arange(len(scores)), smallest)
    monkeypatch.setattr(validation, "compare_pairs", ignoring)
    monkeypatch.setattr(validation, "PROMISES", [(name, world._replace(cluster_size=10), *rest)
                                                for name, world, *rest in PROMISES if name == "interval, clusters"])
    assert validate(150, 300)["kept"].tolist() == ["no"]


def test_the_truth_of_a_world_is_the_mean_over_many_of_its_items():
    world = World((0.0, 0.5), items=60_000, cluster_size=3, shared=1.0, known=0.5, runs=40, spread=0.3)
    scores, clusters = world.draw(0)
    assert scores.T.groupby(level=0).mean().T.mean().to_numpy() == pytest.approx(world.truth(), abs=0.03)
    assert len(set(clusters)) == 20_000
    assert (scores.to_numpy() == world.draw(0)[0].to_numpy()).all() != (scores.to_numpy() == world.draw(1)[0].to_numpy()).all()


def test_a_difference_is_called_none_only_where_it_is_surely_small():
    rng = np.random.default_rng(0)
    right = (rng.random(4000) < 0.5).astype(float)
    flipped = np.where(rng.random(4000) < 0.02, 1 - right, right)
    table = pd.DataFrame({"A": right, "B": flipped, "C": (rng.random(4000) < 0.8).astype(float)})
    found = compare_pairs(table, 500).set_index(["first", "second"])
    assert found["equivalent"].tolist() == [True, False, False]
    assert not compare_pairs(table.head(100), 500)["equivalent"].any()  # too few items to be sure
    assert (found["q_bh"] <= found["p_holm"]).all() and (found["q_bh"] >= found["p"]).all()
    assert pairs_module.SMALLEST == 0.01


def test_ranks_hold_what_cannot_be_told_apart():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({name: (rng.random(800) < share).astype(float)
                          for name, share in (("A", .3), ("B", .31), ("C", .7), ("D", .9))})
    ranks = rank_intervals(table, compare_pairs(table, 300))
    assert ranks.loc["D"].tolist() == [1, 1, 1] and ranks.loc["C"].tolist() == [2, 2, 2]
    assert ranks.loc[["A", "B"], ["best", "worst"]].to_numpy().tolist() == [[3, 4], [3, 4]]
    assert sorted(ranks["rank"]) == [1, 2, 3, 4]
