"""Read a judge's verdict where it declares one; never guess it from anything else.

A verdict is declared by the last line, ``Score: 1`` or ``Score: 0``, or by a JSON object of
`VERDICT_SCHEMA`; on other scales by ``Score: 3`` or ``Choix: A``. What could be a quotation of the
candidate, another scale or another turn is unreadable: a third class, to be counted and shown, and
no 0.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import regex as re

from medinj_utils.evaluation.reading.thoughts import without_thoughts

#: For servers that hold an answer to a schema.
VERDICT_SCHEMA = {
    "type": "object",
    "properties": {"explication": {"type": "string"}, "score": {"type": "integer", "enum": [0, 1]}},
    "required": ["explication", "score"], "additionalProperties": False}
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_MARK = r"(?: <\| [^<>|\n]{1,40} \|> | </?s> | <(?:eos|bos|pad)> | <(?:start|end)_of_turn> )"
_ENDS = re.compile(rf"(?: \s* {_MARK} )+ \s* \Z", re.VERBOSE)
_OTHER_TURN = re.compile(rf"{_MARK} | \[/?INST\]", re.VERBOSE)
_FENCED = re.compile(r"\A ```\w* \n (?P<inside> (?: (?!```) . )* ) \n ``` \Z",
                     re.VERBOSE | re.DOTALL)
_BROKEN_JSON = re.compile(r"\[?\s*+\{")  # its last line may be what it quotes
#: Lines with the bar that the prompt puts before all data.
_QUOTED = re.compile(r"^[ \t]*\|[^\n]*\n", re.MULTILINE)
_BLANK = "[ \t\u00a0\u202f]*+"
_TO_THE_END = re.compile(r"[\s*_`~.!}]*\Z")


@dataclass(frozen=True)
class Scale:
    """What a verdict may be, and the word that declares it.

    Attributes:
        word: before the colon; also the field of a JSON object.
        values: by what stands behind the colon; digits stand in JSON as integers.
        any_value: pattern of anything that a line may have in their place.
    """

    word: str
    values: Mapping[str, float]
    any_value: str = r"\d++ (?: [.,/] \d++ )?"

    @property
    def grades(self) -> list[float]:
        """All values, from the highest."""
        return sorted(set(self.values.values()), reverse=True)

    @cached_property
    def declared(self) -> re.Pattern:
        """A last line that declares a verdict."""
        return re.compile(
            rf"{_BLANK}(?:(?:[-*+]|\#{{1,6}})[ \t]+)?(?P<all>[*_`]*(?i:{self.word})[*_`]*{_BLANK}:"
            rf"[*_`]*{_BLANK}[*_`]*(?P<verdict>{'|'.join(self.values)})[*_`]*\.?[*_`]*)"
            rf"{_BLANK}", re.ASCII)

    @cached_property
    def said(self) -> re.Pattern:
        """A verdict at the end of a line, apart from signs, unless it is quoted."""
        return re.compile(
            rf"""
            (?<! [«"“‘'‹`] \s? ) \b (?i: {self.word} (?: \s (?:final|total|global) )? )
            [\s*_`"']{{0,8}} : [\s*_`]{{0,8}} (?P<value> {self.any_value} )
            | "{self.word}" \s? : \s? "? (?P<value> {self.any_value} ) "?
            """, re.VERBOSE)


#: Whether the essential expected information is covered.
BINARY = Scale("score", {"0": 0, "1": 1})
#: How much of it.
GRADES = Scale("score", {str(grade): grade for grade in range(5)})
#: Which of two candidates covers more of it, as a win of the first.
CHOICES = Scale("choix", {"A": 1.0, "B": 0.0, "égalité": 0.5, "Égalité": 0.5}, r"\p{L}++")


def read_verdict(text: str | None, scale: Scale = BINARY) -> float | None:
    """The verdict that a judge's answer declares.

    Args:
        text: the whole raw answer; None if there is none.
        scale: that the judge was asked to use.

    Returns:
        On the usual scale 0 or 1 where the last line, without layout (bold, a bullet, a heading, a
        block of code around the whole answer), is ``Score: 0`` or ``Score: 1``, or where the answer
        is a JSON object whose ``score`` is the integer 0 or 1; on another scale what
        `Scale.values` has. Thoughts are left out. None for anything else: other scales
        (``Score: 1/10``, ``0.5``), a score within a sentence or in quotation marks, a line that
        says another score, a chat's other turns, refusals.

    Raises:
        TypeError: the answer is no text.
    """
    if text is None:
        return None
    if not isinstance(text, str):
        raise TypeError(f"text is {text!r}: need a judge's answer as text, or None")
    text = unicodedata.normalize("NFC", text).translate(_INVISIBLE).replace("｜", "|")
    text = _ENDS.sub("", text).strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.rpartition("\n")[2].lstrip().startswith("|"):
        return None
    fields = _object(text)
    if fields is None:
        text = without_thoughts(_QUOTED.sub("", text)).strip()
        fields = _object(text)
    if fields is not None:
        return _value_of(fields, scale)
    text = _unfenced(text)
    if _BROKEN_JSON.match(text) or _OTHER_TURN.search(text):
        return None
    return _last_line(text, scale)


def _unfenced(text: str) -> str:
    """What stands in a block of code that is the whole text."""
    match = _FENCED.match(text)
    return match["inside"].strip() if match else text


def _object(text: str) -> list[tuple[str, object]] | None:
    """Names and values of the JSON object that the text is; None if it is none."""
    inside = _unfenced(text)
    if not inside.startswith("{"):
        return None
    try:
        # As pairs, so that a name that stands twice is seen.
        return json.loads(inside, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return None


def _value_of(fields: list[tuple[str, object]], scale: Scale) -> float | None:
    values = [value for name, value in fields if name.lower() == scale.word]
    if len(values) != 1 or type(values[0]) not in (int, str):
        return None
    if (type(values[0]) is int) != all(map(str.isdigit, scale.values)):
        return None
    return scale.values.get(str(values[0]))


def _last_line(text: str, scale: Scale) -> float | None:
    # `splitlines` would also cut at signs that no reader sees as the end of a line.
    *before, last = text.translate(_FULL_WIDTH).split("\n")
    match = scale.declared.fullmatch(last)
    if not match or any(match["all"].count(sign) % 2 for sign in "*_`"):
        return None
    earlier = {value.casefold() for line in before if (value := _said(line, scale))}
    verdict = match["verdict"]
    return scale.values[verdict] if earlier <= {verdict.casefold()} else None


def _said(line: str, scale: Scale) -> str | None:
    """The verdict that a line says; None for quotations and for lines that list several."""
    if line.lstrip().startswith(">"):
        return None
    matches = list(scale.said.finditer(line))
    if len({match["value"] for match in matches}) != 1:
        return None
    return matches[-1]["value"] if _TO_THE_END.match(line, matches[-1].end()) else None
