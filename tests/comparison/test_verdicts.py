"""Verdicts on claims: by hand, in simulated worlds, and from published means alone."""

import numpy as np
import pandas as pd
import pytest

from comparison.simulated import by_shares
from medinj_utils.comparison import compare_pairs
from medinj_utils.comparison.claims import contrasts_here, load_claims
from medinj_utils.comparison.paper import ITEMS, MOST_ITEMS
from medinj_utils.comparison.verdicts import (
    load_orders,
    verdicts,
    verdicts_here,
    verdicts_on_paper,
    verdicts_published,
)
from medinj_utils.core.names import PAIRINGS
from medinj_utils.core.tree import Tree


def contrast(first, second, estimate, low, high, p=0.001):
    return {"first": first, "second": second, "estimate": estimate, "low": low, "high": high,
            "p": p, "p_adjusted": p}


@pytest.mark.parametrize("rows, verdict", [
    ([("NAT", "TRAD", .05, .03, .07), ("NAT", "SYN", .2, .15, .25)], "supported"),
    # not after adjustment
    ([("NAT", "TRAD", .05, .03, .07, .2), ("NAT", "SYN", .2, .15, .25)], "undecided"),
    ([("NAT", "TRAD", .02, -.01, .05), ("NAT", "SYN", .2, .15, .25)], "undecided"),
    # too small to matter
    ([("NAT", "TRAD", .002, -.004, .008), ("NAT", "SYN", .2, .15, .25)], "contradicted"),
    # and small, which is said
    ([("NAT", "TRAD", .006, .003, .009), ("NAT", "SYN", .2, .15, .25)], "supported"),
    # one of two may lie so low by luck
    ([("NAT", "TRAD", .001, -.008, .0095), ("NAT", "SYN", .2, .15, .25)], "undecided"),
    ([("NAT", "TRAD", -.05, -.07, -.03), ("NAT", "SYN", .2, .15, .25)], "contradicted"),
    ([("NAT", "SYN", .2, .15, .25)], "not testable here")])
def test_the_rule_by_hand(rows, verdict):
    table = verdicts(load_claims(), pd.DataFrame([contrast(*row) for row in rows])).set_index(
        "name"
    )
    assert table.loc["native-strongest", "verdict"] == verdict
    assert table.loc["judge-correlates", ["verdict", "reason"]].tolist() == [
        "not testable here",
        "open answers, rated by a physician",
    ]
    if verdict == "not testable here":
        assert table.loc["native-strongest", "reason"] == "not run: NAT − TRAD"
    else:
        assert table.loc["native-strongest", "estimate"] == min(row[2] for row in rows)


def test_claims_that_are_true_of_a_world_are_supported_and_false_ones_contradicted():
    claims = load_claims()
    true = by_shares(0, NAT=.15, TRAD=.08, SYN=-.1, NAT_TRAD=.3, NAT_SYN=.25, ALL=.2, TRAD_SYN=.05)
    table = verdicts(claims, contrasts_here(claims, compare_pairs(true, 500)))
    assert set(table["verdict"]) == {"supported", "not testable here"}
    assert (table["verdict"] == "supported").sum() == 7
    turned = by_shares(1, SYN=.3, NAT_TRAD=-.1, NAT=-.1)
    table = verdicts(claims, contrasts_here(claims, compare_pairs(turned, 500))).set_index("name")[
        "verdict"
    ]
    assert (
        table[["native-strongest", "synthetic-weakest", "synthetic-harms", "native-helps"]]
        .eq("contradicted")
        .all()
    )


def test_in_null_worlds_hardly_any_claim_is_supported():
    claims = load_claims()
    result = [
        verdicts(claims, contrasts_here(claims, compare_pairs(by_shares(seed, items=400), 300)))[
            "verdict"
        ]
        .eq("supported")
        .any()
        for seed in range(40)
    ]
    assert sum(result) <= 3  # at 5 % over the family, and claims of two differences need both


def test_fewer_items_leave_more_undecided_and_a_kind_pairing_fewer():
    claims = load_claims()
    undecided = {
        (items, pairing): verdicts_published(claims, items, pairing)["verdict"]
        .eq("undecided")
        .sum()
        for items in (500, 22_953)
        for pairing in PAIRINGS
    }
    assert undecided[500, "worst"] > undecided[22_953, "worst"] > undecided[22_953, "best"]
    assert undecided[22_953, "both"] >= undecided[22_953, "worst"]


