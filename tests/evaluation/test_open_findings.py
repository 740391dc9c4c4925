"""What the notebook on open answers says it found."""

import pandas as pd
import pytest

from medinj_utils.core.files import write_json
from medinj_utils.core.names import Run
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.open_findings import (
    limits_in_words,
    open_scores_finding,
    zeros_in_words,
)

ENDS = pd.DataFrame({"answers": [10, 20], "not_asked": [0, 0], "blank": [0, 3], "cut_off": [0, 0],
                     "share_blank": [0.0, 0.15], "share_cut_off": [0.0, 0.0]},
                    index=["BASE", "NAT"])
SCORES = pd.DataFrame({"metric": "content_recall", "provenance": "all", "system": ["BASE", "NAT"],
                       "questions": 10,
                       "estimate": [0.1, 0.25], "low": [0.0, None], "high": [0.2, None],
                       "reason": ""})
PAIRS = pd.DataFrame({"p_holm": [0.01]})


def test_lowest_and_highest_score_are_named_with_what_limits_them():
    assert open_scores_finding(SCORES, PAIRS, ENDS, "content_recall", "") == (
        "Over 10 open questions content recall goes from 0.10 [0.00, 0.20] (BASE) to 0.25 (NAT). 1 "
        "of 1 pair of systems differs "
        "at 5 % after Holm's adjustment. Of 30 answers 10.0\u00a0% are blank (0.0\u00a0% to "
        "15.0\u00a0% by system) and "
        "0.0\u00a0% are cut off (0.0\u00a0% to 0.0\u00a0% by system). That limits what the scores "
        "say of the systems: a blank "
        "answer scores 0 whatever its system knows."
    )
    same = open_scores_finding(SCORES.assign(estimate=0.1), PAIRS.head(0), ENDS, "content_recall",
                               "")
    assert (
        "content recall is 0.10 [0.00, 0.20] for every system. No pairs are compared: that" in same
    )
    one = open_scores_finding(SCORES.head(1), PAIRS.head(0), ENDS.head(1), "content_recall", "")
    assert one.startswith("Over 10 open questions content recall is 0.10 [0.00, 0.20] (BASE).")
    chrf = SCORES.assign(metric="chrf", estimate=[1.13, 11.0], low=[0.2, 9], high=[12.2, 14])
    assert "chrF goes from 1.1 [0.2, 12.2] (BASE) to 11.0 [9.0, 14.0] (NAT)." in (
        open_scores_finding(chrf, PAIRS, ENDS, "chrf", ""))
    assert open_scores_finding(SCORES, PAIRS, ENDS, "bertscore", "").startswith(
        "No question has a score of every run by BERTScore. Of 30"
    )


def test_little_that_is_blank_or_cut_is_no_limit_and_nothing_asked_is_said():
    assert limits_in_words(ENDS.head(1)) == (
        "Of 10 answers 0.0\u00a0% are blank and 0.0\u00a0% are cut off. That is too little to "
        "limit the comparison much.")
    cut = ENDS.assign(share_cut_off=[0.0, 0.5])
    assert limits_in_words(cut).endswith(
        "system knows and of a cut answer only the beginning is scored."
    )
    assert (
        limits_in_words(ENDS.head(0))
        == "No open question was asked."
        == open_scores_finding(SCORES, PAIRS, ENDS.head(0), "bleu", "")
    )


def test_a_missing_interval_has_its_reason_and_zeros_are_said_last():
    few = SCORES.assign(low=float("nan"), high=float("nan"),
                        reason="10 independent questions, and an interval takes 20")
    text = open_scores_finding(few, PAIRS.head(0), ENDS, "content_recall", "Nearly all are 0.")
    assert "There is no interval: 10 independent questions, and an interval takes 20." in text
    assert text.endswith("Nearly all are 0.")


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path, "33_score_open_answers")


def scored(zeros: int, metric="content_recall") -> pd.DataFrame:
    """A hundred answers of a tuned run, some of which score 0, and one of the base's."""
    values = [0.0] * zeros + [0.5] * (100 - zeros)
    own = pd.DataFrame({"run": "NAT-s0", "item": range(100), "value": values})
    base = pd.DataFrame({"run": ["BASE"], "item": 0, "value": 0.7})
    return pd.concat([own, base]).assign(metric=metric, rater="")


def counts(tree, system, **rows):
    write_json({"counts": [{"task": task, "rows": n} for task, n in rows.items()]},
               tree.manifest(system))


def test_where_nearly_all_score_0_it_is_said_what_the_systems_were_tuned_on(tree):
    assert zeros_in_words(tree, scored(94), "bleu") == ""
    text = zeros_in_words(tree, scored(96), "bleu")
    assert text.startswith("Nearly all answers of the tuned systems score 0 (96.0\u00a0% by "
                           "content recall); what they were tuned on isn't known here")
    counts(tree, "NAT", mcq=30, mcqu=10)
    text = zeros_in_words(tree, scored(96), "content_recall")
    assert ("they were tuned on questions with one right option (25.0\u00a0% of the rows) and "
            "questions with several right options (75.0\u00a0% of the rows), no open ones. "
            "Differences between them say little") in text
    write_json({"parameters": {"answer_format": "letters_and_text"}},
               tree.run_files(Run("NAT", 0)).card)
    assert "no open ones, with letters and text for an answer. " in zeros_in_words(
        tree, scored(96), "bleu")
    counts(tree, "NAT", mcq=30, oeq=10)
    assert "and open questions (25.0\u00a0% of the rows), with" in zeros_in_words(
        tree, scored(96), "bleu")


def test_zeros_by_both_metrics_and_systems_of_unknown_mixtures_are_told(tree):
    counts(tree, "NAT", mcq=30)
    both = pd.concat([scored(100, "bleu"), scored(97), scored(97).replace("NAT-s0", "SYN-s0")])
    text = zeros_in_words(tree, both, "bleu")
    assert "(100.0\u00a0% by BLEU and 97.0\u00a0% by content recall); NAT was tuned on" in text
    assert "(of SYN it isn't known here)" in text
    base = scored(100)
    mute = base.assign(run="BASE", value=0.0)
    assert zeros_in_words(tree, mute.assign(value=1.0), "bleu") == ""
    assert zeros_in_words(tree, mute, "bleu") == (
        "Nearly all answers of the base score 0 (100.0\u00a0% by content recall), so these metrics "
        "say little about it.")
    assert zeros_in_words(tree, base.head(0), "bleu") == ""
