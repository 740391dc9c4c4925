from types import SimpleNamespace

import pytest
import torch

from medinj_utils.training.adapters import load_with_adapter

from .tuning import PLANTED, quick_recipe

TOKENS = [50, 100, 100, 900, 950, 2000, 9000]  # of micro-batches


@pytest.mark.parametrize("capacity", [10, 300, 4000, 40_000])
def test_activations_are_held_in_all_micro_batches_that_memory_allows(monkeypatch, capacity):
    recipe = quick_recipe(gradient_checkpointing=True)
    learner = load_with_adapter("peft", PLANTED, recipe, 0, "float32")
    recomputation = learner.recomputation
    layer = learner.model.base_model.model.model.layers[0]
    peaks = []

    def try_one(i: int) -> None:
        recomputation.prepare(TOKENS[i])
        assert not layer.gradient_checkpointing
        if TOKENS[i] > capacity:
            raise torch.OutOfMemoryError
        # Small ones need half as much per token as large ones.
        peaks.append(1000 + (TOKENS[i] if TOKENS[i] > 500 else TOKENS[i] // 2))

    total = 2 * (capacity + 1000 + recomputation.optimizer_bytes) / 0.9
    for name, value in {
            "is_available": lambda: True, "memory_allocated": lambda: 1000,
            "empty_cache": lambda: None, "reset_peak_memory_stats": lambda: None,
            "max_memory_allocated": lambda: peaks[-1],
            "get_per_process_memory_fraction": lambda: 0.5,  # of which others have the rest
            "get_device_properties": lambda _: SimpleNamespace(total_memory=total)}.items():
        monkeypatch.setattr(torch.cuda, name, value)
    recomputation.measure(TOKENS, try_one)
    assert recomputation.held_tokens == max([n for n in TOKENS if n <= capacity], default=0)
    recomputation.prepare(recomputation.held_tokens + 1)
    assert layer.gradient_checkpointing
