"""Shares of right answers corrected by one label per question."""

import numpy as np

from medinj_utils.comparison.corrected import COLUMNS, corrected_shares
from medinj_utils.comparison.planted_judges import planted_shares


def test_each_judge_has_a_sample_of_one_answer_per_question(triplets, triplet_scores, planted):
    judges = triplet_scores[["judge_steady", "judge_swayed"]]
    table = corrected_shares(triplets, judges)
    assert list(table) == COLUMNS
    assert table["judge"].value_counts().to_dict() == {"judge_steady": 4, "judge_swayed": 4}
    row = table[table["judge"] == "judge_swayed"].iloc[0]
    unread = int(judges["judge_swayed"].isna().sum())
    assert row["sample"] == 80 and row["rest"] == 320 - unread and row["unreadable"] == unread
    assert table.equals(corrected_shares(triplets, judges))
    assert not table.equals(corrected_shares(triplets, judges, 1))
    beside = planted_shares(planted, triplets, table)
    assert beside["truth"].between(0.4, 0.7).all()
    assert (beside["planted"] - beside["truth"]).abs().max() < 0.03
    assert planted_shares(None, triplets, table) is table


def test_scores_that_are_no_verdicts_are_left_out(triplets, triplet_scores):
    assert corrected_shares(triplets, triplet_scores[["length"]]).empty
    assert corrected_shares(triplets, triplet_scores[["judge_steady"]] * np.nan).empty
    single = triplets.drop_duplicates("question_id")
    # nothing is left to correct
    assert corrected_shares(single, triplet_scores.loc[single.index, ["judge_steady"]]).empty
    few = triplets[triplets["question_id"].isin(triplets["question_id"].unique()[:19])]
    assert corrected_shares(few, triplet_scores.loc[few.index, ["judge_steady"]]).empty
