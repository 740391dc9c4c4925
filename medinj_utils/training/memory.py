"""What memory holds: the most that was held, and which passes have to compute their activations twice."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

_KEPT_FREE = 0.1  # of a GPU's memory: what its allocator can't use, and what changes from pass to pass


class MemoryBudgetError(MemoryError):
    """The longest pass doesn't fit into memory; the message says what to lower."""


class Recomputation:
    """Gradient checkpointing (activations are computed again on the way back instead of being held) of those passes alone
    that a GPU's memory can't hold otherwise; without a GPU, of all. What is learned is the same.

    ``held_tokens``: the most tokens of a pass, padding included, whose activations are held.
    """

    def __init__(self, model):
        from transformers.modeling_layers import GradientCheckpointingLayer
        layers = [module for module in model.modules() if isinstance(module, GradientCheckpointingLayer)]
        self.layers, self.held_tokens = [layer for layer in layers if layer.gradient_checkpointing], 0
        self.optimizer_bytes = 8 * sum(p.numel() for p in model.parameters() if p.requires_grad)  # two moments of AdamW

    def prepare(self, tokens: int) -> None:
        """To be called before a pass of so many tokens."""
        for layer in self.layers:
            layer.gradient_checkpointing = tokens > self.held_tokens

    def measure(self, tokens: Sequence[int], one_pass: Callable[[int], None]) -> None:
        """Find ``held_tokens``. ``tokens`` are those of all passes, in rising order; ``one_pass(i)`` goes through the i-th
        and back."""
        import torch
        if not self.layers or not torch.cuda.is_available():
            return
        # What the optimizer will hold is not there yet.
        before, tried, most = torch.cuda.memory_allocated() + self.optimizer_bytes, len(tokens) // 2, len(tokens) - 1
        room = (1 - _KEPT_FREE) * torch.cuda.get_device_properties(0).total_memory - before
        while tried >= 0:
            self.held_tokens = tokens[tried]
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
            try:
                one_pass(tried)
            except torch.OutOfMemoryError:
                most = bisect_left(tokens, tokens[tried]) - 1
                tried = bisect_right(tokens, tokens[tried] // 2) - 1
                continue
            each = (torch.cuda.max_memory_allocated() + self.optimizer_bytes - before) / tokens[tried]
            fits = min(bisect_right(tokens, room / each) - 1, most)
            if fits <= tried or tokens[fits] == tokens[tried]:
                self.held_tokens = tokens[min(fits, tried)] if fits >= 0 else 0
                return
            tried = fits
        self.held_tokens = 0
        torch.cuda.reset_peak_memory_stats()
