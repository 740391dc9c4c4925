"""Cells of a reader's own table: as text, as true or false, as options and as right letters."""

import ast
import contextlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.choices import letters_alone, letters_of_texts
from medinj_utils.data.rules import BadRow

_TRUE = ("1", "true", "vrai", "oui", "yes", "v", "t", "o", "y", "x", "+", "✓", "✔", "☑", "✅")
_FALSE = ("0", "false", "faux", "non", "no", "f", "n", "☐", "✕", "✖", "✗", "✘", "❌", "-", "")
# "2,0" is 2 in a French spreadsheet, and 2 and 0 in a list.
_DECIMAL_COMMA = re.compile(r"(\d+),(0+)")
_BETWEEN_NUMBERS = re.compile(r"\s*(?:[;,/|+&]|\bet\b|\band\b|\s)\s*")
_LABELS = re.compile(r"""
    (?:(?:option|réponse|proposition|choix|item)\s+)?
    [(\[]?(?P<label>[A-Z]|\d{1,2})
    (?:[)\]]\s* | \s?[:.]\s+ | \s?[/–—-]\s+)
    (?P<text>\S.*)
    """, re.VERBOSE | re.DOTALL | re.IGNORECASE)
# After a number these may be part of a ratio or a range: "1 : 10", "1 - 2 h".
_RATIO = re.compile(r"\d+\s?[:/–—-]")

# 10 000, as French writes it, and 10'000, as Switzerland does; 1,000 may be one or a thousand.
_BETWEEN_THOUSANDS = re.compile("[\u0020\u00a0\u2009\u202f'’ʼ]")
_THOUSANDS = re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:{_BETWEEN_THOUSANDS.pattern}\d{{3}})+(?:[.,]\d+)?")
_ONE_OR_THOUSAND = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_BY_DASH = re.compile(r"\s?[/–—-]\s")


