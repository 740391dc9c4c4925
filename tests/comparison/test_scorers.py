import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.scorers import (
    BASELINE,
    CONSTANT,
    POOLED,
    Labelled,
    scorer_agreement,
    scorer_pairs,
)
from medinj_utils.evaluation import agreement

GOOD, BAD, LENGTH = "judge", "coin", "length"


def planted(
    seed: int = 0, questions: int = 80, generators: int = 3
) -> tuple[Labelled, pd.DataFrame]:
    """Answers of three generators, right in 30 % of all; a judge errs in 15 %, a coin knows
    nothing, length a little."""
    rng = np.random.default_rng(seed)
    question = np.repeat(np.arange(questions), generators)
    ease = rng.normal(size=questions)[question]
    labels = (ease + rng.normal(size=len(question)) > 0.75).astype(float)
    judge = np.where(rng.random(len(labels)) < 0.85, labels, 1 - labels)
    scores = pd.DataFrame({GOOD: judge, BAD: (rng.random(len(labels)) < 0.3).astype(float),
                           LENGTH: labels + 3 * rng.normal(size=len(labels))})
    return Labelled(labels, question, np.tile(["x", "y", "z"][:generators], questions)), scores


def figures(table: pd.DataFrame, scorer: str, generator: str = POOLED) -> pd.DataFrame:
    return table[(table["scorer"] == scorer) & (table["generator"] == generator)].set_index(
        "figure"
    )


def test_estimates_are_those_of_agreement_pooled_and_by_generator():
    answers, scores = planted()
    table = scorer_agreement(answers, scores, 200)
    for generator in (POOLED, "x", "y", "z"):
        of = np.full(len(scores), True) if generator == POOLED else answers.generators == generator
        expected = agreement(answers.labels[of], scores[GOOD][of])
        rows = figures(table, GOOD, generator)
        assert rows["estimate"].to_dict() == pytest.approx(
            {name: expected[name] for name in rows.index}
        )
        assert (rows["low"] < rows["estimate"]).all()
        assert (rows["estimate"] < rows["high"]).all()
        assert set(rows["n"]) == {of.sum()}
        assert figures(table, CONSTANT, generator).loc["accuracy", "estimate"] == pytest.approx(
            expected["constant_baseline"]
        )


def test_a_scorer_that_knows_nothing_is_not_above_the_constant():
    table = scorer_agreement(*planted(), 500)
    baseline = figures(table, CONSTANT).loc["accuracy", "estimate"]
    assert (
        figures(table, GOOD).loc["accuracy", "low"]
        > baseline
        > figures(table, BAD).loc["accuracy", "high"] - 0.1
    )
    assert figures(table, BAD).loc["kappa", "low"] < 0 < figures(table, BAD).loc["kappa", "high"]
    assert figures(table, LENGTH).loc["accuracy", "estimate"] <= baseline + 0.03


def test_pooling_generators_that_differ_inflates_a_correlation():
    """Within each generator length says nothing of the label; the better generator merely writes
    more."""
    rng = np.random.default_rng(3)
    generators = np.tile(["poor", "good"], 300)
    labels = (rng.random(600) < np.where(generators == "good", 0.9, 0.1)).astype(float)
    lengths = rng.normal(size=600) + 3 * (generators == "good")
    table = scorer_agreement(Labelled(labels, np.repeat(np.arange(300), 2), generators),
                             pd.DataFrame({LENGTH: lengths}), 300)
    assert figures(table, LENGTH).loc["pearson", "estimate"] > 0.5
    for generator in ("poor", "good"):
        low, high = figures(table, LENGTH, generator).loc["pearson", ["low", "high"]]
        assert low < 0.1
        assert high > -0.1
        assert abs(figures(table, LENGTH, generator).loc["pearson", "estimate"]) < 0.15


