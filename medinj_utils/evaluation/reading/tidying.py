"""Tidy an answer's signs: draw lists into the line that announces them, drop repeated options."""

from collections.abc import Mapping
from functools import cache

import regex as re

from medinj_utils.evaluation.reading.grammar import compiled, spell
from medinj_utils.evaluation.reading.rules import Example, Rule
from medinj_utils.evaluation.reading.vocabulary import LETTERS, LETTERS_OF_TEXTS, TEXT_SIGNS, Sign

RANGE = Rule(
    "RANGE",
    "All letters from one to another: \"A à D\". A range that runs backwards is left open.",
    r"""
    (?P<first> [LETTER] ) [). ( -]{0,2} TO{1,2} [ARTICLE OPTION ANSWER ( ]{0,3}
    (?P<last> [LETTER] ) (?= [^·] | $ )
    """,
    [Example("A à C", "ABC"), Example("De la A à la C.", "ABC"), Example("C à A", "")])
EXCEPTED = Rule(
    "EXCEPTED",
    "What a list's exception names is no part of it: \"A à D, sauf C\". A letter that a list names "
    "and denies at once leaves it open.",
    r"""
    (?<! [LETTER TEXT , ; AND] )
    (?P<kept> (?> ITEMS ) ) (?P<judgement> JUDGEMENT? ) [. , : ; (-]{0,2} \n?
    (?: (?P<is_except> EXCEPT ) [ARTICLE OPTION ANSWER NEUTRAL BUT : (]{0,5}
      | (?: BUT? NOT | AND? NO ) [ARTICLE OPTION ANSWER NEUTRAL]{0,3} )
    (?P<excepted> (?> ITEMS ) ) (?! JUDGEMENT ) \)?
    """,
    [Example("A à D, sauf C", "ABD"), Example("Les réponses A à D sont exactes sauf B", "ACD"),
     Example("A, B, D mais pas B", "")])
LISTED_BELOW = Rule(
    "LISTED_BELOW",
    "Lines under an announcement, such as \"Les réponses exactes sont :\", are its list.",
    r"""
    (?P<announcement>
        (?: ^ | (?<= \. ) ) [ARTICLE OPTION ARE NEUTRAL SO]{0,5} [ANSWER RIGHT CHOOSE]
        [ARTICLE ANSWER OPTION IS ARE RIGHT CHOOSE SO RATHER NEUTRAL]{0,12} :
    ) \n
    (?P<lines> (?: ^ \(? (?> ITEMS ) (?! JUDGEMENT ) [^\n]*+ (?: \n | \Z ) )++ )
    """,
    [Example("Les réponses exactes sont :\nA : il fait la bile\nC : elle filtre", "AC")])
SUBJECT_BELOW = Rule(
    "SUBJECT_BELOW",
    "Lines under what the question asks for, \"Les organes atteints sont :\", are its list where "
    "nothing else names an option behind them.",
    r"""
    ^ ARTICLE (?: [OTHER NEUTRAL TO ARTICLE] | TO CHOOSE ){1,12}? ARE [ARTICLE NEUTRAL]{0,3} : \n
    (?P<lines> (?: ^ \(? (?> ITEMS ) (?! JUDGEMENT ) [^\n]*+ (?: \n | \Z ) )++ )
    (?= [^ LETTER TEXT ANSWER]*+ \Z )
    """,
    [Example("Les organes atteints sont :\n- Le foie (A)\n- La rate (C)", "AC"),
     Example("Les organes sont :\nA. Le foie\nB. Le rein\nC. La rate\nD. Le cœur", "")])
SUBJECT_BESIDE = Rule(
    "SUBJECT_BESIDE",
    "A sentence that lists things with their letters in brackets, and nothing else, answers.",
    r"""
    \A [^ . : \n LETTER TEXT ANSWER OPTION NOT WRONG DOUBT NO RATHER EXCEPT BUT]{1,20}
    (?: : | (?<= ARE ) )
    (?P<lines> (?: [^ . , : ; ( ) \n LETTER NOT WRONG DOUBT NO RATHER EXCEPT BUT]{1,12}+
        \( [LETTER] \) [, ; AND]{0,2} ){2,}+ )
    \.? \n? \Z
    """,
    [Example("On y trouve : le petit foie (A), un rein (B) et la belle rate (C).", "ABC"),
     Example("On y trouve : la bile (A), l'urine (B), le sang (C) et la lymphe (D).", "")])
