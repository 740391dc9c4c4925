"""Bootstrap draws of many clusters, fast: how often each is drawn, and the sums of their scores."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from scipy.special import pdtr
from threadpoolctl import ThreadpoolController

from medinj_utils.core.machine import available_cores

#: Of draws × clusters from one stream of random numbers, and at once in one thread.
_STREAM_CELLS = 2_000_000


@cache
def _threads() -> ThreadpoolController:
    """Found once: to look for the libraries takes as long as a small bootstrap."""
    return ThreadpoolController()


def drawn_totals(sums: np.ndarray, resamples: int, seed: int) -> np.ndarray:
    """Sums over as many clusters as there are, drawn with replacement.

    Independent Poisson counts, given their sum, are multinomial: each cluster's count is drawn
    independently, a little below one on average, and the missing draws are then made among all.
    This is three times as fast as drawing one cluster after another.

    Args:
        sums: clusters × columns.
        resamples: number of draws.
        seed: of the random numbers.

    Returns:
        Resamples × columns.
    """
    n_clusters = len(sums)
    table = _count_table(n_clusters)
    # Single precision holds these whole numbers exactly.
    whole = (sums == sums.round()).all() and np.abs(sums).sum() < 2**20
    sums = sums.astype(np.float32 if whole else np.float64)
    together = max(1, _STREAM_CELLS // n_clusters)

    def drawn(start: int) -> np.ndarray:
        n = min(together, resamples - start)
        return _drawn_counts(table, n, n_clusters, [seed, 1, start]).astype(sums.dtype) @ sums

    # BLAS would start threads of its own in each of these.
    with _threads().limit(limits=1, user_api="blas"):
        if resamples <= together:
            return drawn(0).astype(float)
        with ThreadPoolExecutor(available_cores()) as pool:
            return np.concatenate([*pool.map(drawn, range(0, resamples, together))]).astype(float)


@cache
def _count_table(n_clusters: int) -> np.ndarray:
    """65,536 equally likely counts of a cluster that is drawn independently."""
    # The first draws then exceed their number once in three million draws.
    alone = max(0.0, 1 - 5 / np.sqrt(n_clusters))
    quantiles = (np.arange(2**16) + 0.5) / 2**16
    return np.searchsorted(pdtr(np.arange(16), alone), quantiles).astype(np.int8)


def _drawn_counts(table: np.ndarray, n: int, n_clusters: int, stream: list[int]) -> np.ndarray:
    """How often each cluster is drawn: n × clusters, by `_count_table`."""
    rng = np.random.default_rng(stream)
    random = rng.integers(2**64, size=-(-n * n_clusters // 4), dtype=np.uint64)
    counts = table[random.view(np.uint16)[:n * n_clusters].reshape(n, n_clusters)]  # 16 bits each
    missing = np.maximum(n_clusters - counts.sum(axis=1, dtype=np.int32), 0)
    rows = np.repeat(np.arange(n) * n_clusters, missing)
    np.add.at(counts.reshape(-1), rows + rng.integers(n_clusters, size=missing.sum()), np.int8(1))
    return counts
