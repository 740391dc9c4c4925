"""Tables on raters whose ratings and errors are known."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.rated import beside_expected, long_ratings, rated_shares, strata
from medinj_utils.comparison.raters import ALL, rater_agreement
from medinj_utils.evaluation.long_scores import LONG
from medinj_utils.evaluation.ratings import RatingKey, RatingKeys, RatingSheet

ALWAYS = type("", (dict,), {"get": lambda self, place: "t"})()  # no answer has changed

SYSTEMS = {"BASE": "BASE", "NAT-s0": "NAT"}
NONE = pd.Series(dtype=float, index=pd.MultiIndex.from_tuples([], names=["run", "question_id"]))


@pytest.fixture
def sheet():
    rows = [
        (
            f"I{i}",
            i,
            False,
            f"q{i // 2}",
            "native" if i < 20 else "translated",
            *(("BASE", "BASE"), ("NAT", "NAT-s0"))[i % 2],
            "t",
        )
        for i in range(40)
    ]
    rows += [
        (f"J{i}", i, True, f"q{i // 2}", "native", *(("BASE", "BASE"), ("NAT", "NAT-s0"))[i % 2],
         "t")
        for i in range(12)
    ]
    items = pd.DataFrame(rows, columns=["id", "item", "repeat", "question_id", "provenance",
                                        "system", "run", "texts"])
    blank = pd.DataFrame([("q30", "native", "NAT", "NAT-s0", "t")],
                         columns=["question_id", "provenance", "system", "run", "texts"])
    return RatingSheet(items[["id"]], RatingKey("F-1", items, blank))


def ratings(sheet, errors, seed=0) -> pd.DataFrame:
    """NAT is always right and BASE never, and raters err."""
    rng, key = np.random.default_rng(seed), sheet.key.items
    right = (key["system"] == "NAT").astype(int)
    return pd.concat(
        [
            key.assign(
                rater=rater,
                sheet="F-1",
                rating=np.where(rng.random(len(key)) < error, 1 - right, right),
            )
            for rater, error in errors.items()
        ],
        ignore_index=True,
    )


def keys(*sheets) -> RatingKeys:
    return RatingKeys({sheet.key.code: sheet.key for sheet in sheets}, "")


def asked(sheet) -> pd.DataFrame:
    """The answers that the sheet was drawn from: those that stand on it."""
    both = pd.concat([sheet.key.items.assign(blank=False), sheet.key.blank.assign(blank=True)])
    both = both.drop(columns="item").drop_duplicates(["run", "question_id"])
    both = both.rename(columns={"question_id": "item"})
    return both[["run", "item", "system", "provenance", "blank"]].reset_index(drop=True)


def truth(sheet) -> pd.Series:
    key = sheet.key.items.drop_duplicates(["run", "question_id"])
    index = pd.MultiIndex.from_frame(key[["run", "question_id"]])
    return pd.concat([pd.Series((key["system"] == "NAT").astype(float).to_numpy(), index=index),
                      pd.Series([0.0], index=[("NAT-s0", "q30")])])


def test_strata_count_what_was_drawn_blank_and_shown_twice(sheet):
    table = strata(sheet).set_index(["system", "provenance"])
    assert table.loc[("NAT", "native")].tolist() == [11, 1, 6]
    assert table.loc[("BASE", "translated")].tolist() == [10, 0, 0]
    assert table.index.get_level_values("system").tolist() == ["BASE", "BASE", "NAT", "NAT"]


def test_first_ratings_are_long_scores_and_blank_answers_are_wrong_for_all(sheet):
    long = long_ratings(ratings(sheet, {"R1": 0, "R2": 0}), keys(sheet), ALWAYS)
    assert list(long) == LONG and len(long) == 2 * 41 and not long.duplicated(LONG[:-1]).any()
    assert long[long["item"] == "q30"]["value"].tolist() == [0, 0]


def test_ratings_of_an_older_sheet_count_and_the_newest_of_an_answer_wins(sheet):
    blank = pd.DataFrame([("q40", "native", "SYN", "SYN-s0", "t")],
                         columns=["question_id", "provenance", "system", "run", "texts"])
    old = RatingSheet(sheet.items, RatingKey("F-0", sheet.key.items, blank))
    now, then = ratings(sheet, {"R1": 0}), ratings(sheet, {"R1": 1, "R2": 0}).assign(sheet="F-0")
    long = long_ratings(pd.concat([then, now]), keys(sheet, old), ALWAYS).set_index(
        ["rater", "run", "item"]
    )["value"]
    assert long["R1", "NAT-s0", "q0"] == long["R2", "NAT-s0", "q0"] == 1
    assert not long.index.has_duplicates
    assert long["R1", "NAT-s0", "q30"] == long["R1", "SYN-s0", "q40"] == long["R2", "SYN-s0",
                                                                              "q40"] == 0
    assert ("R2", "NAT-s0", "q30") not in long
    # clusters of one question alone
    both = pd.concat([asked(sheet), asked(old)]).drop_duplicates(["run", "item"])
    shares = rated_shares(long.reset_index(), both, pd.Series({"q0": "q0"}), 50, NONE)
    assert set(shares["system"]) == {"BASE", "NAT", "SYN"} and shares["estimate"].notna().all()


def test_shares_by_rater_and_of_all_beside_the_planted_ones(sheet):
    long = long_ratings(ratings(sheet, {"R1": 0, "R2": 1}), keys(sheet), ALWAYS)
    clusters = pd.Series(long["item"].unique(), index=long["item"].unique())
    every = asked(sheet)
    shares = rated_shares(long, every, clusters, 300, truth(sheet)).set_index(["rater", "system"])
    assert shares["answers"].tolist() == [20, 21] * 3
    np.testing.assert_allclose(shares["estimate"], [0, 20 / 21, 1, 0, 0.5, 10 / 21])
    np.testing.assert_allclose(shares["planted"], [0, 20 / 21] * 3)
    assert (shares["low"] <= shares["estimate"]).all()
    assert shares.index.get_level_values("rater").tolist()[-1] == ALL
    alone = rated_shares(long[long["rater"] == "R1"], every, clusters, 300, NONE)
    assert set(alone["rater"]) == {"R1"} and "planted" not in alone


def test_ratings_count_as_the_provenances_do_among_all_answers(sheet):
    """Native answers are three times as many as those on the sheet, and right half as often."""
    key, every = sheet.key, asked(sheet)
    more = every[every["provenance"] == "native"]
    frame = pd.concat([every, *(more.assign(item=more["item"] + end) for end in "ab")])
    right = ((key.items["provenance"] == "translated") | (key.items["item"] % 4 < 2)).astype(int)
    given = key.items.assign(rater="R1", sheet="F-1", rating=right)
    long = long_ratings(given, keys(sheet), ALWAYS)
    clusters = pd.Series(long["item"].unique(), index=long["item"].unique())
    table = rated_shares(long, frame, clusters, 300, truth(sheet)).set_index("system")
    assert table.loc["BASE", "estimate"] == pytest.approx((30 * 0.5 + 10) / 40)
    assert table.loc["NAT", "estimate"] == pytest.approx((30 * 0.5 + 10) / 43)  # three are blank
    assert table.loc["NAT", "planted"] == pytest.approx(40 / 43)


def test_a_rater_who_stops_early_has_no_more_blank_answers_than_the_sheet(sheet):
    every = asked(sheet)
    given = ratings(sheet, {"R1": 0})
    some = given[given["id"].isin(["I1", "I3", "I5", "I0"])]  # three of NAT, all native
    long = long_ratings(some, keys(sheet), ALWAYS)
    table = rated_shares(long, every, pd.Series(dtype=object), 300, NONE).set_index("system")
    assert table.loc["NAT", "estimate"] == pytest.approx(10 / 11)  # of 11 native ones one is blank
    assert table.loc["NAT", ["answers", "left_out"]].tolist() == [4, "translated"]
    none = long_ratings(given[given["id"] == "I0"], keys(sheet), ALWAYS)
    table = rated_shares(none, every, pd.Series(dtype=object), 300, NONE).set_index("system")
    assert pd.isna(table.loc["NAT", "estimate"]) and table.loc["BASE", "estimate"] == 0
    mute = rated_shares(none, every.assign(blank=True), pd.Series(dtype=object), 300, NONE)
    assert (mute["estimate"] == 0).all() and (mute["high"] > 0).all()


def test_what_is_expected_stands_beside_what_is_found_and_lies_in_most_intervals(sheet):
    errors, inside, rows = {"R1": 0.1, "R2": 0.2}, 0, 0
    for seed in range(12):
        given = ratings(sheet, errors, seed)
        table = beside_expected(rater_agreement(given, 200), given, truth(sheet), errors, ALWAYS)
        kappa = table.set_index(["first", "second", "figure"])["expected"]
        assert kappa["R1", "R2", "kappa"] == pytest.approx(2 * 0.74 - 1)
        assert kappa["R1", "R1", "accuracy"] == pytest.approx(0.82)
        assert kappa[ALL, ALL, "alpha"] == pytest.approx(0.48)
        shown = table.dropna(subset="low")
        inside, rows = (
            inside + shown["expected"].between(shown["low"], shown["high"]).sum(),
            rows + len(shown),
        )
    assert inside >= 0.85 * rows


def test_of_real_raters_nothing_is_expected(sheet):
    given = ratings(sheet, {"R1": 0.1, "R2": 0.2})
    agreement = rater_agreement(given, 50)
    for true, errors in ((NONE, {}), (truth(sheet), {"R1": 0.1})):
        table = beside_expected(agreement, given, true, errors, ALWAYS)
        own = table[(table["first"] == "R1") & (table["second"] == "R1")].index
        assert table["expected"].drop(own if errors else []).isna().all()


def test_a_rating_of_what_a_run_said_at_another_time_is_of_no_present_answer(sheet):
    now = {(row.run, row.question_id): "t" for row in sheet.key.items.itertuples()}
    now |= {("NAT-s0", "q0"): "other", ("NAT-s0", "q30"): "other"}  # one of them was blank
    del now["BASE", "q1"]
    given = ratings(sheet, {"R1": 0, "R2": 0})
    long = long_ratings(given, keys(sheet), now)
    left = set(zip(long["run"], long["item"], strict=True))
    assert len(long) == 2 * 38 and not left & {("NAT-s0", "q0"), ("NAT-s0", "q30"), ("BASE", "q1")}
    # nor does the truth of what it says now tell what to expect of that rating
    wrong = truth(sheet).mask(truth(sheet).index == ("NAT-s0", "q0"), 99)
    table = beside_expected(rater_agreement(given, 20), given, wrong, {"R1": 0.1, "R2": 0.2}, now)
    assert table["expected"].between(-1, 1).all()
    gone = beside_expected(rater_agreement(given, 20), given, wrong, {"R1": 0.1, "R2": 0.2}, {})
    assert gone["expected"].isna().all() and long_ratings(given, keys(sheet), {}).empty


def test_without_ratings_all_tables_are_empty_or_undefined(sheet):
    none = ratings(sheet, {"R1": 0}).head(0)
    agreement = rater_agreement(none, 50)
    table = beside_expected(agreement, none, NONE, {}, ALWAYS)
    assert table["figure"].tolist() == ["alpha"] and table["estimate"].isna().all()
    long = long_ratings(none, keys(sheet), ALWAYS)
    assert long.empty and rated_shares(long, asked(sheet), pd.Series(dtype=object), 50, NONE).empty
