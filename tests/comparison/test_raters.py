import krippendorff
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from medinj_utils.comparison.raters import ALL, more_items, rater_agreement


def planted(questions=40, seed=0, errors=(0.1, 0.2), answers=3, repeats=20):
    """Ratings of a planted truth by raters of known error rates; the first items are shown
    twice."""
    rng = np.random.default_rng(seed)
    n = questions * answers
    easy = np.repeat(rng.random(questions), answers)  # answers to one question are alike
    truth = (rng.random(n) < easy).astype(int)
    rows = []
    for number, error in enumerate(errors, 1):
        for repeat, size in ((False, n), (True, repeats)):
            rating = np.where(rng.random(size) < error, 1 - truth[:size], truth[:size])
            rows.append(pd.DataFrame({"rater": f"R{number}", "item": range(size), "repeat": repeat,
                                      "question_id": [f"q{i // answers}" for i in range(size)],
                                      "rating": rating}))
    return pd.concat(rows, ignore_index=True)


def figures(table):
    return table.set_index(["first", "second", "figure"])


def wide(ratings, repeat=False):
    return ratings[ratings["repeat"] == repeat].pivot(index="item", columns="rater",
                                                      values="rating")


def test_figures_are_those_of_the_libraries_with_gaps():
    ratings = planted(errors=(0.1, 0.2, 0.3))
    ratings = ratings.drop(ratings.sample(60, random_state=0).index)
    found, given = figures(rater_agreement(ratings, 20)), wide(ratings)
    assert found.loc[(ALL, ALL, "alpha"), "estimate"] == pytest.approx(
        krippendorff.alpha(given.T.to_numpy(), level_of_measurement="nominal")
    )
    assert found.loc[(ALL, ALL, "alpha"), "items"] == (given.notna().sum(axis=1) > 1).sum()
    both = given[["R1", "R3"]].dropna()
    assert found.loc[("R1", "R3", "kappa"), "estimate"] == pytest.approx(
        cohen_kappa_score(both["R1"], both["R3"])
    )
    assert found.loc[("R1", "R3", "accuracy"), "estimate"] == pytest.approx(
        (both["R1"] == both["R3"]).mean()
    )
    again = wide(ratings, True)["R2"].dropna()
    common = again.index.intersection(given["R2"].dropna().index)
    assert found.loc[("R2", "R2", "accuracy"), "estimate"] == pytest.approx(
        (again[common] == given["R2"][common]).mean()
    )
    assert found.loc[("R2", "R2", "accuracy"), "items"] == len(common) < 20


def test_rows_are_all_raters_then_pairs_then_each_with_themselves():
    table = rater_agreement(planted(errors=(0.1, 0.2, 0.3)), 20)
    assert table["figure"].tolist() == ["alpha"] + ["kappa", "accuracy"] * 6
    assert list(zip(table["first"], table["second"], strict=True))[1::2] == [
        ("R1", "R2"),
        ("R1", "R3"),
        ("R2", "R3"),
        ("R1", "R1"),
        ("R2", "R2"),
        ("R3", "R3"),
    ]


def test_intervals_hold_what_was_planted():
    """95 % intervals over 60 sets of 40 questions, three answers each."""
    truth = figures(rater_agreement(planted(20_000), 2))["estimate"]
    held = {(ALL, ALL, "alpha"): 0, ("R1", "R2", "kappa"): 0, ("R1", "R2", "accuracy"): 0}
    for seed in range(60):
        found = figures(rater_agreement(planted(seed=seed + 1), 200))
        for row in held:
            held[row] += found.loc[row, "low"] <= truth[row] <= found.loc[row, "high"]
    assert all(52 <= times <= 60 for times in held.values()), held


def test_answers_to_one_question_are_no_independent_evidence():
    single = planted(60, answers=1)
    copies = pd.concat([single.assign(item=single["item"] * 5 + i) for i in range(5)])
    one, five = (
        figures(rater_agreement(table, 500)).loc[("R1", "R2", "kappa")]
        for table in (single, copies)
    )
    assert five["estimate"] == one["estimate"]
    assert five["low"] == pytest.approx(one["low"])
    assert five["high"] == pytest.approx(one["high"])


def test_raters_who_always_agree_may_yet_differ_elsewhere():
    table = figures(rater_agreement(planted(errors=(0, 0)), 200))
    unseen = 1 - 0.025 ** (1 / 40)
    assert (table["estimate"] == 1).all() and (table["high"] == 1).all()
    assert table.loc[("R1", "R2", "accuracy"), "low"] == pytest.approx(1 - unseen)
    assert table.loc[("R1", "R2", "kappa"), "low"] < 1 - unseen
    assert table.loc[(ALL, ALL, "alpha"), "low"] < 1 - unseen


