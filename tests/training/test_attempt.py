"""The trial of a library: it passes where the library works, and fails by the library's error."""

import json
from dataclasses import asdict

import pytest
from transformers import Qwen3ForCausalLM

from medinj_utils.training import adapters, attempt

from .tuning import PLANTED, quick_recipe


@pytest.mark.parametrize("name", ["peft", "transformers"])
def test_what_works_raises_nothing(name, monkeypatch):
    passed, forward = [], Qwen3ForCausalLM.forward
    loaded, load = [], adapters.load_with_adapter
    monkeypatch.setattr(Qwen3ForCausalLM, "forward", lambda self, *words, **more: (
        passed.append(more) or forward(self, *words, **more)))
    monkeypatch.setattr(adapters, "load_with_adapter",
                        lambda *words: loaded.append(load(*words)) or loaded[0])
    attempt.attempt(name, PLANTED, quick_recipe())
    if name == "peft":
        [learner] = loaded
        assert any(weight.requires_grad for weight in learner.model.parameters())
    else:
        assert len(passed) == 1 and not loaded  # a batch went through the model


@pytest.mark.parametrize("name", ["peft", "transformers"])
def test_an_error_of_the_library_is_the_trials(name, monkeypatch):
    def broken(*words, **more):
        raise RuntimeError("no kernel image is available")

    monkeypatch.setattr(Qwen3ForCausalLM, "forward", broken)
    monkeypatch.setattr(adapters, "load_with_adapter", broken)
    with pytest.raises(RuntimeError, match="no kernel image"):
        attempt.attempt(name, PLANTED, quick_recipe())


def test_a_name_that_is_none_is_refused():
    with pytest.raises(ValueError, match="backend is 'jax'; accepted: auto, unsloth, peft"):
        attempt.attempt("jax", PLANTED, quick_recipe())


def test_the_command_ends_with_the_error_in_a_line(monkeypatch):
    def broken(*words, **more):
        raise RuntimeError("\nno kernel image\nfor this device")

    monkeypatch.setattr(adapters, "load_with_adapter", broken)
    recipe = json.dumps(asdict(quick_recipe()))
    monkeypatch.setattr("sys.argv", ["attempt", "peft", PLANTED.name, PLANTED.revision, recipe])
    with pytest.raises(SystemExit, match="^RuntimeError: no kernel image$"):
        attempt._main()
