import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.prevalence import (
    HUMANS,
    JUDGE,
    PREDICTION_POWERED,
    ROGAN_GLADEN,
    corrected_prevalence,
    prediction_powered,
    rogan_gladen,
)
from medinj_utils.comparison.shares import stratum_weights


def counts(both: int, judge: int, human: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """A sample by its counts: the judge's and the humans' 0 and 1."""
    return (np.repeat([1.0, 1.0, 0.0, 0.0], [both, judge, human, neither]),
            np.repeat([1.0, 0.0, 1.0, 0.0], [both, judge, human, neither]))


def share(ones: int, n: int) -> np.ndarray:
    return np.repeat([1.0, 0.0], [ones, n - ones])


def test_rogan_gladen_by_hand():
    """Sensitivity 0.8, specificity 0.9: a judge's 41 % is 44.3 %."""
    estimate, low, high = rogan_gladen(share(41, 100), *counts(40, 5, 10, 45))
    assert estimate == pytest.approx((0.41 + 0.9 - 1) / (0.8 + 0.9 - 1)) and low < estimate < high


@pytest.mark.parametrize(("rest", "expected"), [
    ((220, 500), (0.43172005, 0.29649024, 0.56694986)),
    ((27, 60), (0.43219448, 0.29032677, 0.57406218))])
def test_prediction_powered_inference_is_that_of_ppi_python(rest, expected):
    """`ppi_mean_pointestimate` and `ppi_mean_ci` (alpha 0.05) of ppi-python 0.2.3 on these
    counts; the interval has four answers more."""
    estimate, *ends = prediction_powered(share(*rest), *counts(12, 5, 5, 18))
    assert estimate == pytest.approx(expected[0], abs=1e-7)
    assert ends == pytest.approx(expected[1:], abs=0.01)


def test_the_interval_of_a_large_sample_is_the_plain_one():
    judged, (ours, theirs) = share(44_000, 100_000), counts(2400, 1000, 1000, 3600)
    estimate, low, high = prediction_powered(judged, ours, theirs)
    weight = np.cov(theirs, ours, ddof=0)[0, 1] / (
        (1 + len(ours) / len(judged)) * np.concatenate([ours, judged]).var(ddof=1))
    half = 1.959964 * np.sqrt(weight**2 * judged.var() / len(judged)
                              + (theirs - weight * ours).var() / len(ours))
    assert (low, high) == pytest.approx((estimate - half, estimate + half), abs=1e-4)


@pytest.mark.parametrize("truth", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("by_stratum", [{"native": 300, "synthetic": 300},
                                        {"native": 40, "synthetic": 100, "translated": 500}])
def test_ten_rated_answers_of_each_provenance_hold_the_true_share(truth, by_stratum):
    """200 worlds; a plain interval holds it in 67 % of them where rare answers stand for many."""
    rng = np.random.default_rng([7, int(100 * truth), len(by_stratum)])
    provenance = pd.Series(np.repeat(list(by_stratum), list(by_stratum.values())))
    starts = np.cumsum([0, *by_stratum.values()])[:-1]
    rated = np.isin(np.arange(len(provenance)), [start + k for start in starts for k in range(10)])
    left = provenance[~rated].value_counts()
    whole = provenance.value_counts()
    outside = (provenance[~rated].map(whole / left) * (~rated).mean()).to_numpy()
    inside = stratum_weights(provenance[rated], whole)
    held = 0
    for _ in range(200):
        labels = (rng.random(len(provenance)) < truth).astype(float)
        judged = (rng.random(len(labels)) < np.where(labels == 1, 0.9, 0.2)).astype(float)
        _, low, high = prediction_powered(judged[~rated], judged[rated], labels[rated], outside,
                                          inside)
        held += low <= truth <= high
    assert held >= 0.9 * 200


def test_a_judge_that_knows_nothing_leaves_the_sample_alone():
    estimate, low, high = prediction_powered(share(300, 1000), *counts(15, 15, 35, 35))
    assert estimate == pytest.approx(0.5, abs=0.01)
    assert high - low == pytest.approx(2 * 1.96 * 0.05, rel=0.02)
    assert rogan_gladen(share(300, 1000), *counts(15, 15, 35, 35))[1:] == (0, 1)


def test_weights_stand_for_repeated_answers_and_make_the_interval_wider():
    judged, (ours, theirs) = share(220, 500), counts(12, 5, 5, 18)
    often = np.repeat([3.0, 1.0], 20)
    again = [np.repeat(values, often.astype(int)) for values in (ours, theirs)]
    assert rogan_gladen(judged, ours, theirs, often)[0] == pytest.approx(
        rogan_gladen(judged, *again)[0])
    plain, equal = (prediction_powered(judged, ours, theirs, None, weights)
                    for weights in (None, np.ones(40)))
    assert plain == pytest.approx(equal)
    weighted = prediction_powered(judged, ours, theirs, None, often / often.mean())
    assert weighted[2] - weighted[1] > equal[2] - equal[1]
    narrow = prediction_powered(judged, *again)
    assert weighted[0] == pytest.approx(narrow[0], abs=0.02)


@pytest.mark.parametrize("sample", [
    counts(10, 0, 0, 0), counts(0, 0, 0, 10), counts(0, 5, 5, 0), counts(5, 5, 5, 5)])
def test_where_nothing_can_be_corrected_nothing_is_said(sample):
    estimate, low, high = rogan_gladen(share(40, 100), *sample)
    assert np.isnan(estimate) and (low, high) == (0, 1)


def test_full_agreement_in_a_small_sample_proves_little():
    _, low, high = prediction_powered(share(400, 1000), *counts(4, 0, 0, 6))
    assert high - low > 2 * (1 - 0.025 ** (1 / 10))


@pytest.mark.parametrize("truth", [0.1, 0.4, 0.8])
@pytest.mark.parametrize(("sensitivity", "specificity"), [(0.9, 0.8), (0.7, 0.6)])
def test_intervals_hold_the_true_share_and_the_judges_own_does_not(truth, sensitivity, specificity):
    """200 worlds: 1,000 answers, of which humans rated 150."""
    rng = np.random.default_rng([int(100 * truth), int(100 * sensitivity)])
    held = dict.fromkeys((JUDGE, HUMANS, ROGAN_GLADEN, PREDICTION_POWERED), 0)
    widths = dict.fromkeys(held, 0.0)
    for _ in range(200):
        labels = (rng.random(1000) < truth).astype(float)
        judged = (rng.random(1000) < np.where(labels == 1, sensitivity, 1 - specificity)).astype(
            float
        )
        for row in corrected_prevalence(judged[150:], judged[:150], labels[:150]).itertuples():
            held[row.method] += row.low <= truth <= row.high
            widths[row.method] += row.high - row.low
    assert held[ROGAN_GLADEN] >= 0.9 * 200 and held[PREDICTION_POWERED] >= 0.9 * 200, held
    assert widths[PREDICTION_POWERED] < 1.02 * widths[HUMANS], widths
    if abs(truth * sensitivity + (1 - truth) * (1 - specificity) - truth) > 0.05:
        assert held[JUDGE] < 0.8 * 200, held


def test_the_table_has_all_four():
    table = corrected_prevalence([1, 0, 1, 0], [True, False, True], [1, 0, 0])
    assert list(table["method"]) == [JUDGE, HUMANS, ROGAN_GLADEN, PREDICTION_POWERED]
    assert table.loc[0, "estimate"] == 0.5 and (table["low"] <= table["high"]).all()


@pytest.mark.parametrize(("given", "message"), [
    (([1, None], [1], [1]), "judged: None at position 1"),
    (([1, 0], [1, 0.5], [1, 0]), "sample_judged: 0.5 at position 1"),
    (([], [1], [1]), "judged is empty"),
    (([1], [1, 0], [1]), "2 sample_judged and 1 sample_labels"),
    (([pd.NA], [1], [1]), "judged: <NA> at position 0"),
    (([float("nan")], [1], [1]), "judged: nan at position 0"),
])
def test_what_is_no_verdict_is_named(given, message):
    with pytest.raises(ValueError, match=message):
        corrected_prevalence(*given)


def test_labels_of_one_class_leave_an_interval():
    estimate, low, high = prediction_powered(np.array([0.0, 1.0] * 50), np.array([0.0, 1.0] * 20),
                                             np.zeros(40))
    assert estimate == low == 0 and 1 - 0.025 ** (1 / 40) <= high < 0.12
