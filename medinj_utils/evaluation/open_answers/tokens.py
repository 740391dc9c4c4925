"""Words of French answers: accents are kept, elided words are words of their own."""

import unicodedata
from functools import lru_cache

import regex as re

_PLAIN = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "´": "'", "œ": "oe", "Œ": "Oe", "æ": "ae",
                        "Æ": "Ae", **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")})
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_TOKEN = re.compile(
    rf"""
    \d++ (?: [.,]\d++ )*+                                     # 3,5
    | (?: [cdjlmnst] | (?: jus | lors | puis | quoi | pres )? qu )' (?= \p{{L}} )  # l', jusqu'
    | [\p{{L}}--{_UNSPACED}] [[\p{{L}}\p{{M}}\p{{N}}]--{_UNSPACED}]*+
      (?: (?<= \b aujourd )'hui | (?<= \b prud )'hom\p{{L}}++ )?  # aujourd'hui, prud'homme
    | {_UNSPACED} \p{{M}}*+                                   # writing without blanks: a sign each
    """, re.VERBOSE | re.V1)
_LETTER_A = re.compile(r"(?<=\p{Ll} )A\b(?!')")
#: Words without content of their own. Negations are not among them: they reverse an answer.
FUNCTION_WORDS = frozenset(
    """a à ai ainsi alors as au aussi autre autres aux avait avec avoir ayant c c' ce ceci cela
    celle celles celui ces cet cette ceux chez ci comme d d' dans de des donc dont du elle elles en
    encore entre est et étaient était été être eux fait il ils j' je jusqu' l l' la là le les leur
    leurs lorsqu' lui m' ma mais me même mes n' ne nos notre nous on ont or ou où par parce pendant
    peut peuvent plus pour puis puisqu' qu' quand que quel quelle quelles quels qui quoi quoiqu' s
    s' sa se selon sera seront ses si soit son sont sous sur t t' ta te tes toi ton tous tout toute
    toutes tu un une vers via vos votre vous y""".split())


def plain(text: str) -> str:
    """The text with composed accents, straight apostrophes, œ as oe, and no invisible signs."""
    return unicodedata.normalize("NFC", text).translate(_PLAIN)


@lru_cache(maxsize=16)  # a pair's texts are asked for by several metrics
def tokens(text: str) -> tuple[str, ...]:
    """The words and numbers of a text in small letters, without other signs.

    "L’hépatite à 3,5 g" gives ``l'``, ``hépatite``, ``à``, ``3.5``, ``g``. Words are split
    at hyphens. Scripts without blanks give a token per sign.
    """
    return tuple([token.replace(",", ".") for token in _TOKEN.findall(plain(text).lower())])


def content_words(text: str) -> set[str]:
    """Stems, without accents, of the words that are neither `FUNCTION_WORDS` nor numbers.

    A single capital A within a sentence counts as content, as in "hépatite A".
    """
    stems = set(map(_content, tokens(text))) - {""}
    return stems | {"a"} if _LETTER_A.search(text) else stems


@lru_cache(maxsize=100_000)
def _content(word: str) -> str:
    """The stem without accents; empty for a function word or a number."""
    if word in FUNCTION_WORDS or word[0].isdigit():
        return ""
    return re.sub(r"\p{M}", "", unicodedata.normalize("NFD", stem(word)))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The word's French stem, by the Snowball algorithm (Porter 2001) as in NLTK."""
    return _stemmer().stem(word)


@lru_cache(maxsize=1)
def _stemmer():
    from nltk.stem.snowball import FrenchStemmer  # NLTK takes seconds to import
    return FrenchStemmer()

