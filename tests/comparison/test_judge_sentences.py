"""Sentences of notebook 35, from tables of which the words are known."""

import pandas as pd

from medinj_utils.comparison import judge_sentences as said
from medinj_utils.comparison.scorers import CONSTANT
from medinj_utils.evaluation.triplets.leaks import REASONS

NAN = float("nan")
AGREEMENT = pd.DataFrame([("pooled", "j", "pearson", 0.6, 0.5, 0.7, 90, 10),
                          ("pooled", "meteor", "pearson", 0.3, 0.2, 0.4, 100, 0),
                          ("pooled", "rouge_l", "pearson", NAN, NAN, NAN, 100, 0),
                          ("pooled", "j", "accuracy", 0.8, 0.7, 0.9, 90, 10),
                          ("pooled", "j", "constant_baseline", 0.75, 0.65, 0.85, 90, 10),
                          ("pooled", CONSTANT, "accuracy", 0.7, 0.6, 0.8, 100, 0)],
                         columns=["generator", "scorer", "figure", "estimate", "low", "high", "n",
                                  "unscored"])
LENGTHS = pd.DataFrame({"scorer": ["j"], "label": "both", "estimate": [0.04], "low": [0.02],
                        "high": [0.06]})
CHANGES = pd.DataFrame({"edit": ["pad", "hedge"], "scorer": "j", "figure": "flips",
                        "estimate": [0.2, 0.1], "low": [0.1, 0.0], "high": [0.3, 0.2]})
SHARES = pd.DataFrame({"judge": "j", "method": ["judge alone", "prediction-powered"],
                       "estimate": [0.6, 0.5], "low": [0.55, 0.4],
                       "high": [0.65, 0.6], "humans": 0.51, "sample": 80})


def test_the_finding_has_judge_metric_edit_and_share_and_its_first_paragraph_the_agreement():
    text = said.judges_finding(AGREEMENT, CHANGES, SHARES, SHARES.head(0))
    assert text == (
        "Pearson's r with the human label: j 0.60 [0.50, 0.70]; the best overlap metric, METEOR, "
        "0.30 [0.20, 0.40].\n\nOf the edits that don't change whether an answer is right, “pad” "
        "flips most verdicts: 20.0\u00a0% [10.0, 30.0] of those of j. j alone calls 60.0\u00a0% "
        "[55.0, 65.0] of the answers right, the humans 51.0\u00a0%; corrected by 80 of their "
        "labels, the share is 50.0\u00a0% [40.0, 60.0].")


def test_the_finding_has_the_share_that_is_farthest_from_the_humans_and_the_page_all():
    other = SHARES.assign(judge="far", estimate=SHARES["estimate"] + 0.2)
    shares = pd.concat([SHARES, other])
    text = said.judges_finding(AGREEMENT, CHANGES, shares, SHARES.head(0))
    assert "far alone calls 80.0" in text and "j alone calls" not in text
    both = said.shares_in_words(shares)
    assert both.startswith("j alone calls") and "far alone calls" in both
    assert said.shares_in_words(shares.head(0)) == ""


def test_accuracy_stands_beside_the_constant_and_length_by_judge():
    assert said.accuracies_in_words(AGREEMENT) == (
        "j is right on 80.0\u00a0% of the 90 answers on which it declares a verdict; always giving "
        "the more frequent label is right on 75.0\u00a0% of the same.")
    alone = said.accuracies_in_words(AGREEMENT[AGREEMENT["scorer"] != "j"])
    assert alone == "Always giving the more frequent label is right on 70.0\u00a0%."
    assert said.accuracies_in_words(AGREEMENT.head(0)) == ""
    assert "+4.0 points [+2.0, +6.0] (j)" in said.lengths_in_words(LENGTHS)
    assert said.lengths_in_words(LENGTHS.assign(scorer="meteor")) == ""


def test_judges_without_r_are_named_with_why():
    more = pd.DataFrame([("pooled", judge, figure, NAN, NAN, NAN, n, 100 - n)
                         for judge, n in (("mute", 0), ("always_1", 90))
                         for figure in ("pearson", "accuracy")], columns=[*AGREEMENT])
    rows = pd.concat([AGREEMENT, more])
    text = said.judges_finding(rows, CHANGES, SHARES, SHARES.head(0))
    assert ("mute declares no verdict on these answers. always_1 declares a verdict on 90 of these "
            "answers, and its r is undefined") in text
    assert "j declares" not in text and "mute" not in said.accuracies_in_words(rows)


