"""Scores of open answers against references: one row per pair, a column per metric.

Texts are first given composed accents, straight apostrophes and "oe" for "œ". Higher is better.

- ``bleu`` (Papineni et al. 2002) and ``chrf`` (Popović 2015), 0 to 100: sacrebleu's
  ``sentence_bleu`` and ``sentence_chrf`` with their defaults.
- ``rouge_1``, ``rouge_2``, ``rouge_l`` (Lin 2004), F-measures, 0 to 1: as in rouge-score, on French
  tokens (`medinj_utils.evaluation.open_answers.tokens.tokens`).
- ``meteor`` (Banerjee & Lavie 2005), 0 to 1: NLTK's, on the same tokens, by the stages "exact" and
  "French stem", without WordNet. Its penalty leaves 0.5 to one right word alone.
- ``content_recall``: share of the reference's content words that the answer has, by stems. NaN
  where the reference has none.
- ``numbers_recall``, ``numbers_precision``:
  `medinj_utils.evaluation.open_answers.quantities.number_agreement`.
- ``bertscore`` (Zhang et al. 2020): NaN without an encoder.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from medinj_utils.core.names import OPEN_METRICS
from medinj_utils.data.workers import shared_out
from medinj_utils.evaluation.open_answers.encoder import NO_ENCODER, Encoder, bert_scores
from medinj_utils.evaluation.open_answers.overlap import overlap
from medinj_utils.evaluation.open_answers.quantities import number_agreement
from medinj_utils.evaluation.open_answers.tokens import content_words

_PIECE = 250  # pairs that a process takes at once


def score_open_answers(candidates: Sequence[str | None] | pd.Series,
                       references: Sequence[str | None] | pd.Series,
                       encoder: Encoder | None = None) -> pd.DataFrame:
    """Scores of each answer against its reference, on the libraries' own scales; see the module.

    Args:
        candidates: the answers. A blank one scores 0; one that is missing (None, NaN) has no
            scores.
        references: what is expected of each; where it is blank or missing there are no scores.
        encoder: of BERTScore.

    Returns:
        With the candidates' index if they are a Series: `OPEN_METRICS`, and ``bertscore_encoder``,
        which encoder it was or "not computed: no encoder".

    Raises:
        ValueError: there are not as many references as candidates, or both are Series and their
            indices differ.
        TypeError: an answer or a reference is neither text nor missing; the message has its
            position.
    """
    index = _common_index(candidates, references)
    answers, expected = _texts(candidates, "candidate"), _texts(references, "reference")
    if len(answers) != len(expected):
        raise ValueError(f"{len(answers)} candidates for {len(expected)} references: need one each")
    scored = [i for i, (answer, right) in enumerate(zip(answers, expected, strict=True))
              if answer is not None and right is not None and right.strip()]
    pairs = [(answers[i], expected[i]) for i in scored]
    table = pd.DataFrame(_score(pairs), index=scored, columns=OPEN_METRICS, dtype=float)
    if encoder is not None and pairs:
        table["bertscore"] = bert_scores(*zip(*pairs, strict=True), encoder)
    table = table.reindex(range(len(answers)))
    table["bertscore_encoder"] = str(encoder) if encoder is not None else NO_ENCODER
    return table if index is None else table.set_index(index)


def _common_index(candidates: Sequence, references: Sequence) -> pd.Index | None:
    if not isinstance(candidates, pd.Series):
        return None
    if isinstance(references, pd.Series) and not candidates.index.equals(references.index):
        raise ValueError("candidates and references have different indices: align them first")
    return candidates.index


def _texts(values: Sequence[str | None] | pd.Series, name: str) -> list[str | None]:
    if isinstance(values, str):
        raise TypeError(f"the {name}s are one text, {values[:40]!r}: need a sequence of texts")
    texts = [None if _is_missing(text) else text for text in values]
    for position, text in enumerate(texts):
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{name} {position} is {text!r}: need text, or None where there is "
                            "none")
    return texts


def _is_missing(text: object) -> bool:
    return text is None or text is pd.NA or (isinstance(text, float) and np.isnan(text))


def _score(pairs: list[tuple[str, str]]) -> list[dict[str, float]]:
    pieces = [pairs[start:start + _PIECE] for start in range(0, len(pairs), _PIECE)]
    if len(pieces) > 1:
        overlap("a", "a")  # loads the libraries, which each forked process would do by itself
    return [row for rows in shared_out(_score_piece, pieces) for row in rows]


def _score_piece(pairs: list[tuple[str, str]]) -> list[dict[str, float]]:
    return [overlap(*pair) | {"content_recall": _content_recall(*pair)} | number_agreement(*pair)
            for pair in pairs]


def _content_recall(candidate: str, reference: str) -> float:
    """The share of the reference's content words that the answer has."""
    needed = content_words(reference)
    return len(needed & content_words(candidate)) / len(needed) if needed else float("nan")
