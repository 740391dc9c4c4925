"""What the tests of reading share: read an example, and take a rule away."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
import regex as re

from medinj_utils.evaluation.reading import (
    claims,
    cleaning,
    decision,
    explain_choice,
    grammar,
    prose,
    tidying,
    verdicts,
    vocabulary,
    words,
)
from medinj_utils.evaluation.reading.items import ITEM_RULES
from medinj_utils.evaluation.reading.rules import Example, Rule, compile_spelt, spelt_out

GRAMMAR = (*ITEM_RULES, *grammar.CLAIM_RULES)
NEVER = "(?!)"


def read(example: Example) -> str:
    """The letters that are read, in one word; empty if none are."""
    letters, _ = explain_choice(example.output, dict(example.options), example.task, example.cut)
    return "".join(sorted(letters or ""))


def examples(rules: Iterable[Rule | cleaning.Step]) -> list:
    """The rules' examples as parameters of a test."""
    return [pytest.param(example, id=f"{rule.name}: {example.output!r}")
            for rule in rules for example in rule.examples]


def is_shown(rule: Rule | cleaning.Step) -> bool:
    """Whether an example of the rule, which has been taken away, is read otherwise now."""
    return any(read(example) != example.read for example in rule.examples)


def forget_options(monkeypatch) -> None:
    """Go past the caches, which would keep what is made of options with the rule."""
    for name in ("_text_pattern", "_own_signs"):
        monkeypatch.setattr(words, name, getattr(words, name).__wrapped__)


def without_step(monkeypatch, name: str) -> None:
    steps = tuple(step for step in cleaning.STEPS if step.name != name)
    monkeypatch.setattr(cleaning, "STEPS", steps)
    forget_options(monkeypatch)


def without_verdict(monkeypatch, name: str) -> None:
    kept = [rule for rule in verdicts.VERDICTS if rule.name != name]
    patterns = [(rule.name, compile_spelt(rule.pattern, verdicts._NAMES)) for rule in kept]
    monkeypatch.setattr(verdicts, "_PATTERNS", patterns)


def without_words(monkeypatch, name: str) -> None:
    """Let no word belong to a class."""
    patterns = [NEVER if rule.name == name else rule.pattern for rule in vocabulary.WORDS]
    alternatives = "|".join(f"({pattern})" for pattern in [*vocabulary.MARKS.values(), *patterns])
    monkeypatch.setattr(words, "_CLASS", re.compile(alternatives, re.VERBOSE))
    forget_options(monkeypatch)


def without_grammar(monkeypatch, name: str) -> None:
    """Let a rule of the grammar never match, nor what is made of it."""
    rules = [_never(rule) if rule.name == name else rule for rule in GRAMMAR]
    monkeypatch.setattr(grammar, "_PARTS", spelt_out(rules, vocabulary.NAMES))
    for module in (claims, decision, prose):
        for rule in GRAMMAR:
            if hasattr(module, f"_{rule.name}"):
                monkeypatch.setattr(module, f"_{rule.name}", grammar.compiled(rule.name))
    _recompile_layout(monkeypatch)


def without_layout(monkeypatch, name: str) -> None:
    monkeypatch.setattr(tidying, name, _never(getattr(tidying, name)))
    _recompile_layout(monkeypatch)


def _recompile_layout(monkeypatch) -> None:
    for name in ("RANGE", "EXCEPTED", "LISTED_BELOW", "SUBJECT_BELOW", "SUBJECT_BESIDE",
                 "CHOSEN_BEFORE_REJECTED"):
        monkeypatch.setattr(tidying, f"_{name}", grammar.compiled(getattr(tidying, name).pattern))
    # past the cache, which would keep the patterns without the rule
    monkeypatch.setattr(tidying, "_repeated_options", tidying._repeated_options.__wrapped__)


def _never(rule: Rule) -> Rule:
    return replace(rule, pattern=NEVER)