def test_raters_who_never_agree_may_yet_agree_elsewhere():
    table = figures(rater_agreement(planted(errors=(0, 1)), 200))
    row = table.loc[("R1", "R2", "accuracy")]
    assert row["estimate"] == row["low"] == 0
    assert row["high"] == pytest.approx(1 - 0.025 ** (1 / 40))


@pytest.mark.parametrize("questions", [20, 60])
def test_raters_who_call_next_to_nothing_right_may_agree_on_what_is(questions):
    """Over 60 sheets of wrong answers alone, α and κ are known from few ratings of 1."""
    def sheet(size, seed):
        rng = np.random.default_rng(seed)
        return pd.concat([pd.DataFrame({
            "rater": f"R{error}", "item": range(size), "repeat": False,
            "question_id": range(size), "rating": (rng.random(size) < error).astype(int)})
            for error in (0.05, 0.1, 0.16)])

    truth = figures(rater_agreement(sheet(50_000, 0), 2))["estimate"]
    rows = [(ALL, ALL, "alpha"), ("R0.05", "R0.1", "kappa"), ("R0.1", "R0.16", "kappa")]
    held = dict.fromkeys(rows, 0)
    for seed in range(60):
        found = figures(rater_agreement(sheet(questions, seed + 1), 200)).loc[rows]
        for row in found.dropna().itertuples():
            held[row.Index] += row.low <= truth[row.Index] <= row.high
        for row in found[found["low"].isna()].index:
            held[row] += 1
    assert all(times >= 55 for times in held.values()), held


def test_what_is_undefined_is_missing():
    ratings = planted(repeats=0)
    alike = figures(rater_agreement(ratings.assign(rating=1), 50))
    assert (
        alike.loc[[(ALL, ALL, "alpha"), ("R1", "R2", "kappa")], ["estimate", "low", "high"]]
        .isna()
        .all(axis=None)
    )
    assert alike.loc[("R1", "R2", "accuracy"), "estimate"] == 1
    apart = ratings[(ratings["rater"] == "R1") == (ratings["item"] < 50)]
    table = rater_agreement(apart, 50)
    assert table["estimate"].isna().all() and (table["items"] == 0).all() and len(table) == 3
    one = rater_agreement(ratings[ratings["question_id"] == "q0"], 50)
    assert one["low"].isna().all() and (one["questions"] == 1).all()
    empty = rater_agreement(ratings.iloc[:0], 50)
    assert empty["figure"].tolist() == ["alpha"] and empty["estimate"].isna().all()


def test_a_rater_who_saw_only_the_repeated_showing_has_no_self_agreement():
    ratings = planted()
    table = figures(rater_agreement(ratings[ratings["repeat"] | (ratings["rater"] == "R1")], 20))
    assert table.loc[("R2", "R2", "accuracy"), "items"] == 0
    assert table.loc[("R1", "R1", "accuracy"), "items"] == 20


def test_draws_depend_on_the_seed_alone():
    one, again, other = (rater_agreement(planted(), 100, seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(one, again)
    assert not one["low"].equals(other["low"])


@pytest.mark.parametrize(("change", "message"), [
    (lambda t: t.assign(rating=t["rating"].where(t.index != 3, 2)),
     "row 3: rating 2 is neither 0 nor 1"),
    (lambda t: t.assign(rating=t["rating"].where(t.index != 3)), "row 3: rating nan is neither"),
    (lambda t: pd.concat([t, t.iloc[[5]]]), "row 5: rater R1 rated item 5 twice")])
def test_what_cannot_be_compared_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        rater_agreement(change(planted()), 10)


def test_so_many_more_items_give_the_wanted_half_width():
    """Over ten worlds: what 60 questions say is needed gives intervals of that width on average."""
    widths = []
    for seed in range(10):
        table = rater_agreement(planted(60, seed), 300)
        more = more_items(table, 0.08)[0]
        assert more > 100
        wider = rater_agreement(planted(60 + int(more) // 3, seed + 100), 300)
        widths.append((wider["high"][0] - wider["low"][0]) / 2)
    assert np.mean(widths) == pytest.approx(0.08, rel=0.1)


def test_narrow_enough_needs_no_more_and_no_interval_no_number():
    table = rater_agreement(planted(repeats=0), 100)
    assert more_items(table, 0.9).tolist() == [0, 0, 0]
    assert more_items(table.assign(low=np.nan), 0.1).isna().all()
    for half_width in (0, 1, -0.1, np.nan):
        with pytest.raises(ValueError, match="half_width is"):
            more_items(table, half_width)
