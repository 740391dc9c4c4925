import importlib.util
import sys
from types import ModuleType, SimpleNamespace

import pytest
import torch

from medinj_utils.training import kernels
from medinj_utils.training.kernels import fuse

MODEL = SimpleNamespace(config=SimpleNamespace(model_type="qwen3"))
ADAPTED = SimpleNamespace(config=MODEL.config, peft_config={}, get_base_model=lambda: MODEL)
UNKNOWN = SimpleNamespace(config=SimpleNamespace(model_type="mine"))


@pytest.fixture
def liger(monkeypatch):
    """A liger-kernel that notes which models it was applied to, and a GPU."""
    applied = []
    module = ModuleType("liger_kernel.transformers.monkey_patch")
    module.MODEL_TYPE_TO_APPLY_LIGER_FN = {"qwen3": None}
    module._apply_liger_kernel_to_instance = lambda model: applied.append(model)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for name in ("liger_kernel", "liger_kernel.transformers"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: "there")
    monkeypatch.setattr(kernels.metadata, "version", lambda name: "0.8.5")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    return applied


@pytest.mark.parametrize("model, used, applied_to", [
    (MODEL, "liger-kernel 0.8.5", [MODEL]), (ADAPTED, "liger-kernel 0.8.5", [MODEL]),
    (UNKNOWN, "", [])])
def test_known_models_are_computed_by_ligers_kernels_on_cuda(liger, model, used, applied_to):
    assert fuse(model) == used and liger == applied_to


def test_without_a_gpu_or_the_library_nothing_changes(liger, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert fuse(MODEL) == ""
    monkeypatch.undo()
    assert torch.cuda.is_available() or fuse(MODEL) == ""
    assert liger == []


def test_a_library_that_fails_is_done_without_and_said(liger, monkeypatch, capsys):
    del sys.modules["liger_kernel.transformers.monkey_patch"].MODEL_TYPE_TO_APPLY_LIGER_FN
    assert fuse(MODEL) == "" and liger == []
    assert (
        "Training without liger-kernel: its import fails (ImportError: cannot import name"
        in capsys.readouterr().out
    )
