import pandas as pd
import pytest

from medinj_utils.comparison.factorial import effects_of
from medinj_utils.comparison.planted import (
    effects_beside_planted,
    planted_effects_found,
    planted_scores,
    rank_correlation,
    scores_beside_planted,
)
from medinj_utils.comparison.resampling import resample
from medinj_utils.comparison.tables import load_compared
from medinj_utils.core.names import SYSTEMS
from medinj_utils.core.tree import Tree


def test_planted_effects_stand_beside_those_found_and_only_where_there_is_a_key(tree):
    compared = load_compared(tree, "greedy")
    drawn = resample(compared.matrix, 100, clusters=compared.clusters)
    effects = effects_beside_planted(tree, drawn)
    expected = effects_of(planted_scores(tree, SYSTEMS))["estimate"]
    assert effects["planted"].tolist() == expected.tolist() and len(effects) == 14
    assert planted_effects_found(effects).endswith("of 3).")
    tree.key_file.unlink()
    real = Tree(tree.root)
    assert planted_scores(real, SYSTEMS) is None and "planted" not in effects_beside_planted(real, drawn)
    assert "no planted truth" in planted_effects_found(effects.drop(columns="planted"))
    few = resample(compared.matrix[["BASE", "NAT"]], 100, clusters=compared.clusters)
    assert effects_beside_planted(real, few).empty


def test_main_effects_inside_their_intervals_are_named():
    effects = pd.DataFrame({"kind": ["main", "main", "shapley"], "effect": ["NAT", "SYN", "NAT"], "low": 0.0,
                            "high": 0.2, "planted": [0.1, 0.3, 0.1]})
    assert planted_effects_found(effects) == "Planted main effects inside their intervals: NAT (1 of 2)."


def test_scores_stand_beside_planted_ones_by_system():
    comparison = pd.DataFrame({"system": ["BASE", "NAT", "SYN"], "exact_match": [0.2, 0.5, 0.4], "low": 0.1,
                               "high": 0.6})
    beside = scores_beside_planted(comparison, pd.Series({"SYN": 0.3, "BASE": 0.25, "NAT": 0.6}))
    assert beside.loc["SYN", ["found", "planted", "low"]].tolist() == [0.4, 0.3, 0.1]
    assert rank_correlation(beside) == pytest.approx(1.0)
