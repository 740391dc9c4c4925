"""Texts of others as data within a prompt: fenced, line by line, without marks of templates.

Three things keep a candidate inside. The fence carries a code that depends on every text of the
prompt, the candidate included: to write its own code, a candidate would have to hold a hash of
itself. Every line of it begins with a bar, so that none can pass for a line of the prompt or of a
judge's answer. And what a chat template or a tokenizer could take for a mark, or a reader can't
see, is written out.
"""

import hashlib
import unicodedata
from collections.abc import Sequence

import regex as re

_BAR = "| "
#: Signs of what a template, or a reader of answers, takes for a mark: <|im_end|>, </s>, < think >,
#: ◁think▷, [INST], {think}, ⟪think⟫, %/think%, @@think@@, {{ … }}, and thoughts that are announced.
_OPENERS = re.compile(
    r"""
    [<＜] (?= [\p{L}/\\!|｜_\[<＜▁$] ) | [◁⟨〈【] (?= [\p{L}/\\|｜] ) | (?<= \{ ) [{%#]
    | [<＜◁\p{Ps}\p{Pi}--[(‘‚‛“„‟«]] (?= \s? [|｜]? \s? [/\\]? [|｜]? \s?
      [\p{L}_] [\w.:\-]* (?: \s [\p{L}_]+ ){0,2} \s? /? \s? [|｜]? [>＞▷\p{Pe}\p{Pf}--[)’”»]] )
    | (?<= [^\p{L}\p{N}\s.] \s? ) [/\\] (?= \s? [\p{L}_]{3,30} \s? [^\p{L}\p{N}\s.] )
    | (?<= assistant ) f (?= inal ) | (?<= done ) \s (?= thinking )
    | (?<= \A \s{0,9} here (?: \s is | 's ) ) \s
      (?= my \s (?: final \s )? (?: thought | thinking | reasoning | response | answer ) )
    | (?: (?P<twice> [^\w\s'"*_,;!?…`.<>] ) (?= (?P=twice) ) | [\p{S}--[`$<>]] )
      (?= .{0,2} \s? /? \s? \w{0,17} (?: think | thought | pens[ée]e ) \w{0,17} \s? [^\w\s.] )
    | (?<= [^\w\s] \s? [a-z]{3,6} ) _ (?= (?: of_ )? (?: think | thought | pens[ée]e ) )
    | ` (?= `` \s? (?: think | thought | reason | raison | r[ée]flex | pens ) )
    """, re.VERBOSE | re.IGNORECASE | re.VERSION1)
_CODE_LENGTH = 32  # hexadecimal digits: 128 bits


def code_of(texts: Sequence[str]) -> str:
    """A code for the fence that none of the texts can hold, and always the same for the same texts.

    Args:
        texts: all that the prompt is made of, in order.
    """
    # With their lengths, so that moving a word from one text to the next gives another code.
    content = "".join(f"{len(text)}:{text}" for text in texts)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:_CODE_LENGTH]


def fenced(text: str, name: str, code: str) -> str:
    """A text between two marks, a bar before each line of it.

    Args:
        text: of a question, reference or candidate.
        name: what it is, for the marks.
        code: of `code_of`.

    Raises:
        ValueError: the text holds the code.
    """
    if code in text:
        raise ValueError(f"{name}: the text holds the code {code} of its own fence")
    lines = re.split(r"\r\n|\r|\n", text.strip())
    inside = "\n".join(_BAR + escaped(line) for line in lines)
    return f"=== {name} {code} : début ===\n{inside}\n=== {name} {code} : fin ==="


def escaped(line: str) -> str:
    """A line with templates' marks and invisible signs as HTML entities; plain text stays as it is.

    "TA < 12, p<0,05" stays; ``<|im_end|>`` becomes ``&lt;|im_end|>``.
    """
    line = _OPENERS.sub(lambda match: _entity(match[0]), line)
    if line.isprintable():  # most lines are, and invisible signs never are
        return line
    return "".join(_entity(sign) if _is_unseen(sign) else sign for sign in line)


def _is_unseen(sign: str) -> bool:
    """Whether a sign is a control, a format (zero width, right-to-left, tags) or half a sign."""
    return sign != "\t" and unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


def _entity(sign: str) -> str:
    return "&lt;" if sign == "<" else f"&#{ord(sign)};"
