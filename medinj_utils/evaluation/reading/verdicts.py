"""Write every verdict on a letter in one form: "A : vrai, B : faux"."""

from collections.abc import Mapping
from functools import cache

import regex as re

from medinj_utils.evaluation.reading.cleaning import fold
from medinj_utils.evaluation.reading.pictures import CROSSES, TICKS
from medinj_utils.evaluation.reading.rules import Example, Rule, compile_spelt, spelt

_NAMES = {
    "TICK": f"[{TICKS}]",
    "CROSS": f"[{CROSSES}]",
    "TICKS_AND_CROSSES": TICKS + CROSSES,
    "WORDS": rf"[^\n{TICKS}{CROSSES}]*",
    "YES": f"vrai | exacte? | correcte? | juste | true | oui | yes | [{TICKS}]",
    "NO": f"faux | fausse | inexacte? | incorrecte? | false | non? | [{CROSSES}]",
    "LINE_OF": r"^ \W{0,3} (?i: proposition\s | option\s )? (?P<letter> [A-J] ) \b",
}

#: Applied in order, each to what the previous one made.
VERDICTS = (
    Rule(
        "TICK_IN_LINE",
        "A tick or a cross in an option's line. The rest of the line explains it.",
        r"""
        LINE_OF (?! \s? (?: [,;/+&] | et | and ) \s? [A-J] \b )
        WORDS (?: (?P<yes> TICK ) | CROSS ) [^\n]*
        """,
        [
            Example("A ✔️\nB ✖️\nC ✔️\nD ✖️", "AC"),
            Example("A. ❌ Le foie fait la bile\nB. ✅ Il filtre", "B"),
            Example("A et C ✅ ; B et D ❌", "AC"),
        ]),
    Rule(
        "TICK_AFTER_TEXT",
        "A tick or a cross at the end of a line that begins with no letter.",
        r"""
        ^ (?! LINE_OF ) (?P<text> [^\nTICKS_AND_CROSSES]{1,300}+ )
        (?: (?P<yes> TICK ) | CROSS ) \W{0,3} $
        """,
        [Example("- Le rein ✅", "B"), Example("le foie ❌\nle rein ✅", "B")]),
    Rule(
        "WORD_AFTER_LETTER",
        "A verdict directly after a letter.",
        r"""
        (?! (?<= [A-J] \s? , \s? ) [A-J] \. )  # "A, B. Non."
        \(? \b (?P<letter> [A-J] ) \b \s? [):.=–—→-]{0,2} \s?
        (?i: (?P<yes> YES ) | NO ) (?! \w )
        (?! , \s? [A-J] \s? [,.] (?! \s? \w{3} ) )  # "A. Non, B."
        (?: \s? [,;] | (?= \s? [.)\n(] | \s? $ | \s? \(? [A-J] \b ) )
        """,
        [Example("(A) Non (B) Oui (C) Non", "B")]),
    Rule(
        "WORD_BEFORE_REMARK",
        "A verdict between the text of an option's line and a remark on it.",
        r"""
        LINE_OF \s? [.):–—-] \s? (?: (?! \b [A-J] \b ) [^\n:→] ){3,200}+ [:→] \s?
        (?i: (?P<yes> YES ) | NO ) \s? [,.;(:–—-]
        (?! [^\n]* (?: \b [A-J] \b | (?i: r[ée]ponse | answer ) ) ) [^\n]*
        """,
        [Example("A. Le foie : non, il fait la bile.\nB. Le rein : oui, il filtre.", "B")]),
    Rule(
        "WORD_AT_END_OF_LINE",
        "A verdict after an arrow, dash or colon at the end of an option's line, if the line names "
        "no other letter.",
        r"""
        LINE_OF \W{1,4} (?: (?! \b [A-J] \s? [:)] ) [^\n] ){1,300}
        [→➜➔⇒>:–—-] \W{0,3} (?i: (?P<yes> YES ) | NO ) \W{0,3} $
        """,
        [Example("A. Il fait la bile → faux\nB. Il filtre le sang → vrai", "B")]),
)


def plain_verdicts(text: str, options: Mapping[str, str]) -> str:
    """The text with each verdict on a letter as "A : vrai" or "A : faux".

    The text stays as it is where an option itself is a verdict ("Vrai", "Non").

    Args:
        text: an answer.
        options: the question's options by letter.
    """
    if any(_VERDICT.fullmatch(fold(option).strip(" .")) for option in options.values()):
        return text
    has_ticks = not _TICKS.isdisjoint(text)
    if not has_ticks:
        text = _one_letter_each(tuple(options)).sub(_in_words, text)
    for rule, pattern in _PATTERNS:
        if has_ticks or not rule.startswith("TICK"):
            text = pattern.sub(_in_one_form, text)
    return text




@cache
def _one_letter_each(letters: tuple[str, ...]) -> re.Pattern:
    """A pattern for a verdict of one sign on each option, in their order: "A V, B F, C V"."""
    entry = spelt(r"""
        \b (?i: %s ) \W{0,5}? (?: (?P<%s> [V1T+] | (?i: YES ) ) | [F0-] | (?i: NO ) )
        (?! \w | \s? (?i: YES | NO ) \b | \s? \w{2} )
        """, _NAMES)
    entries = [entry % (letter.lower(), letter) for letter in letters]
    remark = r"(?: \W{1,6}? | \s? \( [^()\n]{0,100}+ \) \W{1,6}? )"
    return re.compile(remark.join(entries), re.VERBOSE)


def _in_words(match: re.Match) -> str:
    return ", ".join(f"{letter} : {'vrai' if yes else 'faux'}"
                     for letter, yes in match.groupdict().items())


def _in_one_form(match: re.Match) -> str:
    groups = match.groupdict()
    judged = groups.get("letter") or groups["text"].strip(" :–—-(")
    return f"{judged} : {'vrai' if groups['yes'] else 'faux'}, "


_VERDICT = compile_spelt("YES | NO", _NAMES)
_PATTERNS = [(rule.name, compile_spelt(rule.pattern, _NAMES)) for rule in VERDICTS]
_TICKS = frozenset(TICKS + CROSSES)
