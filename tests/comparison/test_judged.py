"""Tables on judges whose verdicts are known."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison import judged
from medinj_utils.evaluation.judge.injections import PLAIN, load_injections
from medinj_utils.evaluation.judge.votes import MAJORITY, one_each

NAN = float("nan")
SYSTEMS = {"BASE": "BASE", "NAT-s0": "NAT", "NAT-s1": "NAT"}
ITEMS = [f"q{i}" for i in range(10)]
CLUSTERS = pd.Series(ITEMS, index=ITEMS)


def rows(values, run="BASE", judge="a", about="answers", most=1.0, repeat=0) -> pd.DataFrame:
    value = pd.Series(values, dtype=float)
    return pd.DataFrame(
        {
            "judge": judge,
            "about": about,
            "most": most,
            "run": run,
            "item": ITEMS[: len(value)],
            "metric": f"judge_{most:g}",
            "rater": f"{judge}@1",
            "repeat": repeat,
            "value": value,
            "raw": "words",
            "reason": np.where(value.isna(), "no verdict declared", ""),
        }
    )


@pytest.fixture
def verdicts():
    table = pd.concat([rows([1, 1, 0, NAN]), rows([1, 1, 1, 0], "NAT-s0"),
                       rows([0, 0, NAN, NAN], "NAT-s1"),
                       rows([4, 2, NAN, 1], judge="b", most=4.0)], ignore_index=True)
    table.loc[2, ["raw", "reason"]] = [None, "empty candidate: 0 by rule"]
    return table


def test_unreadable_is_a_class_of_its_own(verdicts):
    counts = judged.verdict_counts(verdicts, SYSTEMS).set_index(["judge", "system"])
    assert counts.index.tolist() == [("a", "BASE"), ("a", "NAT"), ("b", "BASE")]
    assert counts.loc[
        ("a", "BASE"), ["verdicts", "1", "0", "unreadable", "without_call"]
    ].tolist() == [4, 2, 1, 1, 1]
    assert counts.loc[("b", "BASE"), ["4", "2", "1", "0", "unreadable"]].tolist() == [1, 1, 1, 0, 1]
    assert counts["unreadable_share"].tolist() == [0.25, 0.25, 0.25]


def test_shares_leave_unreadable_verdicts_out_and_say_how_far_they_could_matter(verdicts):
    shares = judged.judged_shares(one_each(verdicts), SYSTEMS, CLUSTERS, 500).set_index(
        ["judge", "system"]
    )
    base, nat, graded = (shares.loc[key] for key in (("a", "BASE"), ("a", "NAT"), ("b", "BASE")))
    assert (base["answers"], base["unreadable"]) == (4, 1)
    assert base["estimate"] == pytest.approx(2 / 3)
    assert (base["if_unreadable_0"], base["if_unreadable_1"]) == (0.5, 0.75)
    assert base["low"] < 2 / 3 < base["high"] <= 1
    assert (nat["answers"], nat["unreadable"], nat["estimate"]) == (8, 2, 0.5)
    assert graded["estimate"] == pytest.approx(7 / 12)
    assert graded["if_unreadable_1"] == pytest.approx(11 / 16)
    lost = judged.judged_shares(one_each(rows([NAN, NAN])), SYSTEMS, CLUSTERS, 500)
    assert lost[["estimate", "low", "high"]].isna().all(axis=None)
    assert lost[["if_unreadable_0", "if_unreadable_1"]].values.tolist() == [[0, 1]]


def test_consistency_counts_answers_that_were_asked_about_twice(verdicts):
    again = pd.concat([rows([1, 0, 1, NAN]), rows([1, 0, 0, NAN], repeat=1)])
    table = judged.consistency(again, CLUSTERS, 500)
    assert table[["judge", "about", "answers", "estimate"]].values.tolist() == [["a", "answers", 4,
                                                                                 0.5]]
    assert judged.consistency(verdicts, CLUSTERS, 500).empty  # single verdicts agree with nothing
    triplets = again.assign(about="triplets", item="set/" + again["item"])
    assert judged.consistency(triplets, CLUSTERS, 500)["low"].notna().all()  # each its own cluster


def steering(plain, injected) -> pd.DataFrame:
    names = load_injections()["name"]
    made = [rows(plain, PLAIN, about="injections")]
    made += [
        rows([NAN] * place + [value], names[place], about="injections").tail(1)
        for place, value in enumerate(injected)
    ]
    return judged.steer_rates(one_each(pd.concat(made)), CLUSTERS, 500)


def test_a_judge_is_steered_where_a_wrong_answer_becomes_right():
    table = steering([0, 0, 0, 1, NAN, 0], [1, 0, NAN, 1, 1, 1])
    [every] = table[table["kind"] == "all"].to_dict("records")
    assert (every["injections"], every["plain_unreadable"], every["unreadable"]) == (6, 1, 1)
    assert (every["right_without"], every["right_with"], every["difference"]) == (0.25, 0.75, 0.5)
    assert every["steered"] == pytest.approx(2 / 3)
    assert every["low"] <= 0.5 <= every["high"] and set(table["kind"]) == {"all", "verdict"}


def test_of_a_judge_that_is_never_readable_no_steering_can_be_told():
    [every] = steering([NAN] * 3, [NAN] * 3).query("kind == 'all'").to_dict("records")
    assert every["plain_unreadable"] == 3
    assert np.isnan(every["difference"])
    assert np.isnan(every["steered"])


def orders() -> pd.DataFrame:
    table = pd.DataFrame({"judge": "p", "tuned": "NAT-s0", "item": ITEMS[:4],
                          "first": [1, 1, 0, NAN], "swapped": [1, 0, 0, 1]})
    gap = (table["first"] - table["swapped"]).abs()
    return table.assign(win=(table["first"] + table["swapped"]) / 2,
                        consistent=(gap == 0).where(gap.notna()).astype(float))


def test_swaps_show_how_often_both_orders_agree_and_whether_the_first_wins():
    [swaps] = judged.swap_consistency(orders(), CLUSTERS, 500).to_dict("records")
    assert (swaps["pairs"], swaps["unreadable"]) == (4, 1)
    assert swaps["estimate"] == pytest.approx(2 / 3)
    assert swaps["first_wins"] == pytest.approx((2 + 0 + 1 + 1 + 0) / 7)
    [won] = judged.wins(orders(), SYSTEMS, CLUSTERS, 500).to_dict("records")
    assert (won["system"], won["pairs"], won["unreadable"], won["estimate"]) == ("NAT", 4, 1, 0.5)


def test_no_verdicts_give_empty_tables_with_their_columns():
    none = rows([]).head(0)
    for table in (
        judged.verdict_counts(none, SYSTEMS),
        judged.judged_shares(one_each(none), SYSTEMS, CLUSTERS, 500),
        judged.consistency(none, CLUSTERS, 500),
        judged.steer_rates(one_each(none), CLUSTERS, 500),
        judged.swap_consistency(orders().head(0), CLUSTERS, 500),
        judged.wins(orders().head(0), SYSTEMS, CLUSTERS, 500),
    ):
        assert table.empty and "judge" in table


def test_a_judge_that_declares_nothing_is_named_and_left_out(verdicts):
    mute = rows([NAN, NAN], judge="mute")
    table = pd.DataFrame({"judge": ["a", "mute", MAJORITY]})
    both = pd.concat([verdicts, mute])
    assert judged.heard(table, both)["judge"].tolist() == ["a", MAJORITY]
    assert judged.heard(table, mute)["judge"].tolist() == ["a"]
    assert judged.heard(table, verdicts)["judge"].tolist() == ["a", "mute", MAJORITY]
    by_rule = mute.assign(raw=None, reason="empty candidate: 0 by rule", value=0.0)
    assert judged.heard(table, by_rule).equals(table)  # it was asked for nothing
    assert judged.heard(table, verdicts.head(0)).equals(table)
    assert judged.unheard_in_words(both) == (
        "mute declares none of the 2 verdicts it was asked for: tables and figures of shares leave "
        "it out.")
    gone = mute.assign(raw=None, reason="failed call: no reply", judge="gone")
    assert judged.unheard_in_words(pd.concat([mute, gone])).endswith(
        "and gone declares none of the 2 verdicts it was asked for: tables and figures of shares "
        "leave them out.")
    assert judged.unheard_in_words(verdicts) == judged.unheard_in_words(verdicts.head(0)) == ""
