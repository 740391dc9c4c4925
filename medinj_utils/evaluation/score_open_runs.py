"""Score the open answers of runs by all metrics, and keep the scores as long ones."""

from collections.abc import Sequence

import pandas as pd

from medinj_utils.core.cards import Card, card_file
from medinj_utils.core.names import OPEN_METRICS, Run
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.long_scores import long_of, save_long
from medinj_utils.evaluation.open_answers import Encoder, score_open_answers, signatures
from medinj_utils.evaluation.open_answers.encoder import NO_ENCODER
from medinj_utils.models.loading import Base


def encoder_named(name: str, revision: str, layer: int) -> Encoder | None:
    """The encoder of BERTScore; None where none is named.

    Args:
        name: of the encoder, a folder or on the hub; empty for none.
        revision: its commit on the hub; empty for a folder.
        layer: whose states are compared.
    """
    return Encoder(Base(name, revision), layer) if name else None


def encoder_in_words(encoder: Encoder | None) -> str:
    """The encoder of BERTScore in words, or that there is none."""
    return NO_ENCODER if encoder is None else str(encoder)


def save_open_scores(tree: Tree, runs: Sequence[Run], answers: pd.DataFrame,
                     encoder: Encoder | None) -> pd.DataFrame:
    """Score open answers and write ``tree.long_scores("metrics")`` with its card.

    Args:
        tree: the output tree.
        runs: that answered; the card has the hashes of their answers.
        answers: of `medinj_utils.evaluation.open_answers.load_open_answers`.
        encoder: of BERTScore.

    Returns:
        The long scores: a row per run, question and metric.
    """
    definitions = signatures() | {"bertscore": encoder_in_words(encoder)}
    read = [tree.need(tree.open_answers(run)) for run in runs] if len(answers) else []
    card = Card(tree.origin, {"metrics": definitions}, read)
    scores = score_open_answers(answers["candidate"], answers["reference"], encoder)
    long = save_long(tree, "metrics", long_of(answers.join(scores), OPEN_METRICS))
    path = tree.long_scores("metrics")
    card.write(card_file(path), [path], answers=len(answers))
    return long
