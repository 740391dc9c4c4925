"""Facts of the planted world and questions about them, drawn from one seeded generator."""

from dataclasses import dataclass

import numpy as np

from medinj_utils.core.prompts import LETTERS
from medinj_utils.demo.vocabulary import (
    FAMILIAR,
    NEUTRAL_RELATIONS,
    RELATIONS,
    TAUGHT,
    TAUGHT_RELATIONS,
)

#: Fixes what is true. The shipped base model was pre-trained on the general part of it.
TRUTH_SEED = 20260306


@dataclass(frozen=True)
class Fact:
    """A substance stands in a relation to values.

    Args:
        substance: its name.
        relation: a key of `medinj_utils.demo.vocabulary.RELATIONS`.
        values: one, or two where two are right.
    """

    substance: str
    relation: str
    values: tuple[str, ...]

    @property
    def key(self) -> str:
        """Name of the fact in a world's key."""
        return f"{self.substance}/{self.relation}"


def draw_values(rng: np.random.Generator, relation: str) -> tuple[str, ...]:
    """As many different values of a relation as are right at once.

    Args:
        rng: random numbers.
        relation: a key of `medinj_utils.demo.vocabulary.RELATIONS`.
    """
    known = RELATIONS[relation]
    values = rng.choice(known.values, size=known.right, replace=False)
    return tuple(str(value) for value in values)


def all_facts() -> tuple[list[Fact], list[Fact]]:
    """General facts, which the base model knows, and facts to be taught, both in a fixed order.

    Returns:
        (general facts, facts to be taught).
    """
    rng = np.random.default_rng(TRUTH_SEED)
    general = [Fact(s, r, draw_values(rng, r)) for s in FAMILIAR for r in RELATIONS]
    general += [Fact(s, r, draw_values(rng, r)) for s in TAUGHT for r in NEUTRAL_RELATIONS]
    return general, [Fact(s, r, draw_values(rng, r)) for s in TAUGHT for r in TAUGHT_RELATIONS]


def wrong_version(fact: Fact, rng: np.random.Generator) -> Fact:
    """The same fact with other values, none of which is right.

    Args:
        fact: the fact.
        rng: random numbers.
    """
    others = [value for value in RELATIONS[fact.relation].values if value not in fact.values]
    values = rng.choice(others, size=len(fact.values), replace=False)
    return Fact(fact.substance, fact.relation, tuple(str(value) for value in values))


def state(fact: Fact, rng: np.random.Generator) -> str:
    """One sentence that states the fact.

    Args:
        fact: the fact.
        rng: random numbers.
    """
    sentence = str(rng.choice(RELATIONS[fact.relation].statements))
    return sentence.format(s=fact.substance, v=" et ".join(fact.values))


def ask(fact: Fact, wording: str, n_options: int, rng: np.random.Generator,
        never: tuple[str, ...] = (), rival: Fact | None = None) -> dict:
    """A multiple-choice question on a fact.

    Args:
        fact: what the right options say.
        wording: the question, with ``{s}`` for the substance.
        n_options: number of options.
        rng: decides the other options and the order.
        never: values that may not be options: the true ones, when the fact is a wrong version.
        rival: a wrong version whose values are always options, so that a model that learned it
            answers wrongly.

    Returns:
        ``instruction``, ``options`` in a random order, ``answer_letters`` and ``answer_text``.
    """
    right = fact.values
    wrong = rival.values if rival else ()
    taken = {*right, *never, *wrong}
    others = [value for value in RELATIONS[fact.relation].values if value not in taken]
    drawn = rng.choice(others, size=n_options - len(right) - len(wrong), replace=False)
    options = [*right, *wrong, *(str(value) for value in drawn)]
    options = [options[i] for i in rng.permutation(n_options)]
    letters = [LETTERS[i] for i, option in enumerate(options) if option in fact.values]
    answer_text = " ; ".join(option for option in options if option in fact.values)
    return {"instruction": wording.format(s=fact.substance), "options": options,
            "answer_letters": letters, "answer_text": answer_text}
