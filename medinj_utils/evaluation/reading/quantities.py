"""Write quantities, and verdicts that are options, as the options have them."""

from collections.abc import Mapping

import regex as re

from medinj_utils.evaluation.reading.cleaning import fold

_NUMBERS = dict(zip(
    "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze".split(),
    map(str, range(2, 16)), strict=True)) | {"vingt": "20", "trente": "30", "quarante": "40",
                                             "cinquante": "50", "soixante": "60", "cent": "100"}
_OTHERS = _NUMBERS | {digits: word for word, digits in _NUMBERS.items()}
_QUANTITY = re.compile(r"\b(?P<number>\d{1,3}|[a-z]{3,9}) (?P<unit>[a-zà-ÿ]{1,12}\b|%)")
_JUDGED = re.compile(
    r"""(?i) \b (?: (?: affirmation | proposition | phrase | [ée]nonc[ée] | assertion ) [ ]
      | ^ \W{0,3} elle [ ] | ^ \W{0,3} c' ) (?: est | serait ) [ ] (?: donc [ ] | bien [ ] )?
    (?: (?P<no> fau(?:x|sse) | inexacte? | incorrecte? | erronée? ) | vraie? | exacte? | correcte?
      | juste ) \b (?! [ ] que )""", re.VERBOSE | re.MULTILINE)
_VERDICTS = {"oui", "non", "vrai", "faux"}
# "Oui, cet effet est décrit", but neither "Oui, mais…" nor "Non, vrai"
_VERDICT_THEN_REASON = re.compile(
    r"""(?i) \A (?P<verdict> \W* (?: oui | non | vrai | faux ) ) , (?= [ ] \w )
    (?! [^\0]* \b (?: oui | non | vraie? | fau(?:x|sse) | mais | ou | peut-être | sauf | si
      | sinon | dépend\w* | partiel\w* | cependant | toutefois | pourtant | parfois | certain
      | sûre? | [a-j] ) \b (?! ') )""", re.VERBOSE)


def with_numbers_as_in_options(text: str, options: Mapping[str, str]) -> str:
    """The text with digits or words for numbers, as an option has them.

    Args:
        text: an answer.
        options: the options' texts by letter.
    """
    if "pour cent" in text and "%" in "".join(options.values()):
        text = text.replace("pour cent", "%")
    small = text.lower()
    for option in options.values():
        for match in _QUANTITY.finditer(option.lower()):
            number, unit = match["number"], match["unit"]
            other = _OTHERS.get(number, "")
            if other and f"{other} {unit}" in small:
                text = re.sub(rf"(?i)(?<![\w,.-])(?<!et ){other} (?={unit}(?!\w))",
                              f"{number} ", text)
    return text


def with_verdicts_as_options(text: str, options: Mapping[str, str]) -> str:
    """The text with a verdict on the question's statement in the words of its options.

    Args:
        text: an answer.
        options: the options' texts by letter.
    """
    texts = {fold(option).strip(" ."): option for option in options.values()}
    if not _VERDICTS.isdisjoint(texts):
        text = _VERDICT_THEN_REASON.sub(r"\g<verdict>.", text)
    if len(options) != 2:
        return text
    if texts.keys() != {"vrai", "faux"}:
        return text
    return _JUDGED.sub(
        lambda match: f" réponse : {texts['faux' if match['no'] else 'vrai']} ", text)
