"""Scores of triplets by all scorers, on one scale."""

import pandas as pd

from medinj_utils.evaluation.triplets.scorers import (
    kind_of,
    metric_scores,
    triplet_scores,
    words_of,
)


def test_all_scorers_stand_side_by_side(triplets_of):
    triplets = triplets_of(("q", "la bile", "La bile.", 1), ("q", "la bile", "le sang", 0),
                           ("r", "la peau", "", 0),
                           score_judge_a=[1.0, float("nan"), 0.0], score_comet=[0.9, 0.2, 0.1],
                           score_empty=float("nan"))
    asked = pd.DataFrame({"other-judge": [1.0, 0.0, 0.0]})
    scores = triplet_scores(triplets, asked)
    assert scores["judge_a"].isna().tolist() == [False, True, False] and "score_empty" not in scores
    assert scores["score_comet"].tolist() == [0.9, 0.2, 0.1]
    assert scores["other-judge"].tolist() == [1, 0, 0]
    assert "bertscore" not in scores and "numbers_recall" not in scores  # no encoder, no numbers
    assert scores.drop(columns="length").max().max() <= 1 and scores["chrf"].iloc[0] > 0.5
    assert scores["length"].tolist() == [2, 2, 0] and scores.loc[2, "rouge_l"] == 0


def test_kinds_of_scorers():
    assert [kind_of(name) for name in ("bleu", "score_comet", "length", "rater_2", "judge_a",
                                       "tiny")] == [
        "metric", "metric", "length", "human", "judge", "judge"]


def test_no_triplet_has_no_scores(triplets_of):
    none = triplets_of(("q", "r", "c", 1)).head(0)
    assert metric_scores(none).empty and words_of(none["candidate"]).empty