def test_unreadable_verdicts_are_counted_and_no_zero():
    answers, scores = planted()
    scores.loc[:9, GOOD] = np.nan
    rows = figures(scorer_agreement(answers, scores, 100), GOOD)
    assert set(rows["unscored"]) == {10} and set(rows["n"]) == {230}
    assert rows.loc["accuracy", "estimate"] == pytest.approx(
        agreement(answers.labels[10:], scores[GOOD][10:])["accuracy"]
    )


def test_the_constant_baseline_is_taken_of_the_same_answers_as_the_accuracy():
    answers, scores = planted()
    # it judges mostly wrong answers
    scores.loc[answers.labels == 1, GOOD] = np.where(np.arange((answers.labels == 1).sum()) < 10,
                                                     1.0, np.nan)
    scores["mute"] = np.nan
    table = scorer_agreement(answers, scores, 100)
    rows, zeros = figures(table, GOOD), (answers.labels == 0).sum()
    assert rows.loc[BASELINE, "estimate"] == pytest.approx(zeros / (zeros + 10))
    assert rows.loc[BASELINE, "n"] == rows.loc["accuracy", "n"] == zeros + 10
    assert figures(table, CONSTANT).loc["accuracy", "estimate"] < rows.loc[BASELINE, "estimate"]
    assert rows.loc[BASELINE, "low"] < rows.loc[BASELINE, "estimate"] < rows.loc[BASELINE, "high"]
    assert figures(table, "mute").loc[BASELINE, ["estimate", "low", "high"]].isna().all()
    assert figures(table, "mute").loc[BASELINE, "n"] == 0


def test_a_judge_that_was_right_ten_times_may_still_err():
    labels = np.tile([1.0, 0.0], 5)
    answers = Labelled(labels, np.arange(10), ["x"] * 10)
    table = scorer_agreement(answers, pd.DataFrame({"j": labels, "r": labels + 0.1}), 200)
    rows = table[(table["generator"] == POOLED) & (table["figure"] != BASELINE)
                 & (table["scorer"] != CONSTANT)]
    assert (rows["estimate"].round(9) == 1).all() and (rows["high"] == 1).all()
    assert rows["low"].max() < 0.75 and rows["low"].min() > 0, rows
    accuracy = figures(table, "j").loc["accuracy", "low"]
    assert accuracy == pytest.approx(0.025 ** (1 / 10))  # Clopper and Pearson's
    wrong = scorer_agreement(answers, pd.DataFrame({"j": 1 - labels}), 200)
    assert figures(wrong, "j").loc["accuracy", "high"] == pytest.approx(1 - 0.025 ** (1 / 10))
    equal = scorer_agreement(Labelled(np.ones(10), np.arange(10), ["x"] * 10),
                             pd.DataFrame({"j": np.ones(10)}), 200)
    assert figures(equal, CONSTANT).loc["accuracy", "low"] == pytest.approx(0.025 ** (1 / 10))
    mixed = scorer_agreement(Labelled(np.ones(10), np.arange(10), ["x"] * 10),
                             pd.DataFrame({"j": labels}), 200)
    assert pd.isna(figures(mixed, "j").loc["kappa", "low"])
    assert figures(equal, "j").loc[["pearson", "kappa", "auc"], "estimate"].isna().all()


def test_pairs_are_compared_on_the_same_draws():
    answers, scores = planted()
    scores["again"] = scores[GOOD]
    pairs = scorer_pairs(answers, scores, "kappa", 500).set_index(["first", "second"])
    same, apart = pairs.loc[(GOOD, "again")], pairs.loc[(GOOD, BAD)]
    assert same["difference"] == same["low"] == same["high"] == 0 and same["p"] == 1
    assert apart["low"] > 0 and apart["p"] < 0.01 and (pairs["p_holm"] >= pairs["p"]).all()


