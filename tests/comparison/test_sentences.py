import pandas as pd
import pytest

from medinj_utils.comparison import sentences
from medinj_utils.comparison.claims import load_claims
from medinj_utils.comparison.pairs import null_pairs
from medinj_utils.comparison.tables import load_compared
from medinj_utils.core.wording import show_p

pytestmark = pytest.mark.filterwarnings("ignore:.*resamples no p-value:UserWarning")


def test_what_is_compared_and_left_out_is_said(tree):
    compared = load_compared(tree, "greedy")
    sentence = sentences.what_is_compared(compared)
    assert sentence.startswith(
        f"{len(compared.matrix)} items in {compared.clusters.nunique()} clusters, 8 systems"
    )
    assert "0 items that were set aside" in sentence
    assert "0 that some system has no answer to" in sentence


def test_findings_count_tuned_pairs_alone(pairs):
    significant = int(pairs["p_holm"].iloc[2] < 0.05)
    assert sentences.findings_in_words(pairs).startswith(
        f"{significant} of 1 pairs of tuned systems differ{'s' * significant} at"
    )
    assert (
        f"smallest adjusted p: {show_p(pairs['p_holm'].iloc[2])}"
        in sentences.null_findings_in_words(pairs)
    )
    assert sentences.null_findings_in_words(null_pairs("")).startswith("No null world")


def test_systems_at_chance_and_at_a_blind_rule_are_named():
    comparison = pd.DataFrame({"system": ["BASE", "NAT"], "low": [0.2, 0.4]})
    blind = pd.Series({"options alone": 0.45, "longest option": 0.3})
    assert sentences.chance_in_words(comparison, sentences.levels_table(0.25, blind.head(0))) == (
        "Guessing one valid answer at random would score 25.0\u00a0%. Not above it, by the lower "
        "end of the interval: BASE."
    )
    said = sentences.chance_in_words(comparison, sentences.levels_table(0.1, blind))
    assert "Every system is above it, by the lower end of the interval." in said
    assert said.endswith("“options alone”, which sees no question, is right on 45.0\u00a0%. "
                         "No system is above that.")
    guesses = sentences.chance_in_words(comparison, sentences.levels_table(0.4, blind.head(0)))
    assert guesses.endswith("No system is above it, by the lower end of the interval. These scores "
                            "are compatible with guessing, so their differences can't say what a "
                            "provenance is worth.")


def test_claims_and_spread_are_said():
    assert "smallest effect of interest 1 point." in sentences.claims_in_words(load_claims())
    assert "one run" in sentences.spread_in_words(0.0, 0)
    assert "estimated at 0" in sentences.spread_in_words(0.0, 7)
    assert "2.5 points" in sentences.spread_in_words(0.025, 7)
    assert "(7 degrees of freedom)" in sentences.spread_in_words(0.025, 7)


def test_where_more_runs_change_nothing_a_sentence_says_so():
    table = pd.DataFrame({"256 questions": [None] * 2, "1,000 questions": [11.14] * 2},
                         index=[1, 2])
    assert sentences.one_run_in_words(table) == (
        "More runs of each system show no smaller difference than one does: 11.1 points with 1,000 "
        "questions.")
    assert "than one does: none" in sentences.one_run_in_words(table[["256 questions"]])
    assert "nothing to plan with" in sentences.one_run_in_words(pd.DataFrame())


def test_what_guesses_tell_is_said_where_no_system_is_above_chance():
    comparison = pd.DataFrame({"system": ["BASE", "NAT"], "low": [0.2, 0.4]})
    levels = sentences.levels_table(0.25, pd.Series(dtype=float))
    assert sentences.guesses_in_words(comparison, levels) == ""
    low = comparison.assign(low=0.2)
    assert sentences.guesses_in_words(low, levels).startswith("These scores are compatible with")
    assert sentences.guesses_in_words(low, levels) in sentences.chance_in_words(low, levels)


def test_verdicts_are_counted_and_named_and_a_planted_world_is_named():
    on_paper = pd.DataFrame({
        "items": [22953, 22953, 22953, 10000, 10000, 10000], "claim": ["A.", "B.", "C."] * 2,
        "verdict": ["supported", "supported", "contradicted", "supported", "undecided",
                    "undecided"]})
    here = pd.DataFrame({"verdict": ["supported", "not testable here"]})
    said = sentences.verdicts_in_words(on_paper, here, False)
    assert said == (
        "By the paper's own means: over 22,953 questions 2 supported, 1 contradicted; over 10,000 "
        "questions 1 supported, 2 undecided. Supported: “A”; “B” (over 22,953 questions only). "
        "Contradicted: “C” (over 22,953 questions only). By the runs here: 1 supported, 1 not "
        "testable here.")
    fictional = sentences.verdicts_in_words(on_paper, here, True)
    assert fictional.startswith(said + " These runs are of a")
    assert sentences.named_verdicts(on_paper.assign(verdict="undecided")) == ""
