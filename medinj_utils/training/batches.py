"""How texts are divided into steps and micro-batches, and the tensors of a micro-batch.

A *step* updates the weights once. Its rows pass through the model in *micro-batches*, whose
gradients add up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from medinj_utils.core.recipe import Recipe
from medinj_utils.models.hardware import tokens_at_once
from medinj_utils.training.text import IGNORED, TrainingText


@dataclass(frozen=True)
class StepPlan:
    """How the rows of a step are divided.

    Args:
        micro_batch_rows: rows that pass through the model together.
        micro_batches: micro-batches of a step, for each process.
        processes: processes that share a step.
    """

    micro_batch_rows: int
    micro_batches: int
    processes: int

    @property
    def rows(self) -> int:
        """Rows of a step, all processes together."""
        return self.micro_batch_rows * self.micro_batches * self.processes


def plan_steps(texts: Sequence[TrainingText], recipe: Recipe, processes: int) -> StepPlan:
    """Divide the recipe's step among processes and micro-batches.

    Without a GPU a micro-batch has fewer rows than ``recipe.batch_size`` where rows are long, and a
    step more micro-batches: the step stays the same.

    Args:
        texts: all rows of training.
        recipe: says how large a step is.
        processes: that train together.

    Returns:
        Rows of a micro-batch, micro-batches a step, and processes.

    Raises:
        ValueError: the step can't be divided evenly.
    """
    rows = recipe.batch_size * recipe.gradient_accumulation
    per_process, left = divmod(rows, processes)
    most_tokens = tokens_at_once(recipe.batch_size * recipe.max_length)
    size = micro_batch_rows(texts, recipe.batch_size, per_process or 1, most_tokens)
    if left or per_process % size:
        raise ValueError(
            f"a step of {rows} rows (batch_size {recipe.batch_size} × gradient_accumulation "
            f"{recipe.gradient_accumulation}) can't be divided among {processes} processes in "
            f"micro-batches of {size} rows: choose a gradient_accumulation that {processes} "
            "divides")
    return StepPlan(size, per_process // size, processes)


def micro_batch_rows(texts: Sequence[TrainingText], most: int, step: int, most_tokens: int) -> int:
    """The largest number of rows that divides a step and keeps micro-batches small.

    Args:
        texts: what is learned; their mean length counts.
        most: rows at most.
        step: rows of a step.
        most_tokens: tokens of a micro-batch at most, on average, unless one row has more.

    Returns:
        At least 1.
    """
    mean = sum(len(text.input_ids) for text in texts) / len(texts)
    return max(n for n in range(1, most + 1)
               if step % n == 0 and (n == 1 or n * mean <= most_tokens))


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

    The last step of several processes then gives each of them as many rows.

    Args:
        texts: in the order of training.
        multiple: that their number becomes a multiple of.
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
    # The trainer counts tokens by the positions. `repeat` writes them out: a view can't be pinned.
    tensors["position_ids"] = torch.arange(width).repeat(len(texts), 1)
    return tensors
