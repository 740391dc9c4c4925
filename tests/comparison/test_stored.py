import pandas as pd
import pytest

from medinj_utils.comparison.pairs import pair_table
from medinj_utils.comparison.stored import draw_systems, load_draws, load_pairs
from medinj_utils.core.files import read_json, write_parquet
from medinj_utils.core.tree import Tree

pytestmark = pytest.mark.filterwarnings("ignore:.*resamples no p-value:UserWarning")


def test_draws_are_handed_on_as_they_were_made(tree):
    compared, drawn = draw_systems(tree, "greedy", "intersect", 300)
    again, loaded = load_draws(Tree(tree.root, "46_separate_effects"))
    assert loaded.draws.equals(drawn.draws) and loaded.seed == drawn.seed
    assert again.matrix.equals(compared.matrix)
    assert (again.mode, again.unequal) == ("greedy", "intersect")
    assert load_pairs(tree).equals(pair_table(drawn))
    assert pair_table(loaded).equals(pair_table(drawn))
    card = read_json(tree.draws_card)
    assert card["step"] == "40_compare_provenances"
    assert card["parameters"] == {"mode": "greedy", "unequal_items": "intersect", "resamples": 300,
                                  "seed": 0}
    assert {path.rpartition("/")[2] for path in card["inputs"]} == {"items.parquet",
                                                                    "records.parquet"}


def test_draws_of_other_scores_are_refused(tree):
    for load, name in ((load_draws, "draws"), (load_pairs, "pairs")):
        with pytest.raises(FileNotFoundError, match=rf"{name}\.parquet.*40_compare_provenances"):
            load(tree)
    draw_systems(tree, "greedy", "refuse", 100)
    scores = pd.read_parquet(tree.scores)
    write_parquet(scores.assign(exact_match=1 - scores["exact_match"]), tree.scores)
    with pytest.raises(ValueError,
                       match=r"items\.parquet has changed since notebook 40_compare_provenances"):
        load_draws(tree)
    write_parquet(scores, tree.scores)
    load_draws(tree)
    write_parquet(load_pairs(tree).head(1), tree.pairs)
    with pytest.raises(ValueError, match=r"pairs\.parquet has changed"):
        load_pairs(tree)
    write_parquet(pd.read_parquet(tree.draws) + 0.1, tree.draws)
    with pytest.raises(ValueError, match=r"draws\.parquet has changed"):
        load_draws(tree)
