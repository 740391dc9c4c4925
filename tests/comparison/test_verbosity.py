"""Effects of length at a fixed label: against a regression, confounding, and what is undefined."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from medinj_utils.comparison.verbosity import Written, length_effects


def answers(seed=0, questions=60, sways=0.05):
    """Right answers are longer; a judge's score rises by ``sways`` per doubling."""
    rng = np.random.default_rng(seed)
    question = np.repeat(np.arange(questions), 4)
    labels = rng.integers(0, 2, len(question)).astype(float)
    words = np.round(2 ** (3 + labels + rng.normal(size=len(question)))).clip(1)
    scores = pd.DataFrame(
        {"judge": 0.6 * labels + sways * np.log2(words) + 0.1 * rng.normal(size=len(labels))}
    )
    return Written(labels, question, words), scores


def test_the_effect_is_the_slope_of_a_regression_with_a_level_per_label():
    written, scores = answers()
    found = length_effects(written, scores, 200).set_index("label")
    x = sm.add_constant(np.column_stack([np.log2(written.words), written.labels]))
    assert found.loc["both", "estimate"] == pytest.approx(
        sm.OLS(scores["judge"], x).fit().params["x1"]
    )
    for label in ("0", "1"):
        own = written.labels == float(label)
        slope = np.polyfit(np.log2(written.words[own]), scores["judge"][own], 1)[0]
        assert found.loc[label, "estimate"] == pytest.approx(slope)
        assert found.loc[label, "n"] == own.sum()


def test_quality_that_goes_with_length_is_no_effect_of_length():
    inside = 0
    for seed in range(30):
        found = length_effects(*answers(seed, sways=0.0), 200).set_index("label").loc["both"]
        inside += found["low"] <= 0 <= found["high"]
    assert inside >= 26


def test_what_is_undefined_or_not_scored_is_left_out():
    written, scores = answers()
    table = length_effects(written._replace(words=np.full(len(scores), 8)), scores, 50)
    assert table["estimate"].isna().all() and table["low"].isna().all()
    scores.loc[:99, "judge"] = np.nan
    assert length_effects(written, scores, 50).set_index("label").loc["both", "n"] == 140
    none = length_effects(written, scores.assign(judge=np.nan), 50)
    assert none["n"].eq(0).all() and none["estimate"].isna().all()
    blank = length_effects(written._replace(words=np.where(written.words > 10, 0, written.words)),
                           scores, 50)
    assert blank["estimate"].notna().all()
