"""Verdicts on claims about judges, by hand, and where there is nothing to test them by."""

import pandas as pd
import pytest

from medinj_utils.comparison.claims import load_claims
from medinj_utils.comparison.judge_claims import Judged, load_judged
from medinj_utils.comparison.verdicts import verdicts
from medinj_utils.core.tree import Tree

NO_PAIRS = pd.DataFrame(columns=["first", "second"])


def judged(pairs=(), lengths=(), n=None):
    n = n or {}
    pairs = pd.DataFrame(pairs, columns=["first", "second", "difference", "low", "high", "p"])
    lengths = pd.DataFrame([(name, "both", *row) for name, *row in lengths],
                           columns=["scorer", "label", "estimate", "low", "high"])
    return Judged(pairs.assign(n=[n.get(name, 80) for name in pairs["first"]]),
                  lengths.assign(n=[n.get(name, 80) for name in lengths["scorer"]]))


def told(found, name):
    return verdicts(load_claims(), NO_PAIRS, judged=found).set_index("name").loc[name]


@pytest.mark.parametrize("pairs, verdict", [
    ([("j", "bleu", .3, .2, .4, .001), ("j", "meteor", .2, .1, .3, .001)], "supported"),
    ([("j", "bleu", .3, .2, .4, .001), ("j", "meteor", .02, -.1, .14, .7)], "undecided"),
    ([("j", "bleu", .3, .2, .4, .001), ("j", "meteor", -.2, -.3, -.1, .001)], "contradicted"),
    # below the smallest difference of interest
    ([("j", "bleu", .01, -.01, .03, .3)], "contradicted"),
    # the study's metrics alone
    ([("j", "content_recall", -.3, -.4, -.2, .001), ("j", "bleu", .3, .2, .4, .001)], "supported"),
    ([("bleu", "meteor", -.3, -.4, -.2, .001), ("j", "bleu", .3, .2, .4, .001)], "supported"),
    ([("j", "length", .3, .2, .4, .001)], "not testable here"),
    ([("j", "bleu", .3, None, None, None)], "not testable here")])
def test_a_judge_agrees_better_than_each_overlap_metric(pairs, verdict):
    row = told(judged(pairs, [("j", 0, -1, 1)]), "judge-correlates")
    assert row["verdict"] == verdict and row["unit"] == "r"


@pytest.mark.parametrize("length, verdict", [
    ((.04, .02, .06), "supported"), ((-.04, -.06, -.02), "supported"),
    ((.01, -.02, .04), "undecided"), ((.0, -.009, .009), "contradicted")])
def test_length_sways_a_judge(length, verdict):
    row = told(judged([], [("j", *length)]), "judge-verbosity")
    assert (row["verdict"], row["estimate"], row["unit"]) == (verdict, length[0], "points")


def test_judges_that_differ_leave_the_claim_undecided():
    row = told(judged([], [("j", .04, .02, .06), ("k", 0, -.009, .009)]), "judge-verbosity")
    assert row["verdict"] == "undecided"
    assert row["reason"] == "j: supported; k: contradicted"
    assert row["estimate"] == 0


def test_a_judge_without_an_estimate_is_named():
    mute = ("mute", "bleu", None, None, None, None), ("mute", None, None, None)
    found = judged([("j", "bleu", .3, .2, .4, .001), mute[0]], [("j", .04, .02, .06), mute[1]],
                   {"mute": 0})
    for name in ("judge-correlates", "judge-verbosity"):
        row = told(found, name)
        assert row["verdict"] == "supported"
        assert row["reason"] == "mute declares no verdict on these answers"
        alone = told(judged([mute[0]], [mute[1]], {"mute": 0}), name)
        assert alone["verdict"] == "not testable here"
        assert alone["reason"] == "mute declares no verdict on these answers"
    one = told(judged([mute[0]], [mute[1]]), "judge-correlates")["reason"]
    assert one.startswith("mute declares a verdict on 80 of these answers, and its r is undefined")
    assert (
        "mute: length and verdict"
        in told(judged([mute[0]], [mute[1]]), "judge-verbosity")["reason"]
    )


def test_metrics_and_humans_are_no_judges():
    row = told(judged([], [("bleu", .04, .02, .06), ("rater_2", .04, .02, .06)]), "judge-verbosity")
    assert row["verdict"] == "not testable here"


def test_tables_of_notebook_35_are_read_where_they_are(tmp_path):
    tree = Tree(tmp_path)
    assert load_judged(tree) is None
    found = judged([("j", "bleu", .3, .2, .4, .001)], [("j", .04, .02, .06)])
    tree.write_table(found.pairs, "judge_pairs")
    assert load_judged(tree) is None
    tree.write_table(found.lengths, "judge_length")
    assert told(load_judged(tree), "judge-correlates")["verdict"] == "supported"
    tree.write_table(found.pairs.head(0), "judge_pairs")
    assert load_judged(tree) is None
    assert told(None, "judge-verbosity")["reason"] == "open answers, rated by a judge"