def text_of(cell: object, column: str) -> str:
    """A cell as text; a missing one is empty, a number in digits alone (5, not 5.0; no exponent).

    Args:
        cell: as the table holds it.
        column: its name, for the messages.

    Raises:
        BadRow: the cell is neither a text nor a number.
    """
    if cell is None or (isinstance(cell, float | Decimal) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and math.isfinite(cell):
        return np.format_float_positional(cell, trim="-")
    if not isinstance(cell, str | int | float | Decimal):
        raise BadRow(column, cell, "neither a text nor a number")
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def flag_of(cell: object, column: str) -> bool:
    """A cell as true or false; an empty one is false.

    Args:
        cell: as the table holds it.
        column: its name, for the messages.

    Raises:
        BadRow: the cell is neither.
    """
    mark = plain_word(text_of(cell, column))
    if mark in _TRUE or mark in _FALSE:
        return mark in _TRUE
    accepted = ", ".join(filter(None, _TRUE + _FALSE))
    raise BadRow(column, mark, f"neither true nor false ({accepted}, or nothing for false)")


def plain_word(text: str) -> str:
    """A word or number as compared: without outer blanks and case, 1 for 1.0, 1,0 and 1."""
    plain = text.replace("\ufe0e", "").replace("\ufe0f", "")  # variation selectors of pictures
    return re.sub(r"^(-?\d+)[.,]0*$", r"\1", plain.strip().casefold())


def listed(cell: object, column: str) -> object:
    """A list or mapping, which may be written as JSON or as Python writes it.

    Args:
        cell: as the table holds it.
        column: its name, for the messages.

    Raises:
        BadRow: a text is neither a list nor a mapping.
    """
    if not isinstance(cell, str):
        return cell
    try:
        for read in (_from_json, _from_python):
            with contextlib.suppress(ValueError, SyntaxError):
                return read(cell)
    except _TwiceError:
        raise BadRow(column, cell, "a mapping has one key twice") from None
    raise BadRow(column, cell, "neither a list nor a mapping")


class _TwiceError(Exception):
    """A mapping has one key twice, so that one of two options would be lost."""


def _from_json(cell: str) -> object:
    def different(pairs: list[tuple[str, object]]) -> dict:
        if len(dict(pairs)) < len(pairs):
            raise _TwiceError
        return dict(pairs)

    return json.loads(cell, object_pairs_hook=different)


def _from_python(cell: str) -> object:
    value = ast.literal_eval(cell)
    if isinstance(value, dict) and len(value) < len(ast.parse(cell.strip()).body[0].value.keys):
        raise _TwiceError
    return value


def options_of(cell: object, column: str) -> list[str]:
    """Options of a list, or of a mapping of letters to texts, in the letters' order.

    Empty options at the end are dropped, since rows with four options occur beside rows with five.

    Args:
        cell: as the table holds it.
        column: its name, for the messages.

    Raises:
        BadRow: the cell is neither, or the letters are not A, B, C …
    """
    value = listed(cell, column)
    if isinstance(value, list) and value and all(isinstance(part, tuple) for part in value):
        value = dict(value)  # the form of parquet's mappings
    if isinstance(value, Mapping):
        letters = sorted(value)
        if [str(letter).upper() for letter in letters] != list(LETTERS[:len(letters)]):
            raise BadRow(column, value, "letters of the mapping are not A, B, C …")
        value = [value[letter] for letter in letters]
    if not isinstance(value, list | tuple):
        raise BadRow(column, value, "neither a list nor a mapping")
    return filled([text_of(text, column).strip() for text in value])


def filled(options: list[str]) -> list[str]:
    """The options without empty ones at the end."""
    last = max((number for number, text in enumerate(options) if text), default=-1)
    return options[:last + 1]


def without_labels(options: Sequence[str]) -> list[str]:
    """The options without labels such as ``A. …``, if all have one, in order.

    Labels that may be part of the text stay: if texts would be the same without them
    (``1. 5 mg``, ``2. 5 mg``), or be labels themselves (``A - B``, ``B - A``).
    """
    matches = [_LABELS.fullmatch(option) for option in options]
    if len(matches) < 2 or not all(matches):
        return list(options)
    labels = [match["label"] for match in matches]
    orders = (LETTERS, LETTERS.lower(), [str(number) for number in range(1, len(matches) + 1)])
    in_order = any(labels == list(order[:len(matches)]) for order in orders)
    if not in_order or any(map(_RATIO.match, options)):
        return list(options)
    texts = [match["text"] for match in matches]
    plain = [text.strip(" .)") for text in texts]
    label_like = [len(text) == 1 and text.isalpha() == labels[0].isalpha() for text in plain]
    by_dash = any(_BY_DASH.match(option[match.start("label") + 1:])
                  for option, match in zip(options, matches, strict=True))
    if len(set(texts)) < len(texts) or set(plain) <= set(labels) or (by_dash and any(label_like)):
        return list(options)
    return texts


def letters_of_flags(row: Mapping, columns: Sequence[str], n_options: int) -> list[str]:
    """Right letters from a true or false column for each option.

    Args:
        row: of the table.
        columns: one for each option, in order.
        n_options: options that the row has.

    Raises:
        BadRow: a cell is neither true nor false, or marks an option that isn't there.
    """
    flags = [flag_of(row[column], column) for column in columns]
    if any(flags[n_options:]):
        reason = f"marks more than the {n_options} options that are there"
        raise BadRow(", ".join(columns), [row[column] for column in columns], reason)
    return [LETTERS[i] for i, flag in enumerate(flags) if flag]


def letters_of_index(cell: object, column: str, base: int, options: Sequence[str],
                     several: bool) -> list[str]:
    """Right letters from the number of an option, or from several.

    Args:
        cell: a number, a list of numbers, or either as text.
        column: its name, for the messages.
        base: number of the first option.
        options: texts of the options.
        several: whether more than one may be right.

    Raises:
        BadRow: a number is not the number of an option, or ``2,0`` may be one number or two.
    """
    numbers = _numbers(cell, column, base, several)
    try:
        positions = sorted(float(number) - base for number in numbers)
    except (TypeError, ValueError):
        raise BadRow(column, cell, "not a number") from None
    if not positions or not all(position.is_integer() for position in positions):
        raise BadRow(column, cell, "not a whole number")
    if positions[0] < 0 or positions[-1] >= min(len(options), len(LETTERS)):
        reason = f"need numbers from {base} to {base + len(options) - 1}"
        raise BadRow(column, cell, reason)
    return [LETTERS[int(position)] for position in positions]


def _numbers(cell: object, column: str, base: int, several: bool) -> Sequence:
    if isinstance(cell, bool):
        raise BadRow(column, cell, "not a number")
    if isinstance(cell, str) and cell.strip().startswith(("[", "(")):
        cell = listed(cell.strip(), column)
    if isinstance(cell, list | tuple):
        return [number for number in cell if number is not None]
    text = text_of(cell, column).strip()
    if match := _DECIMAL_COMMA.fullmatch(text):
        # With base 1 there is no option 0, and nobody names option 0 twice.
        if base == 0 and several and int(match[1]):
            raise BadRow(column, cell, f"may be the number {match[1]} or the numbers "
                                       f"{match[1]} and 0: write {match[1]}, or "
                                       f"{match[1]};0")
        return [match[1]]
    return _BETWEEN_NUMBERS.split(text)


def letters_of_answer(cell: object, column: str, options: Sequence[str],
                      by_text: bool) -> list[str]:
    """Right letters from letters, or from texts of options; either may be a list.

    Args:
        cell: as the table holds it.
        column: its name, for the messages.
        options: texts of the options.
        by_text: whether the cell holds texts.

    Raises:
        BadRow: the cell holds neither.
    """
    value = cell
    if isinstance(value, str) and value.strip().startswith("["):
        value = listed(value.strip(), column)
    if isinstance(value, list | tuple):
        value = [text_of(part, column) for part in value if part is not None]
    else:
        value = text_of(value, column)
    if not by_text:
        return letters_alone(value, options)
    texts = [value] if isinstance(value, str) else value
    for given, known in ((value, options), (value, without_labels(options)),
                         (_as_numbers(texts), _as_numbers(options))):
        with contextlib.suppress(BadRow):
            return letters_of_texts(given, known)
    raise BadRow("answer", value, "not the text of an option")


def _as_numbers(texts: Sequence[str]) -> list[str]:
    """The texts, with numbers in one form: 5.0 is 5, and 10'000,5 and 10 000.5 are 10000.5."""
    def plain(text: str) -> str:
        digits = text.strip()
        if _THOUSANDS.fullmatch(digits):
            digits = _BETWEEN_THOUSANDS.sub("", digits)
        with contextlib.suppress(ValueError):
            if not _ONE_OR_THOUSAND.fullmatch(digits):
                digits = digits.replace(",", ".")
            return text_of(float(digits), "")
        return text

    return [plain(text) for text in texts]
