import pandas as pd
import pytest
from scipy.stats import binomtest

from medinj_utils.comparison.paper import (
    ITEMS,
    beside_noise,
    beside_paper,
    half_widths,
    judges_beside_paper,
)


def test_each_gain_stands_beside_a_plain_interval():
    """scipy's interval of a share as large has the same half-width, to rounding."""
    shown = beside_noise().set_index("system")
    assert list(shown.index) == ["BASE", "NAT", "SYN", "TRAD", "NAT-SYN", "NAT-TRAD", "TRAD-SYN", "ALL"]
    assert shown.loc["SYN"].tolist() == ["38.23", "−8.51", "outside"] and shown.loc["BASE"].tolist() == ["46.74", "", ""]
    assert shown.loc["TRAD", "beside a plain interval [C]"] == "inside with 10,000 items, outside with 22,953 items"
    for items in ITEMS:
        one, two = half_widths(items)
        interval = binomtest(round(0.4674 * items), items).proportion_ci(method="wilson")
        assert one == pytest.approx((interval.high - interval.low) / 2, rel=1e-2) and two == pytest.approx(2 ** 0.5 * one)


def test_the_papers_gains_stand_beside_those_here():
    comparison = pd.DataFrame({"system": ["BASE", "SYN"], "exact_match": [0.4, 0.5], "difference": [float("nan"), 0.1]})
    beside = beside_paper(comparison)
    assert beside.loc["SYN", "paper"] == 0.3823 and beside.loc["SYN", "here, gain over base"] == 0.1
    assert beside.loc["SYN", "paper, gain over base [C]"] == pytest.approx(-0.0851)


def test_the_papers_correlations_stand_beside_those_here():
    rows = [("pooled", "judge", "pearson", 0.7), ("pooled", "bleu", "pearson", 0.1), ("pooled", "meteor", "pearson", 0.5),
            ("pooled", "content_recall", "pearson", 0.9), ("x", "bleu", "pearson", 0.9), ("pooled", "rouge_l", "pearson", float("nan"))]
    beside = judges_beside_paper(pd.DataFrame(rows, columns=["generator", "scorer", "figure", "estimate"]))
    assert beside["here"].tolist() == ["0.70", "0.10 to 0.50"] and beside["paper"].tolist() == ["0.61", "0.02 to 0.36"]
    assert beside["scorers here"].tolist() == [1, 2] and set(beside["mark"]) == {"2"}
