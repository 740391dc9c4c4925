"""Numbers as pages write them: points, shares and counts, in one format for each language.

English pages have "1,234.5" and French ones "1 234,5". A minus is a minus sign, and what rounds to
zero has no sign.
"""

import re
from collections.abc import Iterable, Mapping
from math import isnan
from typing import Literal

import pandas as pd

Language = Literal["en", "fr"]
_FRENCH = str.maketrans({",": "\u202f", ".": ","})
#: What English pages say for codes of tasks and measures; the glossary has both.
_WORDS = {"mcqu": "single-answer", "mcq": "several-answer", "oeq": "open",
          "ece": "expected calibration error", "brier": "Brier score", "jaccard": "Jaccard",
          "f1": "F1", "lix": "readability (LIX)", "bleu": "BLEU", "chrf": "chrF",
          "rouge 1": "ROUGE-1", "rouge 2": "ROUGE-2", "rouge l": "ROUGE-L", "meteor": "METEOR",
          "bertscore": "BERTScore", "content recall": "content recall",
          "numbers recall": "numbers recall", "numbers precision": "numbers precision"}
_CODE = re.compile(rf"(?<![\w/-])(?:{'|'.join(_WORDS).replace(' ', '[ _]')})(?![\w/-]|\.\w)")


def number(value: float, decimals: int = 0, sign: bool = False, language: Language = "en") -> str:
    """A number with separated thousands.

    Args:
        value: finite.
        decimals: that are shown.
        sign: whether a number above zero has a plus.
        language: of the page.
    """
    value = round(float(value), decimals) + 0.0  # −0.0 becomes 0.0
    text = f"{value:{'+' if sign and value else ''},.{decimals}f}".replace("-", "\u2212")
    return text.translate(_FRENCH) if language == "fr" else text


def numbers(values: pd.Series, decimals: int = 0) -> list[str]:
    """Each `number` of a column; empty texts for missing ones.

    Args:
        values: finite or missing.
        decimals: that are shown.
    """
    return ["" if pd.isna(value) else number(value, decimals) for value in values]


def percent(share: float, language: Language = "en") -> str:
    """A share as per cent with one decimal: "46.5 %".

    Args:
        share: 0 to 1.
        language: of the page.
    """
    return f"{number(100 * share, 1, language=language)}\u00a0%"


def interval(low: float, high: float, sign: bool = False, language: Language = "en") -> str:
    """The ends of an interval of shares, in points or per cent: "[34.1, 59.0]".

    Args:
        low: a share.
        high: a share.
        sign: whether ends above zero have a plus.
        language: of the page.
    """
    low, high = (number(100 * end, 1, sign, language) for end in (low, high))
    return f"[{low}\u00a0;\u00a0{high}]" if language == "fr" else f"[{low}, {high}]"


def with_interval(estimate: float, low: float, high: float, decimals: int = 2,
                  sign: bool = False) -> str:
    """An estimate with its interval, in one unit: "0.53 [0.45, 0.62]".

    Args:
        estimate: NaN where there is none.
        low: NaN where there is no interval.
        high: of the interval.
        decimals: of all three.
        sign: whether numbers above zero have a plus.

    Returns:
        The text, without the interval where there is none; empty without an estimate.
    """
    if estimate != estimate:
        return ""
    ends = "" if low != low else f" [{number(low, decimals, sign)}, {number(high, decimals, sign)}]"
    return number(estimate, decimals, sign) + ends


def points(row: Mapping, name: str = "estimate", low: str = "low", high: str = "high",
           language: Language = "en") -> str:
    """A difference of shares in points with its interval: "+4.9 points [−10.1, +19.3]".

    Args:
        row: of a table, shares.
        name: its column of the difference.
        low: its column of the lower end.
        high: its column of the upper end.
        language: of the page.
    """
    value = round(100 * row[name], 1)
    unit = "point" if language == "fr" and abs(value) < 2 else "points"
    return (f"{number(value, 1, True, language)} {unit} "
            f"{interval(row[low], row[high], True, language)}")


def counted_points(count: float) -> str:
    """So many points: "0.5 points", "1 point"."""
    return f"{count:g} {agreeing(count, 'point', 'points')}"


def score(row: Mapping, name: str = "exact_match", language: Language = "en") -> str:
    """A score with its interval, if it has one: "46.5 % [34.1, 59.0]".

    Args:
        row: of a table, shares, with the columns ``low`` and ``high``.
        name: its column of the score.
        language: of the page.
    """
    if pd.isna(row["low"]):
        return percent(row[name], language)
    ends = interval(row["low"], row["high"], language=language)
    return f"{percent(row[name], language)} {ends}"


def span(values: pd.Series, shown: Iterable[str]) -> str:
    """The lowest and the highest value with their names: "20.0 % (BASE) to 40.0 % (NAT)".

    Args:
        values: by name.
        shown: the same as texts, in their order.
    """
    texts = pd.Series(list(shown), values.index)
    lowest, highest = values.idxmin(), values.idxmax()
    if len(values) == 1:
        return f"{texts[lowest]} ({lowest})"
    if values[lowest] == values[highest]:
        return f"{texts[lowest]} (all alike)"
    return f"{texts[lowest]} ({lowest}) to {texts[highest]} ({highest})"


def show_p(p: float) -> str:
    """A p-value in words: never 0 or 1, empty where there is none."""
    if isnan(p):
        return ""
    if p < 0.001:
        return "<\u00a00.001"
    return ">\u00a00.99" if p > 0.99 else f"{p:.3f}"


def agreeing(count: int, one: str, more: str) -> str:
    """The form of a verb that agrees with a count: "differs" with 1, "differ" with others.

    Args:
        count: number of things in the subject of the verb.
        one: the form for one.
        more: the form for none or several.
    """
    return one if count == 1 else more


def listed(names: Iterable[str], language: Language = "en") -> str:
    """Names with commas and an "and".

    Args:
        names: in their order.
        language: of the page.
    """
    names = list(names)
    together = [", ".join(names[:-1]), *names[-1:]] if len(names) > 1 else names
    return (" et " if language == "fr" else " and ").join(together)


def spelled(text: str) -> str:
    """A text with words for codes of tasks and measures: "translated · several-answer".

    Args:
        text: such as a column's name; a path and a longer name keep their codes.
    """
    return _CODE.sub(lambda code: _WORDS[code[0].replace("_", " ")], text)


def in_words(code: str) -> str:
    """A name of the tables as pages write it: "rouge_1" is "ROUGE-1", "exact_match" "exact match".

    Args:
        code: such as a metric, or a column's name.
    """
    return spelled(code).replace("_", " ")
