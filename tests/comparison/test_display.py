import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison import compare_pairs, display
from medinj_utils.comparison.claims import load_claims
from medinj_utils.comparison.pairs import null_pairs
from medinj_utils.comparison.tables import load_compared
from medinj_utils.comparison.verdicts import verdicts_on_paper
from medinj_utils.core.style import show_p

pytestmark = pytest.mark.filterwarnings("ignore:.*resamples no p-value:UserWarning")


@pytest.fixture
def pairs():
    rng = np.random.default_rng(0)
    shares = {"BASE": 0.2, "NAT": 0.5, "SYN": 0.5}
    return compare_pairs(pd.DataFrame({name: (rng.random(300) < share).astype(float)
                                       for name, share in shares.items()}), 400)


def test_what_is_compared_and_left_out_is_said(tree):
    compared = load_compared(tree, "greedy")
    sentence = display.what_is_compared(compared)
    assert sentence.startswith(f"{len(compared.matrix)} items in {compared.clusters.nunique()} clusters, 8 systems")
    assert "0 items that were set aside" in sentence and "0 that some system has no answer to" in sentence


def test_p_values_are_in_words_and_numbers_are_kept(pairs):
    shown = display.shown_pairs(pairs)
    assert shown["p_holm"].tolist() == [show_p(p) for p in pairs["p_holm"]]
    assert shown["difference"].tolist() == pairs["difference"].round(3).tolist()
    assert "low_bca" not in shown


def test_findings_count_tuned_pairs_alone(pairs):
    significant = int(pairs["p_holm"].iloc[2] < 0.05)
    assert display.findings_in_words(pairs).startswith(f"{significant} of 1 pairs of tuned systems")
    assert f"smallest adjusted p: {show_p(pairs['p_holm'].iloc[2])}" in display.null_findings_in_words(pairs)
    assert display.null_findings_in_words(null_pairs("")).startswith("No null world") and display.shown_pairs(null_pairs("")).empty


def test_systems_at_chance_are_named():
    comparison = pd.DataFrame({"system": ["BASE", "NAT"], "low": [0.2, 0.4], "high": [0.3, 0.6]})
    assert display.chance_in_words(comparison, 0.25).endswith("would score 0.250. Indistinguishable from chance: BASE.")
    assert display.chance_in_words(comparison, 0.1).endswith("none of the systems.")


def test_estimates_stand_with_their_intervals():
    yields = pd.DataFrame({"system": ["SYN", "NAT"], "per": "euro", "points": [np.nan, 1.5], "low": [np.nan, 0.5],
                           "high": [np.nan, 2.5]})
    shown = display.shown_yields(yields)
    assert shown["euro"].to_dict() == {"NAT": "1.5 [0.5, 2.5]", "SYN": "costs nothing"}
    assert shown.index.tolist() == ["NAT", "SYN"]
    means = pd.DataFrame({"variant": ["original", "order 1"], "system": "NAT", "change": [0.0, 0.1],
                          "change_low": [0.0, -0.05], "change_high": [0.0, 0.2]})
    assert display.shown_changes(means).to_dict() == {"order 1": {"NAT": "+10.0 [-5.0, +20.0]"}}
    assert display.shown_runs_needed(pd.DataFrame({"a": [3.0, np.inf]}))["a"].tolist() == ["3", "too few questions"]


def test_differences_to_the_base_are_shown_by_part(pairs):
    shown = display.shown_against_base(pairs.assign(part="all", items=300))
    assert shown.index.tolist() == [("all", "NAT"), ("all", "SYN")]


def test_verdicts_are_shown_with_claim_and_mark():
    table = pd.DataFrame({"claim": ["A.", "B."], "mark": ["V", "2"], "estimate": [0.1, np.nan], "low": [0.05, np.nan],
                          "high": [0.15, np.nan], "p_adjusted": [0.01, np.nan], "paper": [0.2, np.nan],
                          "verdict": ["supported", "not testable here"], "reason": ["", "open answers"]})
    shown = display.shown_verdicts(table)
    assert shown.loc["supported"].tolist() == ["A. [V]", "0.100 [0.050, 0.150]", "0.010", 0.2, ""]
    assert shown.loc["not testable here", ["difference", "p_adjusted"]].tolist() == ["", ""]
    published = display.shown_published(verdicts_on_paper(load_claims(), (22_953, 10_000), "both"))
    assert len(published) == len(load_claims().claims) and published["verdict, 22,953 items"].notna().all()
    assert published.columns[0] == "difference" and "reason, 10,000 items" in published
    assert display.verdicts_in_words({"Here": table}, False) == "Here: 1 supported; 1 not testable here."
    assert "planted world" in display.verdicts_in_words({"Here": table}, True)


def test_claims_and_spread_are_said():
    assert "smallest effect of interest 1 points" in display.claims_in_words(load_claims())
    assert "one run" in display.spread_in_words(0.0, 0)
    assert "2.5 points" in display.spread_in_words(0.025, 7) and "by 7 runs" in display.spread_in_words(0.025, 7)


def test_points_and_odds_stand_side_by_side():
    effects = pd.DataFrame({"kind": ["main", "shapley"], "effect": "NAT", "estimate": 0.1, "low": 0.0, "high": 0.2})
    both = display.beside_odds(effects, effects.head(1).assign(estimate=0.7))
    assert both.index.tolist() == [("main", "NAT")]
    assert both.loc[("main", "NAT"), ("log odds", "estimate")] == 0.7


def test_letters_stand_in_their_order():
    index = pd.MultiIndex.from_tuples([("BASE", "B"), ("BASE", "A")], names=["run", "letter"])
    shown = display.shown_positions(pd.DataFrame({"named": [0.4, 0.6], "right": [0.5, 0.5]}, index))
    assert list(shown.columns) == [("A", "named"), ("A", "right"), ("B", "named"), ("B", "right")]
