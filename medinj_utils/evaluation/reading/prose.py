"""What the prose of an answer says, and what its labels announce, where nothing else is claimed."""

from collections.abc import Mapping

import regex as re

from medinj_utils.evaluation.reading.claims import named
from medinj_utils.evaluation.reading.grammar import compiled
from medinj_utils.evaluation.reading.vocabulary import LETTERS_OF_TEXTS, Sign, signs

_SAID = compiled("SAID")
_SAID_AGAINST = compiled("SAID_AGAINST")
_LABEL = compiled("LABEL")
_TEXTS = frozenset(LETTERS_OF_TEXTS)
_CLAUSE = re.compile(r"[^.\n]+")
_NOT_SAYING = signs("NOT WRONG DOUBT NO RATHER NONE ALL EXCEPT ALSO")


def stated(line: str, options: Mapping[str, str]) -> frozenset[str]:
    """The letters that prose gives as the answer, if all its sentences agree.

    Sentences that deny, doubt or correct don't count. To mention an option is not to name it.

    Args:
        line: an answer in signs.
        options: the question's options by letter.
    """
    line = _SAID_AGAINST.sub("", line)
    saying = [clause for clause in _CLAUSE.findall(line) if _NOT_SAYING.isdisjoint(clause)]
    pairs = [(named(match["list"], options),
              {LETTERS_OF_TEXTS[sign] for sign in _TEXTS & set(clause)}) for clause in saying
             for match in _SAID.finditer(clause)]
    if len({claim for claim, _ in pairs}) != 1:
        return frozenset()
    claim = pairs[0][0]
    mentioned = set().union(*[beside for _, beside in pairs])
    is_answer = not claim.problem and mentioned <= claim.letters != set(options)
    return claim.letters if is_answer else frozenset()


def labelled(line: str, options: Mapping[str, str]) -> frozenset[str]:
    """The letters after the label of a line, if all agree: "Verdict : B".

    Args: as `stated`.
    """
    if Sign.OTHER not in line:
        return frozenset()
    matches = list(_LABEL.finditer(line))
    claims = {named(match["list"], options) for match in matches}
    if len(claims) != 1:
        return frozenset()
    claim = claims.pop()
    beside = {LETTERS_OF_TEXTS[sign] for match in matches
              for sign in set(match[0]) & LETTERS_OF_TEXTS.keys()}
    is_answer = not claim.problem and beside <= claim.letters != set(options)
    return claim.letters if is_answer else frozenset()
