"""Texts without what gets lost or added when a question is copied, for near-duplicates.

Accents, ligatures, signs, decimal commas and the numbers of items are removed: more than
`medinj_utils.core.identity.normalise` removes, since near-duplicates need not be equal. Different
numbers stay different: 1.5 and 15; 10², 10⁻² and 102. Where all letters and digits agree, signs
that carry meaning are kept: > and <, + and ±, arrows, x² and x2.
"""

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from medinj_utils.data.words import coded_parts, in_arrow

# In RE2's syntax. A decimal sign becomes ٫, a power ↑ or ↓, another sign between digits ↔.
_ONE_SIGN = "[①-⒛⓪㉑-㉟㊱-㊿🄀-🄊]"  # a number that ends where it does: 5① is not 51
_BEFORE_LETTERS = (
    ("ß", "β"), ("[ºª˚]", "°"), ("№", "n°"), ("×", " x "),
    ("[\u115f\u1160\u2800\u3164\uffa0]", " "),
    ("[\u02b9-\u02bf\u02c8\u02ca\u02cb\u07f4\u07f5\ua78b\ua78c]", "'"),  # letters, by Unicode
    ("\u30fc", "-"), (rf"(\d)({_ONE_SIGN})", r"\1 \2"), (rf"({_ONE_SIGN})(\d)", r"\1 \2"),
    ("([⁺⁻]?[⁰¹²³⁴-⁹]+)", r"^\1"), ("([¼-¾⅐-⅞])", r" \1"),
    ("([0-9])([₀-₉])", r"\1 \2"), ("([₀-₉])([0-9])", r"\1 \2"))
_OTHER_SIGNS = r"[^\pL\pN\s٫↑↓↔]+"
# One sign for each meaning, after decomposition; ⧣ is the stroke through ≠, ¬ a minus.
_MEANING = (
    ("[−–‐‑]", "-"), ("[⁄∕]", "/"), ("\u0338|!=", "⧣"), (r"\+ ?/? ?-", "±"),
    ("<=|[≦⩽]", "≤"), (">=|[≧⩾]", "≥"), ("<-+>|⟷", "⇄"), ("-+>|[⟶➔➜➝⮕]", "→"),
    (r"<-+([^\d-])", r"←\1"), ("=+>", "⇒"), ("<<+|>>+|[=|~∗∙∼⋅]", ""),
    (r"(\d)e-(\d)", r"\1e↓\2"), (r"(\d)e\+(\d)", r"\1e\2"),
    (r"\^(\d?[+-])(\D|$)", r"\1\2"),  # Ca²⁺ is written Ca2+, too, and m² m2
    (r"\b([µμmcdknh]?m)\^([23])\b", r"\1\2"),
    (r"([\pL)\]])\^[({]?-(\d)", r"\1↓\2"), (r"([\pL)\]])\^[({]?(\d)", r"\1↑\2"),
    (r"(^|[\s(<>≤≥])-(\d)", r"\1¬\2"))
# Small letters of other alphabets that look like Latin ones.
_LOOK_ALIKE = dict(zip("аеорсухіјѕкмнтвοԁһӏ", "aeopcyxijskmhtbodhl", strict=True))
# 0'71 and 0;71 are 0,71, but 1;2;3 is a list; ,71 is 0,71 and 7,50 is 7,5. After a letter comes a
# code (F10.1 is not F10.10), 1.500 may be 1500, 1.10.2010 is a date and 5.10⁻³ a product.
_DECIMALS = (
    *[(r"(\pN)[.,·](\pN)", r"\1٫\2")] * 2,  # twice, since in 1.1.2010 both share the 1
    (r"(^|[^\d;'’٫])(\d+)[;'’](\d+)($|[^\d;'’٫])", r"\1\2٫\3\4"),
    (r"(^|[\s(\[<>≤≥=±¬+-])[,.](\d)", r"\10٫\2"),
    *((r"(^|[^\d\pL٫])(\d+)٫(?:([2-9])0($|[^\d٫^↑↓])|(1)0($|[^\d٫^↑↓↔x−‐‑–-]))", r"\1\2٫\3\5\4\6"),
      (r"(^|[^\d\pL٫])(0٫\d*[1-9])0+($|[^\d٫])", r"\1\2\3"),
      (r"(^|[^\d\pL٫])(\d+)٫00?($|[^\d٫])", r"\1\2\3")) * 2)
_AFTER_LETTERS = (
    *_LOOK_ALIKE.items(),
    (r"[\pM\p{Cf}]+", ""), ("œ", "oe"), ("æ", "ae"), ("ø", "o"), ("ł", "l"), ("ı", "i"),
    *_DECIMALS, (r"\^[({]([^(){}]*)[)}]", r"^\1"),
    (r"(\pN)\^[-−‐‑–](\pN)", r"\1↓\2"), (r"(\pN)\^\+?(\pN)", r"\1↑\2"),
    (r"(\pN)x(\pN)", r"\1 x \2"),
    *[(rf"(\pN){_OTHER_SIGNS}(\pN)", r"\1↔\2")] * 2,  # twice, since in 1-2-3 both share the 2
    (_OTHER_SIGNS, ""))
