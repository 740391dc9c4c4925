"""What training will take, from a few trial micro-batches before it starts.

Imported only after `medinj_utils.training.start_backend`.
"""

import time
from contextlib import nullcontext

import numpy as np
import torch
from scipy.optimize import nnls

from medinj_utils.models.hardware import out_of_memory, peak_memory
from medinj_utils.training.account import energy_factor, start_measuring, stop_measuring
from medinj_utils.training.adapters import Learner
from medinj_utils.training.batches import padded
from medinj_utils.training.memory import MemoryBudgetError
from medinj_utils.training.prepare import TrainingData

#: Positions of the timed trials by length: 0 is the shortest micro-batch, 1 the longest.
_TIMED = (0.5, 0.05, 0.95, 0.25, 0.75, 0.5)


class _Trials:
    """Micro-batches that pass through the model and back, and whose gradients are thrown away."""

    def __init__(self, learner: Learner, data: TrainingData):
        self._learner = learner
        self._device = next(learner.model.parameters()).device
        self._batches = [[data.texts[i] for i in batch] for batch in data.batches]
        #: Tokens of each micro-batch, padding included.
        self.tokens = np.array([max(len(text.input_ids) for text in batch) * len(batch)
                                for batch in self._batches])
        #: Indices of the micro-batches, by rising tokens.
        self.order = np.argsort(self.tokens, kind="stable")

    def run(self, number: int) -> None:
        """Pass one micro-batch through the model and back, and wait until it's done."""
        learner = self._learner
        learner.recomputation.prepare(self.tokens[number])
        texts = [vars(text) for text in self._batches[number]]
        batch = padded(texts, learner.tokenizer.pad_token_id)
        batch = {name: tensor.to(self._device) for name, tensor in batch.items()}
        mixed = learner.precision != "float32"
        dtype = getattr(torch, learner.precision)
        with torch.autocast(self._device.type, dtype) if mixed else nullcontext():
            loss = learner.model(**batch).loss
        loss.backward()
        if torch.cuda.is_available():
            torch.cuda.synchronize()

    def run_largest(self) -> float:
        """Run the largest micro-batch of all, and return the seconds that it took.

        Raises:
            MemoryBudgetError: memory can't hold it.
        """
        largest = self.order[-1]
        began = time.perf_counter()
        try:
            self.run(largest)
        except RuntimeError as error:
            if not out_of_memory(error):
                raise
            raise MemoryBudgetError(
                f"the largest micro-batch, {len(self._batches[largest])} rows and "
                f"{self.tokens[largest]:,} tokens, doesn't fit into memory: lower batch_size (and "
                "raise gradient_accumulation as much) or max_length, or set gradient_checkpointing"
            ) from error
        return time.perf_counter() - began

    def timed(self) -> tuple[list[int], list[float], float]:
        """Run micro-batches of several lengths.

        Returns:
            Their numbers, the seconds of each, and the power that they took in kW.
        """
        numbers = [self.order[int(share * (len(self.order) - 1))] for share in _TIMED]
        seconds = []
        start_measuring("trial")
        started = time.perf_counter()
        try:
            for number in numbers:
                began = time.perf_counter()
                self.run(number)
                seconds.append(time.perf_counter() - began)
        finally:
            lasted = time.perf_counter() - started
            energy = stop_measuring("trial").energy_consumed
        return numbers, seconds, energy / lasted


def estimate(learner: Learner, data: TrainingData) -> dict[str, float]:
    """What training on ``data`` will take, from trial micro-batches.

    The largest comes first: a batch that memory can't hold fails at once, and one-off compilation
    is counted apart. Then the learner's recomputation is measured. Time is fitted as a constant, a
    share per token and another per token that is computed twice. The random state is restored.

    Args:
        learner: the model with its adapter.
        data: texts and steps.

    Returns:
        ``seconds``, ``start_seconds`` (what the first micro-batch took beyond its share, already
        spent), ``peak_memory_gb``, ``energy_kwh``, and ``held_tokens`` of the recomputation.

    Raises:
        MemoryBudgetError: memory can't hold the largest micro-batch.
    """
    processes = data.plan.processes
    recomputation = learner.recomputation
    trials = _Trials(learner, data)
    learner.model.train()
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    with torch.random.fork_rng():  # the random state is restored
        first = trials.run_largest()
        peak = peak_memory()
        in_order = trials.tokens[trials.order].tolist()
        recomputation.measure(in_order, lambda i: trials.run(trials.order[i]))
        numbers, seconds, power = trials.timed()
    learner.model.zero_grad()
    computed_twice = trials.tokens * (trials.tokens > recomputation.held_tokens)
    causes = np.stack([np.ones(len(trials.tokens)), trials.tokens, computed_twice], axis=1)
    by_cause, _ = nnls(causes[numbers], seconds)
    by_batch = causes @ by_cause
    whole = float(by_batch.sum()) / processes
    start = max(0.0, first - float(by_batch[trials.order[-1]]))
    peak = max(peak, peak_memory()) + recomputation.optimizer_bytes / 1e9
    return {"seconds": round(whole, 1), "start_seconds": round(start, 1),
            "peak_memory_gb": round(peak, 3),
            "energy_kwh": round(power * whole * energy_factor(processes), 7),
            "held_tokens": recomputation.held_tokens}
