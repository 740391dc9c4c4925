"""Which questions are asked, and which are shown with their answers before them."""

from collections.abc import Sequence

import pandas as pd

from medinj_utils.core.names import CHOICE_TASKS


def choose_questions(records: pd.DataFrame, sources: Sequence[str] = (),
                     most: int = 0) -> pd.DataFrame:
    """The choice questions of the test, each once.

    Args:
        records: all records.
        sources: sources whose questions are asked; empty for all.
        most: most questions, of which a random sample, always the same, is taken; 0 for all.

    Raises:
        ValueError: a source has no choice question in the test.
    """
    test = records[(records["split"] == "test") & records["task"].isin(CHOICE_TASKS)]
    items = test.drop_duplicates("id")
    if missing := set(sources) - set(items["source"]):
        there = ", ".join(sorted(items["source"].unique()))
        raise ValueError(f"test_sources: no test question of {', '.join(sorted(missing))}; "
                         f"there are: {there}")
    if sources:
        items = items[items["source"].isin(sources)]
    return items.sample(most, random_state=0) if 0 < most < len(items) else items


def choose_examples(records: pd.DataFrame, shots: int, seed: int = 0) -> dict[str, list[dict]]:
    """Training questions that are shown with their answers before every test question.

    They are drawn from those that the test doesn't have.

    Args:
        records: all records.
        shots: questions of each choice task.
        seed: of the draw.

    Returns:
        The records by task, "mcqu" and "mcq".

    Raises:
        ValueError: the test asks a task that has too few training questions.
    """
    test = records[records["split"] == "test"]
    training = records[(records["split"] == "train")
                       & ~records["question_id"].isin(test["question_id"])]
    examples = {}
    for task in CHOICE_TASKS:
        pool = training[training["task"] == task].drop_duplicates("question_id")
        if shots > len(pool) and (test["task"] == task).any():
            raise ValueError(f"shots is {shots}, but there are {len(pool)} training questions of "
                             f"task {task}")
        drawn = pool.sample(min(shots, len(pool)), random_state=seed)
        examples[task] = drawn.to_dict("records")
    return examples
