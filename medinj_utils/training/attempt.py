"""Check that a library works here: ``python -m medinj_utils.training.attempt peft``."""

import sys

from medinj_utils.core.recipe import load_recipe
from medinj_utils.models.loading import Base
from medinj_utils.training.backends import start_backend


def _main(name: str) -> None:
    base = Base("planted")
    if name == "transformers":
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained(base.folder)
        model(**model.dummy_inputs)
        return
    backend = start_backend(name)
    from medinj_utils.training.adapters import load_with_adapter
    load_with_adapter(backend, base, load_recipe("profiles/recipes/demo.yaml"), 0, "float32")


if __name__ == "__main__":
    _main(sys.argv[1])
