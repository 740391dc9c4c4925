"""Judges' shares of all answers, corrected by ratings, where the humans' share is known."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.corrected_answers import (
    ALL,
    CHANCE,
    COLUMNS,
    GRADES,
    NO_VERDICT,
    NOTHING_LEFT,
    ONE_CLASS,
    OWN,
    corrected_answers,
    shares_by_labels,
)
from medinj_utils.comparison.prevalence import HUMANS, JUDGE, PREDICTION_POWERED, ROGAN_GLADEN
from medinj_utils.core.tree import Tree

CORRECTED = [ROGAN_GLADEN, PREDICTION_POWERED]
SENSITIVITY, SPECIFICITY = 0.9, 0.75


def answers(system, n, right, rng, prefix="q") -> pd.DataFrame:
    """Answers of a known share of right ones, and the verdicts of a judge of known errors."""
    truth = (np.arange(n) < round(right * n)).astype(float)
    rng.shuffle(truth)
    called = np.where(truth == 1, rng.random(n) < SENSITIVITY, rng.random(n) > SPECIFICITY)
    question = [f"{prefix}{i:03d}" for i in range(n)]
    return pd.DataFrame({"judge": "j", "run": system, "system": system, "question_id": question,
                         "provenance": "native",
                         "item": [f"{system}/{name}" for name in question], "truth": truth,
                         "value": called.astype(float), "blank": False, "asked": True})


def corrected(judged, rated, clusters=None, resamples=200) -> pd.DataFrame:
    labels = judged.drop_duplicates("item").set_index("item")["truth"].loc[list(rated)]
    questions = judged["question_id"].unique()
    own = pd.Series(questions, index=questions) if clusters is None else clusters
    table = corrected_answers(judged, labels, own, resamples)
    assert list(table) == COLUMNS
    assert (table["estimate"].isna() == (table["reason"] != "")).all()
    return table.set_index(["system", "method"])


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_the_corrected_intervals_hold_the_humans_share_and_the_judges_own_does_not():
    held, alone = {method: 0 for method in CORRECTED}, 0
    for seed in range(40):
        judged = answers("NAT", 400, 0.25, np.random.default_rng(seed))
        table = corrected(judged, judged["item"].sample(60, random_state=seed))
        row = table.loc[("NAT", JUDGE)]
        alone += row["low"] <= 0.25 <= row["high"]
        assert (row["answers"], row["rated"], row["unrated"]) == (400, 60, 340)
        for method in CORRECTED:
            own = table.loc[("NAT", method)]
            held[method] += own["low"] <= 0.25 <= own["high"]
            assert own["rates_of"] == OWN
    assert min(held.values()) >= 36 and alone == 0, (held, alone)


def by_provenance(rng) -> pd.DataFrame:
    """300 native answers, half of them right, 60 synthetic, all wrong, and 20 translated, right."""
    parts = [answers("NAT", n, right, rng, prefix).assign(provenance=prefix) for prefix, n, right
             in (("native", 300, 0.5), ("synthetic", 60, 0), ("translated", 20, 1))]
    return pd.concat(parts, ignore_index=True)


def test_a_sheet_with_as_many_of_each_provenance_is_weighted_by_what_it_stands_for():
    truth, held, missed = 170 / 380, dict.fromkeys([HUMANS, *CORRECTED], 0), 0
    for seed in range(20):
        judged = by_provenance(np.random.default_rng(seed))
        sheet = judged.groupby("provenance").sample(20, random_state=seed)  # all of translated
        table = corrected(judged, sheet["item"], resamples=100).loc["NAT"]
        for method in held:
            held[method] += table.loc[method, "low"] <= truth <= table.loc[method, "high"]
        alike = corrected(judged.assign(provenance="native"), sheet["item"], resamples=100)
        missed += alike.loc[("NAT", HUMANS), "estimate"] - truth
    assert min(held.values()) >= 18 and missed / 20 > 0.03, (held, missed)


def test_a_provenance_without_a_rating_is_named_or_lent_by_other_systems(rng):
    judged = by_provenance(rng)
    sheet = judged[judged["provenance"] != "synthetic"].groupby("provenance").sample(20)
    table = corrected(judged, sheet["item"]).loc["NAT"]
    assert set(table.loc[[HUMANS, *CORRECTED], "reason"]) == {
        "no answer with a verdict to a synthetic question was rated"}
    other = answers("BASE", 60, 0.5, rng, "s").assign(provenance="synthetic")
    both = pd.concat([judged, other], ignore_index=True)
    table = corrected(both, [*sheet["item"], *other["item"][:30]]).loc["NAT"]
    assert table.loc[ROGAN_GLADEN, "rates_of"] == ALL and table.loc[HUMANS, "reason"]


def test_blank_unreadable_tied_and_unasked_answers_are_counted_and_none_is_a_zero_of_the_judge(rng):
    judged = answers("NAT", 400, 0.5, rng)
    rated = judged["item"].iloc[100:180]
    judged.loc[:99, ["blank", "value", "truth"]] = [True, 0.0, 0.0]
    judged.loc[100:109, "value"] = np.nan
    judged.loc[110:114, "truth"] = np.nan
    judged.loc[395:, ["asked", "value"]] = [False, np.nan]
    table = corrected(judged, rated)
    row = table.loc[("NAT", PREDICTION_POWERED)]
    assert row[["answers", "not_asked", "blank", "unreadable", "unrated", "rated",
                "rated_unreadable", "tied"]].tolist() == [400, 5, 100, 10, 220, 65, 10, 5]
    known = judged[judged["value"].notna()]
    assert table.loc[("NAT", JUDGE), "estimate"] == known["value"].mean()
    humans = known[known["item"].isin(rated)]["truth"].mean()
    assert table.loc[("NAT", HUMANS), "estimate"] == pytest.approx(humans * 285 / 385)
    truth = judged["truth"].iloc[115:395].sum() / 380
    assert row["low"] < truth < row["high"]


def test_a_system_with_few_ratings_borrows_the_judges_errors_and_is_told_so(rng):
    judged = pd.concat([answers("BASE", 300, 0.1, rng), answers("NAT", 300, 0.6, rng)])
    rated = [*judged["item"].iloc[:10], *judged["item"].iloc[300:400]]
    table = corrected(judged, rated)
    row = table.loc[("BASE", ROGAN_GLADEN)]
    assert row["rates_of"] == ALL and row["low"] < 0.1 < row["high"]
    assert table.loc[("NAT", ROGAN_GLADEN), "rates_of"] == OWN
    assert table.loc[("BASE", PREDICTION_POWERED), "reason"] == (
        "only 10 independent questions of the system rated; at least 20 are needed")
    few = corrected(judged, judged["item"].iloc[:10])
    assert few.loc[("BASE", ROGAN_GLADEN), "reason"] == (
        "only 10 independent questions rated over all systems; at least 20 are needed")


def test_without_an_answer_that_both_rated_nothing_is_corrected(rng):
    table = corrected(answers("NAT", 300, 0.5, rng), [])
    assert pd.notna(table.loc[("NAT", JUDGE), "estimate"])
    assert table["estimate"].notna().sum() == 1
    assert table.loc[("NAT", HUMANS), "reason"].startswith("none of its answers")
    mute = answers("NAT", 300, 0.5, rng).assign(value=np.nan)
    assert set(corrected(mute, mute["item"].iloc[:60])["reason"]) == {NO_VERDICT}


def test_one_class_a_blind_judge_and_grades_have_their_reasons(rng):
    judged = answers("NAT", 300, 0.0, rng)
    table = corrected(judged, judged["item"].iloc[:60])
    assert table.loc[("NAT", ROGAN_GLADEN), ["rates_of", "reason"]].tolist() == [ALL, ONE_CLASS]
    row = table.loc[("NAT", PREDICTION_POWERED)]
    assert row["low"] == 0 < 0.03 < row["high"] < table.loc[("NAT", JUDGE), "low"]
    blind = answers("NAT", 300, 0.5, rng)
    blind["value"] = 1 - blind["truth"]
    table = corrected(blind, blind["item"].iloc[:60])
    assert table.loc[("NAT", ROGAN_GLADEN), "reason"] == CHANCE
    dull = answers("NAT", 300, 0.5, rng)
    dull["value"] = (rng.random(300) < np.where(dull["truth"] == 1, 0.55, 0.45)).astype(float)
    assert corrected(dull, dull["item"].iloc[:60]).loc[("NAT", ROGAN_GLADEN), "reason"] == CHANCE
    grades = judged.assign(value=0.25)
    assert set(corrected(grades, judged["item"].iloc[:60])["reason"]) == {GRADES}


def test_where_all_are_rated_the_humans_share_stands(rng):
    judged = answers("NAT", 300, 0.4, rng)
    table = corrected(judged, judged["item"])
    assert table.loc[("NAT", HUMANS), "estimate"] == 0.4
    assert set(table.loc["NAT"].loc[CORRECTED, "reason"]) == {NOTHING_LEFT}


def test_answers_to_one_question_are_drawn_together(rng):
    once = answers("NAT", 100, 0.4, rng)
    judged = pd.concat([once.assign(run=f"NAT-s{seed}", item=once["item"] + f"/{seed}")
                        for seed in range(4)], ignore_index=True)
    rated = judged["item"][judged["question_id"] < "q040"]
    apart = corrected(judged.assign(question_id=judged["item"]), rated)
    whole = corrected(judged, rated)
    for method in (JUDGE, HUMANS, *CORRECTED):
        one, other = whole.loc[("NAT", method)], apart.loc[("NAT", method)]
        assert one["estimate"] == other["estimate"]
        assert one["high"] - one["low"] > 1.4 * (other["high"] - other["low"])


def test_a_file_with_some_labels_has_its_judges_share_corrected(rng, tmp_path):
    judged = pd.concat([answers(name, 200, right, rng, f"{name}-") for name, right in
                        (("model-a", 0.3), ("model-b", 0.6))], ignore_index=True)
    triplets = judged.assign(candidate="Oui.", score_judge_a=judged["value"], score_rater_2=1.0,
                             label=judged["truth"].where(judged.index % 4 == 0))
    triplets.loc[0, ["candidate", "score_judge_a"]] = [" ", np.nan]
    table = shares_by_labels(Tree(tmp_path), [], triplets, 100).set_index(["system", "method"])
    assert set(table["judge"]) == {"judge_a"} and list(table.index.levels[0]) == ["model-a",
                                                                                "model-b"]
    for name, right in (("model-a", 0.3), ("model-b", 0.6)):
        for method in CORRECTED:
            row = table.loc[(name, method)]
            assert row["low"] < right < row["high"] and row["rates_of"] == OWN
    assert table.loc[("model-a", JUDGE), ["answers", "blank", "rated"]].tolist() == [200, 1, 49]
    whole = triplets.assign(label=1.0)
    for nothing in (whole, whole.assign(label=np.nan), triplets.head(0),
                    triplets.drop(columns="score_judge_a")):
        assert shares_by_labels(Tree(tmp_path), [], nothing, 100).empty