CHOSEN_BEFORE_REJECTED = Rule(
    "CHOSEN_BEFORE_REJECTED",
    "A semicolon ends a list where another one follows that is called wrong.",
    r"""
    (?<= AND ARTICLE? [LETTER] | CHOOSE [ARTICLE OPTION ANSWER]{0,3} [LETTER] ) ;
    (?= (?: [ARTICLE OPTION]{0,2} [LETTER] [, AND]{0,2} ){1,9}+ [IS ARE] TO? WRONG )
    """,
    [Example("On retient A et C ; B et D sont à éliminer.", "AC"),
     Example("A ; B ; C sont fausses", "")])
LINE_OF_OPTION = Rule(
    "LINE_OF_OPTION",
    "A line for each option, in their order, none of them judged: a review of the options.",
    r"""
    ^ \(? THIS_LETTER [). : · -]{1,3}+
    (?! ARTICLE? [TEXT]? [). ]{0,2} JUDGEMENT ) [^\n]++ (?: \n | \Z )
    """,
    [Example("A. Il fait la bile.\nB. Il filtre.\nC. Elle stocke.\nD. Il pompe.", "")])
LETTER_AND_TEXT = Rule(
    "LETTER_AND_TEXT",
    "The letter and text of each option, in their order: the options repeated.",
    r"\(? THIS_LETTER [). : · -]{1,3} ARTICLE? THIS_TEXT",
    [Example("A) le foie B) le rein C) la rate D) le cœur", "")])
LINE_OF_TEXT = Rule(
    "LINE_OF_TEXT",
    "A line with the text of each option, in their order: the options repeated.",
    r"^ ARTICLE? THIS_TEXT \.? (?: \n | \Z )",
    [Example("le foie\nle rein\nla rate\nle cœur", "")])
SENTENCE_OF_OPTION = Rule(
    "SENTENCE_OF_OPTION",
    "Sentences about each option, in their order, none of them judged: a review of the options.",
    r"""
    (?: ^ | (?<= \. ) ) OPTION? THIS_LETTER [: -]
    (?: [^ . \n RIGHT WRONG]
      | \. (?! OPTION? [LETTER] [: -] | [ARTICLE NEUTRAL]{0,2} ANSWER | SO ) )++ \.
    """,
    [Example("Option A : fait la bile. Option B : filtre. Option C : stocke. Option D : pompe. "
             "Réponse : B", "B")])
ALL_LETTERS = Rule(
    "ALL_LETTERS",
    "All letters of the options, one of which is to be taken: the task repeated.",
    r"\(? OTHER_LETTERS ,? DOUBT LAST_LETTER \)?",
    [Example("Choisir la lettre A, B, C ou D. Réponse : B", "B")])
LISTED_ASIDE = Rule(
    "LISTED_ASIDE",
    "Options listed under a question, or under \"Analyse :\", are repeated, not chosen.",
    r"""
    (?: (?<= [: DOUBT] \n ) | (?<= \n ) (?= \( A \) [^\n]* \n \( B \) ) )
    (?: (?: ANY_LINE ){2,}+ | (?= \( A \) ) ANY_LINE )
    (?: \( [^\n]* \Z )?
    """,
    [
        Example("Quel organe ?\n(A) le foie\n(B) le re", ""),
        Example("Analyse :\nA. Il fait la bile\nB. Il filtre", ""),
    ])
LAYOUT_RULES = (RANGE, EXCEPTED, LISTED_BELOW, SUBJECT_BELOW, SUBJECT_BESIDE,
                CHOSEN_BEFORE_REJECTED, LINE_OF_OPTION, LETTER_AND_TEXT, LINE_OF_TEXT,
                SENTENCE_OF_OPTION, ALL_LETTERS, LISTED_ASIDE)

_RANGE = compiled(RANGE.pattern)
_EXCEPTED = compiled(EXCEPTED.pattern)
_LISTED_BELOW = compiled(LISTED_BELOW.pattern)
_SUBJECT_BELOW = compiled(SUBJECT_BELOW.pattern)
_SUBJECT_BESIDE = compiled(SUBJECT_BESIDE.pattern)
_LETTER_IN_BRACKETS = compiled(r"\( (?P<letter> [LETTER] ) \)")
_CHOSEN_BEFORE_REJECTED = compiled(CHOSEN_BEFORE_REJECTED.pattern)
_ITEMS_OF_LINE = compiled(r"^ \(? (?P<items> ITEMS )")


