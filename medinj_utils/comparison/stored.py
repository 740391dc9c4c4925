"""The bootstrap of a run's systems: drawn by notebook 40, kept, and handed on to those after it."""

from pathlib import Path

import pandas as pd

from medinj_utils.comparison.resampling import Resampled, resample
from medinj_utils.comparison.scores import check_scores
from medinj_utils.comparison.tables import Compared, load_compared
from medinj_utils.core.cards import Card
from medinj_utils.core.files import read_json, sha256, write_parquet
from medinj_utils.core.tree import Tree


def draw_systems(tree: Tree, mode: str, unequal: str, resamples: int,
                 seed: int = 0) -> tuple[Compared, Resampled]:
    """Draw the bootstrap of the systems of a tree, and keep the draws and how they were made.

    Args:
        tree: the output tree; draws go to ``tree.draws``, their card beside it.
        mode: way in which the questions were answered.
        unequal: as for `medinj_utils.comparison.tables.score_matrix`.
        resamples: number of draws.
        seed: of the random numbers.

    Raises:
        FileNotFoundError, ValueError: as `load_compared` and `resample`.
    """
    parameters = {"mode": mode, "unequal_items": unequal, "resamples": resamples, "seed": seed}
    card = Card(tree.notebook, parameters, [tree.need(tree.scores), tree.need(tree.records)])
    compared = load_compared(tree, mode, unequal)
    resampled = resample(compared.matrix, resamples, seed, compared.clusters)
    write_parquet(resampled.draws, tree.draws)
    card.write(_card_file(tree), [tree.draws])
    return compared, resampled


def load_draws(tree: Tree) -> tuple[Compared, Resampled]:
    """What `draw_systems` compared, and its bootstrap.

    Raises:
        FileNotFoundError: notebook 40 was not run.
        ValueError: scores, records or draws are no longer those that its card names.
    """
    tree.need(tree.draws)
    card = read_json(tree.need(_card_file(tree)))
    inputs = {Path(path).name: digest for path, digest in card["inputs"].items()}
    recorded = inputs | card["outputs"]
    for path in (tree.scores, tree.records, tree.draws):
        if sha256(tree.need(path)) != recorded.get(path.name):
            raise ValueError(f"{path} has changed since notebook {card['step']} drew the "
                             "bootstrap: run that notebook again")
    parameters = card["parameters"]
    compared = load_compared(tree, parameters["mode"], parameters["unequal_items"])
    scores = check_scores(compared.matrix, compared.clusters)
    draws = pd.read_parquet(tree.draws)
    return compared, Resampled(scores, draws, parameters["seed"])


def _card_file(tree: Tree) -> Path:
    return tree.draws.with_suffix(".card.json")
