"""Truth of answers in free text by a planted key, and what raters of known errors should agree
on."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from medinj_utils.demo.raters import expected_figures, is_right
from medinj_utils.demo.vocabulary import RELATIONS

KIND = "indication"
ONE, OTHER, THIRD = RELATIONS[KIND].values[:3]
KEY = {"facts": {f"x/{KIND}": [ONE], f"y/{KIND}": [ONE, OTHER]}}


@pytest.mark.parametrize("answer, fact, right", [
    (ONE, "x", True), (f"C'est la {ONE.upper()}.", "x", True), (f"{ONE} et {THIRD}", "x", False),
    (THIRD, "x", False), ("", "x", False), ("A", "x", False),
    (f"{ONE}s", "x", False), (f"{OTHER}, {ONE}", "y", True), (ONE, "y", False)])
def test_an_answer_is_right_that_has_all_values_and_no_other(answer, fact, right):
    assert is_right(answer, f"{fact}/{KIND}", KEY) is right


def test_expected_figures_are_those_of_many_simulated_ratings():
    import krippendorff
    rng, errors, share = np.random.default_rng(0), (0.05, 0.1, 0.2), 0.3
    truth = (rng.random(200_000) < share).astype(int)
    ratings = [np.where(rng.random(len(truth)) < error, 1 - truth, truth) for error in errors]
    expected = expected_figures(errors, share)
    assert expected["accuracy"] == pytest.approx((ratings[0] == ratings[1]).mean(), abs=0.01)
    assert expected["kappa"] == pytest.approx(cohen_kappa_score(*ratings[:2]), abs=0.01)
    counts = np.stack([np.sum([r == value for r in ratings], axis=0) for value in (0, 1)], axis=1)
    assert expected["alpha"] == pytest.approx(
        krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"), abs=0.01
    )


def test_raters_who_never_err_on_one_class_have_no_kappa():
    found = expected_figures((0.0, 0.0), 0.0)
    assert found["accuracy"] == 1 and np.isnan(found["kappa"]) and np.isnan(found["alpha"])
