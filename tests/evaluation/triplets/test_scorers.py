"""Scores of triplets by all scorers, on one scale."""

import pandas as pd
import pytest

from medinj_utils.evaluation.triplets.scorers import (
    kind_of,
    metric_scores,
    triplet_scores,
    words_of,
)


def test_all_scorers_stand_side_by_side(triplets_of):
    triplets = triplets_of(("q", "la bile", "La bile.", 1), ("q", "la bile", "le sang", 0), ("r", "la peau", "", 0),
                           score_judge=[1.0, float("nan"), 0.0], score_empty=float("nan"))
    asked = pd.DataFrame({"other-judge": [1.0, 0.0, 0.0]})
    scores = triplet_scores(triplets, asked)
    assert scores["judge"].isna().tolist() == [False, True, False] and "empty" not in scores
    assert "bertscore" not in scores and "numbers_recall" not in scores  # no encoder, no numbers
    assert scores.drop(columns="length").max().max() <= 1 and scores["chrf"].iloc[0] > 0.5
    assert scores["length"].tolist() == [2, 2, 0] and scores.loc[2, "rouge_l"] == 0
    with pytest.raises(ValueError, match="'judge' is the name of two scorers: rename the column score_judge of the files"):
        triplet_scores(triplets, asked.rename(columns={"other-judge": "judge"}))


def test_kinds_of_scorers():
    assert [kind_of(name) for name in ("bleu", "length", "rater_2", "judge_a", "tiny")] == ["metric", "length", "human", "judge", "judge"]


def test_no_triplet_has_no_scores(triplets_of):
    none = triplets_of(("q", "r", "c", 1)).head(0)
    assert metric_scores(none).empty and words_of(none["candidate"]).empty
