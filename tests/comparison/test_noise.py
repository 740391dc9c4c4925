import pytest
from scipy.stats import binomtest

from medinj_utils.comparison.noise import beside_noise, half_widths
from medinj_utils.comparison.paper import ITEMS


def test_each_gain_stands_beside_a_plain_interval():
    """scipy's interval of a share as large has the same half-width, to rounding."""
    shown = beside_noise().set_index("system")
    assert list(shown.index) == ["BASE", "NAT", "SYN", "TRAD", "NAT-SYN", "NAT-TRAD", "TRAD-SYN",
                                 "ALL"]
    assert shown.loc["SYN"].tolist() == ["38.23", "−8.51", "outside"]
    assert shown.loc["BASE"].tolist() == ["46.74", "", ""]
    assert (
        shown.loc["TRAD", "beside a plain interval [C]"]
        == "inside with 10,000 items, outside with 22,953 items"
    )
    for items in ITEMS:
        one, two = half_widths(items)
        interval = binomtest(round(0.4674 * items), items).proportion_ci(method="wilson")
        assert one == pytest.approx((interval.high - interval.low) / 2, rel=1e-2)
        assert two == pytest.approx(2 ** 0.5 * one)
