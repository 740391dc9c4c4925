"""Tables of notebook 35 as readers see them."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison import judge_display as display
from medinj_utils.comparison.judging import agreement_table
from medinj_utils.comparison.scorers import CONSTANT


@pytest.fixture(scope="module")
def agreement(triplets, triplet_scores, planted) -> pd.DataFrame:
    return agreement_table(triplets, triplet_scores[["judge_swayed", "length"]], planted, 50)


def test_agreement_stands_by_scorer_and_by_generator(agreement):
    shown = display.shown_agreement(agreement)
    assert shown.index.tolist() == ["judge_swayed", "length", CONSTANT]
    assert shown.columns[:3].tolist() == ["answers", "not scored", "Pearson's r"]
    assert shown.columns[-2:].tolist() == ["accuracy", "constant baseline on the same answers"]
    assert shown.loc[CONSTANT, "Pearson's r"] == ""
    assert int(shown.loc["judge_swayed", "not scored"]) > 0
    wide = display.shown_by_generator(agreement, "pearson")
    assert wide.columns.tolist() == ["pooled", "brief", "plain", "strong", "weak", "wordy"]
    assert CONSTANT not in wide.index


def test_planted_values_stand_beside_estimates(agreement):
    shown = display.shown_beside_planted(agreement)
    assert set(shown["scorer"]) == {"judge_swayed"} and set(shown["inside"]) <= {"yes", "no"}
    assert display.shown_beside_planted(agreement.drop(columns=["planted", "inside"])).empty


def test_numbers_have_their_unit_and_interval():
    pairs = pd.DataFrame({"first": ["a"], "second": ["b"], "difference": [0.25], "low": [0.1],
                          "high": [0.4], "p_holm": [0.0001], "n": [1234]})
    assert display.shown_judge_pairs(pairs).iloc[0].tolist() == ["a", "b", "+0.25 [+0.10, +0.40]",
                                                                 "<\u00a00.001", "1,234"]
    effects = pd.DataFrame({"scorer": "a", "label": ["both", "0"], "estimate": [0.05, np.nan],
                            "low": [0.01, np.nan], "high": [0.09, np.nan]})
    assert display.shown_lengths(effects).loc["a"].tolist() == ["+5.0 [+1.0, +9.0]", ""]
    changes = effects.assign(edit="pad", figure=["flips", "change"])
    assert display.shown_changes(changes, "flips").loc["a", "pad"] == "5.0 [1.0, 9.0]"
    shares = pd.DataFrame({"judge": ["a"], "method": ["judge alone"], "estimate": [0.5],
                           "low": [0.4], "high": [0.6],
                           "sample": [80], "rest": [300], "unreadable": [2], "humans": [0.45],
                           "truth": [0.44]})
    shown = display.shown_shares(shares)
    assert shown.loc[
        ("a", "judge alone"), ["right answers, %", "humans, %", "truth, %"]
    ].tolist() == ["50.0 [40.0, 60.0]", "45.0", "44.0"]
    leaks = pd.DataFrame({"answers": [1], "share": [0.25], "questions": [1]})
    assert display.shown_leaks(leaks)["of the answers, %"].tolist() == ["25.0"]


def test_a_share_that_can_not_be_corrected_is_its_reason():
    shares = pd.DataFrame({"judge": "j", "system": "NAT", "method": ["judge alone", "Rogan–Gladen"],
                           "estimate": [0.5, np.nan], "low": [0.4, np.nan], "high": [0.6, np.nan],
                           "rates_of": ["", "all systems"], "reason": ["", "one class"],
                           **dict.fromkeys(["answers", "not_asked", "blank", "unreadable",
                                            "unrated", "rated", "rated_unreadable", "tied"], 3)})
    shown = display.shown_answers_corrected(shares)
    assert shown["right answers, %"].tolist() == ["50.0 [40.0, 60.0]", "one class"]
    assert shown["rated unreadable"].tolist() == ["3", "3"]
    assert display.shown_answers_corrected(shares.head(0)).empty
