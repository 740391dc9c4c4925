"""Names in patterns stand for word classes and for earlier rules."""

import pytest
import regex as re

from medinj_utils.evaluation.reading.rules import (
    ORGANS,
    Example,
    Rule,
    compile_spelt,
    spelt,
    spelt_out,
)


def test_names_are_spelt_out_in_sets_and_alone():
    names = {"IS": "s", "LETTER": "A-Z"}
    assert spelt(r"IS? [LETTER IS] (?P<list> [A-C] )", names) == r"s? [A-Z s] (?P<list> [A-C] )"


def test_a_compiled_pattern_ignores_white_space_and_sees_the_ends_of_lines():
    assert compile_spelt("^ IS $", {"IS": "est"}).findall("est\nil est\nest") == ["est"] * 2


def test_an_unknown_name_is_an_error():
    with pytest.raises(KeyError, match="NOBODY"):
        spelt("NOBODY", {"IS": "s"})


def test_a_rule_may_name_those_before_it():
    rules = [Rule("ONE", "why", "IS | a  # a comment ends the pattern", []),
             Rule("TWO", "why", "ONE ONE", [])]
    pattern = re.compile(spelt_out(rules, {"IS": "s"})["TWO"], re.VERBOSE)
    assert pattern.fullmatch("sa") and pattern.fullmatch("as") and not pattern.fullmatch("s")
    with pytest.raises(KeyError, match="TWO"):
        spelt_out([Rule("ONE", "why", "TWO", [])], {})


def test_an_example_asks_for_organs():
    assert Example("B", "B").options == ORGANS
    assert Example("B", "B").task == "mcq"
