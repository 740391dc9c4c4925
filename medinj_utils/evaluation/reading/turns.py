"""Cut off the next question that a model puts to itself after its answer."""

from collections.abc import Mapping

import regex as re

from medinj_utils.evaluation.reading.cleaning import fold
from medinj_utils.evaluation.reading.rules import Example, Rule, compile_spelt

_NAMES = {
    "ASKS": r"""(?i: qu(?:el|elle)s? \b | (?: le | la | les ) quel(?:le)?s? \b | auquel
      | à [ ] quel | de [ ] quel | dans [ ] quel | devant | parmi | concernant | à [ ] propos
      | comment | pourquoi | combien | que \b | qu' | qui \b | où \b
      | une? [ ] \w+ [ ] (?: de | âgé )
      | une? [ ] (?: patient | homme | femme | enfant | nourrisson ) | [mM](?:me|\.) [ ]
      | which | what | who | how | where | why | when | an? [ ] \d )""",
    "HEAD_OF_OPTION": r"[(\[]? [A-J] [ ]? (?: [).:·\]–—-] | (?= [ ] \W ) ) [ ]?",
}

TURNS = (
    Rule(
        "HEADED",
        "A question under a heading of its own.",
        r"""
        ^ \W{0,8} (?i: (?: nouvelle | autre | prochaine | next | another | new ) [ ] )?
        (?: (?i: questions? | qc[mus] | qr[mu] | exercice | exemple | cas (?: [ ] clinique )?
              | probl[èe]me | [ée]nonc[ée] | quiz | exercise | example | problem | input | entr[ée]e
              | instruction ) | Q )
        (?i: [ ]? (?: suivante? | bonus | n? [ ]? [°º]? [ ]? \d{1,3} | \#? [ ]? \d{1,3} ) )?
        [ ]? (?: [:.)/–—-]+ (?: \s{1,3} | (?= \w ) ) | \n )
        (?= [^\n]{6,} )
        (?: (?= [^\n]{0,400} \? ) | (?= ASKS ) | (?= [^\n]*+ \n HEAD_OF_OPTION [^\n]*+ \n
            HEAD_OF_OPTION ) )
        """,
        [
            Example("B\n\nQuestion 2 : Concernant la peau, indiquer son rôle\nRéponse : D", "B"),
            Example("B\n\nQCM 2 : Parmi ces os, lesquels sont longs ?\nA. fémur\nB. carpe\n", "B"),
            Example("B\nQuestion : Quel organe ?\nA. le foie\nB. le rein\nRéponse : D", ""),
        ]),
    Rule(
        "OTHERS_TURN",
        "What the user says next.",
        r"""
        ^ \W{0,6} (?i: user | human | utilisat(?:eur|rice) | humain | [ée]tudiante? | student )
        [ ]? : [ ]? (?= \S [^\n]{3} )
        """,
        [Example("B\nHuman: Et pour la bile.\nRéponse : A", "B")]),
    Rule(
        "UNHEADED",
        "A question without a heading, with options of its own or an answer.",
        r"""
        ^ \W{0,4} (?: (?= [^\n]*+ (?<= \? [ *]{0,3} ) $ ) | (?= ASKS ) ) (?= \p{Lu} )
        (?! [^\n]* (?i: r[ée]ponse | answer | option | autres | others | pourquoi | why
          | proposition [ ] [A-J] ) )
        [^\n]{20,400}+ (?<= [?:] [ *]{0,3} ) \n
        (?: \W{0,3} HEAD_OF_OPTION \S [^\n]*+ \n \W{0,3} HEAD_OF_OPTION \S
          | (?<= ^ \W{0,4} ASKS [^\n]{0,400} \? [ *]{0,3} \n )
            \W{0,3} (?i: r[ée]ponse | answer ) s? [ ]? : )
        """,
        [Example("B\n\nQuelle est la durée d'un cycle du coeur ?\nA. une minute\nB. une seconde\n"
                 "La réponse est A.", "B")]),
)
_NEXT = [compile_spelt(rule.pattern, _NAMES) for rule in TURNS]
_LEAST_BEFORE = re.compile(r"\w")
_LETTERED = re.compile(r"(?m)^\W{0,4}b\b\W")


def before_next_question(text: str, options: Mapping[str, str]) -> str:
    """What stands before the next question; nothing if there is none.

    A question that repeats the options is no next one.

    Args:
        text: an answer after the steps of cleaning.
        options: the options' texts by letter.
    """
    starts = sorted({match.start() for pattern in _NEXT for match in pattern.finditer(text)})
    for start in starts:
        if _LEAST_BEFORE.search(text[:start]):
            return "" if _repeats(fold(text[start:]), options) else text[:start]
    return ""


def _repeats(question: str, options: Mapping[str, str]) -> bool:
    """Whether a folded question gives at least half of the options, each with its own letter if
    it has letters."""
    texts = {letter: re.escape(fold(option).strip(" .")) for letter, option in options.items()}
    letter_before = _LETTERED.search(question) is not None
    matches = [re.search(
        rf"\b{letter.lower()}\b\W{{1,4}}{text}" if letter_before else text, question)
        for letter, text in texts.items()]
    return 2 * sum(match is not None for match in matches) >= len(options)
