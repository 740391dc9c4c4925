import numpy as np
import pandas as pd
import pytest

from medinj_utils.evaluation.judge.votes import majority, one_each, repeats_agree, self_consistency

NAN = float("nan")


def verdicts(**raters) -> pd.DataFrame:
    """By rater, the values of its repeats on each of the items."""
    rows = [
        (
            "r",
            f"q{i}",
            "judge_essential",
            rater,
            repeat,
            value,
            "words",
            "" if value == value else "no verdict declared",
        )
        for rater, items in raters.items()
        for i, values in enumerate(items)
        for repeat, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["run", "item", "metric", "rater", "repeat", "value", "raw",
                                       "reason"])


def test_repeats_agree_where_all_give_one_verdict():
    found = self_consistency(
        verdicts(
            a=[[1, 1, 1], [0, 0, 0], [1, 0, 1], [1, 1, NAN], [NAN, NAN, NAN]], b=[[1, 1], [0, 0]]
        )
    )
    assert found.to_dict("list") == {"metric": ["judge_essential"] * 2, "rater": ["a", "b"],
                                     "answers": [5, 2], "agree": [0.4, 1.0]}


def test_a_single_verdict_agrees_with_nothing():
    assert np.isnan(self_consistency(verdicts(a=[[1], [0]]))["agree"].item())


def test_answers_without_a_call_say_nothing_of_consistency_and_failed_calls_do():
    table = verdicts(a=[[1, 1], [0, 0], [NAN, NAN]])
    table.loc[table["item"] == "q1", ["raw", "reason"]] = [None, "empty candidate: 0 by rule"]
    table.loc[table["item"] == "q2", ["raw", "reason"]] = [None, "failed call: no reply"]
    assert self_consistency(table)[["answers", "agree"]].values.tolist() == [[2, 0.5]]


def test_a_majority_of_repeats_with_ties_unreadable():
    found = majority(
        verdicts(a=[[1, 1, 0], [0, 0, NAN], [1, 0, NAN], [NAN, NAN, NAN], [1, NAN, NAN]]), "repeats"
    )
    np.testing.assert_array_equal(found["value"], [1, 0, NAN, NAN, 1])
    assert found["reason"].tolist() == ["", "", "1 against 1, 1 unreadable",
                                        "0 against 0, 3 unreadable", ""]
    assert found[["ones", "zeros", "unreadable"]].values.tolist() == [
        [2, 1, 0],
        [0, 2, 1],
        [1, 1, 1],
        [0, 0, 3],
        [1, 0, 2],
    ]
    assert (found["rater"] == "a").all()


def test_each_rater_has_one_vote_however_often_it_repeats():
    found = majority(verdicts(a=[[1, 1, 1], [1, 1, 0]], b=[[0], [1]], c=[[0], [NAN]]), "raters")
    assert found["value"].tolist() == [0, 1] and (found["rater"] == "majority").all()
    assert found[["ones", "zeros", "unreadable"]].values.tolist() == [[1, 2, 0], [2, 0, 1]]
    tie = majority(verdicts(a=[[1]], b=[[0]]), "raters")
    assert tie["value"].isna().all() and tie["reason"].item() == "1 against 1, 0 unreadable"


def test_what_can_not_be_voted_on_is_told():
    with pytest.raises(ValueError, match="across is 'judges'; choose from repeats, raters"):
        majority(verdicts(a=[[1]]), "judges")
    with pytest.raises(ValueError,
                       match="rater 'a' has two verdicts on item 'q0' of run 'r' in repeat 0"):
        majority(pd.concat([verdicts(a=[[1]]), verdicts(a=[[0]])]), "repeats")


def test_votes_on_nothing_are_none():
    assert majority(verdicts(), "raters").empty and self_consistency(verdicts()).empty


def panel(most=1, **raters) -> pd.DataFrame:
    return verdicts(**raters).assign(judge=lambda table: table["rater"], about="answers", most=most)


def test_one_verdict_each_by_majority_of_repeats_and_of_judges():
    found = one_each(panel(a=[[1, 1, 0], [1, 0, NAN]], b=[[0], [1]], c=[[1], [NAN]]))
    assert found["judge"].tolist() == ["a", "a", "b", "b", "c", "c", "majority", "majority"]
    np.testing.assert_array_equal(found["value"], [1, NAN, 0, 1, 1, NAN, 1, 1])
    alone = one_each(panel(a=[[1, 1, 0]]))
    assert alone["judge"].tolist() == ["a"]  # no vote of a single judge


def test_grades_are_averaged_and_not_voted_on():
    found = one_each(panel(4, a=[[3, 4, NAN], [NAN, NAN, NAN]], b=[[1], [2]]))
    assert found["judge"].tolist() == ["a", "a", "b", "b"]
    np.testing.assert_array_equal(found["value"], [3.5, NAN, 1, 2])


def test_agreement_of_repeats_is_said_by_answer():
    found = repeats_agree(verdicts(a=[[1, 1], [1, 0], [NAN, NAN]], b=[[1]]))
    assert found[["item", "rater", "agree"]].values.tolist() == [["q0", "a", 1.0], ["q1", "a", 0.0],
                                                                 ["q2", "a", 0.0]]
