"""Verdicts on claims: by hand, in simulated worlds, and from published means alone."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from medinj_utils.comparison.claims import (
    contrasts_here,
    contrasts_published,
    load_claims,
    verdicts,
    verdicts_published,
)
from medinj_utils.comparison.figures import claims_figure
from medinj_utils.comparison.pairs import SMALLEST
from medinj_utils.comparison.paper import EXACT_MATCH
from medinj_utils.core.names import SYSTEMS


def contrast(first, second, estimate, low, high, p=0.001):
    return {"first": first, "second": second, "estimate": estimate, "low": low, "high": high, "p": p, "p_adjusted": p}


@pytest.mark.parametrize("rows, verdict", [
    ([("NAT", "TRAD", .05, .03, .07), ("NAT", "SYN", .2, .15, .25)], "supported"),
    ([("NAT", "TRAD", .05, .03, .07, .2), ("NAT", "SYN", .2, .15, .25)], "undecided"),  # not after adjustment
    ([("NAT", "TRAD", .02, -.01, .05), ("NAT", "SYN", .2, .15, .25)], "undecided"),
    ([("NAT", "TRAD", .002, -.004, .008), ("NAT", "SYN", .2, .15, .25)], "contradicted"),  # too small to matter
    ([("NAT", "TRAD", .006, .003, .009), ("NAT", "SYN", .2, .15, .25)], "supported"),  # and small, which is said
    ([("NAT", "TRAD", .001, -.008, .0095), ("NAT", "SYN", .2, .15, .25)], "undecided"),  # one of two may lie so low by luck
    ([("NAT", "TRAD", -.05, -.07, -.03), ("NAT", "SYN", .2, .15, .25)], "contradicted"),
    ([("NAT", "SYN", .2, .15, .25)], "not testable here")])
def test_the_rule_by_hand(rows, verdict):
    assert load_claims().smallest == SMALLEST  # of claims and of pairs
    table = verdicts(load_claims(), pd.DataFrame([contrast(*row) for row in rows])).set_index("name")
    assert table.loc["native-strongest", "verdict"] == verdict
    assert table.loc["judge-correlates", ["verdict", "why"]].tolist() == ["not testable here", "open answers, rated by a physician"]
    if verdict == "not testable here":
        assert table.loc["native-strongest", "why"] == "not run: NAT − TRAD"
    else:
        assert table.loc["native-strongest", "estimate"] == min(row[2] for row in rows)


def simulated(seed, items=3000, **better):
    """0/1 scores of all systems with seeds 0 and 1; ``better`` by system: how much more often it is right than 45 %."""
    rng = np.random.default_rng(seed)
    hard = rng.normal(size=items)
    return pd.DataFrame({(system, run): (hard + rng.normal(size=items) < norm.ppf(0.45 + better.get(
        system.replace("-", "_"), 0)) * np.sqrt(2)).astype(float) for system in SYSTEMS for run in (0, 1)},
        index=[f"i{n}" for n in range(items)])


def test_claims_that_are_true_of_a_world_are_supported_and_false_ones_contradicted():
    claims = load_claims()
    true = simulated(0, NAT=.15, TRAD=.08, SYN=-.1, NAT_TRAD=.3, NAT_SYN=.25, ALL=.2, TRAD_SYN=.05)
    table = verdicts(claims, contrasts_here(claims, true, 500))
    assert set(table["verdict"]) == {"supported", "not testable here"} and (table["verdict"] == "supported").sum() == 7
    turned = simulated(1, SYN=.3, NAT_TRAD=-.1, NAT=-.1)
    told = verdicts(claims, contrasts_here(claims, turned, 500)).set_index("name")["verdict"]
    assert told[["native-strongest", "synthetic-weakest", "synthetic-harms", "native-helps"]].eq("contradicted").all()


def test_in_null_worlds_hardly_any_claim_is_supported():
    claims = load_claims()
    found = [verdicts(claims, contrasts_here(claims, simulated(seed, items=400), 300))["verdict"].eq("supported").any()
             for seed in range(40)]
    assert sum(found) <= 3  # at 5 % over the family, and claims of two differences need both


def test_systems_that_were_not_run_leave_their_contrasts_out():
    claims = load_claims()
    part = contrasts_here(claims, simulated(0)[["BASE", "NAT"]], 100)
    assert part[["first", "second"]].values.tolist() == [["NAT", "BASE"]]
    assert (verdicts(claims, part)["verdict"] != "not testable here").sum() == 1
    none = contrasts_here(claims, simulated(0)[["BASE", "ALL"]], 100)
    assert none.empty and set(verdicts(claims, none)["verdict"]) == {"not testable here"}


def test_published_means_are_bounded_by_every_pairing_of_the_same_items():
    claims = load_claims()
    worst, best = (contrasts_published(claims, 10_000, pairing).set_index(["first", "second"]) for pairing in ("worst", "best"))
    for pair in worst.index:
        a, b = (round(10_000 * value) for value in ({"BASE": .4674, "NAT": .4713, "TRAD": .4566, "SYN": .3823, "NAT-TRAD": .4924,
                "NAT-SYN": .4672, "TRAD-SYN": .4509, "ALL": .4846}[system] for system in pair))
        first = np.arange(10_000) < a
        for second, table in ((np.arange(10_000) < b, best), (np.arange(10_000) >= 10_000 - b, worst)):  # most alike, least alike
            error = (first.astype(float) - second).std() / np.sqrt(10_000)
            half = (table.loc[pair, "high"] - table.loc[pair, "low"]) / 2
            assert half == pytest.approx(1.96 * error, rel=0.05)
    assert (worst["p"] >= best["p"]).all() and (worst["low"] < best["low"]).all()


def test_what_hangs_on_the_pairing_is_undecided_and_says_so():
    table = verdicts_published(load_claims(), 27_931).set_index("name")
    assert table.loc["synthetic-harms", "verdict"] == "supported"
    assert table.loc["native-helps", "verdict"] == "undecided" and "same items" in table.loc["native-helps", "why"]
    with pytest.raises(ValueError, match="items is 0"):
        verdicts_published(load_claims(), 0)


@pytest.mark.parametrize("text, told", [
    ("smallest: 0.01\norder_stays: 0.5\nclaims: [{name: a, claim: b, where: abstract, mark: V}]", "either contrasts or orders or needs"),
    ("smallest: 0.01\norder_stays: 0.5\nclaims: [{name: a, claim: b, where: abstract, mark: V, contrasts: [{first: NATIVE, second: SYN}]}]",
     r"claims\.0\.contrasts\.0\.first.*NATIVE"),
    ("smallest: 2\norder_stays: 0.5\nclaims: [{name: a, claim: b, where: abstract, mark: V, needs: c}]", "smallest: .*less than 1"),
    ("smallest: [", "claims.yaml")])
def test_a_wrong_file_of_claims_names_its_fault(tmp_path, text, told):
    (tmp_path / "claims.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=told):
        load_claims(tmp_path / "claims.yaml")


def test_the_figure_has_every_difference_twice():
    claims = load_claims()
    paper = contrasts_published(claims, 1000, "worst")
    axes = claims_figure(paper, contrasts_here(claims, simulated(0), 100), "t").axes[0]
    assert len(axes.get_yticklabels()) == len(claims.contrasts) and len(axes.containers) == 2 * len(claims.contrasts)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["the paper's figures, worst pairing", "runs here"]


def test_a_claim_that_surely_holds_by_less_than_matters_is_supported_and_says_so():
    rows = [contrast("NAT", "TRAD", .004, .002, .006), contrast("NAT", "SYN", .2, .15, .25)]
    told = verdicts(load_claims(), pd.DataFrame(rows)).set_index("name").loc["native-strongest"]
    assert told["verdict"] == "supported" and told["why"] == "true, but by less than the smallest effect of interest"


def test_contradicting_is_as_rare_for_many_contrasts_as_for_one():
    """A claim of six contrasts, each exactly as large as the smallest effect: none is surely smaller."""
    rng, claims, wrong = np.random.default_rng(0), load_claims(), 0
    own = [(c.first, c.second) for c in next(claim for claim in claims.claims if claim.name == "best-mixture").contrasts]
    for _ in range(600):
        drawn = rng.normal(0.01, 0.01, size=len(own))
        table = pd.DataFrame([contrast(*pair, d, d - .0196, d + .0196, 0.5) for pair, d in zip(own, drawn, strict=True)])
        wrong += verdicts(claims, table).set_index("name").loc["best-mixture", "verdict"] == "contradicted"
    assert 0.005 < wrong / 600 < 0.05


@pytest.mark.parametrize("change, tau, verdict", [
    ((-.1, -.12, -.08), (.9, .7, 1), "supported"), ((-.1, -.12, -.08), (.9, .4, 1), "undecided"),
    ((-.02, -.05, .01), (.9, .7, 1), "undecided"), ((.02, -.005, .04), (.9, .7, 1), "contradicted"),
    ((-.1, -.12, -.08), (.1, -.2, .4), "contradicted")])
def test_the_claim_of_other_orders_by_hand(change, tau, verdict):
    found = dict(zip(("change", "change_low", "change_high", "tau", "tau_low", "tau_high"), (*change, *tau), strict=True))
    empty = pd.DataFrame(columns=["first", "second"])
    told = verdicts(load_claims(), empty, found).set_index("name").loc["order-of-options"]
    assert told["verdict"] == verdict and told["estimate"] == change[0] and told["why"].startswith(f"tau {tau[0]:.2f}")
    for nothing in (None, {}, dict.fromkeys(found, float("nan"))):
        untold = verdicts(load_claims(), empty, nothing).set_index("name").loc["order-of-options"]
        assert untold["verdict"] == "not testable here" and "other orders" in untold["why"]


def test_the_page_states_the_papers_figures_as_the_package_has_them():
    page = (Path(__file__).parents[2] / "book" / "comparison.md").read_text(encoding="utf-8")
    for system, value in EXACT_MATCH.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| {system} | ")).split("|")
        assert float(row[2]) == value, system
        if system != "BASE":
            assert float(row[3].replace("−", "-").replace("+", "")) == pytest.approx(value - EXACT_MATCH["BASE"], abs=1e-9)
