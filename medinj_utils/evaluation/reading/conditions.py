"""Claims that hold only on a condition, in another case, or for somebody else.

"B est exacte si le patient est allergique" doesn't say that the answer is B. Neither does "La
réponse du corrigé : B. Je ne suis pas d'accord". Patterns are over cleaned text.
"""

import regex as re

from medinj_utils.evaluation.reading.rules import (
    Example,
    Rule,
    Step,
    compile_spelt,
    replacing,
    spelt,
)

_NAMES = {
    "LETTERS": r"""(?: l[ae]s? [ ] )? (?P<letters> \b [A-J] \b
        (?: (?: \s? [,;/] \s? (?: et [ ] | and [ ] )? | [ ] (?: et | and ) [ ] )
            (?: la [ ] )? [A-J] \b )*+ ) (?! ['·] )""",
    "IS": "(?: est | sont | is | are | étai(?:en)?t | was | were | demeure | reste )",
    "WOULD": r"""(?: serai(?:en)?t | aurai(?:en)?t [ ] été | would [ ] be
        | would [ ] have [ ] been )""",
    "RIGHT": r"""(?: (?: exact | correct | vrai | just | bonn | valid | adapt | indiqu ) \w*
        | right | true )""",
    "CONDITION": r"""(?: ,? [ ] (?i: (?: seulement | uniquement | que | only | mais | sauf ) [ ] )?
        (?i: si | s'ils? | if | sinon | otherwise | sous [ ] (?: réserve | condition )
          | à [ ] (?: la [ ] (?: seule [ ] )? )? condition | en [ ] (?: cas | l'absence )
          | dans [ ] (?: le | certains | ce ) s? [ ] cas | lorsqu\w* | quand | when | unless
          | provided | tant [ ] qu | in [ ] case | jusqu'en | until | avant [ ] \d{4}
          | before [ ] \d{4} | (?: d'après | selon ) [ ] (?: l' | la [ ] | les [ ] ) ancien\w* ) \b
      | ,? [ ] (?i: (?: mais | but ) [ ] )? (?i: seulement | uniquement | only ) [ ]
        (?i: chez | dans | pour | en | in | for )
      | [ ] (?i: chez | dans | pour | in | for ) [ ] [^.,;:\n]{2,40} [ ]
        (?i: seulement | uniquement | only ) )""",
    "ANSWER": r"""(?i: (?: l[ae]s? [ ] | the [ ] )? (?: bonnes? [ ] | right [ ] | correct [ ] )?
        (?: réponses? | choix | solution | answers? ) (?: [ ] (?: exacte | correcte | juste )s? )?
        [ ]? (?: est | sont | serait | is | are | : )? [ ]? :? [ ]? )""",
}

SUPPOSITIONS = (
    Rule(
        "JUDGED_ON_CONDITION",
        "A letter that is called right on a condition.",
        r"LETTERS [ ] (?: IS | WOULD ) [ ] (?: \w+ [ ] ){0,3}? RIGHT CONDITION",
        [
            Example("B est vraie si grossesse.", ""),
            Example("B est exacte d'après l'ancienne classification.", ""),
            Example("C est correcte chez l'enfant seulement.", ""),
        ]),
    Rule(
        "ANNOUNCED_ON_CONDITION",
        "A letter that is announced before or after a condition.",
        r"""
          (?: ^ | [.;] \s ) \W{0,3} (?i: en [ ] cas | si | s'ils? | if | in [ ] case | lorsqu\w*
            | quand | when ) [ ] [^.\n:]{2,60}? [ ,] ANSWER LETTERS (?= \W{0,3} $ | [.;,] )
        | ANSWER (?<= [ ] ) LETTERS CONDITION
        """,
        [
            Example("En cas d'allergie, la réponse est C.", ""),
            Example("La réponse est C en cas d'allergie.", ""),
        ]),
    Rule(
        "SAID_BY_OTHERS",
        "What others answer, or what is usually answered, before the model's own answer.",
        r"""
        (?: \b (?i: réponses? | choix | corrigé | correction | answer ) [ ] (?: \w+ [ ] )?
            (?i: (?: habituel | classique | usuel | courant | fréquent | intuitif | intuitiv
                | officiel | usual | official ) \w*
              | (?: du | de [ ] la | des | de [ ] l' ) [ ]? (?: corrigé | livre | collège | manuel
                | candidat | professeur | étudiant | élève | auteur | correction ) \w* )
          | \b (?i: en [ ] général | d'habitude | d'ordinaire | habituellement | classiquement
              | usually ) ,? [ ] [^.\n:]{0,30}? (?i: réponse | répond | answer ) )
        [^.\n:A-J]{0,20} [ :]{1,3} LETTERS
        (?= [.,;\n] [^\0]{0,80}? \b (?i: ici | mais | cependant | or | pourtant | toutefois
          | pas [ ] d'accord | dans [ ] ce [ ] cas | mien\w* | moi | but | here | however ) \b
          [^\0]*? \b [A-J] \b )
        """,
        [Example("Réponse du livre : B. Moi, j'aurais dit C sans hésiter.", "")]),
)

