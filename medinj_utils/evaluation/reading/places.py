"""Letters for options that an answer names by their place: "la troisième proposition"."""

from collections.abc import Mapping

import regex as re

from medinj_utils.evaluation.reading.cleaning import fold
from medinj_utils.evaluation.reading.rules import Example, Rule, compile_spelt

_ORDINALS = (
    r"premi[eè]re? | 1 (?: [eè]?re | er ) | first | 1st",
    r"deuxi[eè]me | seconde? | 2 (?: nde? | [eè]me | e ) | second | 2nd",
    r"troisi[eè]me | 3 (?: [eè]me | e ) | third | 3rd",
    r"quatri[eè]me | 4 (?: [eè]me | e ) | fourth | 4th",
    r"cinqui[eè]me | 5 (?: [eè]me | e ) | fifth | 5th",
    r"sixi[eè]me | 6 (?: [eè]me | e ) | sixth | 6th",
    r"septi[eè]me | 7 (?: [eè]me | e )", r"huiti[eè]me | 8 (?: [eè]me | e )",
    r"neuvi[eè]me | 9 (?: [eè]me | e )", r"dixi[eè]me | 10 (?: [eè]me | e )")
_LAST = (r"avant [ -] derni[eè]re? | p[ée]nulti[eè]me | second [ -] (?: to [ -] )? last",
         r"derni[eè]re? | last")
_NAMES = {
    "ORDINAL": f"(?i: {' | '.join((*_LAST, *_ORDINALS))} )",
    "NOUN": r"""(?i: option | proposition | r[ée]ponse | item | choix | affirmation | assertion
        | [ée]nonc[ée] | possibilit[ée] | alternative | choice | answer | statement | one )""",
    "LISTED": r"""(?: [ ] (?i: list[ée]e | propos[ée]e | cit[ée]e | de [ ] la [ ] liste
        | ci-dessus ) s? )?""",
    "ENDS": r"""(?= \s? (?: [.,;:)\n] | $ ) | [ ] (?i: est | sont | is | are | car | et | me
        | semble | convien\w+ | puisque | because | parce | qui | correspond\w* | uniquement
        | seulement ) \b )""",
    "NUMBER": r"(?: \b \d{1,2} (?! [\d,.]*\d | [ ]? % | [ ] (?! et \b | est \b | sont \b ) \w ) )",
}
#: The groups: "ordinals" name places, "count" and "end" the first or last few, "numbers" numbers.
PLACES = (
    Rule(
        "FIRST_OR_LAST_FEW",
        "The first or last few options.",
        r"""
        (?: \b (?i: les | the ) [ ] | ^ \W{0,3} )
        (?: (?P<count> (?i: deux | trois | quatre | cinq | two | three | four ) | [2-5] ) [ ]
            (?P<end> (?i: premi[eè]re?s | derni[eè]re?s | first | last ) )
          | (?P<end> first | last ) [ ] (?P<count> two | three | four ) )
        (?: [ ] (?: et | and ) [ ] (?: la | the ) [ ] (?P<ordinals> ORDINAL ) )?
        (?: [ ] NOUN s? LISTED ENDS | (?= \W{0,2} \Z ) )
        """,
        [Example("Les deux dernières propositions", "CD"),
         Example("Les deux premières ou les deux dernières propositions", "")]),
    Rule(
        "BY_ORDINAL",
        "Ordinals beside a word for options.",
        r"""
        (?<! \b (?i: en | (?<! agit [ ] ) de | d'une | ma | ta | votre | une ) [ ] )
        (?: \b (?i: l[ae] | les | the ) [ ] | \b [lL]' | ^ \W{0,3} )
        (?P<ordinals> ORDINAL (?: (?: , [ ] | ,? [ ] (?: et | and ) [ ] )
          (?: (?i: l[ae] | the ) [ ] | l' )? ORDINAL ){0,8} )
        [ ] NOUN s? LISTED ENDS
        """,
        [
            Example("La troisième proposition est exacte.", "C"),
            Example("La première et la dernière réponses", "AD"),
            Example("En première réponse, je dirais le rein.", "B"),
            Example("La deuxième proposition à éliminer", ""),
        ]),
    Rule(
        "ANNOUNCED_BY_ORDINAL",
        "Ordinals that are announced: \"la bonne réponse est la troisième\".",
        r"""
        (?<= NOUN s? (?: [ ] (?i: correcte | exacte | juste | finale ) s? )?
            (?: [ ] (?: est | sont | is | are ) [ ] (?: donc [ ] )? | \s? : \s? )
          | \b (?i: sauf | hormis | except[ée] | hors | je [ ] (?: choisis | retiens | coche
              | prends | garde | dirais ) | opte [ ] pour | vote [ ] pour | c'est ) [ ]
          | \A \W{0,3} )
        (?: (?i: l[ae] | les | the ) [ ] | l' )
        (?P<ordinals> ORDINAL (?: (?: , [ ] | ,? [ ] (?: et | and ) [ ] )
          (?: (?i: l[ae] | the ) [ ] | l' )? ORDINAL ){0,8} )
        LISTED (?= \s? (?: [.,;(\n] | $ ) | [ ] car \b )
        """,
        [Example("La bonne réponse est la quatrième.", "D"),
         Example("Toutes sauf la troisième", "ABD"), Example("La première fois", "")]),
    Rule(
        "BY_NUMBER",
        "Numbers beside a word for options; those of questions stand before a colon.",
        r"""
        (?: \b (?i: l[ae] [ ] | les [ ] | l' ) | ^ \W{0,3}
          | (?<= [ ] (?: est | sont | choisis ) [ ] ) )
        NOUN s? [ ] (?: (?: n | num[ée]ros? ) [ ]? [°º]? s? [ ]? )?
        (?P<numbers> NUMBER (?: (?: , [ ] | [ ] et [ ] ) NUMBER ){0,8} )
        (?! \s? : ) ENDS
        """,
        [
            Example("Option 2", "B"),
            Example("Les propositions 1 et 3 sont exactes.", "AC"),
            Example("Réponse 2 : le rein", "B"),
        ]),
)
_PLACES = [compile_spelt(rule.pattern, _NAMES) for rule in PLACES]
_EACH = [re.compile(pattern, re.VERBOSE | re.IGNORECASE) for pattern in (*_LAST, *_ORDINALS)]
_ORDINAL = re.compile(_NAMES["ORDINAL"], re.VERBOSE)
_LETTER = re.compile(r"\b[A-J]\b(?!['’])")
_COUNTS = {"deux": 2, "two": 2, "trois": 3, "three": 3, "quatre": 4, "four": 4, "cinq": 5}
_TRUE_OR_FALSE = re.compile(
    r"""\A [^\w\n]*+ (?: (?i: r[ée]ponses? | answers? ) [ ]? : \s? )?
    (?: (?P<number> \d{1,2} (?= \s? [.):-] ) )? [^\w\n]{0,4}
      (?P<verdict> [VF] | (?i: vraie? | faux | fausse ) ) \b [ *]*
      (?: [,;/.-]? \s{0,3} | \Z ) ){3,10}+
    [^\w\n]*+ \Z""", re.VERBOSE)


