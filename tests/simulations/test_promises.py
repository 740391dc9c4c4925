"""A reduced run of the simulations behind `make validate`, and whether they would notice a broken
method."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison import compare_pairs, resampling
from simulations import promises
from simulations.promises import PROMISES, World, validate


@pytest.fixture(scope="module")
def table():
    return validate(50, 300).set_index("promise")


def test_runs_that_differ_make_fewer_false_findings_than_tests_that_take_them_as_they_are(
    monkeypatch,
):
    monkeypatch.setattr(promises, "PROMISES", [
        promise for promise in PROMISES if "five runs that differ much" in promise.name])
    with_runs = validate(150, 300)["found"][0]
    monkeypatch.setattr(resampling.Resampled, "_p_value", lambda self, pair, p, several: p)
    assert with_runs < 0.11 < 0.13 < validate(150, 300)["found"][0]


def test_no_promise_is_broken(table):
    limit = table.index.str.startswith("limit")
    assert len(table) == len(PROMISES) and (table["kept"] != "no")[~limit].all(), table.to_string()
    assert (table["low"] <= table["found"]).all() and (table["found"] <= table["high"]).all()


def test_the_book_shows_every_promise():
    shown = pd.read_csv(Path(__file__).parents[2] / "book/validation.csv")
    assert shown["promise"].tolist() == [promise.name for promise in PROMISES]
    assert (shown["worlds"] >= 1000).all()


def test_the_page_shows_each_line_by_its_rule():
    """What is short is called so, and each tolerance stands in the table and in words."""
    shown = pd.read_csv(Path(__file__).parents[2] / "book/validation.csv").set_index("promise")
    page = (Path(__file__).parents[2] / "book/validation.md").read_text(encoding="utf-8")
    for promise in PROMISES:
        row = shown.loc[promise.name]
        assert row["tolerated"] == "{:.3g} to {:.3g}".format(*promise.tolerated)
        assert row["kept"] == promise.kept(row["found"], row["low"], row["high"]), promise.name
    assert {name for name, kept in shown["kept"].items() if kept == "nearly"} == {
        "interval, 25 clusters", "BCa interval, 25 clusters"}
    assert all(f"**{word}**" in page for word in ("yes", "nearly", "no", "can't tell"))
    for tolerance in {promise.tolerated for promise in PROMISES}:
        for end in tolerance:
            assert end in (0, 1) or f"{100 * end:g}" in page, tolerance


@pytest.mark.parametrize("found, low, high, tolerated, kept", [
    (0.95, 0.94, 0.96, (0.93, 0.97), "yes"), (0.945, 0.930, 0.9500, (0.93, 0.97), "yes"),
    (0.933, 0.916, 0.948, (0.93, 0.97), "nearly"), (0.965, 0.955, 0.97, (0.93, 0.97), "yes"),
    (0.92, 0.90, 0.935, (0.93, 0.97), "can't tell"), (0.90, 0.88, 0.92, (0.93, 0.97), "no"),
    (0.99, 0.98, 1.0, (0.93, 0.97), "no"), (0.99, 0.98, 1.0, (0.93, 1.0), "yes")])
def test_an_interval_keeps_its_promise_by_its_share_and_the_share_s_own_interval(found, low, high,
                                                                                 tolerated, kept):
    promise = replace(PROMISES[5], tolerated=tolerated)
    assert promise.promised == 0.95 and promise.kept(found, low, high) == kept


@pytest.mark.parametrize("found, low, high, kept", [
    (0.02, 0.01, 0.03, "yes"), (0.05, 0.04, 0.06, "yes"), (0.058, 0.051, 0.07, "nearly"),
    (0.07, 0.055, 0.09, "can't tell"),
    (0.1, 0.08, 0.12, "no")])
def test_a_test_keeps_its_promise_by_its_false_findings(found, low, high, kept):
    assert replace(PROMISES[0], tolerated=(0.0, 0.06)).kept(found, low, high) == kept


def test_a_rule_for_what_was_not_seen_is_missed_where_it_is_not_there(monkeypatch):
    monkeypatch.setattr(resampling, "unseen_reach", lambda *arguments: (0.0, 0.0))
    monkeypatch.setattr(promises, "PROMISES",
                        [promise for promise in PROMISES if "of 1 %" in promise.name])
    assert validate(60, 100)["kept"].tolist() == ["no"]


def test_a_method_that_ignores_clusters_is_noticed(monkeypatch):
    ignoring = lambda scores, resamples, seed, clusters, smallest: compare_pairs(  # noqa: E731
        scores, resamples, seed, np.arange(len(scores)), smallest)
    monkeypatch.setattr(promises, "compare_pairs", ignoring)
    monkeypatch.setattr(promises, "PROMISES", [
        replace(promise, world=replace(promise.world, cluster_size=10))
        for promise in PROMISES if promise.name == "interval, clusters"])
    assert validate(150, 300)["kept"].tolist() == ["no"]


def test_the_truth_of_a_world_is_the_mean_over_many_of_its_items():
    world = World((0.0, 0.5), items=60_000, cluster_size=3, shared=1.0, known=0.5, runs=40,
                  spread=0.3)
    scores, clusters = world.draw(0)
    assert scores.T.groupby(level=0).mean().T.mean().to_numpy() == pytest.approx(world.truth(),
                                                                                 abs=0.03)
    assert len(set(clusters)) == 20_000
    assert (scores.to_numpy() == world.draw(0)[0].to_numpy()).all() != (
        scores.to_numpy() == world.draw(1)[0].to_numpy()
    ).all()
