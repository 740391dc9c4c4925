"""Numbers of French answers with their units: 0,5 g is 500 mg, and 5 mg is not 50 mg.

Not seen: what a number is about, signs such as < or "au moins", and numbers in words above cent. A
comma or a point is decimal, so that 1,000 is 1.
"""

import unicodedata
from itertools import pairwise

import regex as re

_SCALES = {"k": 1e3, "": 1.0, "d": 1e-1, "c": 1e-2, "m": 1e-3, "µ": 1e-6, "n": 1e-9, "p": 1e-12,
           "f": 1e-15}
_HOUR, _DAY = 3600, 86_400
#: Units by their names in small letters: what they measure, and how much of it.
UNITS: dict[str, tuple[str, float]] = {
    **{scale + unit: (unit, by) for unit in ("g", "l", "m", "mol", "gy", "sv", "v", "osm", "eq")
       for scale, by in _SCALES.items()},
    **dict.fromkeys(("mcg", "ug", "microgramme", "microgrammes"), ("g", 1e-6)),
    **dict.fromkeys(("gramme", "grammes"), ("g", 1.0)),
    **dict.fromkeys(("milligramme", "milligrammes"), ("g", 1e-3)),
    **dict.fromkeys(("kilo", "kilos", "kilogramme", "kilogrammes"), ("g", 1e3)),
    **dict.fromkeys(("litre", "litres"), ("l", 1.0)), "cc": ("l", 1e-3),
    **dict.fromkeys(("millilitre", "millilitres"), ("l", 1e-3)),
    "m2": ("m2", 1.0), "cm2": ("m2", 1e-4), "mm2": ("m2", 1e-6),
    "m3": ("l", 1e3), "cm3": ("l", 1e-3), "mm3": ("l", 1e-6),
    **dict.fromkeys(("ui", "iu"), ("ui", 1.0)), "mui": ("ui", 1e-3), "kui": ("ui", 1e3),
    **dict.fromkeys(("u", "unité", "unités"), ("unité", 1.0)),
    **dict.fromkeys(("s", "sec", "seconde", "secondes"), ("s", 1.0)),
    **dict.fromkeys(("min", "mn", "minute", "minutes"), ("s", 60.0)),
    **dict.fromkeys(("h", "heure", "heures"), ("s", float(_HOUR))),
    **dict.fromkeys(("j", "jr", "jrs", "jour", "jours"), ("s", float(_DAY))),
    **dict.fromkeys(("sem", "semaine", "semaines"), ("s", 7.0 * _DAY)), "mois": ("mois", 1.0),
    **dict.fromkeys(("an", "ans", "année", "années"), ("mois", 12.0)),
    "mmhg": ("mmhg", 1.0), "cmhg": ("mmhg", 10.0), "kpa": ("kpa", 1.0), "cmh2o": ("cmh2o", 1.0),
    **dict.fromkeys(("°c", "°", "degré", "degrés", "degrés celsius"), ("°c", 1.0)),
    **dict.fromkeys(("%", "pour cent"), ("%", 1.0)), "‰": ("%", 0.1),
    **dict.fromkeys(("x", "×", "fois"), ("", 1.0)), "bpm": ("/s", 1 / 60),
    **dict.fromkeys(("cp", "cps", "cpr", "comprimé", "comprimés"), ("comprimé", 1.0)),
    **{name + end: (name, 1.0) for end in ("", "s") for name in (
        "gélule", "goutte", "ampoule", "bouffée", "sachet", "dose", "injection", "cycle", "séance",
        "prise", "cas", "point")},
    "t": ("t", 1.0), "kcal": ("kcal", 1.0), "hz": ("hz", 1.0), "db": ("db", 1.0)}
#: Where capitals tell two units apart: a million of them from a thousandth of one.
_BY_CASE = {"MUI": ("ui", 1e6)}
#: Of cells per litre: 45 G/L are no grams.
_OF_CELLS = {"G": ("", 1e9), "T": ("", 1e12)}
_ONE_TO_19 = ("un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
              "seize dix-sept dix-huit dix-neuf").split()
_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}


def _number_words() -> dict[str, int]:
    ones = dict(zip(_ONE_TO_19, range(1, 20), strict=True))
    words = ones | {"une": 1, "cent": 100, "quatre-vingts": 80, "soixante et onze": 71}
    for name, ten in {**_TENS, "quatre-vingt": 80}.items():
        below = 20 if ten in (60, 80) else 10
        words |= {f"{name}-{word}": ten + n for word, n in ones.items() if n < below}
        words |= {name: ten, f"{name} et un": ten + 1, f"{name} et une": ten + 1}
    return words


_WORDS = _number_words()
#: These are articles and an adjective, too: numbers only where a unit follows.
_NEEDING_A_UNIT = frozenset(("un", "une", "neuf"))
_WRITTEN = "|".join(re.sub("[- ]", "[- ]", word)
                    for word in sorted(_WORDS, key=len, reverse=True))
