"""How fast the comparison room resamples: ``python benchmarks/comparison.py [--items N] [--together N]``.

Eight systems with 0/1 scores on as many items as the study's test sets hold, in clusters of about three (``--together``),
are compared in all 28 pairs: intervals by bootstrap and p-values by sign flips. The same intervals are asked of
``scipy.stats.bootstrap``, pair after pair, over the clusters' sums; it is timed on two pairs and fewer draws, and its time
taken in proportion. The last line is a JSON object: seconds, ratio_scipy, peak_gb, and interval_differs, the largest
difference of an interval's end, in points.
"""

import argparse
import json
import resource
import time

import numpy as np
import pandas as pd
from scipy.stats import bootstrap

from medinj_utils.comparison import compare_pairs
from medinj_utils.core.names import SYSTEMS


def simulated(items: int, together: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Scores and clusters: an item's difficulty is partly its cluster's."""
    rng = np.random.default_rng(0)
    cluster = np.arange(items) if together == 1 else np.sort(rng.integers(items // together, size=items))
    hard = rng.normal(size=items) + rng.normal(size=items // together)[cluster]
    scores = {system: hard + rng.normal(size=items) < 0.1 * place for place, system in enumerate(SYSTEMS)}
    return pd.DataFrame(scores).astype(float), cluster


def by_scipy(scores: pd.DataFrame, cluster: np.ndarray, pair: tuple[str, str], resamples: int) -> tuple[float, float]:
    """Ends of the 95 % percentile interval of a pair's difference."""
    sums = np.bincount(cluster, weights=scores[pair[0]] - scores[pair[1]])
    sizes = np.bincount(cluster)
    sums, sizes = sums[sizes > 0], sizes[sizes > 0]
    found = bootstrap((sums, sizes), lambda a, b, axis: a.sum(axis) / b.sum(axis), paired=True, vectorized=True, batch=100,
                      n_resamples=resamples, method="percentile", rng=np.random.default_rng(0))
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{len(pairs)} pairs, {chosen.items} items, {chosen.resamples} draws: {seconds:.2f} s", flush=True)
    began, ends = time.perf_counter(), {}
    for pair in pairs.index[:2]:
        ends[pair] = by_scipy(scores, cluster, pair, chosen.scipy_resamples)
    theirs = (time.perf_counter() - began) / len(ends) * len(pairs) * chosen.resamples / chosen.scipy_resamples
    differs = max(np.abs(pairs.loc[pair, ["low", "high"]].to_numpy(float) - both).max() for pair, both in ends.items())
    print(json.dumps({"seconds": round(seconds, 2), "ratio_scipy": round(theirs / seconds, 1), "peak_gb": round(peak, 2),
                      "seconds_scipy": round(theirs, 1), "interval_differs": round(100 * differs, 3)}))


if __name__ == "__main__":
    main()
