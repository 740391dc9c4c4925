from dataclasses import replace

import pandas as pd

from medinj_utils.comparison.display import beside_odds
from medinj_utils.comparison.factorial import cell_means, effects_of
from medinj_utils.comparison.figures import (
    effects_figure,
    interactions_figure,
    shapley_figure,
    simplex_figure,
)
from medinj_utils.comparison.log_odds import log_odds_table
from medinj_utils.comparison.pairs import pair_table, system_table
from medinj_utils.comparison.planted import (
    effects_beside_planted,
    planted_effects_found,
    planted_scores,
    planted_scores_found,
    scores_beside_planted,
)
from medinj_utils.comparison.resampling import resample
from medinj_utils.comparison.sentences import factorial_in_words
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
    assert planted_scores(real, SYSTEMS) is None
    assert "planted" not in effects_beside_planted(real, drawn)
    assert "no planted truth" in planted_effects_found(effects.drop(columns="planted"))
    few = resample(compared.matrix[["BASE", "NAT"]], 100, clusters=compared.clusters)
    none = effects_beside_planted(real, few)
    comparison = system_table(few, pair_table(few), pd.Series(0.0, ["BASE", "NAT"]))
    odds = log_odds_table(few.scores)
    assert cell_means(few).empty and odds.empty and beside_odds(none, odds).empty
    assert not any((effects_figure(none, "main"), effects_figure(none, "synergy"),
                    shapley_figure(none),
                    interactions_figure(cell_means(few), none), simplex_figure(comparison)))
    assert factorial_in_words(
        replace(compared, matrix=compared.matrix[["BASE", "NAT"]])
    ).startswith("The factorial needs")
    assert none.empty
    assert planted_effects_found(none) == "There are no effects to compare with planted ones."


def test_main_effects_inside_their_intervals_are_named():
    effects = pd.DataFrame({"kind": ["main", "main", "shapley"], "effect": ["NAT", "SYN", "NAT"],
                            "low": 0.0,
                            "high": 0.2, "planted": [0.1, 0.3, 0.1]})
    assert (
        planted_effects_found(effects)
        == "Planted main effects inside their intervals: NAT (1 of 2)."
    )


def test_scores_stand_beside_planted_ones_by_system():
    comparison = pd.DataFrame({"system": ["BASE", "NAT", "SYN"], "exact_match": [0.2, 0.5, 0.4],
                               "low": 0.1,
                               "high": 0.6})
    beside = scores_beside_planted(comparison, pd.Series({"SYN": 0.3, "BASE": 0.25, "NAT": 0.6}))
    assert beside.loc["SYN", ["found", "planted", "low"]].tolist() == [0.4, 0.3, 0.1]
    assert planted_scores_found(beside) == "Rank correlation of planted and found means: 1.00."
    assert "no planted truth" in planted_scores_found(scores_beside_planted(comparison, None))
