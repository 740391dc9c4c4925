import pytest

from medinj_utils.models.hardware import (
    choose_precision,
    matrix_speeds,
    out_of_memory,
    peak_memory,
)


def test_the_faster_number_format_is_chosen_and_others_are_refused():
    with pytest.raises(ValueError, match="auto, float32, bfloat16"):
        choose_precision("float16")
    speeds = matrix_speeds(size=128, seconds=0.02)
    assert set(speeds) == {"float32", "bfloat16"} and min(speeds.values()) > 0
    assert choose_precision("auto") in speeds
    assert choose_precision("bfloat16") == "bfloat16"


def test_memory_is_told_in_gigabytes_and_its_end_from_other_errors():
    assert 0.01 < peak_memory() < 1000
    assert out_of_memory(RuntimeError("CUDA out of memory. Tried to allocate"))
    assert out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory"))
    assert not out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