def with_letters_for_verdicts(text: str, options: Mapping[str, str]) -> str:
    """The text with letters, if it is nothing but "vrai" or "faux" for each option in turn.

    Args:
        text: a raw answer.
        options: the options' texts by letter.
    """
    spaced = re.sub(r"(?<=\b[VF]{1,9})(?=[VF]{1,9}\b)", " ", text)
    match = _TRUE_OR_FALSE.match(spaced)
    if match is None:
        return text
    verdicts = [verdict[0].upper() for verdict in match.captures("verdict")]
    numbers = match.captures("number")
    in_order = [str(position + 1) for position in range(len(options))]
    if len(verdicts) != len(options) or numbers not in ([], in_order) or "V" not in verdicts:
        return text
    return "\n".join(f"{letter} : {'vrai' if verdict == 'V' else 'faux'}"
                     for letter, verdict in zip(options, verdicts, strict=True))


def with_letters_for_places(text: str, options: Mapping[str, str]) -> str:
    """The text with letters for places, unless it names letters or the options have numbers.

    Args:
        text: an answer after the steps of cleaning.
        options: the options' texts by letter.
    """
    if _LETTER.search(text):
        return text
    texts = "\n".join(options.values())
    if _ORDINAL.search(fold(texts)) or re.search(r"\d", texts):
        return text
    letters = tuple(options)
    for pattern in _PLACES:
        text = pattern.sub(lambda match: _in_letters(match, letters), text)
    return text


def _in_letters(match: re.Match, letters: tuple[str, ...]) -> str:
    positions = _places(match.groupdict(), len(letters))
    if not positions or not all(0 <= position < len(letters) for position in positions):
        return match[0]
    named = [letters[position] for position in positions]
    if len(named) == 1:
        return f"la proposition {named[0]}"
    return f"les propositions {', '.join(named[:-1])} et {named[-1]}"


def _places(groups: Mapping[str, str | None], count: int) -> list[int]:
    """The places that a phrase names, from 0."""
    if groups.get("count"):
        few = _COUNTS.get(groups["count"].lower()) or int(groups["count"])
        is_first = groups["end"].lower().startswith(("p", "f"))
        positions = [*range(few)] if is_first else [*range(count - few, count)]
        return positions + [_place(each, count) for each in [groups["ordinals"]] if each]
    if groups.get("numbers"):
        return [int(number) - 1 for number in re.findall(r"\d+", groups["numbers"])]
    return [_place(match[0], count) for match in _ORDINAL.finditer(groups["ordinals"])]


def _place(ordinal: str, count: int) -> int:
    index = next(index for index, pattern in enumerate(_EACH) if pattern.fullmatch(ordinal))
    return count - 2 + index if index < len(_LAST) else index - len(_LAST)
