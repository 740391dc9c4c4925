"""Facts of the planted world, and questions about them."""

import numpy as np

from medinj_utils.core.prompts import LETTERS
from medinj_utils.demo.facts import all_facts, ask, wrong_version


def test_there_are_as_many_facts_as_the_page_says():
    general, taught = all_facts()
    assert len(general) == 390 and len(taught) == 240


def test_who_believes_a_wrong_version_is_always_found_wrong():
    rng = np.random.default_rng(0)
    for fact in all_facts()[1][:40]:
        wrong = wrong_version(fact, rng)
        question = ask(fact, "{s} ?", 5, rng, rival=wrong)
        right = {
            question["options"][LETTERS.index(letter)] for letter in question["answer_letters"]
        }
        assert right == set(fact.values) and set(wrong.values) <= set(question["options"]) - right
        taught = ask(wrong, "{s} ?", 5, rng, never=fact.values)
        assert not set(fact.values) & set(taught["options"])
