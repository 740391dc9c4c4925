import pytest

from medinj_utils.core.recipe import load_recipe
from medinj_utils.evaluation.protocol import Protocol
from medinj_utils.models.hardware import tokens_at_once


def test_a_recipe_says_how_much_is_asked_at_once():
    recipe = load_recipe("profiles/recipes/demo.yaml")
    protocol = Protocol.from_recipe(recipe, ["greedy"], "cut context")
    assert protocol == Protocol(["greedy"], tokens_at_once(recipe.answer_batch_tokens),
                                recipe.max_length, "cut context")


def test_what_becomes_of_long_prompts_is_one_of_two():
    with pytest.raises(ValueError, match="too_long is 'cut'; accepted: set aside, cut context"):
        Protocol(["greedy"], too_long="cut")
