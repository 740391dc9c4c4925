"""The bootstrap of the systems and their pairs: made by notebook 40, and handed on from there."""

from pathlib import Path

import pandas as pd

from medinj_utils.comparison.pairs import pair_table
from medinj_utils.comparison.resampling import Resampled, resample
from medinj_utils.comparison.scores import check_scores
from medinj_utils.comparison.tables import Compared, load_compared
from medinj_utils.core.cards import Card
from medinj_utils.core.files import read_json, sha256, write_parquet
from medinj_utils.core.tree import Tree

_SEED = 0


def draw_systems(tree: Tree, mode: str, unequal: str,
                 resamples: int) -> tuple[Compared, Resampled]:
    """Draw the bootstrap of the systems of a tree, compare all pairs, and keep both with a card.

    Args:
        tree: the output tree; draws go to ``tree.draws``, their card beside it, pairs to
            ``tree.pairs``.
        mode: way in which the questions were answered.
        unequal: as for `medinj_utils.comparison.tables.score_matrix`.
        resamples: number of draws.

    Returns:
        What was compared, and its bootstrap.

    Raises:
        FileNotFoundError: there are no scores or records yet.
        ValueError: as `load_compared` and `resample`.
    """
    parameters = {"mode": mode, "unequal_items": unequal, "resamples": resamples, "seed": _SEED}
    card = Card(tree.origin, parameters, [tree.need(tree.scores), tree.need(tree.records)])
    compared = load_compared(tree, mode, unequal)
    resampled = resample(compared.matrix, resamples, _SEED, compared.clusters)
    write_parquet(resampled.draws, tree.draws)
    write_parquet(pair_table(resampled), tree.pairs)
    card.write(tree.draws_card, [tree.draws, tree.pairs])
    return compared, resampled


def load_draws(tree: Tree) -> tuple[Compared, Resampled]:
    """What `draw_systems` compared, and its bootstrap.

    Returns:
        (what is compared, its bootstrap), both as they were made.

    Raises:
        FileNotFoundError: notebook 40 was not run.
        ValueError: scores, records or draws are no longer those that its card names.
    """
    parameters = _checked_card(tree, tree.draws)["parameters"]
    compared = load_compared(tree, parameters["mode"], parameters["unequal_items"])
    scores = check_scores(compared.matrix, compared.clusters)
    draws = pd.read_parquet(tree.draws)
    return compared, Resampled(scores, draws, parameters["seed"])


def load_pairs(tree: Tree) -> pd.DataFrame:
    """The pairs of `draw_systems`, as `pair_table` made them, to the last digit.

    Raises:
        FileNotFoundError: notebook 40 was not run.
        ValueError: scores, records or pairs are no longer those that its card names.
    """
    _checked_card(tree, tree.pairs)
    return pd.read_parquet(tree.pairs)


def _checked_card(tree: Tree, output: Path) -> dict:
    """The card of the bootstrap, once its inputs and one of its outputs are found unchanged."""
    tree.need(output)
    card = read_json(tree.need(tree.draws_card))
    inputs = {Path(path).name: digest for path, digest in card["inputs"].items()}
    recorded = inputs | card["outputs"]
    for path in (tree.scores, tree.records, output):
        if sha256(tree.need(path)) != recorded.get(path.name):
            raise ValueError(f"{path} has changed since notebook {card['step']} drew the "
                             "bootstrap: run that notebook again")
    return card
