"""Word classes: examples, no word in two of them, signs and names."""

import json
from pathlib import Path

import pytest
import regex as re

from medinj_utils.evaluation.reading.cleaning import fold
from medinj_utils.evaluation.reading.vocabulary import (
    LETTERS,
    LETTERS_OF_TEXTS,
    MARKS,
    NAMES,
    WORDS,
    Sign,
    signs,
)

from .helpers import examples, is_shown, read, without_words

CASES = json.loads((Path(__file__).parents[1] / "choices_fresh.json").read_text("utf-8"))


@pytest.mark.parametrize("example", examples(WORDS))
def test_example(example):
    assert read(example) == example.read


@pytest.mark.parametrize("rule", WORDS, ids=lambda rule: rule.name)
def test_each_class_is_shown_by_an_example(rule, monkeypatch):
    without_words(monkeypatch, rule.name)
    assert is_shown(rule)


def test_every_sign_but_that_of_other_words_has_its_words():
    assert [rule.name for rule in WORDS] == [sign.name for sign in Sign if sign is not Sign.OTHER]
    assert len({*Sign, *MARKS, *LETTERS, *LETTERS_OF_TEXTS}) == (
        len(Sign) + len(MARKS) + len(LETTERS) + len(LETTERS_OF_TEXTS))


def test_no_word_is_in_two_classes():
    patterns = [re.compile(pattern, re.VERBOSE) for pattern in [
        *MARKS.values(), *(rule.pattern for rule in WORDS)]]
    written = {word for case in CASES for word in re.findall(r"[\w']+|\W", fold(case["output"]))}
    written |= {word for rule in WORDS for word in re.findall(r"[a-z'-]+", rule.pattern)}
    for word in written:
        assert sum(pattern.fullmatch(word) is not None for pattern in patterns) <= 1, word


def test_signs():
    assert signs("IS ANSWER :") == {Sign.IS, Sign.ANSWER, ":"}
    assert not NAMES.keys() & set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
