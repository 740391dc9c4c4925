import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison import display
from medinj_utils.comparison.claims import load_claims
from medinj_utils.comparison.pairs import null_pairs
from medinj_utils.comparison.paper import beside_paper
from medinj_utils.comparison.verdicts import verdicts_on_paper
from medinj_utils.core.wording import interval, number, show_p

pytestmark = pytest.mark.filterwarnings("ignore:.*resamples no p-value:UserWarning")


def test_p_values_are_in_words_and_numbers_are_kept(pairs):
    shown = display.shown_pairs(pairs.assign(part="all"))
    assert shown["adjusted p"].tolist() == [show_p(p) for p in pairs["p_holm"]]
    first = pairs.iloc[0]
    assert shown["difference, points"].iloc[0] == (f"{number(100 * first['difference'], 1, True)} "
                                                   f"{interval(first['low'], first['high'], True)}")
    assert list(shown)[:3] == ["part", "first", "second"]
    assert display.shown_pairs(null_pairs("")).empty
    assert "equivalent" not in display.shown_pairs(pairs.assign(equivalent=False))
    one = display.shown_pairs(pairs.assign(equivalent=pairs.index == pairs.index[0]))
    assert one["equivalent"].iloc[0] == "≈"


def test_estimates_stand_with_their_intervals():
    yields = pd.DataFrame({"system": ["SYN", "NAT"], "per": "euro", "points": [np.nan, 1.5],
                           "low": [np.nan, 0.5],
                           "high": [np.nan, 2.5]})
    shown = display.shown_yields(yields)
    assert shown["euro"].to_dict() == {"NAT": "1.50 [0.50, 2.50]", "SYN": "costs nothing"}
    assert shown.index.tolist() == ["NAT", "SYN"]
    means = pd.DataFrame({"variant": ["original", "order 1"], "system": "NAT", "change": [0.0, 0.1],
                          "change_low": [0.0, -0.05], "change_high": [0.0, 0.2]})
    assert display.shown_changes(means).to_dict() == {
        "order 1": {"NAT": "+10.0 [\u22125.0, +20.0]"}
    }
    runs = pd.DataFrame({"a": [3.5, 3.5], "b": [np.nan, np.nan]}, index=[1, 2])
    assert display.shown_runs(runs).empty and display.shown_runs(pd.DataFrame()).empty
    assert len(display.shown_runs(runs.assign(a=[3.5, 2.5]))) == 2
    assert display.shown_runs_needed(pd.DataFrame({"a": [3.0, np.inf]}))["a"].tolist() == [
        "3",
        "too few questions",
    ]


def test_differences_to_the_base_are_shown_by_part(pairs):
    shown = display.shown_against_base(pairs.assign(part="all", items=300))
    assert shown.index.tolist() == [("all", "NAT"), ("all", "SYN")]


def test_verdicts_are_shown_with_claim_and_mark():
    table = pd.DataFrame({"claim": ["A.", "B."], "mark": ["V", "2"], "estimate": [0.1, np.nan],
                          "low": [0.05, np.nan],
                          "high": [0.15, np.nan], "p_adjusted": [0.01, np.nan],
                          "paper": [0.2, np.nan],
                          "verdict": ["supported", "not testable here"],
                          "reason": ["", "open answers"], "unit": "points"})
    shown = display.shown_verdicts(table)
    assert shown.loc["supported"].tolist() == ["A. [V]", "+10.0 [+5.0, +15.0]", "0.010", "+20.0",
                                               ""]
    assert shown.loc["not testable here", ["difference, points", "adjusted p"]].tolist() == ["", ""]
    of_r = display.shown_verdicts(table.assign(unit="r"))
    assert of_r["difference, points"].tolist() == ["r +0.10 [+0.05, +0.15]", ""]
    published = display.shown_published(verdicts_on_paper(load_claims(), (22_953, 10_000), "both"))
    assert len(published) == len(load_claims().claims)
    assert published["verdict, 22,953 questions"].notna().all()
    assert published.columns[0] == "points, 22,953 questions"
    assert "reason, 10,000 questions" in published


def test_points_and_odds_stand_side_by_side():
    effects = pd.DataFrame({"kind": ["main", "shapley"], "effect": "NAT", "estimate": 0.1,
                            "low": 0.0, "high": 0.2})
    both = display.beside_odds(effects, effects.head(1).assign(estimate=0.7))
    assert both.index.tolist() == [("main", "NAT")]
    assert both.loc[("main", "NAT")].tolist() == ["+10.0 [0.0, +20.0]", "+0.70 [0.00, +0.20]"]


