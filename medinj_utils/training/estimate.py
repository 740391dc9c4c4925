"""What training will take: memory from its largest micro-batch, time and energy from its first
steps.

Imported only after `medinj_utils.training.start_backend`.
"""

import time
from collections.abc import Callable
from statistics import median

import torch
from tqdm import tqdm
from transformers import TrainerCallback

from medinj_utils.models.hardware import out_of_memory, peak_memory
from medinj_utils.training.memory import MemoryBudgetError

#: Steps after which the rest is foretold. Of the first, what it compiles is not part of its speed.
FIRST_STEPS = 6


class Forecast(TrainerCallback):
    """Tries the largest micro-batch as training begins, and foretells the rest from its first
    steps.

    So a backend that compiles does so within training: what Unsloth had compiled in passes before
    that, it would throw away.

    Args:
        trainer: a `medinj_utils.training.trainer.BookTrainer`.
        power: returns the mean power in kW since its last call.

    Attributes:
        trial_seconds: what the trials took; they are no part of training.
        expected: ``seconds`` of the whole training, ``start_seconds`` (what the trials took, and
            the first steps beyond their share), ``peak_memory_gb``, ``energy_kwh``, and
            ``held_tokens`` of the recomputation; empty until the first steps are done.
    """

    def __init__(self, trainer, power: Callable[[], float]):
        self._trainer = trainer
        self._power = power
        self._steps: list[tuple[int, float]] = []  # tokens and seconds of each
        self._peak = 0.0
        self.trial_seconds = 0.0
        self.expected: dict[str, float] = {}

    def on_train_begin(self, args, state, control, **kwargs):
        began = time.perf_counter()
        trainer = self._trainer
        recomputation = trainer.learner.recomputation
        in_order = sorted(trainer.data.batches, key=trainer.data.width)
        with torch.random.fork_rng():  # the random state is restored
            self._try_largest(in_order[-1])
            if torch.cuda.is_available():  # where compilers try kernels out in memory of their own
                torch.cuda.reset_peak_memory_stats()
                self._try_largest(in_order[-1])
            largest = peak_memory()
            recomputation.measure([trainer.data.width(batch) for batch in in_order],
                                  lambda i: trainer.try_out(in_order[i]))
        trainer.model.zero_grad()
        self._peak = max(largest, peak_memory()) + recomputation.optimizer_bytes / 1e9
        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()
        self.trial_seconds = time.perf_counter() - began

    def _try_largest(self, batch: list[int]) -> None:
        """Raise `MemoryBudgetError` if memory can't hold a micro-batch."""
        try:
            self._trainer.try_out(batch)
        except RuntimeError as error:
            if not out_of_memory(error):
                raise
            raise MemoryBudgetError(
                f"the largest micro-batch, {len(batch)} rows and "
                f"{self._trainer.data.width(batch):,} tokens, doesn't fit into memory: lower "
                "batch_size (and raise gradient_accumulation as much) or max_length, or set "
                "gradient_checkpointing") from error

    def on_log(self, args, state, control, logs, **kwargs):
        if "tokens_per_second" not in logs or self.expected or not state.is_world_process_zero:
            return
        texts = self._trainer.data.step_texts(state.global_step)
        tokens = sum(len(text.input_ids) for text in texts)
        self._steps.append((tokens, tokens / logs["tokens_per_second"]))
        if len(self._steps) == 1:
            self._power()  # what follows is no start any more
        if len(self._steps) == FIRST_STEPS:
            self._foretell()

    def on_train_end(self, args, state, control, **kwargs):
        if not self.expected and state.is_world_process_zero:
            self._foretell()

    def _foretell(self) -> None:
        data = self._trainer.data
        # A resumed run may have no step left.
        steps = self._steps or [(data.width(data.batches[-1]), self.trial_seconds)]
        a_token = median(seconds / tokens for tokens, seconds in steps[1:] or steps)
        seconds = a_token * sum(len(text.input_ids) for text in data.texts)
        late = sum(max(0.0, spent - a_token * tokens) for tokens, spent in self._steps)
        self.expected = {
            "seconds": round(seconds, 1), "start_seconds": round(self.trial_seconds + late, 1),
            "peak_memory_gb": round(self._peak, 3),
            "energy_kwh": round(self._power() * seconds / 3600, 7),
            "held_tokens": self._trainer.learner.recomputation.held_tokens}
        tqdm.write(  # above the bar of the steps
            f"{self._trainer.job.run}: expected {seconds:,.0f} s after "
            f"{self.expected['start_seconds']:,.0f} s of start-up, {self._peak:.2f} GB, "
            f"{1000 * self.expected['energy_kwh']:.2g} Wh")