def test_the_means_are_over_choice_questions_alone():
    """What the test set's parts add up to, less the open questions of MediQAl, all for testing
    (FACTS: 27,922, 4,969)."""
    assert ITEMS[0] == MOST_ITEMS == 22_953


def test_what_hangs_on_the_pairing_is_undecided_and_says_so():
    table = verdicts_published(load_claims(), MOST_ITEMS, "both").set_index("name")
    assert table.loc["synthetic-harms", "verdict"] == "supported"
    assert table.loc["native-helps", "verdict"] == "undecided"
    assert table.loc["native-helps", "reason"] == (
        "supported only if the systems are right on the same questions as far as possible")
    with pytest.raises(ValueError, match="items is 0"):
        verdicts_published(load_claims(), 0, "both")


def test_a_claim_that_holds_by_less_than_matters_is_supported_and_says_so():
    rows = [contrast("NAT", "TRAD", .004, .002, .006), contrast("NAT", "SYN", .2, .15, .25)]
    row = verdicts(load_claims(), pd.DataFrame(rows)).set_index("name").loc["native-strongest"]
    assert row["verdict"] == "supported"
    assert row["reason"] == "true, but by less than the smallest effect of interest"


def test_contradicting_is_as_rare_for_many_contrasts_as_for_one():
    """A claim of six contrasts, each exactly as large as the smallest effect: none is smaller."""
    rng, claims, wrong = np.random.default_rng(0), load_claims(), 0
    claims = claims.model_copy(
        update={"claims": [c for c in claims.claims if c.name == "best-mixture"]}
    )
    own = [(c.first, c.second) for c in claims.contrasts]
    for _ in range(300):
        drawn = rng.normal(0.01, 0.01, size=len(own))
        table = pd.DataFrame(
            [
                contrast(*pair, d, d - 0.0196, d + 0.0196, 0.5)
                for pair, d in zip(own, drawn, strict=True)
            ]
        )
        wrong += verdicts(claims, table)["verdict"][0] == "contradicted"
    assert 0.005 < wrong / 300 < 0.05


@pytest.mark.parametrize("change, tau, verdict", [
    ((-.1, -.12, -.08), (.9, .7, 1), "supported"), ((-.1, -.12, -.08), (.9, .4, 1), "undecided"),
    ((-.02, -.05, .01), (.9, .7, 1), "undecided"), ((.02, -.005, .04), (.9, .7, 1), "contradicted"),
    ((-.1, -.12, -.08), (.1, -.2, .4), "contradicted")])
def test_the_claim_of_other_orders_by_hand(change, tau, verdict):
    result = dict(zip(("change", "change_low", "change_high", "tau", "tau_low", "tau_high"),
                      (*change, *tau), strict=True))
    empty = pd.DataFrame(columns=["first", "second"])
    row = verdicts(load_claims(), empty, result).set_index("name").loc["order-of-options"]
    assert row["verdict"] == verdict
    assert row["estimate"] == change[0]
    assert row["reason"].startswith(f"tau {tau[0]:.2f}")
    for nothing in (None, {}):
        untold = verdicts(load_claims(), empty, nothing).set_index("name").loc["order-of-options"]
        assert untold["verdict"] == "not testable here" and "other orders" in untold["reason"]


@pytest.mark.parametrize("pairing", PAIRINGS)
def test_verdicts_stand_below_those_of_other_numbers_of_items_and_beside_the_papers_estimates(
        pairing):
    claims = load_claims()
    both = verdicts_on_paper(claims, ITEMS, pairing)
    assert both["items"].drop_duplicates().tolist() == list(ITEMS)
    for number, rows in both.groupby("items"):
        assert (
            rows["verdict"].tolist()
            == verdicts_published(claims, number, pairing)["verdict"].tolist()
        )
    table = verdicts_published(claims, MOST_ITEMS, pairing)
    here = verdicts_here(claims, pd.DataFrame(columns=["first", "second"]), None, None, table)
    assert here["paper"].equals(table["estimate"].rename("paper"))
    assert list(here.columns).index("paper") == list(here.columns).index("verdict") - 1


def test_orders_are_read_where_notebook_41_has_written_them(tmp_path):
    tree = Tree(tmp_path)
    assert load_orders(tree) is None
    tree.write_table(pd.DataFrame({"change": [-0.1], "tau": [0.9]}), "probe_all_orders")
    assert load_orders(tree) == {"change": -0.1, "tau": 0.9}
    tree.write_table(pd.DataFrame(columns=["change", "tau"]), "probe_all_orders")
    assert load_orders(tree) is None
