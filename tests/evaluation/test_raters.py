import math
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score, roc_auc_score

from medinj_utils.evaluation import agreement
from medinj_utils.evaluation.raters import FIGURES, best_threshold, cross_validated


def test_binary_scores_have_every_figure_as_the_libraries_give_it():
    rng = np.random.default_rng(0)
    labels = rng.random(200) < 0.3
    scores = np.where(rng.random(200) < 0.8, labels, ~labels)
    found = agreement(labels, scores)
    assert found == pytest.approx({
        "pearson": pearsonr(labels, scores).statistic,
        "spearman": spearmanr(labels, scores).statistic, "auc": roc_auc_score(labels, scores),
        "kappa": cohen_kappa_score(labels, scores), "f1": f1_score(labels, scores),
        "accuracy": accuracy_score(labels, scores),
        "constant_baseline": 1 - labels.mean()})
    assert all(type(value) is float for value in found.values())


def test_a_case_by_hand():
    found = agreement([1, 1, 0, 0, 0], [1, 0, 0, 0, 1])
    assert found["accuracy"] == 0.6 and found["constant_baseline"] == 0.6 and found["f1"] == 0.5
    assert found["kappa"] == pytest.approx((0.6 - 0.52) / (1 - 0.52))
    assert found["pearson"] == pytest.approx(1 / 6)


def test_always_no_is_right_where_most_are_no_and_agrees_with_nobody():
    found = agreement([0] * 70 + [1] * 30, [0] * 100)
    assert found["accuracy"] == found["constant_baseline"] == 0.7
    assert found["kappa"] == 0 and found["f1"] == 0 and found["auc"] == 0.5
    assert math.isnan(found["pearson"]) and math.isnan(found["spearman"])


def test_real_scores_have_correlations_and_auc_alone():
    found = agreement([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    assert found["auc"] == 0.75
    assert found["spearman"] == pytest.approx(
        spearmanr([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).statistic
    )
    assert all(math.isnan(found[name]) for name in ("kappa", "f1", "accuracy", "constant_baseline"))
    graded = agreement([0, 1, 2], [0.1, 0.2, 0.3])
    assert graded["pearson"] == pytest.approx(1) and math.isnan(graded["auc"])


@pytest.mark.parametrize(("labels", "scores", "undefined"), [
    ([0, 0], [0, 0], {"pearson", "spearman", "auc", "kappa", "f1"}),
    ([1, 1], [1, 1], {"pearson", "spearman", "auc", "kappa"}),
    ([1, 1], [0, 1], {"pearson", "spearman", "auc"}),
    ([0, 0], [1, 1], {"pearson", "spearman", "auc"}), ([0, 1], [0, 0], {"pearson", "spearman"}),
    ([1], [1], {"pearson", "spearman", "auc", "kappa"}), ([1], [0.5], set(FIGURES)),
])
def test_what_is_undefined_is_nan_without_a_warning(labels, scores, undefined):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = agreement(labels, scores)
    assert {name for name, value in found.items() if math.isnan(value)} == undefined
    assert list(found) == list(FIGURES)


@pytest.mark.parametrize(("labels", "scores", "message"), [
    ([1, 0], [1, float("nan")], r"scores have no finite number at position 1 \(1 in all\)"),
    ([None, 0, None], [1, 0, 1], "labels have .* 0, 2"),
    ([1, 0], [1, pd.NA], "position 1"), ([1, 0], [1, math.inf], "position 1"),
    ([0] * 12, [math.nan] * 12, r"8, 9 … \(12 in all\)"),
    ([1, 0], [1], "2 labels and 1 scores"), ([], [], "0 labels"),
    (["oui", "non"], [1, 0], "not all numbers"),
    (pd.Series([1, 0]), pd.Series([1, 0], index=[1, 0]), "different indices"),
])
def test_what_cannot_be_compared_is_named(labels, scores, message):
    with pytest.raises(ValueError, match=message):
        agreement(labels, scores)


@pytest.mark.parametrize(("labels", "scores", "threshold"), [
    ([0, 0, 1, 1], [1, 2, 3, 4], 2.5), ([1, 1], [3, 4], -math.inf), ([0, 0], [3, 4], math.inf),
    ([0, 1, 1], [2, 2, 2], -math.inf), ([1, 0, 0, 0], [9, 9, 1, 1], 5)])
def test_the_threshold_with_the_highest_accuracy(labels, scores, threshold):
    assert best_threshold(np.array(labels), np.array(scores, dtype=float)) == threshold


def test_a_threshold_never_sees_its_own_question():
    """A score that gives away its question, and by that the label, is worth nothing on other
    questions."""
    rng = np.random.default_rng(1)
    questions = np.repeat(np.arange(60), 5)
    labels = np.repeat(rng.random(60) < 0.5, 5).astype(float)
    useful, useless = labels + rng.normal(size=300), questions * 1.0
    assert agreement(labels, cross_validated(labels, useful, questions))["accuracy"] > 0.6
    baseline = max(labels.mean(), 1 - labels.mean())
    assert (
        agreement(labels, cross_validated(labels, useless, questions))["accuracy"]
        <= baseline + 0.02
    )


@pytest.mark.parametrize(("labels", "questions", "message"), [
    ([0, 1], ["a", "a"], "one question"), ([0, 2], ["a", "b"], "needs 0 and 1"),
    ([0, 1], ["a"], "1 questions")])
def test_a_threshold_that_cannot_be_chosen_is_refused(labels, questions, message):
    with pytest.raises(ValueError, match=message):
        cross_validated(labels, [0.1, 0.2], questions)
