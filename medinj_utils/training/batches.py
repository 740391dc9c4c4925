"""How texts are divided into steps and micro-batches, and the tensors of a micro-batch.

A *step* updates the weights once. Its rows pass through the model in *micro-batches*, whose
gradients add up. The micro-batches of a step hold about as many tokens each, so that long
rows neither raise the peak memory nor leave devices idle.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import torch

from medinj_utils.core.recipe import Recipe
from medinj_utils.models.hardware import tokens_at_once
from medinj_utils.training.text import IGNORED, TrainingText


@dataclass(frozen=True)
class StepPlan:
    """How the rows of a step are divided.

    Args:
        rows: of a step, all processes together.
        micro_batches: of a step, for each process.
        processes: number of processes that share a step.
    """

    rows: int
    micro_batches: int
    processes: int

    @property
    def micro_batch_rows(self) -> float:
        """Rows of a micro-batch, on average."""
        return self.rows / (self.micro_batches * self.processes)


def plan_steps(texts: Sequence[TrainingText], recipe: Recipe, processes: int) -> StepPlan:
    """Divide the recipe's step among processes and micro-batches.

    A step has ``batch_size`` × ``gradient_accumulation`` rows, and a micro-batch ``batch_size`` of
    them on average; without a GPU fewer, where rows are long.

    Args:
        texts: all training rows; only their mean length matters.
        recipe: says how large a step is.
        processes: number of processes that train together.

    Raises:
        ValueError: a step has fewer rows than there are processes.
    """
    rows = recipe.batch_size * recipe.gradient_accumulation
    if rows < processes:
        raise ValueError(
            f"a step of {rows} rows (batch_size {recipe.batch_size} × gradient_accumulation "
            f"{recipe.gradient_accumulation}) can't be divided among {processes} processes: raise "
            "one of them")
    tokens = sum(len(text.input_ids) for text in texts) / len(texts) * rows
    by_tokens = ceil(tokens / tokens_at_once(ceil(tokens)) / processes)
    by_rows = ceil(recipe.gradient_accumulation / processes)
    return StepPlan(rows, min(max(by_tokens, by_rows), rows // processes), processes)


def micro_batches(lengths: Sequence[int], plan: StepPlan) -> list[list[int]]:
    """The micro-batches of all steps, in order; those that run at the same time are adjacent.

    Args:
        lengths: tokens of each text, in the order of training, which rises within a step.
        plan: how a step is divided.

    Returns:
        Positions of the texts of each micro-batch. Every ``plan.processes``-th is of one process.
    """
    batches: list[list[int]] = []
    for start in range(0, len(lengths), plan.rows):
        own = lengths[start:start + plan.rows]
        turns = min(plan.micro_batches, len(own) // plan.processes)
        ends = _ends(own, turns * plan.processes)
        batches += [list(range(start + first, start + last))
                    for first, last in zip([0, *ends], ends, strict=False)]
    return batches


def _ends(lengths: Sequence[int], parts: int) -> list[int]:
    """Where to cut rising lengths so that the largest part, padded, is as small as possible."""
    def cut(most: int) -> list[int]:
        ends, first, longest = [], 0, 0
        for last, length in enumerate(lengths):
            longest = max(longest, length)  # copies that fill a step are shorter again
            left = parts - len(ends) - 1  # parts after this one, each of which needs a row
            if last > first and ((last - first + 1) * longest > most
                                 or len(lengths) - last <= left):
                ends.append(last)
                first, longest = last, length
        return [*ends, len(lengths)]

    sizes = range(max(lengths), max(lengths) * len(lengths) + 1)
    fits = bisect_left(sizes, True, key=lambda most: len(cut(most)) <= parts)
    return cut(sizes[fits])


def by_length_within(texts: Sequence[TrainingText], step: int) -> list[TrainingText]:
    """The texts in the same steps, each step's own ordered by length.

    The micro-batches of a step then hold texts of similar length and little padding. The step stays
    the same: its loss is the mean over all its supervised tokens.

    Args:
        texts: in the order of training.
        step: rows of a step.
    """
    ordered: list[TrainingText] = []
    for start in range(0, len(texts), step):
        ordered += sorted(texts[start:start + step], key=lambda text: len(text.input_ids))
    return ordered


def filled(texts: Sequence[TrainingText], multiple: int) -> list[TrainingText]:
    """The texts, and unsupervised copies of the shortest up to a multiple.

    All processes then have the same number of rows in the last step.

    Args:
        texts: in the order of training.
        multiple: what the number of texts becomes a multiple of.
    """
    short = min(texts, key=lambda text: len(text.input_ids))
    unsupervised = TrainingText(short.input_ids, [IGNORED] * len(short.input_ids), short.id)
    return [*texts, *[unsupervised] * (-len(texts) % multiple)]


def padded(texts: Sequence[Mapping], pad_id: int) -> dict[str, torch.Tensor]:
    """The tensors of a micro-batch, padded on the right.

    No token of a text attends to what stands on its right, so attention needs no mask but the
    causal one, which is much faster.

    Args:
        texts: mappings with ``input_ids`` and ``labels``.
        pad_id: id of the padding token.

    Returns:
        ``input_ids``, ``labels`` and ``position_ids``, each of shape (texts, longest).
    """
    width = max(len(text["input_ids"]) for text in texts)
    tensors = {}
    for name, padding in (("input_ids", pad_id), ("labels", IGNORED)):
        rows = [[*text[name], *[padding] * (width - len(text[name]))] for text in texts]
        tensors[name] = torch.tensor(rows)
    # The trainer counts tokens by the positions. `repeat` copies them: a view can't be pinned.
    tensors["position_ids"] = torch.arange(width).repeat(len(texts), 1)
    return tensors
