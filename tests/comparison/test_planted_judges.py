"""Planted values beside estimates; whether intervals hold them is asked in `simulations.judges`."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.corrected import corrected_shares
from medinj_utils.comparison.planted_judges import (
    beside,
    corrected_inside,
    planted_agreement,
    planted_changes,
    planted_in,
    planted_leaks,
    planted_length_effects,
    planted_shares,
)
from medinj_utils.evaluation.triplets.edits import edited_triplets


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
    assert planted_leaks(world["key"], planted) == world["key"]["triplets"]["leaked"]
    assert planted_leaks(None, None) is None


def test_estimates_without_a_planted_value_are_neither_inside_nor_outside(triplets, planted):
    table = pd.DataFrame({"generator": "pooled", "scorer": ["judge_steady", "bleu"],
                          "figure": "pearson",
                          "estimate": 0.8, "low": 0.0, "high": 1.0})
    found = beside(table, planted_agreement(planted, triplets))
    assert found["inside"].tolist() == [True, None] and beside(table, None) is table


def test_planted_effects_changes_and_shares_have_the_names_of_the_estimates(
    triplets, triplet_scores, planted
):
    lengths = planted_length_effects(planted, triplets).set_index(["scorer", "label"])["planted"]
    assert abs(lengths["judge_steady", "both"]) < 0.03 < lengths["judge_swayed", "both"]
    edited = edited_triplets(triplets.head(40))
    changes = planted_changes(planted, edited, triplets).set_index(["edit", "scorer", "figure"])[
        "planted"
    ]
    assert changes["pad", "judge_swayed", "flips"] == changes["pad", "judge_swayed", "change"] > 0.1
    assert changes["shorten", "judge_swayed", "change"] < 0 == changes["shorten", "judge_steady",
                                                                       "flips"]
    shares = planted_shares(planted, triplets,
                            corrected_shares(triplets, triplet_scores[["judge_swayed"]]))
    assert len(corrected_inside(shares)) == 3 and corrected_inside(shares)["inside"].notna().all()
    assert "inside" not in corrected_inside(shares.drop(columns="planted"))
