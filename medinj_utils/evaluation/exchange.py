"""What notebook 37 exchanges with lm-evaluation-harness, from and to an output tree."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from medinj_utils.core.cards import Card
from medinj_utils.core.files import write_parquet
from medinj_utils.core.names import Run, check_choice
from medinj_utils.core.prompts import user_turn
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.harness import (
    read_results,
    read_samples,
    write_samples,
    write_tasks,
)
from medinj_utils.evaluation.tables import load_answers


def write_exchange(tree: Tree, runs: Sequence[Run], items: pd.DataFrame,
                   max_new_tokens: int) -> list[Path]:
    """Write the questions that runs answered as tasks, and each run's answers as logs.

    Args:
        tree: the output tree; everything is written below ``tree.harness``.
        runs: runs with answers.
        items: records of the test.
        max_new_tokens: tokens of a free answer.

    Returns:
        The files of the tasks, and the results file of each run.
    """
    answers = load_answers(tree, runs)
    ids = set().union(*(table["id"] for table in answers.values()))
    own = items[items["id"].isin(ids)]
    made = write_tasks(own, tree.harness, max_new_tokens)
    return made + [write_samples(table, own, run, tree.harness_logs(run))
                   for run, table in answers.items()]


def adopt_logs(tree: Tree, runs: Sequence[Run], logs: Mapping[str, str],
               items: pd.DataFrame) -> pd.DataFrame:
    """Make the harness' logs of our tasks the answers of runs, each with a card.

    Args:
        tree: the output tree; answers of these runs are replaced.
        runs: runs that a log may belong to.
        logs: the log of samples of each run, by the run's name.
        items: records of the test.

    Returns:
        One row per log: ``run``, ``log`` and its number of ``answers``.

    Raises:
        ValueError: a log belongs to none of the runs, has other questions, or is not of our tasks.
    """
    by_name = {run.name: run for run in runs}
    made = []
    for name, log in logs.items():
        check_choice("run in harness_logs", name, by_name)
        answers = read_samples(log)
        if foreign := set(answers["id"]) - set(items["id"]):
            raise ValueError(f"{log}: {len(foreign)} answers are to questions that the test "
                             f"doesn't have, the first {min(foreign)}")
        path = tree.answers(by_name[name])
        card = Card(tree.origin, {"backend": "lm-evaluation-harness"}, [log])
        write_parquet(answers, path)
        first = items[items["id"] == answers["id"].iloc[0]].iloc[0]
        card.write(tree.answers_card(by_name[name]), [path], questions=len(answers),
                   first_question=first["id"], first_prompt=user_turn(first))
        made.append({"run": name, "log": str(log), "answers": len(answers)})
    return pd.DataFrame(made, columns=["run", "log", "answers"])


def exchange_figures(tree: Tree, runs: Sequence[Run]) -> pd.DataFrame:
    """The figures of each run's results file, with its ``run``; see `read_results`.

    Args:
        tree: the output tree.
        runs: whose answers were written as logs.
    """
    return pd.concat([read_results(tree.harness_results(run)).assign(run=run.name)
                      for run in runs], ignore_index=True)
