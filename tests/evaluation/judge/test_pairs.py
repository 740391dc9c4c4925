import numpy as np
import pandas as pd

from medinj_utils.evaluation.judge.asking import ANSWERS
from medinj_utils.evaluation.judge.pairs import both_orders, pairs_with_base


def answers() -> pd.DataFrame:
    rows = [
        (run, system, item, f"{run} {item}")
        for run, system in (("BASE", "BASE"), ("NAT-s0", "NAT"), ("SYN-s0", "SYN"))
        for item in ("q0", "q1")
    ]
    table = pd.DataFrame(rows, columns=["run", "system", "item", "candidate"])
    return table.assign(instruction="?", context="", reference="r")


def test_each_tuned_answer_stands_before_and_behind_the_bases():
    pairs = pairs_with_base(answers())
    assert set(ANSWERS) | {"second", "tuned", "swapped"} == set(pairs)
    assert len(pairs) == 8
    assert not pairs.duplicated(["run", "item"]).any()
    [first] = pairs[
        (pairs["tuned"] == "NAT-s0") & (pairs["item"] == "q1") & ~pairs["swapped"]
    ].to_dict("records")
    assert (first["candidate"], first["second"], first["run"]) == ("NAT-s0 q1", "BASE q1",
                                                                   "NAT-s0 before BASE")
    [second] = pairs[
        (pairs["tuned"] == "NAT-s0") & (pairs["item"] == "q1") & pairs["swapped"]
    ].to_dict("records")
    assert (second["candidate"], second["second"], second["run"]) == ("BASE q1", "NAT-s0 q1",
                                                                      "BASE before NAT-s0")


def test_without_the_base_or_others_there_are_no_pairs():
    table = answers()
    for part in (table[table["system"] == "BASE"], table[table["system"] != "BASE"], table.head(0)):
        pairs = pairs_with_base(part)
        assert pairs.empty
        assert "second" in pairs
        assert both_orders(pd.DataFrame(columns=["about", "run", "item", "value", "judge"]),
                           pairs).empty


def test_the_two_orders_are_laid_beside_each_other():
    pairs = pairs_with_base(answers())
    said = {("NAT-s0 before BASE", "q0"): 1, ("BASE before NAT-s0", "q0"): 0,  # both for NAT
            ("NAT-s0 before BASE", "q1"): 1, ("BASE before NAT-s0", "q1"): 1,  # both for the first
            ("SYN-s0 before BASE", "q0"): 0.5, ("BASE before SYN-s0", "q0"): 0.5,
            ("SYN-s0 before BASE", "q1"): np.nan, ("BASE before SYN-s0", "q1"): 0}
    verdicts = pairs[["run", "item"]].assign(
        judge="j",
        about="pairs",
        value=[said[key] for key in pairs[["run", "item"]].itertuples(index=False, name=None)],
    )
    orders = both_orders(verdicts, pairs).set_index(["tuned", "item"]).sort_index()
    assert orders["first"].tolist()[:3] == [1, 1, 0.5]
    assert orders["swapped"].tolist() == [1, 0, 0.5, 1]
    np.testing.assert_array_equal(orders["win"], [1, 0.5, 0.5, np.nan])
    np.testing.assert_array_equal(orders["consistent"], [1, 0, 1, np.nan])