_UNIT = "|".join(map(re.escape, sorted(UNITS, key=len, reverse=True)))
_ENDS = r"(?![\p{L}\p{N}])"
_QUANTITY = re.compile(
    rf"""
    (?= [-−\dcdhnoqstuv] )  # what numbers begin with: most places are passed by at once
    (?<! [\p{{L}}\p{{N}}_.,] | \p{{L}}[-‐‑] ) (?:
      (?P<sign> (?<= ^ | [\s(=:<>≤≥] ) [-−] )?
      (?P<number> \d{{1,3}} (?: [ \u00a0\u202f]\d{{3}} )++ (?!\d) | \d++ )
      (?: [.,] (?P<part> \d++ ) )?
      (?: \s? [x×*·.] \s? 10 \s? \^? (?P<power> [-−]?\d{{1,2}} )
        | (?<= \b 10 ) \^ (?P<of_ten> [-−]?\d{{1,2}} ) )? (?![.,]?\d)
      | (?P<word> {_WRITTEN} ) {_ENDS} )
    (?: \s? (?: (?P<unit> {_UNIT} ) {_ENDS} )?
      (?: \s? (?: / | par \s ) \s? (?P<per> (?: {_UNIT} ) ) {_ENDS} )* )
    (?! (?<=\d) \p{{L}} )
    """, re.VERBOSE | re.IGNORECASE)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER = re.compile("[⁻⁰¹²³⁴-⁹]+")
_CLOCK = re.compile(r"(?<![\p{L}\p{N}.,])(\d{1,2}) ?h ?(\d{2})(?!\d)", re.IGNORECASE)
_A_DAY = re.compile(r"(?:/|\bpar) ?24 ?h(?:eures)?\b", re.IGNORECASE)
_INVERSE = re.compile(r"[.·⋅ ](kg|j|h|min|[dm]?l|m2)\^?[-−]1\b", re.IGNORECASE)
_ITEM = re.compile(r"^\s*\d{1,2}[.)](?=\s)", re.MULTILINE)
_BETWEEN = re.compile(r"\s*(?:[-–—/,]|à|et|ou)\s*")


def quantities(text: str) -> set[str]:
    """The numbers of a text with their units, in one form: value, unit, per what.

    "0,5 g" and "500 mg" both give ``0.5 g``; "3 fois par jour", "3/j" and "trois fois par jour"
    the same. Both ends of "10 à 15 mg" have the unit. Numbers of list items and within names (T4,
    COVID-19) are none.
    """
    text = unicodedata.normalize("NFC", text).replace("μ", "µ")
    text = _POWER.sub(lambda match: _raised(match, text), text)
    text = _INVERSE.sub(r"/\1", _A_DAY.sub("/j", text))
    text = _CLOCK.sub(lambda match: f"{60 * int(match[1]) + int(match[2])} min",
                      _ITEM.sub("", text))
    matches = [match for match in _QUANTITY.finditer(text) if _is_quantity(match)]
    units = [_unit_of(match) for match in matches]
    # From the end, so that in "5, 10 ou 15 mg" the unit reaches the first.
    for i, (left, right) in reversed([*enumerate(pairwise(matches))]):
        between = text[left.end():right.start()]
        if units[i] == ("", 1.0) and _BETWEEN.fullmatch(between):
            units[i] = units[i + 1]
    return {f"{_value_of(match) * by:.9g} {unit}".strip()
            for match, (unit, by) in zip(matches, units, strict=True)}


def number_agreement(candidate: str, reference: str) -> dict[str, float]:
    """How far the numbers with units of an answer are those of the reference.

    Args:
        candidate: the answer.
        reference: what is expected.

    Returns:
        ``numbers_recall``, the share of the reference's different quantities that the answer has,
        and ``numbers_precision``, the share of the answer's that the reference has. NaN where
        there are none to take a share of.
    """
    ours, theirs = quantities(candidate), quantities(reference)
    both = len(ours & theirs)
    return {"numbers_recall": both / len(theirs) if theirs else float("nan"),
            "numbers_precision": both / len(ours) if ours else float("nan")}


def _raised(match: re.Match, text: str) -> str:
    """Raised digits on the line: 10⁹ as 10^9, m² as m2."""
    before = text[match.start() - 1:match.start()]
    return ("^" if before.isdigit() else "") + match[0].translate(_RAISED)


def _is_quantity(match: re.Match) -> bool:
    word = (match["word"] or "").lower()
    return word not in _NEEDING_A_UNIT or bool(match["unit"])


def _value_of(match: re.Match) -> float:
    if match["word"]:
        return float(_WORDS[_hyphened(match["word"])])
    whole = re.sub(r"\s", "", match["number"])
    value = float(f"{whole}.{match['part'] or 0}")
    if match["of_ten"]:
        value, power = 1.0, match["of_ten"]
    else:
        power = match["power"] or "0"
    return (-value if match["sign"] else value) * 10.0 ** int(power.replace("−", "-"))


def _hyphened(word: str) -> str:
    """A number's name as it is listed: with hyphens, but for "et un"."""
    return re.sub(r"[- ]et[- ]", " et ", re.sub("[- ]", "-", word.lower()))


def _unit_of(match: re.Match) -> tuple[str, float]:
    """What is measured, and how much of it one is."""
    name, by = _looked_up(match["unit"]) if match["unit"] else ("", 1.0)
    if match["unit"] in _OF_CELLS and match["per"] in ("L", "l"):
        name, by = _OF_CELLS[match["unit"]]
    for per in match.captures("per"):
        below, times = _looked_up(per)
        name, by = f"{name}/{below}", by / times
    return name, by


def _looked_up(unit: str) -> tuple[str, float]:
    return _BY_CASE.get(unit) or UNITS[unit.lower()]