@pytest.mark.parametrize("figure", ["auc", "kappa", "accuracy", "pearson"])
def test_a_pair_reaches_as_far_as_the_errors_that_no_answer_shows(figure):
    """Ten answers: all right by one scorer, nine by the other; p and interval agree."""
    labels = np.array([0, 1] * 5)
    one_wrong = labels.copy()
    one_wrong[0] = 1
    pair = scorer_pairs(Labelled(labels, range(10), ["x"] * 10),
                        pd.DataFrame({"right": labels, "nine": one_wrong}), figure, 500).iloc[0]
    assert pair["difference"] > 0 > pair["low"] and pair["p"] >= 0.05
    alone = scorer_pairs(Labelled(np.tile(labels, 10), range(100), ["x"] * 100), pd.DataFrame(
        {"right": np.tile(labels, 10), "coin": np.tile([0, 0, 1, 1], 25)}), figure, 500).iloc[0]
    assert alone["low"] < alone["difference"] < alone["high"] and alone["low"] > 0
    assert alone["p"] < 0.05


def test_what_is_undefined_has_no_interval():
    answers, scores = planted()
    table = scorer_agreement(answers, scores[[GOOD]] * 0, 50)
    assert (
        figures(table, GOOD)
        .loc[["pearson", "spearman"], ["estimate", "low", "high"]]
        .isna()
        .all(axis=None)
    )
    pairs = scorer_pairs(answers, scores.assign(none=0.0), "pearson", 50).set_index("second")
    assert pairs.loc["none", ["difference", "low", "high", "p", "p_holm"]].isna().all(axis=None)


def test_intervals_hold_what_was_planted():
    """95 % intervals of accuracy and kappa, over 60 sets of answers, 40 questions each."""
    large, its_scores = planted(99, 20_000)
    truth = agreement(large.labels, its_scores[GOOD])
    held = {"accuracy": 0, "kappa": 0}
    for seed in range(60):
        answers, scores = planted(seed, 40)
        rows = figures(scorer_agreement(answers, scores[[GOOD]], 200), GOOD)
        for name in held:
            held[name] += rows.loc[name, "low"] <= truth[name] <= rows.loc[name, "high"]
    assert all(52 <= times <= 60 for times in held.values()), held


def test_draws_depend_on_the_seed_alone():
    answers, scores = planted()
    one, again, other = (scorer_agreement(answers, scores, 100, seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(one, again)
    assert not one["low"].equals(other["low"])


@pytest.mark.parametrize(("change", "message"), [
    ({"labels": [0, 1, 2, 0]}, "label 2 is 2"), ({"labels": [0, 1, None, 0]}, "label 2 is None"),
    ({"questions": [1, 1, 1, 1]}, "one question"),
    ({"questions": [1, 2, None, 3]}, "no question"),
    ({"generators": ["x", None, "x", "x"]}, "no generator"),
    ({"generators": ["x", "pooled", "x", "x"]}, "a generator is called 'pooled'"),
    ({"labels": [0, 1]}, "2 labels, 4 questions"),
    ({"scores": [0, 1, np.inf, 0]}, "'judge' has an infinite score in row 2"),
    ({"scores": ["a", 1, 1, 0]}, "not all numbers"),
])
def test_what_cannot_be_judged_is_named(change, message):
    given = {
        "labels": [0, 1, 1, 0],
        "questions": [1, 2, 3, 4],
        "generators": ["x"] * 4,
        "scores": [0, 1, 1, 0],
    } | change
    scores = pd.DataFrame({GOOD: given.pop("scores")})
    with pytest.raises(ValueError, match=message):
        scorer_agreement(Labelled(**given), scores, 10)


def test_a_scorer_that_stands_twice_is_refused():
    answers, scores = planted()
    with pytest.raises(ValueError, match="column 'coin' twice"):
        scorer_agreement(answers, scores[[GOOD, BAD, BAD]], 10)


def test_an_unknown_figure_is_refused():
    with pytest.raises(ValueError, match="choose from pearson, spearman, auc, kappa, f1, accuracy"):
        scorer_pairs(*planted(), "r2")
