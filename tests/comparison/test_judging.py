"""What notebook 35 asks of triplets, and that all of it is empty without them."""

import pandas as pd

from medinj_utils.comparison.corrected import corrected_shares
from medinj_utils.comparison.figures import agreement_figure, verbosity_figure
from medinj_utils.comparison.judge_display import (
    shown_agreement,
    shown_beside_planted,
    shown_by_generator,
    shown_changes,
    shown_judge_pairs,
    shown_lengths,
    shown_shares,
)
from medinj_utils.comparison.judge_sentences import NO_TRIPLETS, judges_finding
from medinj_utils.comparison.judging import (
    agreement_by_leak,
    agreement_table,
    changes_table,
    edited_scores,
    judge_pairs,
    length_table,
    of_kind,
)
from medinj_utils.comparison.paper import judges_beside_paper
from medinj_utils.evaluation.triplets import read_triplets
from medinj_utils.evaluation.triplets.edits import edited_triplets
from medinj_utils.evaluation.triplets.leaks import NONE, SAME_ANSWER
from medinj_utils.evaluation.triplets.scorers import triplet_scores as scores_of


def test_pairs_are_those_of_judges(triplets, triplet_scores):
    pairs = judge_pairs(triplets, triplet_scores, "pearson", 100)
    assert list(zip(pairs["first"], pairs["second"], strict=True)) == [
        *(
            (judge, other)
            for judge in ("judge_steady", "judge_swayed")
            for other in ("rater_2", "length", "rouge_l")
        ),
        ("judge_steady", "judge_swayed"),
    ]
    assert list(of_kind(triplet_scores, "judge")) == ["judge_steady", "judge_swayed"]


def test_flips_are_those_of_judges_and_metrics_change(triplets, triplet_scores, planted):
    few = triplets.head(40)
    edited = edited_triplets(few)
    after = edited_scores(edited, planted, pd.DataFrame(index=edited.index))
    changes = changes_table(few, edited, triplet_scores.head(40), after, planted, 50)
    assert set(changes[changes["figure"] == "flips"]["scorer"]) == {"judge_steady", "judge_swayed"}
    assert {"rouge_l", "judge_swayed"} <= set(changes[changes["figure"] == "change"]["scorer"])
    assert set(changes["edit"]) == {"pad", "shorten", "bullet", "hedge", "translate"}
    assert changes.loc[changes["scorer"] == "judge_swayed", "inside"].notna().all()


def test_agreement_is_taken_apart_by_what_was_met_in_training(triplets, triplet_scores):
    reasons = pd.Series(NONE, triplets.index)
    assert agreement_by_leak(triplets, triplet_scores, reasons, 50).empty
    reasons.iloc[:50] = SAME_ANSWER
    table = agreement_by_leak(triplets, triplet_scores, reasons, 50)
    assert set(table["generator"]) == {"met in training", NONE}
    assert table[table["generator"] == "met in training"]["n"].max() <= 50


def test_a_judge_that_declares_no_verdict_stays_in_every_table(triplets, triplet_scores):
    scores = triplet_scores.assign(mute=float("nan"), always=1.0)
    agreement, lengths = agreement_table(triplets, scores, None, 50), length_table(triplets, scores,
                                                                                   None, 50)
    edited = edited_triplets(triplets.head(20))
    after = edited_scores(edited, None,
                          pd.DataFrame({"mute": float("nan"), "always": 1.0}, index=edited.index))
    changes = changes_table(triplets.head(20), edited, scores.head(20), after, None, 20)
    shares, pairs = (
        corrected_shares(triplets, of_kind(scores, "judge")),
        judge_pairs(triplets, scores, "pearson", 50),
    )
    text = judges_finding(agreement, changes, shares, shares.head(0))
    assert "mute declares no verdict on these answers" in text
    assert f"always declares a verdict on {len(triplets)}" in text
    assert shown_agreement(agreement).loc["mute", ["answers", "not scored"]].tolist() == [
        "0",
        str(len(triplets)),
    ]
    assert (pairs[pairs["first"] == "mute"]["n"] == 0).all()
    assert shown_changes(changes, "change").loc["mute"].eq("").all()
    for figure in (agreement_figure(agreement), verbosity_figure(lengths, changes)):
        assert figure is not None and "nan" not in figure[1]


def test_without_triplets_all_is_empty_and_says_so():
    none, _ = read_triplets([])
    scores = scores_of(none, pd.DataFrame(index=none.index))
    agreement, lengths = agreement_table(none, scores, None, 10), length_table(none, scores, None,
                                                                               10)
    edited = edited_triplets(none)
    changes = changes_table(none, edited, scores, edited_scores(edited, None, pd.DataFrame()), None,
                            10)
    shares, pairs = corrected_shares(none, of_kind(scores, "judge")), judge_pairs(none, scores,
                                                                                  "pearson", 10)
    for shown in (shown_agreement(agreement), shown_by_generator(agreement, "pearson"),
                  shown_lengths(lengths),
                  shown_changes(changes, "flips"), shown_shares(shares), shown_judge_pairs(pairs),
                  shown_beside_planted(agreement)):
        assert shown.empty
    assert agreement_figure(agreement) is None and verbosity_figure(lengths, changes) is None
    assert judges_finding(agreement, changes, shares, shares.head(0)) == NO_TRIPLETS
    assert judges_beside_paper(agreement)["here"].tolist() == ["", ""]