def test_letters_stand_in_their_order():
    index = pd.MultiIndex.from_tuples([("BASE", "B"), ("BASE", "A")], names=["run", "letter"])
    shown = display.shown_positions(pd.DataFrame({"named": [0.4, 0.6], "right": [0.5, 0.5]}, index))
    assert list(shown.columns) == [("A", "named"), ("A", "right"), ("B", "named"), ("B", "right")]


COMPARISON = pd.DataFrame({
    "system": ["BASE", "NAT"], "n_items": 1288, "n_seeds": [1, 2], "exact_match": [0.2, 0.5],
    "low": [0.15, 0.4], "high": [0.25, 0.6],
    "difference": [np.nan, 0.3], "difference_low": [np.nan, 0.2], "difference_high": [np.nan, 0.4],
    "p_holm": [np.nan, 0.0001],
    "unread_share": [0.0, 0.01]})


def test_systems_are_shown_in_per_cent_and_points():
    shown = display.shown_systems(COMPARISON)
    assert shown.loc["NAT"].tolist() == ["1,288", "2", "50.0 [40.0, 60.0]", "+30.0 [+20.0, +40.0]",
                                         "<\u00a00.001", "1.0"]
    assert shown.loc["BASE", "to the base, points"] == ""
    assert "unread, %" not in display.shown_systems(COMPARISON.assign(unread_share=0.0))
    assert display.shown_systems(COMPARISON.head(0)).empty


def test_planted_effects_and_the_papers_means_are_shown_in_points():
    beside = pd.DataFrame({"found": [0.5], "planted": [0.7], "low": [0.4], "high": [0.6]},
                          index=["NAT"])
    assert display.shown_planted(beside).loc["NAT"].tolist() == ["50.0 [40.0, 60.0]", "70.0", "no"]
    assert display.shown_planted(beside.head(0)).empty
    effects = pd.DataFrame({"kind": "main", "effect": ["NAT"], "estimate": 0.18, "low": 0.1,
                            "high": 0.26, "planted": -0.0004})
    assert display.shown_effects(effects).loc[("main", "NAT")].tolist() == ["+18.0 [+10.0, +26.0]",
                                                                            "0.0"]
    assert display.shown_effects(effects.head(0)).empty
    shown = display.shown_paper(beside_paper(COMPARISON))
    assert list(shown) == ["paper [2], %", "paper, gain over base [C], points", "here, %",
                           "here, gain over base, points"]
    assert shown.loc["NAT"].tolist() == ["47.1", "+0.4", "50.0", "+30.0"]
    assert shown.loc["BASE", "paper, gain over base [C], points"] == ""


def test_rankings_are_shown_with_their_intervals():
    rankings = pd.DataFrame({"variant": ["numbers"], "items": 1117, "tau": -0.107, "low": -0.5,
                             "high": 0.32})
    assert display.shown_rankings(rankings).loc["numbers"].tolist() == [
        "1,117",
        "\u22120.11 [\u22120.50, 0.32]",
    ]
    together = pd.DataFrame({"change": [0.0179], "change_low": -0.0276, "change_high": 0.0615,
                             "tau": 0.96, "tau_low": 0.64, "tau_high": 1.0})
    assert display.shown_orders(together).loc["all others"].tolist() == ["+1.8 [\u22122.8, +6.2]",
                                                                         "0.96 [0.64, 1.00]"]
    assert display.shown_orders(together.head(0)).empty
    assert display.shown_rankings(rankings.head(0)).empty


def test_costs_and_plans_are_shown_in_their_units():
    costs = pd.DataFrame(
        {
            "native": [300.0],
            "supervised_tokens": 11_484.0,
            "hours": 0.5,
            "kwh": 0.002,
            "euros": 300.00588,
        },
        index=["NAT"],
    )
    assert display.shown_costs(costs).loc["NAT"].to_dict() == {
        "native": "300", "supervised tokens": "11,484", "minutes": "30.0", "Wh": "2.00",
        "euros": "300.01"}
    even = pd.DataFrame({"question": ["synthetic", "translated"], "price": [0.01, 0.1],
                         "native_price": 1.0, "estimate": [0.33, np.nan],
                         "low": [0.02, np.nan], "high": [0.68, np.nan], "reason": ["", "why not"]})
    assert display.shown_break_even(even)["break-even"].tolist() == ["0.33 [0.02, 0.68]", ""]
    plan = pd.DataFrame({"discordance": [0.4], "design_effect": 2.74, "for 1 point": [88_147.0]},
                        index=["middle pair"])
    assert display.shown_plan(plan).loc["middle pair"].tolist() == ["40.0", "2.7", "88,147"]
    pairs = pd.DataFrame({"first": ["BASE"], "second": "NAT", "discordance": 0.39,
                          "design_effect": 5.32, "shown here": 0.256})
    assert display.shown_discordances(pairs).loc[("BASE", "NAT")].tolist() == ["39.0", "5.3",
                                                                               "25.6"]
