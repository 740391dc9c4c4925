"""Turn a text into signs, one a word: "Réponse : B, car le rein filtre" becomes "n:B,yaⒷ_".

A capital alone is its own sign, a small letter alone is ⓑ, the text of option B is Ⓑ, and any other
word has the sign of its class (see `vocabulary`).
"""

from collections.abc import Mapping, Set
from functools import lru_cache

import regex as re

from medinj_utils.evaluation.reading.cleaning import clean, fold
from medinj_utils.evaluation.reading.rules import spelt
from medinj_utils.evaluation.reading.sentences import with_what_is_said
from medinj_utils.evaluation.reading.vocabulary import (
    MARKS,
    NAMES,
    SHARED_TEXT,
    SMALL_SIGNS,
    TEXT_SIGNS,
    WORDS,
    Sign,
)

_WORD = re.compile(
    r"""
      (?: (?<! [\w)\]] ) [-–−] )? \d+ (?: [.,:] \d+ )+ (?! \w )   # "0,5"
    | (?<! [\w)\]] ) [-–−] \d+ (?! [\w-] )                      # "-15"
    | [^\W_]+ ' [A-Za-z] \b           # "l'A": its A is no option
    | [^\W_]+ (?: - [^\W_]+ )*+ '?    # "rein", "D-dimères", "l'"
    | [^\w \t]                        # a mark, or the end of a line
    """, re.VERBOSE)
_PATTERNS = MARKS | {Sign[rule.name]: rule.pattern for rule in WORDS}
_SIGNS = [*_PATTERNS]
_CLASS = re.compile("|".join(f"({pattern})" for pattern in _PATTERNS.values()), re.VERBOSE)
_ARTICLE = re.compile(_PATTERNS[Sign.ARTICLE], re.VERBOSE)
_KEPT_AS_IT_IS = re.compile("[A-Zà]|où")  # folded, "où" would be "ou"
_MARKS_OF_TEXTS = ",.;:()[]{}'!?-–—·•"
_BEFORE_QUANTITIES = ("a", "à", "environ", "vers")  # "À 2 mois" is "2 mois"
_NO_TEXT = re.compile("[a-z]?")
_MAYBE_LETTERS = re.compile("[a-j]+|[a-z]")
#: Units that are written out, by their signs.
_UNITS = {f"{prefix}{unit}{plural}": prefixes[prefix] + sign
          for prefixes in [{"": "", "milli": "m", "centi": "c", "kilo": "k", "micro": fold("µ")}]
          for prefix in prefixes
          for unit, sign in (("gramme", "g"), ("litre", "l"), ("mole", "mol"))
          for plural in ("", "s")}
_NUMBER = re.compile(r"[-–−]?\d+(?:[.,:]\d+)*")
_MARKS_OF_NUMBERS = str.maketrans(",–−", ".--")
# An option's number doesn't count as part of another number, a range or a limit: "15 mg" in
# "1 015 mg", "10 à 15 mg", "plus de 15 mg". Spaces stand between all words.
_PART_OF_NUMBER = r"""(?x: (?<! [ ] (?:
        \d\S* (?: [ ] (?: [-–—/⁄x×*+^] | [aà] | to%s ) )?
      | (?: \d\S* [ ] [\w%%]+ | [Ⓐ-Ⓩ] ) [ ] (?: [-–—] | [aà] | to )
      | [<>≤≥⩽⩾≈~±^×/⁄] | [+] [ ] / [ ] -
      | (?: plus | moins | more | less | greater | lower | fewer ) [ ] (?: de | d' | que | than )
      | (?: au | at ) [ ] (?: moins | plus | least | most | minimum | maximum )
      | (?: superieur | inferieur | egal ) e?s? [ ] [aà] | jusqu' [ ] [aà] | up [ ] to
      | au-(?: dela | dessus | dessous ) [ ] de | [aà] [ ] partir [ ] de
      | apres | avant | des | before | after | within | over | under | above | below | presque
      | (?: double | triple | moitie | tiers | quart ) [ ] d[e'] | minimum | maximum | min | max
    ) ) )"""
_BEFORE_NUMBER = _PART_OF_NUMBER % ""  # "1 et 3" are two options
_BEFORE_QUANTITY = _PART_OF_NUMBER % " | et | and | ou | or"  # "10 et 15 mg" may be a range
_LONE_NUMBER = re.compile(r"[\\\d.-]+ \(\?: [ ] [^ ]* \)\?", re.VERBOSE)  # a pattern of one
_NUMBER_GOES_ON = r"(?! (?<=\d )(?:[-–—/⁄x×*^]|[aà]|to) [\dⒶ-Ⓩ])"
_QUANTITY_GOES_ON = r"(?! (?:[-–—x×]|[aà]|to) [\dⒶ-Ⓩ])"
# "Toutes les réponses sont exactes", as an option says it and as an answer may
_SAID_OF_ALL = spelt("[ARTICLE OPTION ANSWER RIGHT IS ARE BUT NEUTRAL NOT]", NAMES)
_ALL_OR_NONE = re.compile(spelt("[ALL NONE]", NAMES) + _SAID_OF_ALL + r"*\.?")