def with_ranges_as_lists(line: str) -> str:
    """The signs with all letters of each range."""
    return _RANGE.sub(_all_letters, line) if Sign.TO in line else line


def _all_letters(match: re.Match) -> str:
    first, last = ord(match["first"]), ord(match["last"])
    if first >= last:
        return match["first"] + Sign.DOUBT + match["last"]
    return ",".join(map(chr, range(first, last + 1)))


def without_exceptions(line: str) -> str:
    """The signs with the excepted letters removed from each list."""
    if {Sign.EXCEPT, Sign.NOT, Sign.NO}.isdisjoint(line):
        return line  # most answers have no exception, and long lists are slow
    return _EXCEPTED.sub(_without_excepted, line)


def _without_excepted(match: re.Match) -> str:
    kept, excepted = (
        {(LETTERS | LETTERS_OF_TEXTS)[sign] for sign in match[name]
         if sign in LETTERS or sign in LETTERS_OF_TEXTS} for name in ("kept", "excepted"))
    if not excepted < kept:
        return match[0]
    if not match["is_except"]:
        return match["kept"] + Sign.DOUBT
    return ",".join(sorted(kept - excepted)) + match["judgement"]


def tidy(line: str, options: Mapping[str, str]) -> str:
    """The signs with lists in the lines that announce them, and without repeated options.

    Args:
        line: an answer in signs.
        options: the question's options by letter.
    """
    line = _CHOSEN_BEFORE_REJECTED.sub(".", line) if ";" in line else line
    line = _LISTED_BELOW.sub(_in_one_line, line)
    line = _SUBJECT_BELOW.sub(
        lambda match: _as_answer(match, _ITEMS_OF_LINE.findall(match["lines"]), options), line)
    if "(" in line:
        line = _SUBJECT_BESIDE.sub(
            lambda match: _as_answer(match, _LETTER_IN_BRACKETS.findall(match["lines"]), options),
            line)
    return _repeated_options(tuple(options)).sub("\n", line)


def _in_one_line(match: re.Match) -> str:
    """An announcement and the items of the lines under it, without the explanations beside them."""
    items = _ITEMS_OF_LINE.findall(match["lines"])
    listed = ";".join(items) + "\n" if len(items) > 1 else match["lines"]
    return match["announcement"] + listed


def _as_answer(match: re.Match, listed: list[str], options: Mapping[str, str]) -> str:
    """The listed items as an announced answer, unless they are all options."""
    items = ";".join(listed)
    named = {(LETTERS | LETTERS_OF_TEXTS)[sign] for sign in items
             if sign in LETTERS or sign in LETTERS_OF_TEXTS}
    return match[0] if named >= options.keys() else f"{Sign.ANSWER}:{items}\n"


@cache
def _repeated_options(letters: tuple[str, ...]) -> re.Pattern:
    """A pattern for all options repeated in their order, and for options listed aside."""
    lines = [spell(LINE_OF_OPTION.pattern, THIS_LETTER=letter) for letter in letters]
    entries = [spell(LETTER_AND_TEXT.pattern, THIS_LETTER=letter, THIS_TEXT=TEXT_SIGNS[letter])
               for letter in letters]
    texts = [spell(LINE_OF_TEXT.pattern, THIS_TEXT=TEXT_SIGNS[letter]) for letter in letters]
    sentences = [spell(SENTENCE_OF_OPTION.pattern, THIS_LETTER=letter) for letter in letters]
    any_line = spell(LINE_OF_OPTION.pattern, THIS_LETTER="[A-Z]")
    return compiled("|".join([
        "".join(lines),
        r"[). ]{0,2} \n?".join(entries),
        "OPTION [IS ARE]? :" + "[). , ;]{0,2}".join(entries),
        "".join(texts),
        "".join(sentences),
        spell(ALL_LETTERS.pattern, OTHER_LETTERS="[, ; -]?".join(letters[:-1]),
              LAST_LETTER=letters[-1]),
        spell(LISTED_ASIDE.pattern, ANY_LINE=any_line),
    ]))
