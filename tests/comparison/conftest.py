"""A small output tree with simulated scores, as the evaluation writes them."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison import compare_pairs
from medinj_utils.comparison.planted_judges import Planted, planted_in
from medinj_utils.core.files import write_json, write_parquet
from medinj_utils.core.names import SYSTEMS, runs_of
from medinj_utils.core.tree import Tree
from medinj_utils.data import build_mixture, save_mixture, save_records
from medinj_utils.data.mixtures import remove_leaks
from medinj_utils.data.overlap import find_leaks
from medinj_utils.demo.triplets import EVALUATED
from medinj_utils.evaluation.triplets import read_triplets
from medinj_utils.evaluation.triplets.columns import SCORE
from medinj_utils.evaluation.triplets.scorers import words_of


def simulated_scores(items: pd.DataFrame, seeds=(0, 1)) -> pd.DataFrame:
    """Rows of a scores table: systems that are the better the more provenances they have seen."""
    rng = np.random.default_rng(5)
    rows = []
    for run in runs_of(SYSTEMS, seeds):
        share = 0.2 + 0.05 * SYSTEMS.index(run.system)
        own = items[["id", "provenance", "source", "task", "general"]].assign(
            **run.columns(), mode="greedy", set_aside=False, read=True,
            exact_match=(rng.random(len(items)) < share).astype(int))
        rows.append(own)
    return pd.concat(rows, ignore_index=True)


@pytest.fixture
def tree(world, tmp_path) -> Tree:
    """A tree of the small planted world, with mixtures and simulated scores of all eight
    systems."""
    tree = Tree(tmp_path, "40_compare_provenances")
    records = world["records"]
    save_records(records, tree.records)
    write_json({"fictional": True}, tree.records_card)
    write_json(world["key"], tree.key_file)
    training = records[(records["split"] == "train") & (records["task"] != "oeq")]
    training, _ = remove_leaks(training, find_leaks(records))
    for system in SYSTEMS[1:]:
        save_mixture(build_mixture(training, system, 30, 0), system, tree)
    items = records[(records["split"] == "test") & (records["task"] != "oeq")].drop_duplicates("id")
    write_parquet(simulated_scores(items), tree.scores)
    return tree


@pytest.fixture
def pairs() -> pd.DataFrame:
    """The pairs of a base and two tuned systems that are as good as each other."""
    rng = np.random.default_rng(0)
    shares = {"BASE": 0.2, "NAT": 0.5, "SYN": 0.5}
    return compare_pairs(pd.DataFrame({name: (rng.random(300) < share).astype(float)
                                       for name, share in shares.items()}), 400)


@pytest.fixture(scope="session")
def triplets(world) -> pd.DataFrame:
    """The planted triplets."""
    table, _ = read_triplets([{"name": "planted",
                               "location": str(world["folder"] / "triplets" / EVALUATED)}])
    return table


@pytest.fixture(scope="session")
def triplet_scores(triplets) -> pd.DataFrame:
    """Scores that the planted triplets' file has, the length, and one cheap metric."""
    own = triplets.filter(like=SCORE).rename(columns=lambda name: name.removeprefix(SCORE))
    words = words_of(triplets["candidate"]).astype(float)
    return own.assign(length=words, rouge_l=1 / words)


@pytest.fixture(scope="session")
def planted(world, triplets) -> Planted:
    """What was planted in the triplets."""
    return planted_in(world["key"], triplets)