def test_without_judges_the_finding_is_of_metrics():
    rows = AGREEMENT[AGREEMENT["scorer"] != "j"]
    text = said.judges_finding(rows, CHANGES.head(0), SHARES.head(0), SHARES.head(0))
    assert text == ("Pearson's r with the human label: the best overlap metric, METEOR, "
                    "0.30 [0.20, 0.40].")


def test_triplets_and_what_was_left_out():
    triplets = pd.DataFrame({"run": ["a", "b", "b"], "question_id": ["1", "1", "2"],
                             "label": [1.0, 0.0, float("nan")]})
    text = said.triplets_in_words(triplets, triplets.head(2), pd.DataFrame({"row": [4]}))
    assert "2 answers to 1 question by 2 generators (a and b), 50.0\u00a0%" in text
    assert "Left out: 1 without" in text
    assert "quarantine: 1 rows" in text
    assert (
        said.triplets_in_words(triplets.head(0), triplets.head(0), triplets.head(0))
        == said.NO_TRIPLETS
    )
    unlabelled = said.triplets_in_words(triplets, triplets.head(0), triplets.head(0))
    assert unlabelled.startswith("None of the triplets has a label") and "equivalence" in unlabelled


def test_planted_values_are_counted():
    table = pd.DataFrame({"inside": [True, False, None]})
    assert said.planted_in_words({"length": table, "edits": pd.DataFrame()}).startswith(
        "Planted values inside their 95 % intervals: length 1 of 2."
    )
    assert "Nothing was planted" in said.planted_in_words({"length": pd.DataFrame()})


def test_leaks_are_told_beside_what_was_planted():
    leaks = pd.DataFrame({"answers": [1, 2, 3, 4]}, index=list(REASONS))
    leaks.attrs["training"] = 40
    text = said.leaks_in_words(leaks, {"question": 3, "answer": 1})
    assert text.startswith("3 of 10 evaluated answers")
    assert "40 training triplets, 1 of them" in text
    assert "3 more" in text
    assert "Planted: 3" in text
    assert "Planted" not in said.leaks_in_words(leaks, None)
    leaks.attrs["training"] = 0
    assert "No training file" in said.leaks_in_words(leaks, None)


def test_answers_corrected_by_own_ratings_are_told_by_system_or_why_there_are_none():
    table = pd.DataFrame([("j", "BASE", "judge alone", 0.41, 0.4, 0.5, 0),
                          ("j", "BASE", "Rogan–Gladen", 0.3, 0.2, 0.4, 0),
                          ("j", "BASE", "prediction-powered", NAN, NAN, NAN, 0),
                          ("j", "NAT", "judge alone", 0.6, 0.5, 0.7, 60),
                          ("j", "NAT", "Rogan–Gladen", 0.5, 0.3, 0.7, 60),
                          ("j", "NAT", "prediction-powered", 0.51, 0.4, 0.6, 60),
                          ("k", "NAT", "judge alone", 0.6, 0.5, 0.7, 60),
                          ("k", "NAT", "Rogan–Gladen", NAN, NAN, NAN, 60),
                          ("k", "NAT", "prediction-powered", NAN, NAN, NAN, 60)],
                         columns=["judge", "system", "method", "estimate", "low", "high", "rated"])
    table["reason"] = ["only 3 rated" if missing else "" for missing in table["estimate"].isna()]
    text = said.answers_corrected_in_words(table, True)
    assert text == (
        "j calls 41.0\u00a0% (BASE) to 60.0\u00a0% (NAT) of the answers with a verdict right; "
        "corrected by human ratings 30.0\u00a0% [20.0, 40.0] (BASE) to 51.0\u00a0% [40.0, 60.0] "
        "(NAT). No correction of k (NAT): only 3 rated.")
    assert text in said.judges_finding(AGREEMENT, CHANGES, SHARES, table)
    few = table[table["judge"] == "k"]
    both = pd.concat([few, few.assign(system="SYN", reason="only 4 rated")])
    assert said.answers_corrected_in_words(both, True) == (
        "No correction of k (NAT and SYN): only 3 rated (the table has all reasons).")
    assert said.answers_corrected_in_words(table, False) == said.NO_OWN_RATINGS
    assert said.answers_corrected_in_words(table.head(0), True) == said.NO_VERDICTS
