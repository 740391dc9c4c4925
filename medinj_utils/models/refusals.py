"""Find the parameter that a server refuses in its error."""

import ast
import json
import re
from collections.abc import Collection, Iterator, Mapping

_REFUSES = re.compile(
    r"unsupported|not support|n.t support|unrecogni[sz]ed|unknown|unexpected|\bextra|not permitted"
    r"|not allowed|forbidden|deprecated|\binstead|only the default|not recogni[sz]ed|invalid param",
    re.IGNORECASE)
#: Words that refuse a parameter sent as 0.
_NOT_ZERO = re.compile(
    r"positive|greater than|larger than|above|more than|at least|minimum|less than|between|range"
    r"|>=? *0|non-?zero|(?:be|equal to) (?:0|zero)\b|\(0", re.IGNORECASE)
_SENT_AS_ZERO = ("temperature", "seed")
#: Passages whose names are not refused: accepted values, alternatives, copies of the request.
_ASIDE = re.compile(
    r"(?<!not )\b(?:supported|accepted|allowed|valid|permitted|known|available|recogni[sz]ed)\b"
    r"(?: \w+){0,2}(?: are)?:[^.;\n]*"
    r"|\bexpected\b[^.;\n]*|\bone of\b[^.;\n]*|\bdid you mean\b[^.;\n]*"
    r"|\bonly\b(?! the default)[^.;\n]*\b(?:supported|accepted|allowed|permitted)\b"
    r"|\b(?:use|try|set)\b[^.;\n]*?(?=\binstead\b)"
    r"|\b(?:input|request|received|body|payload|got|input_value)\b['\"]?(?: \w+)?\s*[:=].*",
    re.IGNORECASE | re.DOTALL)
_LOCATED = re.compile(r"['\"]loc['\"]\s*:\s*[\[(]([^\])]*)[\])]")
_FURTHEST = 60  # characters between a name and the words that refuse it
_WORDS = ("message", "msg", "detail", "details", "error", "errors", "reason", "title",
          "description", "error_description", "type", "code")
_NAMES = ("param", "parameter", "field", "loc")


def refused_parameter(body: str, sent: Collection[str]) -> str | None:
    """The parameter that an error says is refused.

    It is the one in the error's own field for it, else the one nearest to the words that refuse.
    Names in lists of accepted values or in a copy of the request don't count.

    Args:
        body: of the error's response.
        sent: names of the parameters that were sent.

    Returns:
        One of ``sent``, or None if the error refuses none of them.
    """
    for named, text in _statements(_parsed(body)):
        named = [*named, *(name for loc in _LOCATED.findall(text)
                           for name in re.findall(r"\w+", loc)[-1:])]
        text = _ASIDE.sub(" ", _LOCATED.sub(" ", text))
        if named:
            name = named[-1]
            if name in sent and (_REFUSES.search(text) or _is_no_zero(name, text)):
                return name
        elif (name := _nearest(text, sent)) in sent:
            return name
    return None


def _parsed(text: str):
    """The value of a text in JSON or Python notation; else the text."""
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return text


def _statements(value) -> Iterator[tuple[list[str], str]]:
    """For each part of an error, the names in fields of their own, and its text."""
    if isinstance(value, str) and value.strip()[:1] in ("[", "{"):
        inner = _parsed(value)
        value = inner if inner != value else value
    if isinstance(value, Mapping):
        own = [[part] if isinstance(part, str) else part for key in _NAMES
               if (part := value.get(key)) and isinstance(part, (str, list, tuple))]
        words = [str(value[key]) for key in _WORDS if isinstance(value.get(key), (str, int))]
        named = [str(names[-1]) for names in own]
        nested = [value[key] for key in _WORDS if isinstance(value.get(key), (Mapping, list))]
        nested += [word for word in words if word.strip()[:1] in ("[", "{")]
        yield named, ". ".join(word for word in words if word not in nested)
        for part in nested:
            yield from _statements(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _statements(part)
    elif value is not None:
        yield [], str(value)


def _is_no_zero(name: str, text: str) -> bool:
    return name in _SENT_AS_ZERO and _NOT_ZERO.search(text) is not None


def _nearest(text: str, sent: Collection[str]) -> str | None:
    """The name nearest to words that refuse it: one that was sent, or one in quotes."""
    names = [(match[0].strip("'\"`"), *match.span()) for match in
             re.finditer(r"['\"`]\w+['\"`]|\b\w+\b", text)
             if match[0][0] in "'\"`" or match[0] in sent]
    for refusal in (_REFUSES, _NOT_ZERO):
        gaps = []
        for name, begin, end in names:
            for match in refusal.finditer(text):
                between = text[min(end, match.end()):max(begin, match.start())]
                if len(between) <= _FURTHEST and not re.search(r"[.;]\s", between):
                    # "at least 16" refers to the name before it
                    behind = refusal is _NOT_ZERO and begin > match.start()
                    gaps.append((behind, len(between), name))
        if gaps:
            name = min(gaps)[-1]
            return name if refusal is _REFUSES or name in _SENT_AS_ZERO else None
    return None
