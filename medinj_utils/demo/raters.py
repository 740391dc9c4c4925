"""Truth of answers by the key of a planted world, and the agreement to expect of its raters."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from medinj_utils.demo.vocabulary import RELATIONS


def is_right(answer: str, fact: str, key: Mapping) -> bool:
    """Whether an answer in free text gives a fact: all its values, and no other of their kind.

    Args:
        answer: the text.
        fact: its name, such as "substance/relation".
        key: of the planted world.
    """
    kind = RELATIONS[fact.rpartition("/")[2]].values
    named = {value for value in kind if re.search(rf"\b{re.escape(value)}\b", answer, re.I)}
    return named == set(key["facts"][fact])


def expected_figures(errors: Sequence[float], share: float) -> dict[str, float]:
    """Agreement to be expected of raters who err independently of each other.

    Args:
        errors: share of the answers that each rater rates wrongly, right and wrong ones alike;
            twice the same for a rater compared with themselves.
        share: of the answers that are right.

    Returns:
        ``accuracy`` and ``kappa`` of the first two raters, and Krippendorff's ``alpha`` of all (for
        many answers); NaN where undefined.
    """
    ones = np.array([share * (1 - error) + (1 - share) * error for error in errors])
    pairs = [(i, j) for i in range(len(errors)) for j in range(i)]
    same = [(1 - errors[i]) * (1 - errors[j]) + errors[i] * errors[j] for i, j in pairs]
    chance = ones[0] * ones[1] + (1 - ones[0]) * (1 - ones[1])
    pooled = ones.mean()
    apart = 2 * pooled * (1 - pooled)
    return {"accuracy": same[0], "kappa": _over(same[0] - chance, 1 - chance),
            "alpha": 1 - _over(1 - float(np.mean(same)), apart)}


def _over(part: float, whole: float) -> float:
    return float(part / whole) if whole > 1e-12 else float("nan")
