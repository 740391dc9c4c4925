"""A reduced run of the simulations behind `make validate`, and whether they would notice a broken method."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison import compare_pairs, pairs
from simulations import promises
from simulations.promises import PROMISES, World, validate


@pytest.fixture(scope="module")
def table():
    return validate(50, 300).set_index("promise")


def test_runs_that_differ_make_fewer_false_findings_than_tests_that_take_them_as_they_are(monkeypatch):
    monkeypatch.setattr(promises, "PROMISES", [
        promise for promise in PROMISES if "five runs that differ much" in promise.name])
    with_runs = validate(150, 300)["found"][0]
    monkeypatch.setattr(pairs, "two_sided", lambda draws: 0.0)
    assert with_runs < 0.11 < 0.13 < validate(150, 300)["found"][0]


def test_no_promise_is_broken(table):
    limit = table.index.str.startswith("limit")
    assert len(table) == len(PROMISES) and (table["kept"] != "no")[~limit].all(), table.to_string()
    assert (table["low"] <= table["found"]).all() and (table["found"] <= table["high"]).all()


def test_the_book_shows_every_promise():
    shown = pd.read_csv(Path(__file__).parents[2] / "book/validation.csv")
    assert shown["promise"].tolist() == [promise.name for promise in PROMISES] and (shown["worlds"] >= 1000).all()


def test_a_method_that_ignores_clusters_is_noticed(monkeypatch):
    ignoring = lambda scores, resamples, seed, clusters, smallest: compare_pairs(  # noqa: E731
        scores, resamples, seed, np.arange(len(scores)), smallest)
    monkeypatch.setattr(promises, "compare_pairs", ignoring)
    monkeypatch.setattr(promises, "PROMISES", [
        replace(promise, world=replace(promise.world, cluster_size=10))
        for promise in PROMISES if promise.name == "interval, clusters"])
    assert validate(150, 300)["kept"].tolist() == ["no"]


def test_the_truth_of_a_world_is_the_mean_over_many_of_its_items():
    world = World((0.0, 0.5), items=60_000, cluster_size=3, shared=1.0, known=0.5, runs=40, spread=0.3)
    scores, clusters = world.draw(0)
    assert scores.T.groupby(level=0).mean().T.mean().to_numpy() == pytest.approx(world.truth(), abs=0.03)
    assert len(set(clusters)) == 20_000
    assert (scores.to_numpy() == world.draw(0)[0].to_numpy()).all() != (scores.to_numpy() == world.draw(1)[0].to_numpy()).all()
