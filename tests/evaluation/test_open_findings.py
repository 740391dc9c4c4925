"""What the notebook on open answers says it found."""

import pandas as pd

from medinj_utils.evaluation.open_findings import limits_in_words, open_scores_finding

ENDS = pd.DataFrame({"answers": [10, 20], "not_asked": [0, 0], "blank": [0, 3], "cut_off": [0, 0],
                     "share_blank": [0.0, 0.15], "share_cut_off": [0.0, 0.0]},
                    index=["BASE", "NAT"])
SCORES = pd.DataFrame({"metric": "content_recall", "provenance": "all", "system": ["BASE", "NAT"],
                       "questions": 10,
                       "estimate": [0.1, 0.25], "low": [0.0, None], "high": [0.2, None]})
PAIRS = pd.DataFrame({"p_holm": [0.01]})


def test_lowest_and_highest_score_are_named_with_what_limits_them():
    assert open_scores_finding(SCORES, PAIRS, ENDS, "content_recall") == (
        "Over 10 open questions content recall goes from 0.10 [0.00, 0.20] (BASE) to 0.25 (NAT). 1 "
        "of 1 pair of systems differs "
        "at 5 % after Holm's adjustment. Of 30 answers 10.0\u00a0% are blank (0.0\u00a0% to "
        "15.0\u00a0% by system) and "
        "0.0\u00a0% are cut off (0.0\u00a0% to 0.0\u00a0% by system). That limits what the scores "
        "say of the systems: a blank "
        "answer scores 0 whatever its system knows."
    )
    same = open_scores_finding(SCORES.assign(estimate=0.1), PAIRS.head(0), ENDS, "content_recall")
    assert (
        "content recall is 0.10 [0.00, 0.20] for every system. No pairs are compared: that" in same
    )
    assert open_scores_finding(SCORES, PAIRS, ENDS, "bertscore").startswith(
        "No question has a score of every run by bertscore. Of 30"
    )


def test_little_that_is_blank_or_cut_is_no_limit_and_nothing_asked_is_said():
    assert "too little to limit" in limits_in_words(ENDS.head(1))
    cut = ENDS.assign(share_cut_off=[0.0, 0.5])
    assert limits_in_words(cut).endswith(
        "system knows and of a cut answer only the beginning is scored."
    )
    assert (
        limits_in_words(ENDS.head(0))
        == "No open question was asked."
        == open_scores_finding(SCORES, PAIRS, ENDS.head(0), "bleu")
    )
