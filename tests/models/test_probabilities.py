from math import exp, inf, log, nan
from types import SimpleNamespace

import pytest

from medinj_utils.models.probabilities import first_tokens, likeliest_letter


def listed(top):
    return SimpleNamespace(logprobs=SimpleNamespace(content=[SimpleNamespace(top_logprobs=top)]))


def entries(shares):
    return [SimpleNamespace(token=token, logprob=logprob) for token, logprob in shares.items()]


@pytest.mark.parametrize("logprobs, raw, mass", [
    ({"B": -0.5, "A": -1.5}, "B", exp(-0.5) + exp(-1.5)),
    ({"B": log(0.6), "A": log(0.2), " B": log(0.01)}, "B", 0.8),
    ({" A": log(0.7), "A": log(0.1), "B": log(0.2)}, "A", 0.9),
    ({"A": log(0.1), " A": log(0.7), "B": log(0.2)}, "A", 0.9),
    ({"A": 0.0, "B": -inf}, "A", 1.0), ({"A": -1e-6, "B": -9999.0}, "A", 1.0),
    ({"A": 0, "B": -20}, "A", 1.0),
    ({"A": 0.001, "B": -9.0}, "A", 1.001),
    # of what is left no unknown letter can have as much
    ({"B": log(0.7), "A": None, "C": log(0.1)}, "B", 0.8), ({"B": log(0.7), "A": nan}, "B", 0.7),
    ({"A": nan, "B": log(0.51)}, "B", 0.51),
    # it can: no answer
    ({"A": nan, "B": -1.0}, "", None), ({"A": None, "B": -1.5, "C": -3.0}, "", None),
    ({"C": log(0.3), "B": "x"}, "", None),
    ({"A": None, "Le": log(0.8)}, "", None), ({" A": None, "B": log(0.4)}, "", None),
    ({"A": inf, "B": log(0.3)}, "", None),
    ({"A": 5.0, "B": log(0.3)}, "", None), ({"A": True, "B": log(0.3)}, "", None),
    ({"A": [0.1], "B": log(0.3)}, "", None),
    # what isn't known is no letter
    ({"Le": None, "B": log(0.3), "A": log(0.2)}, "B", 0.5),
    # no probabilities: they add up to 1.8, 2, 1.1
    ({"A": log(0.9), "B": log(0.9)}, "", None), ({"A": 0.0, "B": 0.0}, "", None),
    ({"A": log(0.6), "Le": log(0.5)}, "", None),
    ({"Le": log(0.95), "A": log(0.01)}, "", 0.01)])
def test_the_likeliest_letter_is_one_that_nothing_unknown_could_pass(logprobs, raw, mass):
    for top in (entries(logprobs), logprobs):  # the protocol's list, and a mapping
        answer = likeliest_letter(first_tokens(listed(top)), ["A", "B", "C"])
        assert (answer.raw, answer.letters_mass) == (
            raw,
            mass if mass is None else pytest.approx(mass, abs=1e-3),
        )
        assert not answer.probabilities or sum(answer.probabilities) == pytest.approx(1)
        assert raw or not answer.probabilities


def test_an_unknown_letter_leaves_no_probabilities():
    assert likeliest_letter([("B", log(0.7)), ("A", None)], ["A", "B"]).probabilities == []
    assert likeliest_letter(
        [("B", log(0.7)), ("A", log(0.3))], ["A", "B"]
    ).probabilities == pytest.approx([0.3, 0.7])


@pytest.mark.parametrize("form", [
    "{}", " {}", "{})", "({})", "{}.", " {} :", "**{}**", "«{}»", "{},", "[{}]", "\n{}"])
def test_a_letter_joined_to_marks_is_that_letter(form):
    tokens = [(form.format("B"), log(0.5)), (form.format("A"), log(0.3)), ("C", log(0.1)),
              ("Bien", log(0.05))]
    answer = likeliest_letter(tokens, ["A", "B", "C"])
    assert answer.raw == "B" and answer.letters_mass == pytest.approx(0.9)
    unknown = likeliest_letter([(form.format("B"), None), ("A", log(0.3))], ["A", "B"])
    assert unknown.raw == ""


def test_labels_that_are_numbers_are_answered_by_letter():
    assert likeliest_letter([("2", log(0.7)), ("1", log(0.3))], ["1", "2"]).raw == "B"


@pytest.mark.parametrize("choice", [
    SimpleNamespace(), SimpleNamespace(logprobs=None), SimpleNamespace(logprobs=[]),
    SimpleNamespace(logprobs={"tokens": ["A"]}),
    SimpleNamespace(logprobs=SimpleNamespace(content=None)),
    SimpleNamespace(logprobs=SimpleNamespace(content=[])),
    SimpleNamespace(logprobs=SimpleNamespace(content=[None])), listed(None), listed("A"),
    listed([]), listed({}), listed([None, "A", 3]),
    listed([{"no": "token"}])])
def test_a_choice_that_lists_no_tokens_has_none(choice):
    assert first_tokens(choice) == []
