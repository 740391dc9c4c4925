"""What a rule of reading is: a name, a reason, a pattern, and examples that the tests execute."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import regex as re

ORGANS = {"A": "le foie", "B": "le rein", "C": "la rate", "D": "le cœur"}
DOSES = {"A": "10 mg", "B": "20 mg", "C": "40 mg", "D": "80 mg"}

_NAME = re.compile("[A-Z][A-Z_]+")


@dataclass(frozen=True)
class Example:
    """A raw answer and what is read in it.

    Args:
        output: the raw answer.
        read: the letters that are read, in one word ("AC"); empty where the answer is refused.
        options: the question's options by letter.
        task: "mcqu" or "mcq".
        cut: whether the answer was cut off.
    """

    output: str
    read: str
    options: Mapping[str, str] = field(default_factory=lambda: ORGANS)
    task: str = "mcq"
    cut: bool = False


@dataclass(frozen=True)
class Rule:
    """A pattern with its name, its reason, and answers that show it.

    Without the rule, at least one of them would be read differently. In a pattern, a name in
    capitals stands for a word class or for an earlier rule.

    Args:
        name: in capitals.
        why: the reason for the rule.
        pattern: in verbose form.
        examples: answers that show it.
    """

    name: str
    why: str
    pattern: str
    examples: Sequence[Example]


@dataclass(frozen=True)
class Step:
    """A step of cleaning.

    Args:
        name: of the step.
        why: the reason for the step.
        apply: the function that changes a text.
        examples: answers that show it.
    """

    name: str
    why: str
    apply: Callable[[str], str]
    examples: Sequence[Example]


def replacing(pattern: str, replacement: str, needs: str = "") -> Callable[[str], str]:
    """A step that replaces a verbose pattern, in which ``^`` and ``$`` match at every line.

    Args:
        pattern: what is replaced.
        replacement: what takes its place.
        needs: parts of words in lower case, separated by blanks; every match contains one of them,
            so that texts without any are skipped at once.
    """
    compiled = re.compile(pattern, re.VERBOSE | re.MULTILINE)
    needed = needs.split()

    def apply(text: str) -> str:
        if needed:
            small = text.lower()
            if not any(word in small for word in needed):
                return text
        return compiled.sub(replacement, text)

    return apply


def spelt(pattern: str, names: Mapping[str, str]) -> str:
    """The pattern with each name in capitals replaced by what it stands for.

    Args:
        pattern: with names in capitals.
        names: what each name stands for.

    Raises:
        KeyError: a name stands for nothing.
    """
    return _NAME.sub(lambda match: names[match[0]], pattern)


def compile_spelt(pattern: str, names: Mapping[str, str]) -> re.Pattern:
    """`spelt`, compiled: white space doesn't count, ``^`` and ``$`` are the ends of lines.

    Args:
        pattern: with names in capitals.
        names: what each name stands for.
    """
    return re.compile(spelt(pattern, names), re.VERBOSE | re.MULTILINE)


def spelt_out(rules: Iterable[Rule], names: Mapping[str, str]) -> dict[str, str]:
    """What each name stands for, rules included; a rule may name those before it.

    Args:
        rules: in order.
        names: what the word classes stand for.
    """
    parts = dict(names)
    for rule in rules:
        parts[rule.name] = f"(?:{spelt(rule.pattern, parts)}\n)"  # a comment may end the pattern
    return parts
