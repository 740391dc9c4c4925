"""The claims and their contrasts: from runs, and from published means alone."""

import numpy as np
import pytest

from comparison.simulated import by_shares
from medinj_utils.comparison import compare_pairs
from medinj_utils.comparison.claims import (
    both_contrasts,
    contrasts_here,
    contrasts_published,
    load_claims,
)
from medinj_utils.comparison.verdicts import verdicts


def test_systems_that_were_not_run_leave_their_contrasts_out():
    claims = load_claims()
    part = contrasts_here(claims, compare_pairs(by_shares(0)[["BASE", "NAT"]], 100))
    assert part[["first", "second"]].values.tolist() == [["NAT", "BASE"]]
    assert (verdicts(claims, part)["verdict"] != "not testable here").sum() == 1
    none = contrasts_here(claims, compare_pairs(by_shares(0)[["BASE", "ALL"]], 100))
    assert none.empty and set(verdicts(claims, none)["verdict"]) == {"not testable here"}


def test_published_means_are_bounded_by_every_pairing_of_the_same_items():
    claims = load_claims()
    worst, best = (
        contrasts_published(claims, 10_000, pairing).set_index(["first", "second"])
        for pairing in ("worst", "best")
    )
    for pair in worst.index:
        a, b = (round(10_000 * value) for value in ({"BASE": .4674, "NAT": .4713, "TRAD": .4566,
                                                     "SYN": .3823, "NAT-TRAD": .4924,
                "NAT-SYN": .4672, "TRAD-SYN": .4509, "ALL": .4846}[system] for system in pair))
        first = np.arange(10_000) < a
        # most alike, least alike
        for second, table in ((np.arange(10_000) < b, best),
                              (np.arange(10_000) >= 10_000 - b, worst)):
            error = (first.astype(float) - second).std() / np.sqrt(10_000)
            half = (table.loc[pair, "high"] - table.loc[pair, "low"]) / 2
            assert half == pytest.approx(1.96 * error, rel=0.05)
    assert (worst["p"] >= best["p"]).all() and (worst["low"] < best["low"]).all()


@pytest.mark.parametrize("text, message", [
    ("order_stays: 0.5\nclaims: [{name: a, claim: b, french: c, where: abstract, mark: V}]",
     "either contrasts or orders or needs"),
    ("order_stays: 0.5\nclaims: [{name: a, claim: b, french: c, where: abstract, mark: V, "
     "contrasts: [{first: NATIVE, second: SYN}]}]",
     r"claims\.0\.contrasts\.0\.first.*NATIVE"),
    ("order_stays: 2\nclaims: [{name: a, claim: b, french: c, where: abstract, mark: V, needs: c}]",
     "order_stays: .*less than 1"),
    ("order_stays: [", "claims.yaml")])
def test_a_wrong_file_of_claims_names_its_fault(tmp_path, text, message):
    (tmp_path / "claims.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_claims(tmp_path / "claims.yaml")


def test_contrasts_of_both_say_what_they_are_based_on():
    claims = load_claims()
    paper = contrasts_published(claims, 1000, "worst")
    both = both_contrasts(paper, paper.head(2))
    assert both["basis"].value_counts().to_dict() == {"paper": len(claims.contrasts), "here": 2}
