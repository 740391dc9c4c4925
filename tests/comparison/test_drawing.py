"""Draws of many clusters: as a multinomial draws them, by however many threads."""

import numpy as np
import pytest
from scipy.stats import binom
from threadpoolctl import threadpool_limits

from medinj_utils.comparison import compare_pairs, drawing
from simulations.promises import World


@pytest.mark.parametrize("clusters", [3, 30, 300])
def test_clusters_are_drawn_as_a_multinomial_draws_them_by_however_many_threads(monkeypatch,
                                                                                clusters):
    counts = drawing.drawn_totals(np.eye(clusters), 20_001, 3)
    assert counts.shape == (20_001, clusters) and (counts.sum(axis=1) == clusters).all()
    # n draws of probability 1/n: variance 1 − 1/n, covariance −1/n
    spread = np.cov(counts[:, :3], rowvar=False)
    assert np.abs(counts.mean(axis=0) - 1).max() < 0.04
    assert np.abs(spread - (np.eye(3) - 1 / clusters)).max() < 0.05
    chosen = binom.pmf([0, 1, 2], clusters, 1 / clusters)
    assert np.bincount(counts[:, 0].astype(int))[:3] / 20_001 == pytest.approx(chosen, abs=0.015)
    for cores in (1, 3):
        monkeypatch.setattr(drawing, "available_cores", lambda cores=cores: cores)
        assert (drawing.drawn_totals(np.eye(clusters), 20_001, 3) == counts).all()


def test_results_do_not_depend_on_the_number_of_threads(monkeypatch):
    scores, clusters = World(
        (0.0, 0.2, 0.4), items=3000, cluster_size=3, shared=1.0, runs=2, spread=0.1
    ).draw(0)
    result = []
    for threads in (1, 2):
        monkeypatch.setattr(drawing, "available_cores", lambda threads=threads: threads)
        with threadpool_limits(threads):
            result.append(compare_pairs(scores, 300, clusters=clusters).round(12))
    assert result[0].equals(result[1]) and len(result[0]) == 3
