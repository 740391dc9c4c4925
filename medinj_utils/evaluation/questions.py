"""Which questions are asked, and which are shown with their answers before them.

Choice and open questions are separated here and nowhere else in this room.
"""

from collections.abc import Sequence

import pandas as pd

from medinj_utils.core.names import CHOICE_TASKS, OPEN_TASK
from medinj_utils.core.recipe import Recipe
from medinj_utils.core.wording import number


def records_of_test(records: pd.DataFrame) -> pd.DataFrame:
    """The records of the test."""
    return records[records["split"] == "test"]


def choose_questions(records: pd.DataFrame, sources: Sequence[str] = (),
                     most: int = 0) -> pd.DataFrame:
    """The choice questions of the test, each once.

    Args:
        records: all records.
        sources: sources whose questions are asked; empty for all.
        most: maximum number of questions, drawn at random, always the same; 0 for all.

    Returns:
        Records, in their order or, if sampled, in that of the sample.

    Raises:
        ValueError: a source has no question in the test.
    """
    return _chosen(records, CHOICE_TASKS, sources, most)


def choose_open_questions(records: pd.DataFrame, sources: Sequence[str] = (),
                          most: int = 0) -> pd.DataFrame:
    """The open questions of the test, each once; there may be none.

    Args:
        records, sources, most: as for `choose_questions`.

    Raises:
        ValueError: a source has no question in the test.
    """
    return _chosen(records, [OPEN_TASK], sources, most)


def open_questions_asked(records: pd.DataFrame, recipe: Recipe, sources: Sequence[str] = (),
                         most: int = 0) -> pd.DataFrame:
    """`choose_open_questions` with the last line that a recipe puts after each.

    Args:
        records, sources, most: as for `choose_questions`.
        recipe: says how open questions are asked, and whether they are.

    Returns:
        Records with the column ``last_line``; none where the recipe gives an answer no tokens.
    """
    items = choose_open_questions(records, sources, most).assign(last_line=recipe.open_prompt)
    return items if recipe.open_max_new_tokens else items.head(0)


def _chosen(records: pd.DataFrame, tasks: Sequence[str], sources: Sequence[str],
            most: int) -> pd.DataFrame:
    test = records_of_test(records)
    if missing := set(sources) - set(test["source"]):
        available = ", ".join(sorted(test["source"].unique()))
        raise ValueError(f"test_sources: no test question of {', '.join(sorted(missing))}; "
                         f"there are: {available}")
    items = test[test["task"].isin(tasks)].drop_duplicates("id")
    if sources:
        items = items[items["source"].isin(sources)]
    return items.sample(most, random_state=0) if 0 < most < len(items) else items


def count_questions(*items: pd.DataFrame) -> pd.DataFrame:
    """Number of ``test questions`` by provenance, source and task.

    Args:
        items: records of the questions, in one table or several.
    """
    sizes = pd.concat(items).groupby(["provenance", "source", "task"]).size()
    return sizes.rename("test questions").to_frame()


def questions_in_words(records: pd.DataFrame, items: pd.DataFrame, open_items: pd.DataFrame) -> str:
    """How many of the test's questions are asked, in a sentence.

    Args:
        records: all records.
        items: the choice questions that are asked.
        open_items: the open questions that are asked.
    """
    return (f"{number(len(items))} of {number(len(choose_questions(records)))} choice questions of "
            f"the test are asked, and {number(len(open_items))} of "
            f"{number(len(choose_open_questions(records)))} open ones.")


def choose_examples(records: pd.DataFrame, shots: int) -> dict[str, list[dict]]:
    """Training questions that are shown with their answers before every test question.

    They are drawn from the questions outside the test.

    Args:
        records: all records.
        shots: questions of each choice task.

    Returns:
        The records by task, "mcqu" and "mcq".

    Raises:
        ValueError: the test asks a task that has too few training questions.
    """
    test = records_of_test(records)
    training = records[(records["split"] == "train")
                       & ~records["question_id"].isin(test["question_id"])]
    examples = {}
    for task in CHOICE_TASKS:
        pool = training[training["task"] == task].drop_duplicates("question_id")
        if shots > len(pool) and (test["task"] == task).any():
            raise ValueError(f"shots is {shots}, but there are {len(pool)} training questions of "
                             f"task {task}")
        drawn = pool.sample(min(shots, len(pool)), random_state=0)
        examples[task] = drawn.to_dict("records")
    return examples