#: Steps of cleaning.
CONDITIONS = (
    Step(
        "counterfactuals",
        "What would be right in another case says nothing about this one.",
        replacing(
            spelt(r"""
            (?: \b (?i: l[ae]s? [ ] )? (?i: proposition | réponse | option | item ) s? [ ] )?
            LETTERS [ ] WOULD [ ] (?: \w+ [ ] ){0,3}? RIGHT
            (?: CONDITION
              | [ ] (?i: chez | pour | avec | dans | avant | après | in | with | for ) \b )
            [^.;\n]*+
            """, _NAMES), " ", needs="serai aurai would"),
        [Example("A, D. La proposition B serait exacte chez l'enfant.", "AD")]),
    Step(
        "conditions",
        "A claim with \"unless\" is left open.",
        replacing(r"\b (?i: à [ ] moins [ ] (?: que | d[e'] ) | unless )", "ou",
                  needs="moins unless"),
        [Example("B, à moins que ce ne soit C", "")]),
)

#: A source, a case or a question with letters of its own.
_FRAMED = re.compile(
    spelt(r"""
    (?: \b (?i: (?P<frame> selon | d'après | chez | en [ ] cas | pour | according | in | for )
          | (?P<when> avant | après | depuis | before | after | since ) )
        \b (?: (?! \b [A-J] \b ) [^.\n;:] ){1,50}? [ ,:]
      | \b (?i: (?P<frame> question | q | qcm | qcu | version | candidat | étudiant | cas | option
          | scénario | essai | variante | hypothèse | case | attempt ) [ ]? (?: n?° [ ]? )? )
        \d{1,3} [ ]? [:.)–-] )
    [ ]? ANSWER? LETTERS (?= \W{0,3} $ | [.;,] )
    """, _NAMES), re.VERBOSE | re.MULTILINE)
_LETTER = re.compile(r"\b[A-J]\b")
_LAYOUT = re.compile(r"[*_`]|[ \t](?=[ \t])")


_PATTERNS = [compile_spelt(rule.pattern, _NAMES) for rule in SUPPOSITIONS]


def only_supposed(text: str) -> frozenset[str]:
    """The letters that an answer names only on a condition or as the answer of others.

    Args:
        text: an answer after the steps of cleaning.
    """
    text = _LAYOUT.sub("", text)
    positions = {position for pattern in _PATTERNS for match in pattern.finditer(text)
             for position in range(*match.span("letters"))}
    if not positions:
        return frozenset()
    named = [(match[0], match.start() in positions) for match in _LETTER.finditer(text)]
    return frozenset(letter for letter, _ in named) - {
        letter for letter, is_supposed in named if not is_supposed}


def has_several_frames(text: str) -> bool:
    """Whether different letters are given for several sources, cases or questions.

    Args:
        text: an answer without thoughts.
    """
    named: dict[str, set[frozenset[str]]] = {}
    for match in _FRAMED.finditer(_LAYOUT.sub("", text.replace("’", "'"))):
        letters = frozenset(re.findall("[A-J]", match["letters"]))
        named.setdefault((match["frame"] or "when").lower(), set()).add(letters)
    return any(len(different) > 1 for different in named.values())
