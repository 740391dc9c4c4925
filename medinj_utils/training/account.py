"""What training will take, from a few passes before it starts, and what it took: time, memory, energy."""

import logging
import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import cache

import numpy as np
from scipy.optimize import nnls

from medinj_utils.models.hardware import out_of_memory, peak_memory
from medinj_utils.training.memory import MemoryBudgetError, Recomputation
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


def _measured(task: str):
    """codecarbon's figures of a task of this process."""
    found = _tracker().stop_task(task)
    if found is None:  # it swallows its own errors
        raise RuntimeError("codecarbon, which measures energy, did not start. To see why: python -c \"import codecarbon; "
                           f"codecarbon.OfflineEmissionsTracker(country_iso_code='{COUNTRY}', save_to_file=False)\"")
    return found


def counted(processes: int) -> int:
    """How many times what codecarbon tells of one process has to be taken: it sees all GPUs of a machine, and of the
    processor what its own process does."""
    import torch
    return 1 if torch.cuda.is_available() else processes


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
        found = _measured("training")
        measured = any("intel" in str(getattr(part, "_mode", "")) for part in _tracker()._hardware)
        self.told = {"energy_kwh": round(found.energy_consumed, 7), "emissions_kg": round(found.emissions, 8),
                     "power_known": ("GPU measured; " if found.gpu_count else "") + (
                         "processor measured" if measured else "processor estimated from TDP"),
                     "peak_memory_gb": round(peak_memory(), 3)}


def expected(model, texts: Sequence[TrainingText], pass_rows: int, processes: int, pad_id: int, precision: str,
             recomputation: Recomputation) -> dict:
    """What training on ``texts`` in passes of ``pass_rows`` will take, from trial passes whose gradients are thrown away:
    ``seconds``, ``peak_memory_gb`` and ``energy_kwh``.

    The longest pass comes first, so a batch that memory can't hold shows now (`MemoryBudgetError`); then ``recomputation``
    is measured. Time is fitted as a constant, a share by token and another by token that is computed twice, over passes of
    several lengths. The random state is left as it was.
    """
    import torch
    device, cuda = next(model.parameters()).device, torch.cuda.is_available()
    passes = [texts[start:start + pass_rows] for start in range(0, len(texts), pass_rows)]
    sizes = np.array([max(len(text.input_ids) for text in some) * len(some) for some in passes])
    order = np.argsort(sizes, kind="stable")
    places = [order[-1], *(order[int(share * (len(order) - 1))] for share in (0.5, 0.05, 0.95, 0.25, 0.75, 0.5))]
    mixed = torch.autocast(device.type, torch.bfloat16) if precision == "bfloat16" else nullcontext()

    def one_pass(place: int) -> None:
        recomputation.prepare(sizes[place])
        batch = padded([{"input_ids": text.input_ids, "labels": text.labels} for text in passes[place]], pad_id)
        batch = {name: tensor.to(device) for name, tensor in batch.items()}
        with mixed:
            loss = model(**batch).loss
        loss.backward()
        if cuda:
            torch.cuda.synchronize()

    model.train()
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    with torch.random.fork_rng():  # what is drawn here leaves no trace
        try:
            one_pass(places[0])
        except RuntimeError as error:
            if not out_of_memory(error):
                raise
            raise MemoryBudgetError(
                f"the longest pass, {pass_rows} rows of up to {sizes[places[0]] // pass_rows} tokens, doesn't fit into "
                "memory: lower batch_size (and raise gradient_accumulation as much) or max_length, or set "
                "gradient_checkpointing") from error
        peak = peak_memory()
        recomputation.measure(sizes[order].tolist(), lambda i: one_pass(order[i]))
        _tracker().start_task("trial")
        started, seconds = time.perf_counter(), []
        try:
            for place in places[1:]:
                began = time.perf_counter()
                one_pass(place)
                seconds.append(time.perf_counter() - began)
        finally:
            lasted, energy = time.perf_counter() - started, _measured("trial").energy_consumed
    model.zero_grad()
    causes = np.stack([np.ones(len(sizes)), sizes, sizes * (sizes > recomputation.held_tokens)], axis=1)
    by_cause, _ = nnls(causes[places[1:]], seconds)
    whole = float((causes @ by_cause).sum()) / processes
    return {"seconds": round(whole, 1), "held_tokens": recomputation.held_tokens,
            "peak_memory_gb": round(max(peak, peak_memory()) + recomputation.optimizer_bytes / 1e9, 3),
            "energy_kwh": round(energy / lasted * whole * counted(processes), 7)}
