"""Open answers compared by system: planted means, intervals where there is enough, and empties."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.open_scores import (
    lacking_in_words,
    left_out_in_words,
    open_matrix,
    open_pairs,
    open_systems,
    shown_open,
    shown_open_pairs,
)
from medinj_utils.comparison.tables import clusters_of
from medinj_utils.evaluation.long_scores import LONG, long_of

N = 60
ITEMS = pd.DataFrame({"id": [f"i{i:02d}" for i in range(N)],
                      "provenance": ["native"] * 45 + ["translated"] * 15,
                      "context": ""}).set_index("id")
CLUSTERS = clusters_of(ITEMS)


@pytest.fixture(scope="module")
def long():
    """Scores of three runs: BLEU from a planted mean, ROUGE-L of few questions, no BERTScore."""
    rng = np.random.default_rng(0)
    tables = []
    for run, mean in (("BASE", 20), ("NAT-s0", 50), ("NAT-s1", 54)):
        rouge = np.where(np.arange(N) < 10, 0.5, np.nan)
        tables.append(pd.DataFrame({"run": run, "item": ITEMS.index,
                                    "bleu": mean + rng.normal(0, 5, N), "rouge_l": rouge,
                                    "bertscore": np.nan}))
    return long_of(pd.concat(tables, ignore_index=True), ["bleu", "rouge_l", "bertscore"])


def test_means_are_the_planted_ones_on_the_metrics_own_scale(long):
    table = open_systems(long, ITEMS, CLUSTERS, 500).set_index(["metric", "provenance", "system"])
    whole = table.loc[("bleu", "all")]
    assert whole["estimate"].to_dict() == pytest.approx({"BASE": 20, "NAT": 52}, abs=2)
    assert (whole["low"] < whole["estimate"]).all() and (whole["estimate"] < whole["high"]).all()
    assert whole["runs"].to_dict() == {"BASE": 1, "NAT": 2} and (whole["questions"] == N).all()
    assert table.loc[("bleu", "native", "NAT"), "questions"] == 45
    assert pd.notna(table.loc[("bleu", "native", "NAT"), "low"])


def test_few_questions_have_no_interval_and_no_score_no_estimate(long):
    table = open_systems(long, ITEMS, CLUSTERS, 200).set_index(["metric", "provenance", "system"])
    few = table.loc[("bleu", "translated", "BASE")]
    assert few["questions"] == 15 and pd.notna(few["estimate"]) and pd.isna(few["low"])
    assert table.loc[("rouge_l", "all", "NAT"), ["questions", "estimate"]].tolist() == [10, 0.5]
    assert table.loc[("rouge_l", "translated", "NAT"), "questions"] == 0
    assert pd.isna(table.loc[("rouge_l", "translated", "NAT"), "estimate"])
    assert (table.loc["bertscore", "questions"] == 0).all()


def test_a_single_system_has_the_interval_that_it_has_beside_others(long):
    # of two runs the spread by seeds is a t-distribution of one degree of freedom: ends are rough
    for runs, rough in ((["BASE"], 0.3), (["NAT-s0", "NAT-s1"], 3)):
        own = open_systems(long[long["run"].isin(runs)], ITEMS, CLUSTERS, 4000)
        own = own.set_index(["metric", "provenance"]).loc[("bleu", "all")]
        beside = open_systems(long, ITEMS, CLUSTERS, 4000).set_index(
            ["metric", "provenance", "system"]).loc[("bleu", "all", own["system"])]
        assert own["estimate"] == beside["estimate"]
        assert own["low"] == pytest.approx(beside["low"], abs=rough)
        assert own["high"] == pytest.approx(beside["high"], abs=rough)
        assert own["low"] < own["estimate"] < own["high"]


def test_answers_to_questions_of_one_cluster_are_drawn_together(long):
    base = long[long["run"] == "BASE"].copy()
    base.loc[base["metric"] == "bleu", "value"] = np.repeat([10.0, 30.0] * 10, 3)
    apart, whole = (open_systems(base, ITEMS, clusters, 2000).set_index(["metric", "provenance"])
                    .loc[("bleu", "all")] for clusters in
                    (CLUSTERS, pd.Series(np.repeat(np.arange(20), 3), index=ITEMS.index)))
    assert whole["high"] - whole["low"] > 1.5 * (apart["high"] - apart["low"])


def test_an_interval_that_is_lacking_has_its_reason(long):
    table = open_systems(long[long["run"] == "BASE"], ITEMS, CLUSTERS, 200)
    text = lacking_in_words(table)
    assert text.startswith("Without intervals: translated (bleu): only 15 independent questions; "
                           "an interval needs 20; all questions (rouge_l): only 10 independent")
    whole = table[(table["metric"] == "bleu") & (table["provenance"] == "all")]
    assert lacking_in_words(whole) == "" and (whole["reason"] == "").all()
    none = table[table["metric"] == "bertscore"]
    assert set(none["reason"]) == {"no question has a score of every run"}
    assert lacking_in_words(none) == ""


def test_tables_say_what_was_not_computed(long):
    scores = open_systems(long, ITEMS, CLUSTERS, 200)
    shown = shown_open(scores)
    assert list(shown) == ["BASE", "NAT"] and shown.index[0] == ("bleu", "all", N)
    assert "bertscore" not in shown.index
    assert left_out_in_words(scores, "no encoder") == "BERTScore: no encoder."
    nothing = scores.assign(estimate=scores["estimate"].where(scores["metric"] != "bleu", 0.0))
    assert left_out_in_words(nothing, "x") == "By BLEU every system scores 0. BERTScore: x."
    assert "bleu" not in shown_open(nothing).index and "bleu" not in lacking_in_words(nothing)
    assert shown.loc[("rouge_l", "all", 10), "NAT"] == "0.50"
    assert shown.loc[("rouge_l", "translated", 0), "NAT"] == "no question"
    assert shown.loc[("bleu", "all", N), "BASE"].startswith("2")
    assert "[" in shown.loc[("bleu", "all", N), "BASE"]


def test_pairs_differ_as_planted(long):
    pairs = open_pairs(long, "bleu", CLUSTERS, 500)
    assert pairs[["metric", "items", "first", "second"]].values.tolist() == [["bleu", N, "BASE",
                                                                              "NAT"]]
    assert pairs["difference"].iloc[0] == pytest.approx(-0.32, abs=0.03)
    assert pairs["p_holm"].iloc[0] < 0.05
    assert "second better" in shown_open_pairs(pairs)
    assert open_pairs(long, "rouge_l", CLUSTERS, 500).empty
    assert open_pairs(long, "bertscore", CLUSTERS, 500).empty
    assert open_pairs(long[long["run"] == "BASE"], "bleu", CLUSTERS, 500).empty
    assert open_matrix(long, "bertscore").shape == (0, 3)


def test_without_open_questions_all_is_empty():
    none = pd.DataFrame(columns=LONG)
    scores = open_systems(none, ITEMS.head(0), CLUSTERS.head(0), 200)
    assert scores.empty and shown_open(scores).empty and not left_out_in_words(scores, "")
    assert shown_open_pairs(open_pairs(none, "bleu", CLUSTERS.head(0), 200)).empty
