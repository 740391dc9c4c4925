"""Simulated scores."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from medinj_utils.core.names import SYSTEMS, parts_of


def independent(n=200, seed=0, **shares):
    """0/1 scores of systems that are right with these shares, independently of each other."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {name: (rng.random(n) < share).astype(int) for name, share in shares.items()}
    )


def by_provenances(n=900, seed=0, seeds=(0,), interaction=0.0):
    """Scores of the eight systems by a logistic model on the provenances, provenances, clusters.

    Gains in log odds are 0.8, 0.3 and 0.5. Items come in clusters of three; seeing translated
    questions adds ``interaction`` to the log odds of translated items.
    """
    rng = np.random.default_rng(seed)
    cluster = np.arange(n) // 3
    hard = rng.normal(size=n // 3)[cluster]
    translated = np.arange(n) % 2 == 1
    scores = {}
    for system in SYSTEMS:
        gain = sum({"NAT": 0.8, "SYN": 0.3, "TRAD": 0.5}[part] for part in parts_of(system))
        odds = hard - 1 + gain + interaction * ("TRAD" in parts_of(system)) * translated
        scores |= {
            (system, run): (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float) for run in seeds
        }
    index = [f"i{i}" for i in range(n)]
    return (
        pd.DataFrame(scores).set_axis(index),
        pd.Series(np.where(translated, "translated", "native"), index),
        pd.Series(cluster, index),
    )


def by_shares(seed, items=3000, **better):
    """0/1 scores of all systems with seeds 0 and 1, each right 45 % of the time and ``better``."""
    rng = np.random.default_rng(seed)
    hard = rng.normal(size=items)
    return pd.DataFrame({(system, run): (hard + rng.normal(size=items) < norm.ppf(0.45 + better.get(
        system.replace("-", "_"),
        0)) * np.sqrt(2)).astype(float) for system in SYSTEMS for run in (0, 1)},
        index=[f"i{n}" for n in range(items)])
