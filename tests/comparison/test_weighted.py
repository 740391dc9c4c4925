import numpy as np
import pytest

from medinj_utils.comparison.weighted import BINARY, REAL
from medinj_utils.evaluation import agreement


@pytest.mark.parametrize("binary", [True, False])
def test_a_weight_is_how_often_a_pair_stands(binary):
    rng = np.random.default_rng(0)
    labels = (rng.random(40) < 0.4).astype(float)
    scores = (rng.random(40) < 0.5).astype(float) if binary else rng.integers(0, 8, 40) / 7 + 1e6
    weights = np.vstack([np.ones(40), rng.multinomial(40, np.full(40, 1 / 40), size=6)])
    for name, figure in (REAL | BINARY if binary else REAL).items():
        repeated = [
            agreement(np.repeat(labels, times), np.repeat(scores, times))[name]
            for times in weights.astype(int)
        ]
        assert figure(labels, scores, weights) == pytest.approx(repeated, abs=1e-8), name


@pytest.mark.parametrize(("labels", "scores"), [
    ([0, 0, 1], [1, 1, 1]), ([1, 1, 1], [0, 1, 1]), ([0, 0, 0], [0, 0, 0]), ([1, 1, 1], [1, 1, 1]),
    ([0, 0, 0], [1, 1, 1])])
def test_what_is_undefined_is_nan_in_each_draw(labels, scores):
    labels, scores = np.array(labels, dtype=float), np.array(scores, dtype=float)
    for name, figure in (REAL | BINARY).items():
        assert figure(labels, scores, np.ones((2, 3))) == pytest.approx(
            [agreement(labels, scores)[name]] * 2, nan_ok=True
        ), name


@pytest.mark.parametrize("factor", [1e300, 1e-300])
def test_a_correlation_does_not_hang_on_the_unit_of_the_scores(factor):
    rng = np.random.default_rng(0)
    labels, scores = (rng.random(40) < 0.4).astype(float), rng.random(40)
    for name in ("pearson", "spearman", "auc"):
        assert REAL[name](labels, scores * factor, np.ones((1, 40))) == pytest.approx(
            REAL[name](labels, scores, np.ones((1, 40)))), name
