"""Number formats of the device by measured speed, and its memory."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from medinj_utils.core.machine import peak_memory_gb
from medinj_utils.core.names import PRECISIONS, check_choice

#: Most tokens that pass through a model together without a GPU. More don't fit into a processor's
#: cache and are slower, as measured by benchmarks/training.py and benchmarks/evaluation.py.
_CPU_TOKENS = 1024


def tokens_at_once(on_gpu: int) -> int:
    """Number of tokens, padding included, that pass through a model together; fewer without a GPU.

    Args:
        on_gpu: most tokens, where there is a GPU.
    """
    import torch
    return on_gpu if torch.cuda.is_available() else min(on_gpu, _CPU_TOKENS)


def choose_precision(precision: str = "auto") -> str:
    """The number format to compute in.

    Args:
        precision: a format that the device has, or "auto" for the one with the fastest matrix
            product in a measurement here.

    Raises:
        ValueError: ``precision`` is none of `medinj_utils.core.names.PRECISIONS`, or the device
            doesn't have it.
    """
    check_choice("precision", precision, PRECISIONS)
    if precision == "auto":
        speeds = matrix_speeds()
        return max(speeds, key=speeds.get)
    if precision not in (had := formats()):
        raise ValueError(f"precision is {precision!r}, which this device doesn't have; it has "
                         f"{' and '.join(had)}. Set precision to one of them, or to auto")
    return precision


def formats() -> tuple[str, str]:
    """Number formats of the device that trains: float32, and the one of 16 bits.

    GPUs before NVIDIA's Ampere, such as the T4, compute in float16; bfloat16 is emulated there.

    Returns:
        (format of the weights, format of 16 bits).
    """
    import torch
    if torch.cuda.is_available() and not torch.cuda.is_bf16_supported(including_emulation=False):
        return "float32", "float16"
    return "float32", "bfloat16"


def matrix_speeds(size: int = 512, seconds: float = 0.2) -> dict[str, float]:
    """GFLOP/s of a square matrix product in each of `formats`, on the device that trains.

    Args:
        size: rows and columns of the matrices.
        seconds: how long each format is measured.

    Returns:
        By number format.
    """
    import torch
    device = "cuda" if torch.cuda.is_available() else "cpu"
    speeds = {}
    for name in formats():
        a = torch.randn(size, size, device=device).to(getattr(torch, name))
        (a @ a).sum().item()
        began, times = time.perf_counter(), 0
        while times == 0 or time.perf_counter() - began < seconds:
            (a @ a)[0, 0].item()  # reading a value waits for the device
            times += 1
        speeds[name] = 2 * size**3 * times / (time.perf_counter() - began) / 1e9
    return speeds


def peak_memory() -> float:
    """The most memory that this process has held so far, or its GPU, where there is one, in GB."""
    import torch
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 1e9
    return peak_memory_gb()


class BaseTooBigError(MemoryError):
    """A base model's weights don't fit into memory; the message names alternatives."""


@contextmanager
def room_for(base: str) -> Iterator[None]:
    """Context in which a lack of memory raises `BaseTooBigError`.

    Args:
        base: name of the base model, for the message.

    Raises:
        BaseTooBigError: the weights don't fit into memory.
    """
    import torch
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and not out_of_memory(error):
            raise
        memory = "this machine's memory"
        if torch.cuda.is_available():
            total = torch.cuda.get_device_properties(0).total_memory / 1e9
            memory = f"the {total:.0f} GB of {torch.cuda.get_device_name(0)}"
        raise BaseTooBigError(
            f"{base}: the model's weights don't fit into {memory}: tune with adapter qlora, which "
            "holds the base in 4 bits, set precision to 16 bits, end other programs, or "
            "take a smaller base") from error


def out_of_memory(error: RuntimeError) -> bool:
    """Whether an error of torch says that memory, a GPU's or the machine's, was too small."""
    return "out of memory" in str(error).lower() or "can't allocate" in str(error)
