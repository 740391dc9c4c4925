"""How fast the comparison room resamples: ``python benchmarks/comparison.py``.

Eight systems with 0/1 scores on as many items as the study's test sets hold, in clusters of about
three (``--together``), are compared in all 28 pairs: intervals by bootstrap and p-values by sign
flips. ``scipy.stats.bootstrap`` computes the same intervals, pair after pair, over the clusters'
sums. It is timed on two pairs and fewer draws, and its time is scaled up. The last line is a JSON
object: seconds, ratio_scipy, peak_gb, seconds_scipy and interval_differs, the largest difference
of an interval's end, in points.
"""

import argparse
import json
import time

import numpy as np
import pandas as pd
from scipy.stats import bootstrap

from medinj_utils.comparison import compare_pairs
from medinj_utils.core.machine import peak_memory_gb
from medinj_utils.core.names import SYSTEMS


def simulated(items: int, together: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Scores and clusters: an item's difficulty is partly its cluster's."""
    rng = np.random.default_rng(0)
    if together == 1:
        cluster = np.arange(items)
    else:
        cluster = np.sort(rng.integers(items // together, size=items))
    difficulty = rng.normal(size=items) + rng.normal(size=items // together)[cluster]
    scores = {system: difficulty + rng.normal(size=items) < 0.1 * ability
              for ability, system in enumerate(SYSTEMS)}
    return pd.DataFrame(scores).astype(float), cluster


def by_scipy(scores: pd.DataFrame, cluster: np.ndarray, pair: tuple[str, str],
             resamples: int) -> tuple[float, float]:
    """Ends of the 95 % percentile interval of a pair's difference."""
    sums = np.bincount(cluster, weights=scores[pair[0]] - scores[pair[1]])
    sizes = np.bincount(cluster)
    drawn = sizes > 0
    result = bootstrap((sums[drawn], sizes[drawn]), _ratio, paired=True, vectorized=True, batch=100,
                       n_resamples=resamples, method="percentile", rng=np.random.default_rng(0))
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def _ratio(sums: np.ndarray, sizes: np.ndarray, axis: int) -> np.ndarray:
    return sums.sum(axis) / sizes.sum(axis)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=27_931)
    parser.add_argument("--together", type=int, default=3, help="mean number of items in a cluster")
    parser.add_argument("--resamples", type=int, default=10_000)
    parser.add_argument("--scipy-resamples", type=int, default=2_000)
    chosen = parser.parse_args()
    scores, cluster = simulated(chosen.items, chosen.together)
    began = time.perf_counter()
    pairs = compare_pairs(scores, chosen.resamples, clusters=cluster).set_index(["first", "second"])
    seconds = time.perf_counter() - began
    peak = peak_memory_gb()
    print(f"{len(pairs)} pairs, {chosen.items} items, {chosen.resamples} draws: {seconds:.2f} s",
          flush=True)
    began = time.perf_counter()
    ends = {pair: by_scipy(scores, cluster, pair, chosen.scipy_resamples)
            for pair in pairs.index[:2]}
    per_draw = (time.perf_counter() - began) / len(ends) / chosen.scipy_resamples
    seconds_scipy = per_draw * len(pairs) * chosen.resamples
    differs = max(np.abs(pairs.loc[pair, ["low", "high"]].to_numpy(float) - both).max()
                  for pair, both in ends.items())
    print(json.dumps({"seconds": round(seconds, 2),
                      "ratio_scipy": round(seconds_scipy / seconds, 1),
                      "peak_gb": round(peak, 2), "seconds_scipy": round(seconds_scipy, 1),
                      "interval_differs": round(100 * differs, 3)}))


if __name__ == "__main__":
    main()
