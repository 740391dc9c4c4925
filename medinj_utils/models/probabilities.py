"""Probabilities of a question's letters, and the answers that follow from them."""

import math
import string
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real

import numpy as np

from medinj_utils.core.prompts import LETTERS
from medinj_utils.models.answers import LEAST_MASS, Answer

_NEGLIGIBLE = 0.001  # probabilities are missing if an unlisted letter could have more
_MARKS = string.whitespace + "()[]{}.,:;*_\"'«»`-–—"
_ROUNDING = 0.02  # by how much probabilities may add up to more than 1


def first_tokens(choice) -> list[tuple[str, float | None]]:
    """The first tokens that a choice lists, the likeliest first, with their log probabilities.

    They may be a list, as in the protocol, or a mapping.

    Args:
        choice: of the server's reply.

    Returns:
        (token, log probability) of each, with None for a value that is not a log probability.
        Empty if the choice lists none.
    """
    written = getattr(getattr(choice, "logprobs", None), "content", None)
    top = getattr(written[0], "top_logprobs", None) if isinstance(written, list) and written else ()
    if isinstance(top, Mapping):
        pairs: Iterable = top.items()
    else:
        pairs = ((getattr(entry, "token", None), getattr(entry, "logprob", None))
                 for entry in (top if isinstance(top, list) else ()))
    return [(token, _usable(logprob)) for token, logprob in pairs if isinstance(token, str)]


def _bare(token: str) -> str:
    """A token without blanks and the marks that a tokenizer may join to a letter, as in "B)"."""
    return token.strip(_MARKS)


def _usable(logprob) -> float | None:
    is_number = isinstance(logprob, Real) and not isinstance(logprob, bool)
    return float(logprob) if is_number and logprob <= _ROUNDING else None  # NaN is not below


def likeliest_letter(tokens: Sequence[tuple[str, float | None]], labels: Sequence[str]) -> Answer:
    """The likeliest of a question's labels as the first token.

    Args:
        tokens: of `first_tokens`; at least one has a probability.
        labels: of the question's options.

    Returns:
        An answer without text if the labels have too little probability together, if a label of
        unknown probability may be the likeliest, or if the probabilities add up to more than 1; in
        the last two cases also without ``letters_mass``.
    """
    by_token = {token: math.exp(logprob) for token, logprob in tokens if logprob is not None}
    by_label: dict[str, float] = {}
    for token in sorted(by_token, key=by_token.get, reverse=True):
        by_label.setdefault(_bare(token), by_token[token])  # a letter is its likeliest form
    p = [by_label.get(label, 0.0) for label in labels]
    best = labels[p.index(max(p))]
    unknown = {_bare(token) for token, logprob in tokens if logprob is None}
    unknown &= set(labels) - {best if max(p) else None}
    left = 1 - sum(by_token.values())  # for all tokens of which no probability is known
    if left < -_ROUNDING or (unknown and left >= max(p)):
        return Answer("")
    mass = sum(p)
    if mass < LEAST_MASS:
        return Answer("", letters_mass=mass)  # the model would write something else first
    # a letter that isn't among them has at most the probability of the last one that is
    hidden = left if unknown else min(by_token.values()) if min(p) == 0 else 0
    probabilities = [own / mass for own in p] if hidden < _NEGLIGIBLE * mass else []
    return Answer(LETTERS[p.index(max(p))], probabilities, letters_mass=mass)


def likeliest(scores) -> Answer:
    """The letter with the highest log-likelihood, with the letters' probabilities.

    Args:
        scores: log-likelihoods, one per letter: a tensor.
    """
    p = scores.softmax(-1)
    return Answer(LETTERS[int(p.argmax())], p.tolist())


def above_one_half(p: list[float]) -> Answer:
    """All letters with a probability above one half, or the likeliest.

    Args:
        p: probability of each option.
    """
    named = [letter for letter, own in zip(LETTERS, p, strict=False) if own > 0.5]
    return Answer(", ".join(named or [LETTERS[int(np.argmax(p))]]), p)
