"""Planted values lie inside the intervals of the estimates, in worlds of several seeds."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.corrected import judged_shares
from medinj_utils.comparison.edited import edit_changes
from medinj_utils.comparison.judging import agreement_table, length_table
from medinj_utils.comparison.planted_judges import (
    beside,
    corrected_inside,
    planted_agreement,
    planted_changes,
    planted_in,
    planted_leaks,
    planted_shares,
)
from medinj_utils.comparison.scorers import CONSTANT
from medinj_utils.demo.facts import all_facts
from medinj_utils.demo.triplets import EVALUATED, write_triplets
from medinj_utils.evaluation.triplets import read_triplets
from medinj_utils.evaluation.triplets.edits import edited_triplets


def test_planted_values_are_inside_as_often_as_intervals_promise(tmp_path):
    """Six worlds of 400 answers: agreement pooled, length, flips, and corrected shares."""
    general, taught = all_facts()
    inside = {"agreement": [], "length": [], "edits": [], "corrected": [], "judge alone": []}
    for seed in range(6):
        key = {"triplets": write_triplets(tmp_path / str(seed), taught[:32], general, seed)}
        triplets, _ = read_triplets([{"name": "p", "location": str(tmp_path / str(seed) / EVALUATED)}])
        planted = planted_in(key, triplets)
        scores = triplets.filter(like="score_").rename(columns=lambda name: name.removeprefix("score_"))
        agreement = agreement_table(triplets.assign(run="all"), scores, planted, 200)
        own = agreement[(agreement["generator"] == "pooled") & agreement["figure"].isin(["pearson", "accuracy"])]
        inside["agreement"] += own[own["scorer"] != CONSTANT]["inside"].tolist()
        inside["length"] += length_table(triplets, scores, planted, 200)["inside"].tolist()
        edited = edited_triplets(triplets)
        after = planted.verdicts(edited["original"], edited["candidate"])
        before = scores.set_axis(triplets["item"]).loc[edited["original"], list(after)].set_axis(edited.index)
        changes = beside(edit_changes(edited, before, after, 200), planted_changes(planted, edited, triplets))
        inside["edits"] += changes["inside"].tolist()
        shares = planted_shares(planted, triplets, judged_shares(triplets, scores[["judge_swayed"]]))
        inside["corrected"] += corrected_inside(shares)["inside"].tolist()
        alone = shares[shares["method"] == "judge alone"].iloc[0]
        inside["judge alone"].append(alone["low"] <= alone["planted"] <= alone["high"])
    shares = {what: np.mean(told) for what, told in inside.items()}
    assert all(shares[what] >= 0.85 for what in ("agreement", "length", "edits", "corrected")), shares
    assert shares["judge alone"] < 0.5  # what the correction is for


def test_planted_figures_are_those_of_many_draws():
    """Independent draws with known chances, a hundred times as many as there are triplets."""
    rng = np.random.default_rng(0)
    from medinj_utils.comparison.planted_judges import _expected
    from medinj_utils.evaluation import agreement
    human, score = rng.random(200), rng.random(200)
    drawn = [(rng.random(40_000) < np.tile(chance, 200)).astype(float) for chance in (human, human)]
    found = agreement(*drawn)
    expected = _expected(human, human)
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=0.02)
    assert abs(_expected(human, score)["pearson"]) < 0.1


def test_real_triplets_have_nothing_planted(world, triplets, planted):
    assert planted_in(None, triplets) is None and planted_in({"kind": "planted"}, triplets) is None
    assert planted_in(world["key"], triplets.assign(item="other/file.csv:0")) is None
    assert planted_in(world["key"], triplets.head(0)) is None
    assert planted_leaks(world["key"], planted) == world["key"]["triplets"]["leaked"] and planted_leaks(None, None) is None


def test_estimates_without_a_planted_value_are_neither_inside_nor_outside(triplets, planted):
    table = pd.DataFrame({"generator": "pooled", "scorer": ["judge_steady", "bleu"], "figure": "pearson",
                          "estimate": 0.8, "low": 0.0, "high": 1.0})
    found = beside(table, planted_agreement(planted, triplets))
    assert found["inside"].tolist() == [True, None] and beside(table, None) is table
