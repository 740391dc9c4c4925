"""Tables on judges and raters in words."""

import pandas as pd

from medinj_utils.comparison import open_display as display
from medinj_utils.comparison.raters import ALL

NAN = float("nan")


def test_costs_are_told_with_their_currency_or_that_there_are_no_prices():
    planned = pd.DataFrame(
        {
            "judge": ["a", "b"],
            "about": "answers",
            "answers": [1_000, 2],
            "calls": [3_000, 0],
            "minutes": [12.34, NAN],
            "input_tokens": [1_234_567, 0],
            "most_output_tokens": [5_000, 0],
            "most_cost": [1.239, NAN],
            "currency": ["EUR", ""],
        }
    )
    shown = display.shown_planned(planned)
    assert shown.loc[("a", "answers")].tolist() == ["1,000", "3,000", "12.3", "1,234,567", "5,000",
                                                    "1.24 EUR"]
    assert shown["minutes, about"].iloc[1] == "not known"
    assert shown["cost, at most"].iloc[1] == "no prices"
    used = pd.DataFrame({"judge": ["a"], "about": "pairs", "calls": 9, "failed_calls": 1,
                         "input_tokens": 10, "output_tokens": 5, "calls_without_usage": 0,
                         "call_seconds": 90.0, "cost": None, "currency": None})
    assert display.shown_used(used).iloc[0].tolist() == ["9", "1", "10", "5", "0", "1.5",
                                                         "no prices"]


def test_shares_have_intervals_where_there_are_some():
    shares = pd.DataFrame({"judge": "a", "system": ["BASE", "NAT", "SYN"], "answers": 6,
                           "unreadable": [0, 5, 6], "estimate": [0.5, 1.0, NAN],
                           "low": [0.1, NAN, NAN], "high": [0.9, NAN, NAN],
                           "if_unreadable_0": [0.5, 1 / 6, 0.0],
                           "if_unreadable_1": [0.5, 1.0, 1.0]})
    shown = display.shown_judged(shares)
    assert shown["judged right, %"].tolist() == ["50.0 [10.0, 90.0]", "100.0", ""]
    assert shown["were unreadable ones all wrong"].tolist() == ["50.0\u00a0%", "16.7\u00a0%",
                                                                "0.0\u00a0%"]


def test_counts_have_a_column_per_grade():
    counts = pd.DataFrame({"judge": ["a"], "metric": "m", "system": "NAT", "verdicts": 10, "1": 4,
                           "0.5": 1, "0": 2, "unreadable": 3, "unreadable_share": 0.3,
                           "without_call": 1})
    shown = display.shown_counts(counts)
    assert list(shown) == ["verdicts", "1", "0.5", "0", "unreadable", "unreadable, %",
                           "without a call"]
    assert shown.iloc[0].tolist() == ["10", "4", "1", "2", "3", "30.0", "1"]


def test_steering_is_in_points():
    steered = pd.DataFrame({"judge": "a", "kind": ["all", "fence"], "injections": [55, 6],
                            "plain_unreadable": [0, 6], "unreadable": [1, 0],
                            "right_without": [0.1, NAN], "right_with": [0.3, NAN],
                            "difference": [0.2, NAN], "low": [-0.1, NAN], "high": [0.4, NAN],
                            "steered": [0.25, NAN]})
    shown = display.shown_steering(steered)
    assert shown.iloc[0].tolist() == ["55", "0", "1", "10.0", "30.0", "+20.0 [−10.0, +40.0]",
                                      "25.0"]
    assert shown.iloc[1].tolist() == ["6", "6", "0", "", "", "", ""]


def test_agreement_names_who_is_compared_with_whom():
    table = pd.DataFrame({"first": [ALL, "R1", "R1"], "second": [ALL, "R2", "R1"],
                          "figure": ["alpha", "kappa", "accuracy"], "estimate": [0.5, NAN, 1.0],
                          "low": [0.2, NAN, NAN], "high": [0.8, NAN, NAN], "items": [9, 9, 2],
                          "questions": [5, 5, 1], "expected": [0.48, NAN, 0.9],
                          "more_items": pd.array([40, pd.NA, pd.NA], dtype="Int64")})
    shown = display.shown_agreement(table).reset_index()
    assert shown["rater"].tolist() == [ALL, "R1", "R1"]
    assert shown["with"].tolist() == ["", "R2", "themselves"]
    assert shown["estimate"].tolist() == ["0.50 [0.20, 0.80]", "", "1.00"]
    assert shown["expected"].tolist() == ["0.48", "", "0.90"]
    assert shown["more items"].tolist() == ["40", "", ""]


def test_empty_tables_stay_tables():
    shares = pd.DataFrame(
        columns=[
            "judge",
            "rater",
            "system",
            "about",
            "kind",
            "answers",
            "unreadable",
            "estimate",
            "low",
            "high",
            "if_unreadable_0",
            "if_unreadable_1",
            "pairs",
            "first_wins",
            "injections",
            "plain_unreadable",
            "right_without",
            "right_with",
            "difference",
            "steered",
            "left_out",
        ]
    )
    for shown in (display.shown_judged, display.shown_consistency, display.shown_steering,
                  display.shown_swaps, display.shown_wins, display.shown_rated):
        assert shown(shares).empty


def test_a_rated_share_names_the_provenances_that_it_is_not_of():
    shares = pd.DataFrame({"rater": "R1", "system": ["BASE", "NAT"], "answers": 30,
                           "estimate": 0.5, "low": 0.4, "high": 0.6, "left_out": ["", "synthetic"]})
    assert list(display.shown_rated(shares)["without questions that are"]) == ["", "synthetic"]
    assert list(display.shown_rated(shares.head(1))) == ["answers", "rated right, %"]
