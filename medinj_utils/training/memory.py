"""What memory can hold, and which micro-batches have to compute their activations twice.

Imported only after `medinj_utils.training.start_backend`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

import torch
from transformers.modeling_layers import GradientCheckpointingLayer

_KEPT_FREE = 0.1  # of a GPU's memory: what its allocator can't use, and what changes by micro-batch


class MemoryBudgetError(MemoryError):
    """The largest micro-batch doesn't fit into memory; the message says what to lower."""


class Recomputation:
    """Gradient checkpointing, only for micro-batches that a GPU's memory can't hold otherwise.

    Gradient checkpointing recomputes activations in the backward pass instead of holding them.
    Without a GPU all micro-batches use it. The result is the same.

    Args:
        model: with gradient checkpointing on in its layers; if it is off, nothing changes.

    Attributes:
        held_tokens: the most tokens of a micro-batch, padding included, whose activations are held.
        optimizer_bytes: what AdamW's two moments will take.
    """

    def __init__(self, model):
        self.held_tokens = 0
        self.layers = [module for module in model.modules()
                       if isinstance(module, GradientCheckpointingLayer)
                       and module.gradient_checkpointing]
        self.optimizer_bytes = 8 * sum(parameter.numel() for parameter in model.parameters()
                                       if parameter.requires_grad)

    def prepare(self, tokens: int) -> None:
        """To be called before a micro-batch of so many tokens."""
        for layer in self.layers:
            layer.gradient_checkpointing = tokens > self.held_tokens

    def measure(self, tokens: Sequence[int], try_one: Callable[[int], None]) -> None:
        """Find ``held_tokens`` by trial, where there is a GPU and gradient checkpointing is on.

        Args:
            tokens: of all micro-batches, padding included, in rising order.
            try_one: passes the i-th of them through the model and back.
        """
        if not self.layers or not torch.cuda.is_available():
            return
        # What the optimizer will hold is not there yet.
        before = torch.cuda.memory_allocated() + self.optimizer_bytes
        total = (torch.cuda.get_device_properties(0).total_memory
                 * torch.cuda.get_per_process_memory_fraction())
        room = (1 - _KEPT_FREE) * total - before
        tried = len(tokens) // 2
        most = len(tokens) - 1
        while tried >= 0:
            self.held_tokens = tokens[tried]
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
            try:
                try_one(tried)
            except torch.OutOfMemoryError:
                most = bisect_left(tokens, tokens[tried]) - 1
                tried = bisect_right(tokens, tokens[tried] // 2) - 1
                continue
            peak = torch.cuda.max_memory_allocated() + self.optimizer_bytes
            per_token = (peak - before) / tokens[tried]
            fits = min(bisect_right(tokens, room / per_token) - 1, most)
            if fits <= tried or tokens[fits] == tokens[tried]:
                self.held_tokens = tokens[min(fits, tried)] if fits >= 0 else 0
                return
            tried = fits
        self.held_tokens = 0
        torch.cuda.reset_peak_memory_stats()
