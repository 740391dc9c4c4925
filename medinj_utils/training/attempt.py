"""Check that a library loads a base here; its error in a line if it doesn't.

``python -m medinj_utils.training.attempt peft NAME REVISION RECIPE``, the recipe as JSON.
"""

import json
import sys

from medinj_utils.core.hub import first_line
from medinj_utils.core.recipe import Recipe, recipe_of
from medinj_utils.models.hardware import choose_precision
from medinj_utils.models.loading import Base
from medinj_utils.training.backends import start_backend


def attempt(name: str, base: Base, recipe: Recipe) -> None:
    """Load a base by a library, in this process; raises what the library raises.

    Args:
        name: a backend, or "transformers"; see `medinj_utils.training.backends.why_not`.
        base: the model.
        recipe: says which adapter a backend gives it.
    """
    if name == "transformers":
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained(base.folder)
        model(**model.dummy_inputs)
        return
    backend = start_backend(name, base, recipe)
    from medinj_utils.training.adapters import load_with_adapter
    load_with_adapter(backend.name, base, recipe, 0, choose_precision(recipe.precision))


def _main() -> None:
    name, base, revision, recipe = sys.argv[1:]
    try:
        attempt(name, Base(base, revision), recipe_of(json.loads(recipe), "the recipe"))
    except Exception as error:  # whatever a library, a driver or a compiler raises
        sys.exit(first_line(error))


if __name__ == "__main__":
    _main()
