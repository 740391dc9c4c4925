"""BLEU, chrF, ROUGE and METEOR of one answer against one reference, by their libraries."""

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version

from medinj_utils.evaluation.open_answers.tokens import plain, stem, tokens


def overlap(candidate: str, reference: str) -> dict[str, float]:
    """Overlap of an answer's words and characters with those of a reference.

    Args:
        candidate: the answer; a blank one scores 0 throughout.
        reference: what is expected.

    Returns:
        ``bleu`` and ``chrf``, 0 to 100, ``rouge_1``, ``rouge_2``, ``rouge_l`` (F-measures) and
        ``meteor``, 0 to 1; see `medinj_utils.evaluation.open_answers.score_open_answers`.
    """
    bleu, chrf, rouge = _metrics()
    texts = plain(candidate), [plain(reference)]
    ours, theirs = tokens(candidate), tokens(reference)
    grams = rouge.score(theirs, ours)
    # Equal texts get a little more than 100 by rounding, and intervals rely on the scale's end.
    library = {name: min(metric.sentence_score(*texts).score, 100.0)
               for name, metric in (("bleu", bleu), ("chrf", chrf))}
    return library | {
        "rouge_1": grams["rouge1"].fmeasure, "rouge_2": grams["rouge2"].fmeasure,
        "rouge_l": _rouge_l(ours, theirs), "meteor": _meteor(ours, theirs)}


def signatures() -> dict[str, str]:
    """By metric, how it is computed and by which version of its library, for a card."""
    bleu, chrf, _ = _metrics()
    for metric in (bleu, chrf):
        metric.sentence_score("a", ["a"])  # sets the number of references in its signature
    rouge = f"F-measure|tok:French|stem:no|rouge_score:{version('rouge_score')}"
    meteor = ("stages:exact+French stem|WordNet:none|alpha:0.9|beta:3|gamma:0.5"
              f"|nltk:{version('nltk')}")
    return {"bleu": bleu.get_signature().format(), "chrf": chrf.get_signature().format(),
            "rouge_1": rouge, "rouge_2": rouge, "rouge_l": rouge, "meteor": meteor}


class _Given:
    """rouge-score's tokenizer for texts that are tokens already."""

    @staticmethod
    def tokenize(tokens: Sequence[str]) -> Sequence[str]:
        return tokens


class _FrenchStems:
    """NLTK's stemmer for METEOR."""

    stem = staticmethod(stem)


class _NoWordNet:
    """The WordNet stage of METEOR without a WordNet: no French one works offline."""

    @staticmethod
    def synsets(word: str) -> list:
        return []


@lru_cache(maxsize=1)
def _metrics():
    from rouge_score.rouge_scorer import RougeScorer
    from sacrebleu import BLEU, CHRF
    return (BLEU(effective_order=True), CHRF(),
            RougeScorer(["rouge1", "rouge2"], tokenizer=_Given()))


def _meteor(candidate: Sequence[str], reference: Sequence[str]) -> float:
    from nltk.translate.meteor_score import single_meteor_score
    return float(single_meteor_score(reference, candidate, stemmer=_FrenchStems(),
                                     wordnet=_NoWordNet()))


def _rouge_l(candidate: Sequence[str], reference: Sequence[str]) -> float:
    """ROUGE-L as rouge-score defines it; its own table would need gigabytes for long answers."""
    from rouge_score.scoring import fmeasure
    if not candidate or not reference:
        return 0.0
    length = common_length(candidate, reference)
    return fmeasure(length / len(candidate), length / len(reference))


def common_length(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence, a row of the table at a time as the bits of a
    number (Hyyrö 2004).

    Args:
        first: tokens.
        second: tokens.
    """
    positions: dict[str, int] = {}
    for i, token in enumerate(first):
        positions[token] = positions.get(token, 0) | 1 << i
    whole = (1 << len(first)) - 1
    row = whole  # a bit is 0 where the length grows
    for token in second:
        met = row & positions.get(token, 0)
        row = ((row + met) | (row - met)) & whole
    return len(first) - row.bit_count()
