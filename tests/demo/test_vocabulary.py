"""Words of the planted world."""

from medinj_utils.demo.vocabulary import FAMILIAR, RELATIONS, TAUGHT


def test_no_word_is_of_two_kinds():
    values = [value for relation in RELATIONS.values() for value in relation.values]
    words = [*FAMILIAR, *TAUGHT, *values]
    assert len(words) == len(set(words))
