"""From a run's rows to the texts that it learns, in their order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from medinj_utils.core.prompts import permute_options
from medinj_utils.core.recipe import Recipe
from medinj_utils.training.batches import (
    StepPlan,
    by_length_within,
    filled,
    micro_batches,
    plan_steps,
)
from medinj_utils.training.job import Job, Rows
from medinj_utils.training.text import TrainingText, training_text

#: Share of rows that may be longer than max_length; above it nothing is trained.
MOST_TOO_LONG = 0.05


@dataclass(frozen=True)
class TrainingData:
    """What a run learns, and what it is validated on.

    Args:
        texts: of all epochs, in the order in which they are learned.
        validation: on which the validation loss is taken.
        plan: how a step is divided.
        examples: number of texts, without the copies that fill the last step.
        too_long: number of rows that were set aside for their length.
    """

    texts: list[TrainingText]
    validation: list[TrainingText]
    plan: StepPlan
    examples: int
    too_long: int

    @cached_property
    def batches(self) -> list[list[int]]:
        """Positions of the texts of each micro-batch; see `micro_batches`."""
        return micro_batches([len(text.input_ids) for text in self.texts], self.plan)

    def width(self, batch: Sequence[int]) -> int:
        """Tokens of a micro-batch, padding included."""
        return max(len(self.texts[i].input_ids) for i in batch) * len(batch)

    @property
    def steps(self) -> int:
        """Number of steps."""
        return -(-len(self.texts) // self.plan.rows)

    def step_texts(self, number: int) -> list[TrainingText]:
        """The texts of a step, counted from 1."""
        return self.texts[(number - 1) * self.plan.rows:number * self.plan.rows]


def prepare(rows: Rows, tokenizer, job: Job, processes: int) -> TrainingData:
    """Tokenise a run's rows, set aside those that are too long, and order them.

    Args:
        rows: records.
        tokenizer: a transformers tokenizer.
        job: its recipe and seed count.
        processes: processes that share each step.

    Returns:
        Texts in the order of training, validation texts, and how a step is divided.

    Raises:
        TemplateError: a row can't be written by the tokenizer's template.
        ValueError: too many rows are too long, a step can't be divided, or all rows make one step.
    """
    recipe = job.recipe
    learned = epochs_of(rows.training, recipe.epochs, job.run.seed, recipe.permute_options)
    texts, too_long = texts_of(list(learned), recipe, tokenizer, "rows")
    examples = len(texts)
    plan = plan_steps(texts, recipe, processes)
    texts = by_length_within(texts, plan.rows)
    texts = filled(texts, processes)
    validation: list[TrainingText] = []
    if rows.validation:
        validation, _ = texts_of(rows.validation, recipe, tokenizer, "validation rows")
        validation = by_length_within(validation, len(validation))
    data = TrainingData(texts, validation, plan, examples, too_long)
    if data.steps < 2:
        raise ValueError(
            f"{job.run}: {len(texts)} rows, all epochs together, make one step of {plan.rows}, in "
            "which nothing is learned: the learning rate rises from zero. Lower batch_size or "
            "gradient_accumulation")
    return data


def epochs_of(records: Iterable[Mapping], epochs: int, seed: int, permute: bool) -> Iterator[dict]:
    """The rows of all epochs in the order in which they are learned.

    The order depends on the arguments alone, so a run can be repeated.

    Args:
        records: rows of one epoch.
        epochs: how many.
        seed: shuffles each epoch anew.
        permute: whether the options of each row get a new order in each epoch.
    """
    rows = list(records)
    for epoch in range(epochs):
        rng = np.random.default_rng([seed, epoch])
        for i in rng.permutation(len(rows)):
            yield permute_options(rows[i], rng) if permute and rows[i]["options"] else dict(rows[i])


def texts_of(rows: Sequence[Mapping], recipe: Recipe, tokenizer,
             what: str) -> tuple[list[TrainingText], int]:
    """The texts that have at most ``recipe.max_length`` tokens, and the number of longer ones.

    Args:
        rows: records; equal ones are tokenised once and share one text.
        recipe: says how a text is written.
        tokenizer: a transformers tokenizer.
        what: name of the rows in errors.

    Returns:
        (texts in the order of the rows, number of longer ones that are left out).

    Raises:
        ValueError: none is short enough, or more than `MOST_TOO_LONG` are too long.
    """
    made: dict[tuple, TrainingText] = {}
    texts = []
    for row in rows:
        key = tuple(map(str, row.values()))
        if key not in made:
            made[key] = training_text(row, tokenizer, recipe.answer_format, recipe.system_prompt,
                                      recipe.loss_on, recipe.template_settings)
        texts.append(made[key])
    kept = [text for text in texts if len(text.input_ids) <= recipe.max_length]
    too_long = len(texts) - len(kept)
    share = too_long / max(len(texts), 1)
    if not kept or share > MOST_TOO_LONG:
        longest = max((len(text.input_ids) for text in texts), default=0)
        raise ValueError(
            f"{too_long} of {len(texts)} {what} have more than {recipe.max_length} tokens, the "
            f"longest {longest}: {share:.1%} of the rows, more than the {MOST_TOO_LONG:.0%} that "
            "may be left out. Raise max_length (more memory), or remove such rows from the records")
    return kept, too_long
