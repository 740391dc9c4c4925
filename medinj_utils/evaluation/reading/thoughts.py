"""Cut a model's thoughts out of its answer, whatever marks it puts around them.

A mark is a name between brackets of any kind: ``<think>``, ``[/THINK]``, ``<|end_of_thought|>``,
``⟪think⟫``; or between the same signs twice: ``@@think@@``. Names that announce an answer, and
those of layout or of a chat's turns, mark no thought. A name that speaks of thinking marks one even
where its other half is missing; any other name, or one in quotation marks, only where it is closed,
or opens the answer.
"""

from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

import regex as re

_MARK = re.compile(
    r"""
    (?P<bracket> [<◁\p{Ps}\p{Pi}--[(‘‚‛“„‟]] ){1,2} [|｜]? \s? (?P<slash> [/\\] )? [|｜]? \s?
    (?P<name> (?: [a-z]{1,8} [:_] )? (?: [^\W\d_]{3} | [一-鿿]{2} ) [\w.▁-]{0,40}
      (?: [ ] (?: (?: of | de | du ) [ ] )? [^\W\d_]{4,14} )? )
    (?: (?<= < [\w:.-]{3,60} ) \s [^<>\n]{0,80} )?
    (?P<empty> / )? \s? [|｜]? [>▷\p{Pe}\p{Pf}--[)’”]]{1,2}
    """, re.VERBOSE | re.IGNORECASE | re.VERSION1)
_FLAGS = re.VERBOSE | re.IGNORECASE | re.MULTILINE
#: Marks that are no names between brackets, and the names that stand for them.
_SIGNS = [(re.compile(pattern, _FLAGS), mark) for pattern, mark in (
    (r"<\|channel\|> \s? (?: analysis | commentary ) [^<>\n]{0,40} <\|message\|>", "<think>"),
    (r"<\|channel\|> \s? final [^<>\n]{0,40} <\|message\|>", "</think>"),
    # the same where its marks are lost
    (r"\A \s{0,9} analysis (?=\S) (?= [^\0]*? assistantfinal )", "<think>"),
    (r"assistantfinal", "</think>"),
    (r"<unused94> | <ctrl94>", "<think>"),
    (r"<unused95> | <ctrl95>", "</think>"),
    (r"^ \s{0,9} here (?: \s is | 's ) \s my \s (?:thought|thinking|reasoning) \s? (?:process)? :",
     "<think>"),
    (r"^ \s{0,9} here (?: \s is | 's ) \s my \s (?:final \s)? (?:response|answer) :", "</think>"),
    (r"\[ \s? (?: think | thought | reason | raison | r[ée]flex | pens | analy ) [^\[\]:\n]{0,30} :"
     r" [^\[\]]++ \]", ""),
    (r"\.{3} \s? done \s thinking \.?", "</think>"),
    (r"``` \s? (?: think | thought | reason | raison | r[ée]flex | pens ) \w* ([^`]*+) ```",
     r"<think>\1</think>"),
    (r"``` \s? (?: think | thought | reason | raison | r[ée]flex | pens ) \w* \n (?= [^`]*+ \Z )",
     "<think>"),
)]
#: A name between any signs: "@@think@@", "%/think%".
_FENCED = re.compile(
    r"""
    (?P<fence> [^[:alnum:]\s<>\[\]/.▁]{1,3} ) [ ]? (?P<slash> / )? [ ]?
    (?P<name> (?: [a-z]{3,6} _ (?: of_ )? )? [^\W\d_]{3,20} ) [ ]? [^[:alnum:]\s<>\[\]/.▁]{1,3}
    """, re.VERBOSE)
#: What no text puts around a word otherwise: one sign twice, as in "@@", or a symbol, as in "|".
_FENCE = re.compile(r"""([^'"*_,;!?…`]) \1{1,2} | [\p{S}--[`$]]""", re.VERBOSE | re.VERSION1)
_OPENING = re.compile(r"\A \s*+ [^\w\s*'\"«“#]{1,3} \w+ [^\w\s]{1,3}", re.VERBOSE)
_SPEAKS_OF_THINKING = re.compile("(?i)think|thought|pens[ée]e")
#: One of these is in every text with thoughts.
_CLOSING = re.compile(r"[>▷\p{Pe}\p{Pf}--[)’”]]", re.VERSION1)
_PHRASES = ("assistantfinal", "here is my", "here's my", "done thinking", "```")
_QUOTES = "«“"
_THOUGHT = re.compile(
    r"think|thought|reason|reflect|refle[xc]|raison|pensee|analy[sz]|scratch|cot\b|monolog|delib"
    r"|brouillon|draft|ponder|rumin|cogit|inner|internal|hidden|brainstorm|denk|piens|razon|思考|推理")
_ANSWER = re.compile(
    r"answ|respons|repons|final|output|result|solut|choi[cx]|option|lettr|letter|conclu|antwort"
    r"|respuest|verdict|decision|correct|reply|box")
_LAYOUT = frozenset(
    """strong div span html body head title table thead tbody sub sup code pre font small center
    mark blockquote section article aside main nav del ins img summary details json xml yaml math
    text latex list item bos eos pad unk sep cls mask inst sys system user assistant model
    human bot turn header_id eot_id eom_id im endoftext eos_token bos_token message channel return
    call tool tool_call start end""".split())
