"""Where a list is an answer, and what may surround it."""

import pytest
import regex as re

from medinj_utils.evaluation.reading.grammar import CLAIM_RULES, compiled
from medinj_utils.evaluation.reading.tidying import LAYOUT_RULES

from .helpers import GRAMMAR, examples, is_shown, read, without_grammar


@pytest.mark.parametrize("example", examples(CLAIM_RULES))
def test_example(example):
    assert read(example) == example.read


@pytest.mark.parametrize("rule", CLAIM_RULES, ids=lambda rule: rule.name)
def test_each_rule_is_shown_by_an_example(rule, monkeypatch):
    without_grammar(monkeypatch, rule.name)
    assert is_shown(rule)


def test_every_rule_has_its_own_name_and_a_reason():
    assert len({rule.name for rule in GRAMMAR}) == len(GRAMMAR)
    assert all(rule.why.endswith(".") for rule in GRAMMAR)


@pytest.mark.parametrize("rule", [*GRAMMAR, *LAYOUT_RULES], ids=lambda rule: rule.name)
def test_repetitions_are_bounded_or_possessive(rule):
    """Else, time could grow faster than an answer. The rest of a line may be repeated, too."""
    assert not re.search(r"(?<! [*+}] | \[\^\\n\] ) [*+] (?! \+ )", rule.pattern, re.VERBOSE)


def test_a_pattern_knows_the_ends_of_lines():
    assert [match.start() for match in compiled("^ [LETTER] $").finditer("A\nB_\nC")] == [0, 5]
