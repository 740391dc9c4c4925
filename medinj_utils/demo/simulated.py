"""Simulated raters and judges with planted errors: labels depend on the truth and on length.

Each draws one number per answer, by a hash of seed, name and the answer's place. The same answer
therefore gets the same verdict again, and an edit changes the verdict only by changing the chance.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass


def chance_of(*what: object) -> float:
    """A pseudorandom number, uniform from 0 to 1, that depends on the words alone."""
    digest = hashlib.sha256("\x1f".join(map(str, what)).encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


@dataclass(frozen=True)
class SimulatedRater:
    """A human who rates answers 1 or 0.

    Args:
        name: a code.
        sensitivity: share of the right answers that get a 1.
        specificity: share of the others that get a 0.
        seed: of what is drawn.
    """

    name: str
    sensitivity: float
    specificity: float
    seed: int = 0

    def probability(self, truth: int) -> float:
        """Probability of a 1.

        Args:
            truth: 1 where the answer is right, else 0.
        """
        return self.sensitivity if truth else 1 - self.specificity

    def rate(self, answer: str, truth: int) -> int:
        """A rating, 1 or 0.

        Args:
            answer: its place.
            truth: 1 where it is right, else 0.
        """
        return int(chance_of(self.seed, self.name, answer) < self.probability(truth))


@dataclass(frozen=True)
class SimulatedJudge:
    """A judge that may prefer long answers.

    Args:
        name: of the judge.
        sensitivity: share of the right answers of `TYPICAL_WORDS` words that get a 1.
        specificity: share of the others of that length that get a 0.
        per_doubling: by how much a doubling of the length raises the log odds of a 1.
        unreadable: share of the verdicts that can't be read.
        seed: of what is drawn.
    """

    name: str
    sensitivity: float
    specificity: float
    per_doubling: float
    unreadable: float
    seed: int = 0

    @classmethod
    def of(cls, planted: Mapping) -> "SimulatedJudge":
        """The judge of a world's key."""
        return cls(**planted)

    @property
    def planted(self) -> dict:
        """The judge's entry in a world's key."""
        return asdict(self)

    def probability(self, truth: int, words: int) -> float:
        """Probability of a 1 among the readable verdicts.

        Args:
            truth: 1 where the answer is right, else 0.
            words: number of words of the answer.
        """
        typical = self.sensitivity if truth else 1 - self.specificity
        odds = math.log(typical / (1 - typical))
        odds += self.per_doubling * math.log2(max(words, 1) / TYPICAL_WORDS)
        return 1 / (1 + math.exp(-odds))

    def verdict(self, answer: str, truth: int, text: str) -> int | None:
        """A verdict, 1 or 0; None: unreadable.

        Args:
            answer: its place; an edit has the place of its original.
            truth: 1 where it is right, else 0.
            text: of the answer.
        """
        if chance_of(self.seed, self.name, "unreadable", answer, text) < self.unreadable:
            return None
        probability = self.probability(truth, count_words(text))
        return int(chance_of(self.seed, self.name, answer) < probability)


#: Length at which a judge's sensitivity and specificity hold.
TYPICAL_WORDS = 16
#: The first one's ratings are the labels of the planted triplets.
RATERS = (SimulatedRater("rater_1", 0.97, 0.97), SimulatedRater("rater_2", 0.93, 0.95))
JUDGES = (SimulatedJudge("judge_steady", 0.92, 0.92, 0.0, 0.02),
          SimulatedJudge("judge_swayed", 0.92, 0.72, 0.5, 0.03))


def count_words(text: str) -> int:
    """Number of parts between white space."""
    return len(text.split())
