import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar as reference_mcnemar
from statsmodels.stats.multitest import multipletests

from medinj_utils.comparison.inference import adjust_holm, interval, mcnemar, sign_flips


@pytest.mark.parametrize("only_first, only_second", [
    (0, 0), (1, 0), (5, 5), (3, 12), (20, 7), (0, 30)])
def test_mcnemar_is_the_exact_one_of_statsmodels(only_first, only_second):
    reference = reference_mcnemar([[10, only_first], [only_second, 10]], exact=True).pvalue
    assert mcnemar(only_first, only_second) == pytest.approx(
        min(1.0, float(np.nan_to_num(reference, nan=1.0)))
    )


def test_sign_flip_keeps_its_level_and_finds_what_is_there():
    rng = np.random.default_rng(1)
    nothing = sign_flips(rng.choice([-1.0, 0, 1], size=(80, 400)), np.arange(80), 400)
    assert 0.02 <= np.mean(nothing < 0.05) <= 0.08
    both = np.stack([np.ones(40), np.zeros(40)], axis=1)
    assert sign_flips(both, np.arange(40), 1000).tolist() == [pytest.approx(1 / 1001), 1.0]
    assert sign_flips(both[:, 1:], np.arange(40), 1000).tolist() == [1.0]


def test_signs_flipped_by_size_give_the_p_of_signs_flipped_one_by_one():
    rng = np.random.default_rng(1)
    change = rng.choice([-1.0, -0.5, 0, 0.5, 1], size=(900, 3), p=[0.2, 0.1, 0.35, 0.12, 0.23])
    by_size = sign_flips(change, np.arange(900), 20_000)
    one_by_one = sign_flips(change + rng.normal(size=change.shape) * 1e-7, np.arange(900), 20_000)
    assert by_size == pytest.approx(one_by_one, abs=0.012)


def test_ties_by_rounding_are_ties():
    """Differences of a third, which sums of floats miss by little, have the p-values of the same
    differences times three."""
    rng = np.random.default_rng(4)
    for _ in range(20):
        whole = rng.choice([-1.0, 0, 1], size=(200, 1), p=[0.12, 0.8, 0.08])
        third = ((whole + 1) / 3 * 1.0 + 1 / 3) - (1 / 3 + 1 / 3)
        assert sign_flips(third, np.arange(200), 5000)[0] == sign_flips(whole, np.arange(200),
                                                                        5000)[0]


def test_intervals_of_two_levels_are_nested():
    draws = np.arange(1001.0)
    assert interval(draws) == (25.0, 975.0) and interval(draws, 0.9) == (50.0, 950.0)


def test_adjusted_p_values_are_those_of_statsmodels():
    rng = np.random.default_rng(0)
    for p in (rng.random(28) ** 3, np.repeat([0.01, 0.5, 0.01, 1.0], 3), np.array([0.2])):
        assert (adjust_holm(p) == multipletests(p, method="holm")[1]).all()
