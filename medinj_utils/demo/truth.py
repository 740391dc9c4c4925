"""Scores of an ideal learner in a planted world, from its key and the mixtures' rows."""

from collections.abc import Mapping

import pandas as pd

from medinj_utils.core.names import BASE
from medinj_utils.demo.world import STUDY_SOURCE


def fact_of(key: Mapping) -> dict[str, str]:
    """Fact asked by each test item, choice or open, by record id."""
    return {item: test["fact"] for item, test in {**key["tests"], **key["open_tests"]}.items()}


def planted_means(key: Mapping, mixtures: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Mean exact match that an ideal learner reaches on the study's test items.

    It is right on every fact that its mixture states rightly, wrong on every fact that is only
    stated wrongly, right half of the time on facts with right and wrong statements, and guesses
    elsewhere (chance: one option of n; one pair of the n(n−1)/2 where two are right).

    Args:
        key: of the world, as `medinj_utils.demo.world.write_world` returns it.
        mixtures: by configuration.

    Returns:
        A mean from 0 to 1 per system: the base, which guesses, and each configuration.
    """
    tests = [test for test in key["tests"].values() if test["source"] == STUDY_SOURCE]
    means = {BASE: sum(test["chance"] for test in tests) / len(tests)}
    for configuration, mixture in mixtures.items():
        beliefs: dict[str, set[bool]] = {}
        for record in mixture["id"]:
            statement = key["states"][record]
            beliefs.setdefault(statement["fact"], set()).add(statement["right"])
        right = [_expected(test, beliefs) for test in tests]
        means[configuration] = sum(right) / len(right)
    return pd.Series(means, name="planted")


def _expected(test: Mapping, beliefs: Mapping[str, set[bool]]) -> float:
    """Expected exact match on a test item."""
    statements = beliefs.get(test["fact"])
    return sum(statements) / len(statements) if statements else test["chance"]
