"""Letters for options that an answer names by their texts, in lines or entries of their own."""

from collections.abc import Mapping
from functools import lru_cache

import regex as re

from medinj_utils.evaluation.reading.cleaning import fold
from medinj_utils.evaluation.reading.rules import Example

_ARTICLE = re.compile(r"(?: l[ea]s? | une? | des | du ) [ ] | l'", re.VERBOSE)
_ENTRY = re.compile(
    r"""(?: ^ \W{0,3} | (?<= [;.,] [ ] ) (?<! \b [a-j] [;.,] [ ] ) (?: et [ ] )? )
    (?P<article> (?: l[ea]s? | une? | des | du ) [ ] | l' )? \Z""", re.VERBOSE | re.MULTILINE)
_SEPARATOR = r"[ ]? [*]{0,2} [ ]? (?: [:=→(–—|] | -(?= [ ] ) )"
_VERDICT = re.compile(
    _SEPARATOR + r"""\s? [(]? (?: vraie?s? | faux | fausses? | (?: in )? exacte?s?
    | (?: in )? correcte?s? | justes? | oui | non | true | false | yes | no | [vf] (?! ['’] )
    | [✅✓✔❌✗✘] ) (?! \w )""", re.VERBOSE)
_REMARK = re.compile(rf"{_SEPARATOR} \s? \w", re.VERBOSE)
_NO_REASON = re.compile(
    _SEPARATOR + r"""\s? (?: \? | (?: \w+ [ ] ){0,2} a [ ] (?: \w+ [ei]r | faire | mettre ) \b
    | (?! cancer | ulcer | premier | dernier | foyer | danger ) \w{2,} (?: er | ir ) \b (?! [-'] )
    | (?: prendre | mettre | suspendre | reduire | prescrire | faire | introduire | si | parfois
      | rare\w* | possible\w* | eventuel\w* | peut | pas | non | jamais | absen\w+ | exclu\w*
      | elimin\w+ | peu | discut\w+ | variable\w* | incertain\w* | douteu\w* ) \b )""", re.VERBOSE)
_LETTER_AT_HEAD = re.compile(r"^ \W{0,3} [A-J] (?: \W | $ )", re.VERBOSE | re.MULTILINE)

#: What is read in entries that begin with an option's text.
EXAMPLES = (
    Example("Le foie : oui\nLe rein : non\nLa rate : oui\nLe cœur : non", "AC"),
    Example("Le foie (vrai), le rein (faux), la rate (vrai), le cœur (faux)", "AC"),
    Example("Le foie : un filtre\nLa rate : un réservoir", "AC"),
    Example("Le foie : rechercher une stéatose\nLa rate : bilan à faire", ""),
    Example("Le rein\n\nLe foie : il fait la bile.\nLa rate : elle filtre.", "B"),
)


@lru_cache(maxsize=10_000)  # every run answers the same questions
def bare(option: str) -> str:
    """An option's text without article, folded."""
    text = fold(option.replace("’", "'").replace("œ", "oe").replace("Œ", "Oe")).strip(" .")
    article = _ARTICLE.match(text)
    return " ".join(text[article.end() if article else 0:].split())


def _folded_alike(text: str) -> str:
    """The folded text, of the same length as the text."""
    if text.isascii():
        return text.lower()
    return "".join([fold(character)[:1] or character for character in text])


def with_letters_before_texts(text: str, options: Mapping[str, str]) -> str:
    """The text with letters for, or before, texts that begin entries with a verdict or a remark.

    Args:
        text: an answer after the steps of cleaning.
        options: the options' texts by letter.
    """
    texts = {letter: bare(option) for letter, option in options.items()}
    if min(map(len, texts.values())) < 2 or len(set(texts.values())) < len(texts):
        return text
    folded = _folded_alike(text)
    present = {letter: option for letter, option in texts.items() if option in folded}
    if len(present) < 2:
        return text
    verdicts = _entries(present, folded, _VERDICT)
    if len({letter for letter, _, _ in verdicts}) > 1:
        return _replaced(text, verdicts, "{} ")
    lines = [entry for entry in _entries(present, folded, _REMARK)
             if entry[1] == 0 or text[:entry[1]].rstrip(" -•*").endswith("\n")]
    if len({letter for letter, _, _ in lines}) > 1 and _opens_list(text, folded, lines, present):
        is_open = any(_NO_REASON.match(folded, end) for _, _, end in lines)
        form = "{} ? " if is_open else "{}. "
        return _replaced(text, [(letter, start, start) for letter, start, _ in lines], form)
    return text


def _entries(texts: Mapping[str, str], folded: str,
             after: re.Pattern) -> list[tuple[str, int, int]]:
    """The letter, beginning and end of each text that begins an entry, in order."""
    entries = []
    for letter, option in texts.items():
        start = folded.find(option)
        while start >= 0:
            end = start + len(option)
            line = folded.rfind("\n", 0, start) + 1
            if after.match(folded, end) and (
                    match := _ENTRY.search(folded[max(line, start - 12):start])):
                entries.append((letter, start - len(match["article"] or ""), end))
            start = folded.find(option, end)
    return sorted(entries, key=lambda entry: entry[1])


def _opens_list(text: str, folded: str, lines: list[tuple[str, int, int]],
                texts: Mapping[str, str]) -> bool:
    """Whether no option is named before the first of the lines, nor by a letter."""
    before = folded[:lines[0][1]]
    return _LETTER_AT_HEAD.search(text) is None and not any(
        option in before for option in texts.values())


def _replaced(text: str, entries: list[tuple[str, int, int]], form: str) -> str:
    for letter, start, end in reversed(entries):
        text = text[:start] + form.format(letter) + text[end:]
    return text
