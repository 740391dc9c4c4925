import numpy as np
import pandas as pd
import pytest

from medinj_utils.variations.curves import Curves, curves_figure, shown_rates, shown_slopes

SIZES = (100, 200, 400)


def matrices(shares, n=2000, seed=0):
    """By size, 0/1 scores of systems whose shares of right answers at each size are given."""
    rng = np.random.default_rng(seed)
    hard = rng.random(n)
    return {
        size: pd.DataFrame(
            {(name, 0): (hard < right[i]).astype(float) for name, right in shares.items()}
        )
        for i, size in enumerate(SIZES)
    }


def test_a_straight_line_gives_its_slope_and_the_exchange_rate_that_follows():
    curves = Curves(matrices({"NAT": (0.3, 0.4, 0.5), "TRAD": (0.2, 0.3, 0.4),
                              "SYN": (0.1, 0.1, 0.1)}), 400)
    slopes = curves.slopes().set_index("system")
    assert slopes.loc["NAT", "points"] == pytest.approx(10, abs=0.7)
    assert slopes.loc["NAT", "low"] < 10 < slopes.loc["NAT", "high"]
    assert abs(slopes.loc["SYN", "points"]) < 1e-9
    rate = curves.exchange("TRAD", "NAT")  # 400 translated score what 200 native do
    assert rate["estimate"] == pytest.approx(500, abs=40)
    assert rate["low"] < 500 < rate["high"]
    assert not rate["reason"]
    few = curves.exchange("SYN", "NAT")
    assert few["estimate"] == -np.inf
    assert few["reason"] == "SYN scores less than NAT does with the fewest questions"
    assert (
        curves.exchange("NAT", "TRAD")["reason"]
        == "NAT scores more than TRAD does with all questions"
    )
    flat = curves.exchange("NAT", "SYN")
    assert np.isnan(flat["estimate"])
    assert flat["reason"] == "the interval of what SYN gains from more questions includes zero"


def test_the_interval_of_the_rate_holds_the_truth_in_most_worlds():
    inside = 0
    for world in range(40):
        rate = Curves(
            matrices({"NAT": (0.3, 0.4, 0.5), "TRAD": (0.2, 0.3, 0.4)}, 1500, world), 300
        ).exchange("TRAD", "NAT")
        inside += rate["low"] <= 500 <= rate["high"]
    assert inside >= 34


def test_points_and_figure_hold_what_was_scored():
    scores = matrices({"NAT": (0.3, 0.4, 0.5), "TRAD": (0.2, 0.3, 0.4)})
    points = Curves(scores, 200).points().set_index(["system", "questions"])
    for size, table in scores.items():
        assert points.loc[("NAT", size), "exact_match"] == pytest.approx(
            table["NAT"].to_numpy().mean()
        )
    assert (points["low"] < points["exact_match"]).all()
    assert (points["exact_match"] < points["high"]).all()
    figure, alt = curves_figure(points.reset_index())
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["100", "200", "400"]
    assert alt.startswith("Exact match over 100 to 400 training questions") and "NAT 30." in alt


def test_budgets_of_other_items_and_single_ones_are_refused():
    scores = matrices({"NAT": (0.3, 0.4, 0.5), "TRAD": (0.2, 0.3, 0.4)}, 50)
    none = Curves({})
    assert none.in_words() == "Questions in the budgets: none."
    assert curves_figure(none.points()) is None
    assert none.points().empty and none.slopes().empty and none.exchange_table().empty
    with pytest.raises(ValueError, match="scores of 1 budget; a curve needs at least two"):
        Curves({100: scores[100]})
    with pytest.raises(ValueError,
                       match="200 questions: 49 items .* of 100 questions there are 50"):
        Curves({100: scores[100], 200: scores[200].head(49)})


def test_slopes_and_rates_are_shown_with_their_intervals():
    slopes = pd.DataFrame({"system": ["NAT"], "points": [3.71], "low": [-2.48], "high": [10.5]})
    assert shown_slopes(slopes).loc["NAT", "points"] == "+3.7 [\u22122.5, +10.5]"
    rates = pd.DataFrame({"source": ["TRAD", "SYN"], "currency": "NAT",
                          "estimate": [1479.0, float("-inf")], "low": float("-inf"),
                          "high": [float("inf"), 700.0], "reason": ["", "SYN scores less"]})
    shown = shown_rates(rates)
    assert shown["NAT questions"].tolist() == ["1,479 [\u2212∞, ∞]", ""]
    assert shown["reason"].tolist() == ["", "SYN scores less"]
    assert shown_rates(rates.head(0)).empty and shown_slopes(slopes.head(0)).empty