# Removes blanks from 10 000 and 0, 71, not from the lists "1, 2, 3" and "1, 2 et 3"; apostrophes
# from 10'000, as Switzerland writes it, and points or commas from 1.000.000.
_NO_MORE = r"($|[^\d,.;]|[,.;]$|[,.;]\s*[^\d\s])"
_APOSTROPHE = "['’‘ʼ´`]"
_BEGINS = r"(^|[^\d.,'’‘ʼ´`])([1-9]\d{0,2})"
_ENDS = r"($|[^\d.,'’‘ʼ´`]|[.,'’]\D|[.,'’]$)"
_GROUPED_NUMBERS = (
    *[(rf"{_BEGINS}{sign}(\d{{3}}){sign}(\d{{3}})(?:{sign}(\d{{3}}))?{_ENDS}", r"\1\2\3\4\5\6")
      for sign in (_APOSTROPHE, r"\.", ",")],
    # Twice, since in 10'000 20'000 both share the blank; 10'000.5 has a part behind the point.
    *[(rf"{_BEGINS}{_APOSTROPHE}(\d{{3}})($|[^\d'’‘ʼ´`]|['’]\D|['’]$)", r"\1\2\3\4")] * 2,
    (r"\b(\d{1,3}) (\d{3})(?: (\d{3}))?(\D|$)", r"\1\2\3\4"),
    (r"(\d), (\d+ (?:et|ou) \d+)" + _NO_MORE, r"\1; \2\3"),
    (r"((?:^|[^\d.,;\s]|\pL[.,;])\s*)(\d{1,3})(?:, | ,)(\d+)" + _NO_MORE, r"\1\2,\3\4"))
_SIGNS = r"^[\s\pP\pS]*"
_ANSWER = r"(?:r\S{1,2}ponse|proposition|option|item|affirmation)(?:\(?s\)?)?"
_RIGHT = r"(?:exact|just|vrai|correct|bon)n?e?(?:\(?s\)?)?"
_ITEM_NUMBERS = (
    (_SIGNS + r"(?i:(?:question|q|qcm|qcu|qrm|qru|qroc|item|exercice|cas(?: clinique)?|dossier"
     r"|num[ée]ro|n\s?[°º]|no\.|#)\s*[-.]?\s*(?:n\s?[°ºo]\.?|num[ée]ro|#)?\s*"
     r"\pN{1,4}(?:[.-]\pN{1,3})*[a-z]?\b|(?:question|qcm|qcu|énoncé)\s*:)[\s\pP\pS]*", ""),
    (_SIGNS + r"(?:\pN{1,4}(?:[.-]\pN{1,3})*[a-zA-Z]?(?:\s*[.)\]:/°–—-]\s|[.)\]:]([^\pN])|\t)"
     r"|[①-⑳⑴-⒛])", r"\1"),
    (_SIGNS + r"(?:\(?[a-zA-Z]\)|[IVX]{1,5}[.)]\s)", ""),
    (r"(?i:([.?!:;])[\s(]*(?:(?:coch|indiqu|donn|entour|sélectionn)e[zr]|chois(?:issez|ir))"
     rf"\s[\pL\s()/]{{2,30}}(?:{_ANSWER}\s{_RIGHT}|{_RIGHT}\s{_ANSWER})[\s.!:)]*$)", r"\1"))
_LABEL = re.compile(r"""
    [^\w(]*(?:(?:option|réponse|proposition|choix|item|prop|rép)(?:\s|\.\s?)\s*)?\(?\s*
    (?:([a-z])\s?[.):\]] | ([ivx]{1,4}|[a-z]|\d{1,2})\s?(?:[°º]?[.):\]](?!\d)|[-–—/°º](?=\s)))
    [^\w<>+=-]*(\S.*)""", re.VERBOSE | re.DOTALL | re.IGNORECASE)
_BARE_LETTER = re.compile(r"([A-Z])\s+([\w<>+-].*)", re.DOTALL)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_KEEPING_SIGNS = tuple(
    (pattern.replace(_OTHER_SIGNS, _OTHER_SIGNS[:-2] + r"\p{Sm}\p{Sc}%‰←-⇿♀-♂]+"), by)
    for pattern, by in _AFTER_LETTERS)


