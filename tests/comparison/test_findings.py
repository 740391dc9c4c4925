"""The sentences that pages open with: of a clear result, of none, and where something wasn't
run."""

import pandas as pd
import pytest

from medinj_utils.comparison import findings
from medinj_utils.core.names import BASE

COMPARISON = pd.DataFrame({
    "system": [BASE, "NAT", "SYN"], "n_items": 288, "n_seeds": [1, 2, 2],
    "exact_match": [0.2, 0.5, 0.3],
    "low": [0.15, 0.4, 0.2], "high": [0.25, 0.6, 0.4], "difference": [None, 0.3, 0.1],
    "difference_low": [None, 0.2, -0.1],
    "difference_high": [None, 0.4, 0.3], "p_holm": [None, 0.0001, 0.6], "unread_share": 0.0})
PAIRS = pd.DataFrame({"first": [BASE, BASE, "NAT"], "second": ["NAT", "SYN", "SYN"],
                      "p_holm": [0.001, 0.4, 0.01]})


def test_the_best_system_is_named_with_its_gain():
    sentence = findings.systems_finding(COMPARISON, PAIRS)
    assert "288 questions" in sentence
    assert "NAT, 50.0\u00a0% [40.0, 60.0]: +30.0 points [+20.0, +40.0]" in sentence
    assert "1 of 1 pairs of tuned systems differs" in sentence
    none = findings.systems_finding(COMPARISON, PAIRS.assign(p_holm=0.5))
    assert "0 of 1 pairs of tuned systems differ at" in none
    assert findings.systems_finding(COMPARISON.head(1), PAIRS.head(0)).startswith(
        "The base model answers 20.0"
    )


@pytest.mark.parametrize("planted, said", [
    ([0.2, 0.5], "All 2 planted scores lie inside"),
    ([0.2, 0.9], "1 of 2 planted scores (NAT) lies outside"),
    ([0.0, 0.9], "2 of 2 planted scores (BASE and NAT) lie outside")])
def test_planted_scores_outside_their_interval_are_named(planted, said):
    beside = pd.DataFrame(
        {"found": [0.2, 0.5], "planted": planted, "low": [0.15, 0.4], "high": [0.25, 0.6]},
        index=[BASE, "NAT"],
    )
    sentence = findings.planted_finding(beside)
    assert sentence.startswith(said) and ("Above it is NAT" in sentence) == (planted[1] > 0.6)
    assert findings.planted_finding(beside.head(0)) == ""


def test_lost_rankings_and_what_options_alone_give_are_said():
    means = pd.DataFrame({"variant": ["original", "original", "no question", "no question"],
                          "system": [BASE, "NAT"] * 2,
                          "exact_match": [0.2, 0.5, 0.1, 0.34], "low": [0.1, 0.4, 0.0, 0.2],
                          "high": [0.3, 0.6, 0.2, 0.5]})
    rankings = pd.DataFrame({"variant": ["order 1", "numbers"], "tau": [0.9, -0.11],
                             "low": [0.6, -0.5], "high": [1.0, 0.3]})
    sentence = findings.probes_finding(means, rankings)
    assert "under 1 of 2 variants (order 1)" in sentence
    assert "numbers: \u22120.11 [\u22120.50, 0.30]" in sentence
    assert (
        "Without the question NAT still scores 34.0\u00a0% [20.0, 50.0], more than BASE with it."
        in sentence
    )
    assert "random" not in findings.probes_finding(means, rankings.head(1))
    assert (
        findings.probes_finding(means.head(0), rankings.head(0))
        == "No question was asked in another way."
    )


def test_prices_are_said_to_be_made_up_where_they_are():
    priced = pd.DataFrame({"system": [BASE, "NAT", "SYN"], "exact_match": [0.2, 0.5, 0.5],
                           "cost": [0.0, 300.0, 3.0]})
    even = pd.DataFrame({"question": ["synthetic", "translated"], "price": [0.01, 0.1],
                         "estimate": [0.33, None],
                         "low": [0.02, None], "high": [0.68, None]})
    prices = {"native": 1.0, "synthetic": 0.01}
    sentence = findings.costs_finding(priced, even, prices, True)
    assert sentence.startswith("No cheaper system scores as much as BASE and SYN (the Pareto front")
    assert "at 0.33 € [0.02, 0.68]" in sentence
    assert "made up" in sentence
    assert "made up" not in findings.costs_finding(priced, even, prices, False)
    assert "No prices were entered" in findings.costs_finding(priced, even.head(0), {}, True)


def test_what_a_run_can_show_and_needs_is_said():
    plan = pd.DataFrame({"discordance": 0.4, "design_effect": 2.0, "for 1 point": [88_147],
                         "for 2 points": [None]},
                        index=["middle pair"])
    sentence = findings.power_finding(288, 0.168, plan, 0.8)
    assert sentence == (
        "Of the middle pair of tuned systems 288 questions and one run of each show a difference "
        "of 16.8 points with a power of 80\u00a0%. It takes 88,147 questions for 1 point.")
    assert "each show no difference with" in findings.power_finding(288, float("nan"), plan, 0.8)


def test_interactions_that_exclude_zero_are_named():
    effects = pd.DataFrame({"kind": ["main", "interaction"], "effect": ["NAT", "NAT × TRAD"],
                            "estimate": [0.18, -0.14],
                            "low": [0.1, -0.2], "high": [0.26, -0.05]})
    assert "NAT × TRAD \u221214.0 points [\u221220.0, \u22125.0]" in findings.effects_finding(
        effects
    )
    assert "None of 1 interactions" in findings.effects_finding(effects.assign(high=0.3))
    assert "not all were run" in findings.effects_finding(effects.head(0))


def test_parts_in_which_pairs_differ_are_named():
    part = pd.DataFrame({"part": ["all", "task: mcqu"], "first": "NAT", "second": "SYN",
                         "p_holm": [0.2, 0.01]})
    assert (
        "0 of 1 pairs of tuned systems differ in the whole test, and 1 of 1 within 1 part of it "
        "(task: single-answer)."
        in (findings.parts_finding(part))
    )
    assert findings.parts_finding(part.head(1)).startswith("No part")


def test_forgetting_is_a_finding():
    general = COMPARISON.assign(difference_high=[None, -0.2, -0.1])
    assert "For 2 of 2 the interval" in findings.forgetting_finding(general)
    assert "catastrophic forgetting" in findings.forgetting_finding(general)
    assert findings.forgetting_finding(COMPARISON).endswith(
        "No interval of a difference lies below zero."
    )
    assert "isn't measured" in findings.forgetting_finding(COMPARISON.head(0))
