"""Letters for options that an answer names by their texts, in lines or entries of their own."""

from collections.abc import Mapping
from functools import lru_cache

import regex as re

from medinj_utils.evaluation.reading.cleaning import fold
from medinj_utils.evaluation.reading.rules import Example

_ARTICLE = re.compile(r"(?: l[ea]s? | une? | des | du ) [ ] | l'", re.VERBOSE)
_VERDICT = r"""(?: vraie?s? | faux | fausses? | (?: in )? exacte?s? | (?: in )? correcte?s?
    | justes? | oui | non | true | false | yes | no | [VFvf] (?! ['’] ) | [✅✓✔❌✗✘] )"""
_ENTRY = r"""(?: ^ \W{0,3} | (?<= [;.,] [ ] ) (?<! \b [a-j] [;.,] [ ] ) (?: et [ ] )? )"""
_ANY_ARTICLE = r"(?: (?: l[ea]s? | une? | des | du ) [ ] | l' )?"
_SEPARATOR = r"[ ]? [*]{0,2} [ ]? (?: [:=→(–—|] | -(?= [ ] ) )"
_LETTER_AT_HEAD = re.compile(r"^ \W{0,3} [A-J] (?: \W | $ )", re.VERBOSE | re.MULTILINE)

#: What is read in entries that begin with an option's text.
EXAMPLES = (
    Example("Le foie : oui\nLe rein : non\nLa rate : oui\nLe cœur : non", "AC"),
    Example("Le foie (vrai), le rein (faux), la rate (vrai), le cœur (faux)", "AC"),
    Example("Le foie : un filtre\nLa rate : un réservoir", "AC"),
    Example("Le rein\n\nLe foie : il fait la bile.\nLa rate : elle filtre.", "B"),
)


_NUMBERS = dict(zip(
    "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze".split(),
    map(str, range(1, 16)), strict=True)) | {"vingt": "20", "trente": "30", "quarante": "40",
                                             "cinquante": "50", "soixante": "60", "cent": "100"}
_QUANTITY = re.compile(r"\b(?P<number>\d{1,3}|[a-z]{2,9}) (?P<unit>[a-zà-ÿ]{1,12}\b|%)")


def with_numbers_as_in_options(text: str, options: Mapping[str, str]) -> str:
    """The text with digits for the number of a quantity, or words, as an option has it.

    Args:
        text: an answer.
        options: the options' texts by letter.
    """
    words = {digits: word for word, digits in _NUMBERS.items()}
    if "%" in "".join(options.values()):
        text = text.replace("pour cent", "%")
    for option in options.values():
        for quantity in _QUANTITY.finditer(option.lower()):
            other = (words | _NUMBERS).get(quantity["number"])
            if other and other != "un":
                text = re.sub(rf"(?i)(?<![\w,.-])(?<!et |-){other} (?={quantity['unit']}(?!\w))",
                              f"{quantity['number']} ", text)
    return text


_JUDGED = re.compile(
    r"""(?i) \b (?: (?: affirmation | proposition | phrase | [ée]nonc[ée] | assertion ) [ ]
      | ^ \W{0,3} elle [ ] | ^ \W{0,3} c' ) (?: est | serait ) [ ] (?: donc [ ] | bien [ ] )?
    (?: (?P<no> fau(?:x|sse) | inexacte? | incorrecte? | erronée? ) | vraie? | exacte? | correcte?
      | juste ) \b (?! [ ] que )""", re.VERBOSE | re.MULTILINE)


def with_verdicts_as_options(text: str, options: Mapping[str, str]) -> str:
    """The text with a verdict on the question's statement in the words of its options.

    Args:
        text: an answer.
        options: the options' texts by letter.
    """
    texts = {fold(option).strip(" ."): option for option in options.values()}
    if texts.keys() != {"vrai", "faux"}:
        return text
    return _JUDGED.sub(lambda said: f" réponse : {texts['faux' if said['no'] else 'vrai']} ", text)


@lru_cache(maxsize=10_000)  # every run answers the same questions
def _text(option: str) -> str:
    """A pattern for an option's text without article, folded."""
    text = fold(option.replace("’", "'").replace("œ", "oe").replace("Œ", "Oe")).strip(" .")
    words = _ARTICLE.sub("", text, count=1) if _ARTICLE.match(text) else text
    return r"[ ]+".join(map(re.escape, words.split()))


def _folded_alike(text: str) -> str:
    """The folded text, a character for each of the text's."""
    return "".join([fold(character)[:1] or character for character in text])


def with_letters_before_texts(text: str, options: Mapping[str, str]) -> str:
    """The text with letters for, or before, texts that begin entries with a verdict or a remark.

    Args:
        text: an answer after the steps of cleaning.
        options: the options' texts by letter.
    """
    text = with_verdicts_as_options(with_numbers_as_in_options(text, options), options)
    texts = {letter: _text(option) for letter, option in options.items()}
    if any(len(option) < 2 for option in texts.values()) or len(set(texts.values())) < len(texts):
        return text
    folded = _folded_alike(text)
    present = {letter: option for letter, option in texts.items()
               if re.search(rf"(?x) {option}", folded)}
    if len(present) < 2:
        return text
    verdicts = _entries(present, folded, rf"{_SEPARATOR} \s? [(]? {_VERDICT} (?! \w )")
    if len({letter for letter, _, _ in verdicts}) > 1:
        return _replaced(text, verdicts, "{} ")
    lines = [entry for entry in _entries(present, folded, rf"{_SEPARATOR} \s? \w")
             if entry[1] == 0 or text[:entry[1]].rstrip(" -•*").endswith("\n")]
    if len({letter for letter, _, _ in lines}) > 1 and _opens_list(text, folded, lines, present):
        return _replaced(text, [(letter, start, start) for letter, start, _ in lines], "{}. ")
    return text


def _entries(texts: Mapping[str, str], folded: str, after: str) -> list[tuple[str, int, int]]:
    """The letter, beginning and end of each text that begins an entry, in order."""
    found = [(letter, entry.start("text"), entry.end("text")) for letter, option in texts.items()
             for entry in re.finditer(
                 rf"(?xm) {_ENTRY} (?P<text> {_ANY_ARTICLE} {option} ) (?= {after} )", folded)]
    return sorted(found, key=lambda entry: entry[1])


def _opens_list(text: str, folded: str, lines: list[tuple[str, int, int]],
                texts: Mapping[str, str]) -> bool:
    """Whether no option is named before the first of the lines, nor by a letter."""
    before = folded[:lines[0][1]]
    return _LETTER_AT_HEAD.search(text) is None and not any(
        re.search(rf"(?x) {option}", before) for option in texts.values())


def _replaced(text: str, entries: list[tuple[str, int, int]], form: str) -> str:
    for letter, start, end in reversed(entries):
        text = text[:start] + form.format(letter) + text[end:]
    return text
