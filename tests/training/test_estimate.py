import pytest
import torch

from medinj_utils.training.adapters import load_with_adapter
from medinj_utils.training.estimate import estimate
from medinj_utils.training.job import Rows
from medinj_utils.training.memory import MemoryBudgetError
from medinj_utils.training.prepare import prepare

from .tuning import PLANTED, quick_job


@pytest.fixture(scope="module")
def learner():
    return load_with_adapter("peft", PLANTED, quick_job().recipe, 0, "float32")


@pytest.fixture(scope="module")
def data(rows, learner):
    return prepare(Rows(rows.to_dict("records")), learner.tokenizer, quick_job(), 1)


def test_an_estimate_leaves_no_trace(learner, data):
    state = torch.random.get_rng_state()
    before = [parameter.clone() for parameter in learner.model.parameters()]
    expected = estimate(learner, data)
    assert set(expected) == {"seconds", "start_seconds", "peak_memory_gb", "energy_kwh",
                             "held_tokens"}
    assert expected["seconds"] > 0 < expected["energy_kwh"]
    assert expected["held_tokens"] == 0 <= expected["start_seconds"]
    assert torch.equal(state, torch.random.get_rng_state())
    for parameter, old in zip(learner.model.parameters(), before, strict=True):
        assert torch.equal(parameter, old) and parameter.grad is None


def test_a_micro_batch_that_memory_cannot_hold_says_what_to_lower(learner, data, monkeypatch):
    def small(*args, **kwargs):
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"
        )

    monkeypatch.setattr("transformers.models.qwen3.modeling_qwen3.Qwen3Model.forward", small)
    with pytest.raises(MemoryBudgetError, match="lower batch_size"):
        estimate(learner, data)
