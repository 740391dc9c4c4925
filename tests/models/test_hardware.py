from types import SimpleNamespace

import pytest
import torch

from medinj_utils.models.hardware import (
    BaseTooBigError,
    choose_precision,
    formats,
    matrix_speeds,
    out_of_memory,
    peak_memory,
    room_for,
    tokens_at_once,
)


def test_the_faster_number_format_is_chosen_and_others_are_refused():
    with pytest.raises(ValueError, match="auto, float32, bfloat16, float16"):
        choose_precision("float8")
    speeds = matrix_speeds(size=128, seconds=0.02)
    assert set(speeds) == set(formats()) and min(speeds.values()) > 0
    assert choose_precision("auto") in speeds
    assert all(choose_precision(name) == name for name in formats())


@pytest.mark.parametrize("cuda, at_once", [(True, [9000, 10]), (False, [1024, 10])])
def test_a_processor_takes_fewer_tokens_at_once(monkeypatch, cuda, at_once):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    assert [tokens_at_once(wanted) for wanted in (9000, 10)] == at_once


@pytest.mark.parametrize("cuda, emulated, had", [
    (True, True, "float16"), (True, False, "bfloat16"), (False, True, "bfloat16")])
def test_a_gpu_that_only_emulates_bfloat16_computes_in_float16(monkeypatch, cuda, emulated, had):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: not emulated)
    assert formats() == ("float32", had) and choose_precision(had) == had
    [other] = {"float16", "bfloat16"} - {had}
    with pytest.raises(
        ValueError,
        match=f"precision is '{other}', which this device doesn't have; it has float32 and {had}",
    ):
        choose_precision(other)


@pytest.mark.parametrize("cuda, error, said", [
    (True, RuntimeError("CUDA out of memory. Tried"),
     "a/b: the model's weights don't fit into the 16 GB of T4: .* qlora"),
    (False, RuntimeError("DefaultCPUAllocator: can't allocate memory"),
     "a/b: .* don't fit into this machine's memory"),
    (False, MemoryError(), "a/b: .* take a smaller base")])
def test_a_base_that_is_too_big_is_said_so(monkeypatch, cuda, error, said):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "get_device_properties",
                        lambda number: SimpleNamespace(total_memory=16e9))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda number: "T4")
    with pytest.raises(BaseTooBigError, match=said), room_for("a/b"):
        raise error
    with pytest.raises(RuntimeError, match="shapes"), room_for("a/b"):
        raise RuntimeError("mat1 and mat2 shapes")


def test_memory_is_told_in_gigabytes_and_its_end_from_other_errors():
    assert 0.01 < peak_memory() < 1000
    assert out_of_memory(RuntimeError("CUDA out of memory. Tried to allocate"))
    assert out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory"))
    assert not out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
