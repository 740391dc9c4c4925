"""Changes and flips by edits, pair by pair."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.edited import edit_changes


def test_changes_and_flips_by_hand():
    edited = pd.DataFrame({"edit": ["pad"] * 6 + ["list"] * 2,
                           "question_id": list("aabbcc") + ["a", "b"]})
    before = pd.DataFrame({"judge": [0, 0, 0, 0, 1, np.nan, 1, 1], "metric": 0.5})
    after = pd.DataFrame({"judge": [1, 1, 0, 0, 0, 1, 1, 1], "metric": [0.4] * 6 + [0.5] * 2})
    table = edit_changes(edited, before, after, 200).set_index(["edit", "scorer", "figure"])
    flips = table.loc[("pad", "judge", "flips")]
    assert (flips["estimate"], flips["n"], flips["up"], flips["down"], flips["unscored"]) == (
        0.6,
        5,
        2,
        1,
        1,
    )
    assert table.loc[("pad", "judge", "change"), "estimate"] == pytest.approx(0.2)
    assert table.loc[("pad", "metric", "change"), "estimate"] == pytest.approx(-0.1)
    assert ("pad", "metric", "flips") not in table.index
    none = table.loc[("list", "judge", "flips")]
    assert none["estimate"] == 0 and none["high"] > 0.5  # two questions without a flip say little


def test_scorers_before_and_after_are_the_same():
    edited = pd.DataFrame({"edit": ["pad"], "question_id": ["a"]})
    with pytest.raises(ValueError, match=r"before \(a\) and after \(b\)"):
        edit_changes(edited, pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}))
