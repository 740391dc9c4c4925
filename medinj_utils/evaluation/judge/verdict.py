"""Read a judge's verdict, 0 or 1, where it declares one; never guess it from anything else.

A verdict is declared by the last line, ``Score: 1`` or ``Score: 0``, or by a JSON object of
`VERDICT_SCHEMA`. What could be a quotation of the candidate, another scale or another turn is
unreadable: a third class, to be counted and shown, and no 0.
"""

import json

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
_DECLARED = re.compile(
    rf"{_BLANK}(?:(?:[-*+]|\#{{1,6}})[ \t]+)?"
    rf"(?P<all>[*_`]*(?i:score)[*_`]*{_BLANK}:[*_`]*{_BLANK}[*_`]*(?P<verdict>[01])[*_`]*\.?[*_`]*)"
    rf"{_BLANK}", re.ASCII)
#: A score that a line ends with, but for signs, unless it is quoted.
_SAID = re.compile(
    r"""
    (?<! [«"“‘'‹`] \s? ) \b (?i: score (?: \s (?:final|total|global) )? )
    [\s*_`"']{0,8} : [\s*_`]{0,8} (?P<value> \d++ (?: [.,/] \d++ )? )
    | "score" \s? : \s? (?P<value> \d++ (?: [.,/] \d++ )? )
    """, re.VERBOSE)
_TO_THE_END = re.compile(r"[\s*_`.!}]*\Z")


def read_verdict(text: str | None) -> int | None:
    """The verdict that a judge's answer declares.

    Args:
        text: the whole raw answer; None if there is none.

    Returns:
        0 or 1 where the last line, without layout (bold, a bullet, a heading, a block of code
        around the whole answer), is ``Score: 0`` or ``Score: 1``, or where the answer is a JSON
        object whose ``score`` is the integer 0 or 1. Thoughts are left out. None for anything
        else: other scales (``Score: 1/10``, ``0.5``), a score within a sentence or in quotation
        marks, a line that says another score, a chat's other turns, refusals.

    Raises:
        TypeError: the answer is no text.
    """
    if text is None:
        return None
    if not isinstance(text, str):
        raise TypeError(f"text is {text!r}: need a judge's answer as text, or None")
    text = _ENDS.sub("", text.translate(_INVISIBLE).replace("｜", "|")).strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.rpartition("\n")[2].lstrip().startswith("|"):
        return None
    fields = _object(text)
    if fields is None:
        text = without_thoughts(_QUOTED.sub("", text)).strip()
        fields = _object(text)
    if fields is not None:
        return _score_of(fields)
    text = _unfenced(text)
    if _BROKEN_JSON.match(text) or _OTHER_TURN.search(text):
        return None
    return _last_line(text)


def _unfenced(text: str) -> str:
    """What stands in a block of code that is the whole text."""
    block = _FENCED.match(text)
    return block["inside"].strip() if block else text


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


def _score_of(fields: list[tuple[str, object]]) -> int | None:
    scores = [value for name, value in fields if name.lower() == "score"]
    whole = len(scores) == 1 and type(scores[0]) is int and scores[0] in (0, 1)
    return scores[0] if whole else None


def _last_line(text: str) -> int | None:
    # `splitlines` would also cut at signs that no reader sees as the end of a line.
    *before, last = text.translate(_FULL_WIDTH).split("\n")
    declared = _DECLARED.fullmatch(last)
    if not declared or any(declared["all"].count(sign) % 2 for sign in "*_`"):
        return None
    said = {value for line in before if (value := _said(line))}
    return int(declared["verdict"]) if said <= {declared["verdict"]} else None


def _said(line: str) -> str | None:
    """The score that a line says; None for quotations and for lines that list several."""
    if line.lstrip().startswith(">"):
        return None
    found = list(_SAID.finditer(line))
    if len({match["value"] for match in found}) != 1:
        return None
    return found[-1]["value"] if _TO_THE_END.match(line, found[-1].end()) else None
