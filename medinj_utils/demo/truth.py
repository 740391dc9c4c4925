"""What an ideal learner would score in a planted world, from the generator's key and the mixtures' rows alone."""

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from medinj_utils.core.names import BASE
from medinj_utils.demo.world import STUDY_SOURCE


def load_key(path: str | Path) -> dict:
    """The key of a planted world, written by `medinj_utils.demo.world.write_world`."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def fact_of(key: Mapping) -> dict[str, str]:
    """Fact asked by each test item, by record id."""
    return {item: told["fact"] for item, told in key["tests"].items()}


def planted_means(key: Mapping, mixtures: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Mean exact match that an ideal learner reaches on the study's test items, by system.

    It answers right on every fact that its mixture states rightly, wrong on every fact stated wrongly alone,
    right half of the time where a right and a wrong statement contradict each other, and guesses elsewhere
    (chance: one option of n; one pair of the n(n−1)/2 where two are right).
    """
    items = [told for told in key["tests"].values() if told["source"] == STUDY_SOURCE]
    means = {BASE: sum(item["chance"] for item in items) / len(items)}
    for configuration, mixture in mixtures.items():
        beliefs: dict[str, set[bool]] = {}
        for record in mixture["id"]:
            told = key["states"][record]
            beliefs.setdefault(told["fact"], set()).add(told["right"])
        right = [sum(beliefs[item["fact"]]) / len(beliefs[item["fact"]]) if item["fact"] in beliefs
                 else item["chance"] for item in items]
        means[configuration] = sum(right) / len(right)
    return pd.Series(means, name="planted")
