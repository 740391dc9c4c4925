import pandas as pd

from medinj_utils.variations import findings


def test_how_far_a_run_moves_is_said():
    means = pd.DataFrame({"NAT-s0": [0.3, 0.4], "SYN-s0": [0.2, 0.25]}, index=["a", "b"])
    assert findings.variations_finding(means) == (
        "Over 2 variations scores lie between 20.0\u00a0% (SYN-s0, a) and 40.0\u00a0% "
        "(NAT-s0, b). A single run moves by "
        "5.0 (SYN-s0) to 10.0 points (NAT-s0)."
    )
    assert findings.variations_finding(pd.DataFrame()) == "Nothing was varied."


def test_rates_are_said_or_why_there_is_none():
    slopes = pd.DataFrame({"system": ["NAT"], "points": [3.71], "low": [-2.48], "high": [10.5]})
    rates = pd.DataFrame({"source": ["TRAD", "SYN"], "estimate": [479.0, float("-inf")],
                          "low": [float("-inf")] * 2,
                          "high": [900.0, 700.0], "reason": ["", "SYN scores less"]})
    sentence = findings.curves_finding(slopes, rates)
    assert "NAT +3.7 points [\u22122.5, +10.5]. By its interval it is above zero for no" in sentence
    assert "above zero for NAT." in findings.curves_finding(slopes.assign(low=0.1), rates)
    assert "SYN has no rate: SYN scores less." in sentence
    assert (
        "A thousand TRAD questions are worth 479 native ones [beyond the budgets that were run, "
        "900]."
        in sentence
    )
    alike = rates.assign(reason="the interval includes zero")
    assert findings.curves_finding(slopes, alike).endswith(
        "TRAD and SYN have no rate: the interval includes zero.")
    assert findings.curves_finding(slopes.head(0), rates) == "No smaller budget was tried."
