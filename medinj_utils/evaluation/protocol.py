"""How questions are asked: in which modes, how many at once, and how long at most."""

from collections.abc import Sequence
from dataclasses import dataclass

from medinj_utils.core.names import TOO_LONG, check_choice
from medinj_utils.core.recipe import Recipe
from medinj_utils.models.hardware import tokens_at_once


@dataclass(frozen=True)
class Protocol:
    """In which modes questions are asked, how many at once, and what happens to long prompts.

    Args:
        modes: of `medinj_utils.core.names.MODES`.
        batch_tokens: tokens of the prompts that are read at once, padding included.
        max_length: most tokens of a prompt.
        too_long: "set aside" leaves longer prompts unasked; "cut context" takes words out of the
            middle of their context until they fit.

    Raises:
        ValueError: ``too_long`` is neither.
    """

    modes: Sequence[str]
    batch_tokens: int = 16_384
    max_length: int = 2048
    too_long: str = "set aside"

    def __post_init__(self):
        check_choice("too_long", self.too_long, TOO_LONG)

    @classmethod
    def from_recipe(cls, recipe: Recipe, modes: Sequence[str], too_long: str = "set aside"):
        """The protocol of a recipe.

        Args:
            recipe: says how many tokens are read at once, at most, and how long a prompt may be.
            modes: of `medinj_utils.core.names.MODES`.
            too_long: as for `Protocol`.
        """
        return cls(modes, tokens_at_once(recipe.answer_batch_tokens), recipe.max_length, too_long)