_BEGINS = re.compile(
    r"(?:begin|start|open|debut)(?:[_ -](?:of|de))?[_ -](.+)|(.+)[_-](?:start|begin|prefix)")
_ENDS = re.compile(
    r"(?:end|stop|close|fin)(?:[_ -](?:of|de))?[_ -](.+)|(.+)[_-](?:end|stop|close|suffix)")


@dataclass(frozen=True)
class _Mark:
    """A mark in a text: where it stands, its name, and whether it closes."""

    start: int
    end: int
    name: str
    closes: bool
    bracket: str


def without_thoughts(text: str) -> str:
    """The text outside thoughts; nothing where a thought is not closed.

    Text before an end without a beginning is a thought that the model's template opened.
    """
    small = text.lower()
    text = _with_brackets_for_fences(text)
    if not (_CLOSING.search(text) or any(phrase in small for phrase in _PHRASES)):
        return text
    text, *comments = text.split("<!--")
    text += "".join([comment.partition("-->")[2] if "-->" in comment else comment
                     for comment in comments])
    for pattern, mark in _SIGNS:
        text = pattern.sub(mark, text)
    parts: list[str] = []
    start = 0
    opened: list[str] = []
    for mark in _marks_of_thoughts(text):
        if not mark.closes:
            if not opened:
                parts.append(text[start:mark.start])
            if mark.name not in opened:
                opened.append(mark.name)
            continue
        if mark.name in opened:
            del opened[opened.index(mark.name):]
        elif opened:
            opened.pop()
        if not opened:
            start = mark.end
    return "" if opened else "\n".join([*parts, text[start:]])


def _with_brackets_for_fences(text: str) -> str:
    """The text with brackets around the names that stand between other signs.

    Without a closing half, a name may be a heading ("== Analyse ==") or be stressed.
    """
    matches = list(_FENCED.finditer(text))
    closed = {_root(match["name"])[0] for match in matches
              if match["slash"] or _root(match["name"])[1]}
    opens = _OPENING.match(text)
    for match in reversed(matches):
        is_fence = _FENCE.fullmatch(match["fence"]) or (opens and match.end() == opens.end())
        if _root(match["name"])[0] in closed or (
                is_fence and _SPEAKS_OF_THINKING.search(match["name"])):
            bracketed = f"<{match['slash'] or ''}{match['name']}>"
            text = text[:match.start()] + bracketed + text[match.end():]
    return text


def _marks_of_thoughts(text: str) -> list[_Mark]:
    """The marks of a text that begin or end a thought, in order."""
    all_marks = [_mark(match) for match in _MARK.finditer(text) if not match["empty"]]
    answers = [mark for mark in all_marks if _is_answer(mark.name)]
    others = [mark for mark in all_marks if not _is_answer(mark.name) and mark.name not in _LAYOUT]
    closed = {mark.name for mark in others if mark.closes}
    opened = {mark.name for mark in others if not mark.closes}
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    marks = [mark for mark in others
             if (_is_thought(mark.name) and mark.bracket not in _QUOTES)
             or mark.name in closed & opened
             or _is_half(mark, first, last)]
    answer = _last_answer(answers, last)
    if answer is not None and marks and marks[-1].start < answer:
        marks.append(_Mark(answer, answer, "", True, "<"))  # it ends a thought that isn't closed
    return marks


def _mark(match: re.Match) -> _Mark:
    name, ends = _root(match["name"])
    return _Mark(match.start(), match.end(), name, bool(match["slash"]) or ends, match["bracket"])


@lru_cache(maxsize=1000)
def _root(name: str) -> tuple[str, bool]:
    """What a mark's name says without "begin" or "end", and whether it says "end"."""
    plain = re.sub("[\u0300-\u036f]", "", normalize("NFKD", name.lower())).strip()
    plain = plain.replace("▁", "_")
    begins, ends = _BEGINS.fullmatch(plain), _ENDS.fullmatch(plain)
    base = next((part for half in (begins, ends) if half for part in half.groups() if part), plain)
    is_think = re.fullmatch(r"(?:\w+:)?(?:think(?:ing)?|thoughts?)", base)
    return "think" if is_think else base, bool(ends)


@lru_cache(maxsize=1000)
def _is_thought(name: str) -> bool:
    return bool(_THOUGHT.search(name))


@lru_cache(maxsize=1000)
def _is_answer(name: str) -> bool:
    return bool(_ANSWER.search(name)) and not _is_thought(name)


def _is_half(mark: _Mark, first: int, last: int) -> bool:
    """Whether a mark of an unknown name stands for a thought though its other half is missing.

    That is one that opens the text, which goes from ``first`` to ``last``, or ends what stands
    before an answer.
    """
    if mark.bracket not in "<◁" or mark.end >= last:
        return False
    return mark.closes or mark.start <= first


def _last_answer(answers: list[_Mark], last: int) -> int | None:
    """Where the last marked answer begins, if nothing stands behind it."""
    begun = [mark for mark in answers if not mark.closes]
    if not begun:
        return None
    ends = [mark.end for mark in answers if mark.closes and mark.start > begun[-1].start]
    return None if ends and ends[-1] < last else begun[-1].start
