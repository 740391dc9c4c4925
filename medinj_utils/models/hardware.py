"""What the device can do: number formats by measured speed, and memory."""

import time

from medinj_utils.core.machine import peak_memory_gb
from medinj_utils.core.names import PRECISIONS, check_choice


def choose_precision(wanted: str = "auto") -> str:
    """The number format to compute in.

    Args:
        wanted: "float32" or "bfloat16", taken as it is, or "auto": the format in which a matrix
            product is measured to be faster here.

    Raises:
        ValueError: ``wanted`` is none of these.
    """
    check_choice("precision", wanted, PRECISIONS)
    if wanted != "auto":
        return wanted
    speeds = matrix_speeds()
    return max(speeds, key=speeds.get)


def matrix_speeds(size: int = 512, seconds: float = 0.2) -> dict[str, float]:
    """GFLOP/s of a square matrix product in float32 and bfloat16, on the device that trains.

    Args:
        size: rows and columns of the matrices.
        seconds: how long each format is measured.

    Returns:
        By number format.
    """
    import torch
    device = "cuda" if torch.cuda.is_available() else "cpu"
    found = {}
    for name in ("float32", "bfloat16"):
        a = torch.randn(size, size, device=device).to(getattr(torch, name))
        (a @ a).sum().item()
        began, times = time.perf_counter(), 0
        while times == 0 or time.perf_counter() - began < seconds:
            (a @ a)[0, 0].item()  # reading a value waits for the device
            times += 1
        found[name] = 2 * size**3 * times / (time.perf_counter() - began) / 1e9
    return found


def peak_memory() -> float:
    """The most memory that this process has held so far, or its GPU, where there is one, in GB."""
    import torch
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 1e9
    return peak_memory_gb()


def out_of_memory(error: RuntimeError) -> bool:
    """Whether an error of torch says that memory, a GPU's or the machine's, was too small."""
    return "out of memory" in str(error).lower() or "can't allocate" in str(error)