def folded(texts: Iterable[str] | pa.Array, signs: bool = False) -> pa.Array:
    """Words of the texts in small letters without accents, between blanks.

    Args:
        texts: any.
        signs: whether signs that carry meaning are kept.

    Returns:
        As many texts, shape (texts,).
    """
    array = _replaced(in_arrow(texts), _BEFORE_LETTERS)
    array = pc.utf8_lower(pc.utf8_normalize(array, "NFKD"))
    return _replaced(array, (*_MEANING, *_KEEPING_SIGNS) if signs else _AFTER_LETTERS)


def folded_words(texts: Iterable[str] | pa.Array,
                 signs: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The words of many texts; returned as by `medinj_utils.data.words.coded_words`.

    Args:
        texts, signs: as for `folded`.

    Returns:
        (different words, number of each word in turn, ends of the texts).
    """
    # Some signs contain blanks, so with signs a text is folded before it is split.
    parts, part_codes, part_ends = coded_parts(folded(texts, signs=True) if signs else texts)
    words, codes, ends = coded_parts(parts if signs else folded(parts))
    words = words.to_numpy(zero_copy_only=False)
    starts, lengths = ends[:-1], np.where(words[codes[ends[:-1]]] == "", 0, np.diff(ends))
    times = lengths[part_codes]
    before = np.cumsum(times) - times
    positions = np.repeat(starts[part_codes] - before, times) + np.arange(times.sum())
    return words, codes[positions], np.concatenate([[0], np.cumsum(times)])[part_ends]


def without_item_numbers(texts: Iterable[str]) -> pa.Array:
    """Texts without item numbers such as "12. " and "Question 12 :", or blanks within numbers.

    An instruction at the end, such as "Cochez la ou les réponses exactes.", is removed, too.

    Returns:
        As many texts, shape (texts,).
    """
    array = in_arrow(texts)
    stripped = _replaced(array, _ITEM_NUMBERS)
    array = pc.if_else(pc.equal(stripped, ""), array, stripped)
    return _replaced(array, _GROUPED_NUMBERS)


def without_labels(options: Sequence[str]) -> Sequence[str]:
    """The options of a question without their labels, if all have theirs, in any order."""
    if not options:
        return options
    bare = [_BARE_LETTER.match(option) for option in options]
    if len(bare) > 2 and [match and match[1] for match in bare] == [*"ABCDEFGHIJ"[:len(bare)]]:
        return [match[2] for match in bare]
    if not _LABEL.match(options[0]):
        return options
    matches = [_LABEL.match(option) for option in options]
    labels = {(match[1] or match[2]).lower() if match else "" for match in matches}
    numbers = {str(i) for i in range(1, len(options) + 1)}
    letters = {chr(ord("a") + i) for i in range(len(options))}
    texts = [match[3] if match else "" for match in matches]
    if labels not in (numbers, letters, {*_ROMAN[:len(options)]}) or len({*texts}) < len(options):
        return options
    return texts


def folded_options(options: Iterable[Sequence[str]], signs: bool = False) -> list[str]:
    """The options of each question, `folded` and in alphabetical order, as one text.

    Args:
        options: of each question.
        signs: as for `folded`.
    """
    plain = [without_labels(texts) for texts in options]
    flat = _replaced(in_arrow([text for texts in plain for text in texts]), _GROUPED_NUMBERS)
    texts = iter(_spelled(*folded_words(flat, signs), between=" ").to_pylist())
    return [" ".join(sorted((next(texts) for _ in own), key=_unparted)) for own in plain]


def spelling_keys(words: np.ndarray, codes: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """A key of each text's letters and digits, which ignores blanks except between numbers.

    Takes what `folded_words` returns.

    Args:
        words: the different words.
        codes: number of each word in turn, of all texts, shape (words of all texts,).
        ends: text i has the words ``ends[i]`` to ``ends[i + 1]``, shape (texts + 1,).

    Returns:
        Hashes, shape (texts,).
    """
    begins = np.array([word[:1].isdigit() for word in words], dtype=bool)[codes]
    after_digit = np.roll(np.array([word[-1:].isdigit() for word in words], dtype=bool)[codes], 1)
    after_digit[ends[:-1][np.diff(ends) > 0]] = False  # a text's first word
    both = np.concatenate([words, "↔" + words])
    spelled = _spelled(both, codes + len(words) * (begins & after_digit), ends, between="")
    return pd.util.hash_array(spelled.to_numpy(zero_copy_only=False), categorize=False)


def _spelled(words: np.ndarray, codes: np.ndarray, ends: np.ndarray, between: str) -> pa.Array:
    lists = pa.LargeListArray.from_arrays(ends, in_arrow(words).take(pa.array(codes)))
    return pc.binary_join(lists, pa.scalar(between, pa.large_string()))


def _unparted(text: str) -> str:
    return text.replace(" ", "")


def _replaced(array: pa.Array, replacements: Iterable[tuple[str, str]]) -> pa.Array:
    for pattern, by in replacements:
        array = pc.replace_substring_regex(array, pattern, by)
    return array
