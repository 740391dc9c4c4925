"""What training will take, from a few passes before it starts, and what it took: time, memory, energy."""

import logging
import resource
import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import cache

import numpy as np

from medinj_utils.training.text import TrainingText, padded

COUNTRY = "FRA"  # whose mix of electricity turns energy into emissions


@cache
def _tracker():
    """codecarbon's tracker of this process, without network and files."""
    logging.getLogger("codecarbon").setLevel(logging.CRITICAL)  # it speaks before it reads its own log_level
    from codecarbon import OfflineEmissionsTracker
    logging.getLogger("codecarbon").setLevel(logging.CRITICAL)
    tracker = OfflineEmissionsTracker(country_iso_code=COUNTRY, save_to_file=False, log_level="critical",
                                      tracking_mode="process", allow_multiple_runs=True)
    tracker.start()
    return tracker


class Account:
    """As a context: ``told`` afterwards has the energy of what ran in it (kWh), the emissions (kg CO2 equivalent, by the
    electricity of France), how power was known, and the peak of memory (GB; of this process, or of its GPU)."""

    def __enter__(self) -> "Account":
        import torch
        self._cuda = torch.cuda.is_available()
        if self._cuda:
            torch.cuda.reset_peak_memory_stats()
        _tracker().start_task("training")
        return self

    def __exit__(self, *error) -> None:
        found = _tracker().stop_task("training")
        measured = any("intel" in str(getattr(part, "_mode", "")) for part in _tracker()._hardware)
        self.told = {"energy_kwh": round(found.energy_consumed, 7), "emissions_kg": round(found.emissions, 8),
                     "power_known": ("GPU measured; " if found.gpu_count else "") + (
                         "processor measured" if measured else "processor estimated from TDP"),
                     "peak_memory_gb": round(peak_memory(), 3)}


def peak_memory() -> float:
    """The most memory that this process has held so far, or its GPU where there is one, in GB."""
    import torch
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def out_of_memory(error: RuntimeError) -> bool:
    """Whether torch says by an error that memory, of a GPU or of the machine, was too small."""
    return "out of memory" in str(error).lower() or "can't allocate" in str(error)


class MemoryBudgetError(MemoryError):
    """The longest pass doesn't fit into memory; the message says what to lower."""


def expected(model, texts: Sequence[TrainingText], pass_rows: int, processes: int, pad_id: int, precision: str) -> dict:
    """What training on ``texts`` in passes of ``pass_rows`` will take, from trial passes whose gradients are thrown away:
    ``seconds``, ``peak_memory_gb`` and ``energy_kwh``.

    The longest pass comes first, so a batch that memory can't hold shows now (`MemoryBudgetError`). Time is fitted as a
    constant and a share by token over passes of several lengths. The random state is left as it was.
    """
    import torch
    device, cuda = next(model.parameters()).device, torch.cuda.is_available()
    passes = [texts[start:start + pass_rows] for start in range(0, len(texts), pass_rows)]
    sizes = np.array([max(len(text.input_ids) for text in some) * len(some) for some in passes])
    order = np.argsort(sizes, kind="stable")
    places = [order[-1], *(order[int(share * (len(order) - 1))] for share in (0.5, 0.05, 0.95, 0.25, 0.75, 0.5))]
    mixed = torch.autocast(device.type, torch.bfloat16) if precision == "bfloat16" else nullcontext()
    seconds, random_state = [], torch.get_rng_state()
    model.train()
    _tracker().start_task("trial")
    started = time.perf_counter()
    for place in places:
        batch = padded([{"input_ids": text.input_ids, "labels": text.labels} for text in passes[place]], pad_id)
        batch = {name: tensor.to(device) for name, tensor in batch.items()}
        began = time.perf_counter()
        try:
            with mixed:
                loss = model(**batch).loss
            loss.backward()
        except RuntimeError as error:
            if not out_of_memory(error):
                raise
            raise MemoryBudgetError(
                f"the longest pass, {pass_rows} rows of up to {sizes[place] // pass_rows} tokens, doesn't fit into memory: "
                "lower batch_size (and raise gradient_accumulation as much) or max_length, or set gradient_checkpointing"
            ) from error
        if cuda:
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - began)
    lasted, energy = time.perf_counter() - started, _tracker().stop_task("trial").energy_consumed
    model.zero_grad()
    torch.set_rng_state(random_state)
    by_token, constant = np.polyfit(sizes[places[1:]], seconds[1:], 1) if len(set(sizes[places[1:]])) > 1 else (0, 0)
    if by_token <= 0 or constant < 0:
        by_token, constant = sum(seconds[1:]) / sizes[places[1:]].sum(), 0.0
    whole = float(by_token * sizes.sum() + constant * len(passes)) / processes
    return {"seconds": round(whole, 1), "peak_memory_gb": round(peak_memory(), 3),
            "energy_kwh": round(energy / lasted * whole * processes, 7)}