def signs_of(text: str, options: Mapping[str, str], compact: Set[str] = frozenset()) -> str:
    """The signs of a cleaned text, line by line.

    Args:
        text: the text.
        options: the options' texts by letter.
        compact: letters that may be written as one word ("ABD", "A-B-D").
    """
    line = _with_option_texts(_known_words(text, compact), options)
    return _with_all_or_none(_classified(line), options)


def _known_words(text: str, compact: Set[str]) -> str:
    """The text's words between single spaces, folded unless their case or accent matters."""
    words = _WORD.findall(text)
    known = {word: _known(word, compact) for word in set(words)}
    return f" {' '.join([known[word] for word in words])} "


def _known(word: str, compact: Set[str]) -> str:
    if _is_compact(word, compact):
        return word.replace("-", "")
    if _KEPT_AS_IT_IS.fullmatch(word):
        return word
    return "à" if word == "À" else _folded(word)


def _folded(word: str) -> str:
    """The word without case and accents, a number with one kind of point and of sign."""
    is_number = word[-1].isdigit() and _NUMBER.fullmatch(word)
    folded = fold(word.translate(_MARKS_OF_NUMBERS) if is_number else word)
    return _UNITS.get(folded, folded)


def _is_compact(word: str, compact: Set[str]) -> bool:
    """Whether a word is several letters of options, each once: "AB", "ABD", "A-B-D", not "A-B"."""
    letters = word.replace("-", "")
    if len(letters) < 2 or (letters != word and len(letters) < 3):
        return False
    return len(compact.intersection(letters)) == len(letters)


def _with_option_texts(line: str, options: Mapping[str, str]) -> str:
    """The words with a sign in the place of each option's text, the longest first."""
    signs: dict[str, str] = {}
    for letter, option in options.items():
        pattern = _text_pattern(option)
        signs[pattern] = SHARED_TEXT if pattern in signs else TEXT_SIGNS[letter]
    for pattern in sorted(filter(None, signs), key=len, reverse=True):
        line = re.sub(_in_line(pattern), f" {signs[pattern]}", line)
    return with_what_is_said(line)


def _in_line(pattern: str) -> str:
    """The pattern of a text where it stands as a whole: a number is no part of another one."""
    if not pattern.lstrip("\\-")[:1].isdigit():
        return rf" {pattern}(?= ){_NUMBER_GOES_ON}"
    if _LONE_NUMBER.fullmatch(pattern):
        return rf"{_BEFORE_NUMBER} {pattern}(?= ){_NUMBER_GOES_ON}"
    return rf"{_BEFORE_QUANTITY} {pattern}(?= ){_QUANTITY_GOES_ON}"


@lru_cache(maxsize=10_000)  # every run answers the same questions
def _text_pattern(option: str) -> str:
    """A pattern for an option's text with or without its article and the marks between its words.

    It is empty for an option that is one letter: "A" stays a letter.
    """
    text = " ".join(_folded(word) for word in _WORD.findall(clean(option)))
    core = text.rstrip(" " + _MARKS_OF_TEXTS)
    last_marks = text[len(core):].strip()
    words = [word for word in core.split(" ") if word not in _MARKS_OF_TEXTS]
    if len(words) > 1 and _ARTICLE.fullmatch(words[0]):
        words = words[1:]
    if len(words) > 1 and words[0] in _BEFORE_QUANTITIES and words[1][0].isdigit():
        words = words[1:]
    if _NO_TEXT.fullmatch("".join(words)):
        return ""
    marks_between = rf"(?: [{re.escape(_MARKS_OF_TEXTS)}]){{0,3}} "
    return marks_between.join(map(_word_pattern, words)) + f"(?: {re.escape(last_marks)})?"


def _word_pattern(word: str) -> str:
    """A pattern for a folded word; one that may be letters has kept its case, so both match."""
    if word == "a":
        return "[aAà]"
    if _MAYBE_LETTERS.fullmatch(word):
        return f"(?:{word}|{word.upper()})"
    return re.escape(word)


def _classified(line: str) -> str:
    """The signs of the words; those of letters and of options' texts are already there."""
    words = line.split(" ")
    signs = {word: _sign(word) for word in set(words)}
    return "".join([signs[word] for word in words])


def _sign(word: str) -> str:
    if word in SMALL_SIGNS:
        return SMALL_SIGNS[word]
    if match := _CLASS.fullmatch(word):
        return _SIGNS[match.lastindex - 1]
    return word if word.isupper() or not word else Sign.OTHER


@lru_cache(maxsize=10_000)
def _own_signs(option: str) -> str:
    return _classified(_known_words(clean(option), frozenset()))


def _with_all_or_none(line: str, options: Mapping[str, str]) -> str:
    """The signs, with the option that says "Toutes…" or "Aucune…" where a line ends with that."""
    for letter, option in options.items():
        own = _own_signs(option)
        if _ALL_OR_NONE.fullmatch(own):
            pattern = rf"(?m){own[0]}{_SAID_OF_ALL}{{0,9}}(?=[.,]?$)"
            line = re.sub(pattern, TEXT_SIGNS[letter], line)
    return line
