"""Turn picture signs into letters and verdicts, and remove all others."""

from itertools import pairwise

import regex as re

TICKS = "✅✓✔"
CROSSES = "❌✗✘"
_TICKED = rf"\[[xX{TICKS}]\]|[☑☒{TICKS}]"
_CROSSED = rf"[☐{CROSSES}]|\[ ?\]"

#: Signs that mean the same as the first tick, the first cross, an empty box or an arrow.
_SAME = {"✅": "👍🟢🟩🆗🗸✔✓", "❌": "👎🔴🟥⛔🚫✖✘✗🗙🗴🗶", "☐": "⬜⬛□▢", "☑": "🗹", "→": "➡➜➔➤➝➞⮕🡒⇒👉"}
#: All that is written as a tick or as a cross.
ALL_TICKS = TICKS + _SAME["✅"]
ALL_CROSSES = CROSSES + _SAME["❌"]
_LETTERS = {first + position: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[position]
            for first in (0x1F150, 0x1F170, 0x1F1E6) for position in range(26)}
_CHARACTERS = str.maketrans(
    _LETTERS | {ord(sign): first for first, signs in _SAME.items() for sign in signs}
    | dict.fromkeys(map(ord, "❓❔⁇"), "?") | dict.fromkeys([0xFE0E, 0xFE0F, 0x200D, 0x20E3], ""))
#: Empty and filled signs: beside empty ones, the filled ones are ticked boxes, else bullets.
_FILLED = ("○●", "◯⬤", "◯●", "□■", "◻◼", "◇◆", "⬜⬛", "⚪🔵", "⚪⚫")
_ROUND_BOX = re.compile(r"\( (?P<tick> [ xX✓✔] ) \)", re.VERBOSE)
_PICTURE = re.compile(
    rf"(?![☐☑☒{TICKS}{CROSSES}©®™↔]) [\p{{Extended_Pictographic}}\p{{Emoji_Modifier}}■-◿☀-➿⬀-⯿]",
    re.VERBOSE)
_PICTURE_BESIDE_LETTER = re.compile(
    r"\b [A-J] [ ]? ( [\p{Emoji_Presentation}--[✅❌]] )", re.VERBOSE | re.VERSION1)
_TICKED_LINE = re.compile(rf"(?m)^\W{{0,4}}?(?:{_TICKED})(.+)")
_MARKED_LINE = re.compile(rf"(?m)^.*?(?:{_TICKED}|{_CROSSED}).*$")
_BOX_BEHIND = re.compile(
    r"(?: (?P<empty> ☐ | \[ [ ]? \] ) | [☑☒] | \[ [xX✅] \] ) (?= \s* $ )", re.VERBOSE)
_ANY_MARK = re.compile(rf"{_TICKED}|{_CROSSED}")
_FIRST_SIGN = "\u200d"  # the lowest code point of the signs replaced here
_REMARK = re.compile(r"^ \W* \( [^()\n]{3,200}+ \) ", re.VERBOSE)
_LONE_LETTER = re.compile(r"\b[A-J]\b")
_TICK_AFTER_COLON = re.compile(
    rf"""^ (?P<words> [^\n:]{{2,60}}+ (?<! ^ \W{{0,3}} [A-J] \s? ) ) : \s? [{TICKS}] \s?
    (?= \(? \w )""", re.VERBOSE)
_MARK = re.compile(rf"(?P<leading>^\W{{0,4}}?)?(?:{_TICKED}|{_CROSSED})")


def without_pictures(text: str) -> str:
    """The text without picture signs, but for ticks, crosses and boxes, in one form each."""
    if "( )" in text:
        text = _ROUND_BOX.sub(lambda match: f"[{match['tick']}]", text)
    if max(text, default="") < _FIRST_SIGN:
        return text
    for empty, filled in _FILLED:
        if empty in text and filled in text:
            text = text.replace(empty, "☐").replace(filled, "☑")
    text = text.translate(_CHARACTERS)
    beside = _PICTURE_BESIDE_LETTER.findall(text)
    # two kinds of pictures beside all letters are verdicts, but it is unknown which is right
    if len(beside) > 2 and 1 < len(set(beside)) < len(beside):
        return _PICTURE.sub(" ? ", text)
    return _PICTURE.sub(" ", text)


def a_line_each(text: str) -> str:
    """The text with a line of its own for each of several ticks or crosses in a line."""
    return _MARKED_LINE.sub(_a_line_each, text) if _ANY_MARK.search(text) else text


def _a_line_each(match: re.Match) -> str:
    marks = list(_MARK.finditer(match[0]))
    if marks[0]["leading"] is not None:
        starts = [0, *[mark.start() for mark in marks[1:]], None]
        return "\n".join([match[0][start:end].rstrip(" ,;/|") for start, end in pairwise(starts)])
    if len(marks) == 1 and match[0][marks[0].end():].strip():
        return _TICK_AFTER_COLON.sub(r"\g<words>: ", match[0])
    ends = [0, *[mark.end() for mark in marks]]
    pieces = [_from_its_letter(match[0][start:end]) if len(marks) > 1 else match[0]
              for start, end in pairwise(ends)]
    if _LONE_LETTER.search(rest := match[0][ends[-1]:]):  # may take the marks back
        pieces.append(rest.lstrip(" ,;/|"))
    return "\n".join([_BOX_BEHIND.sub(_as_tick, piece) for piece in pieces])


def _as_tick(match: re.Match) -> str:
    return "❌" if match["empty"] else "✅"


def _from_its_letter(piece: str) -> str:
    """What stands before a mark, without a remark on the one before it."""
    piece = _REMARK.sub("", piece)
    letter = _LONE_LETTER.search(piece)
    return piece[letter.start():] if letter else piece.lstrip(" ,;/|")


def only_ticked(text: str) -> str:
    """What stands beside ticks, where there are any."""
    ticked = _TICKED_LINE.findall(text) if _ANY_MARK.search(text) else []
    return "\n".join(ticked) if ticked else text
