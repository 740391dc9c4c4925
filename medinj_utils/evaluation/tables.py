"""Tables that the evaluation notebooks show."""

from collections.abc import Mapping, Sequence

import pandas as pd

from medinj_utils.core.files import read_json
from medinj_utils.core.names import BASE, Run
from medinj_utils.core.tree import Tree

#: Entries of a run's card that `training_table` shows.
_TRAINING = ("rows", "examples", "steps", "tokens", "supervised_tokens", "training_seconds",
             "tokens_per_second", "final_loss")
#: Columns that tell a run, and those that say how an answer was read.
RUN_COLUMNS = ["run", "system", "seed"]
READ_COLUMNS = ["run", "mode", "task", "raw", "letters", "reason", "exact_match"]


def training_table(tree: Tree, runs: Sequence[Run]) -> pd.DataFrame:
    """How each tuned run came about: ``run``, ``system``, ``seed``, ``backend``, and of its card
    rows, examples, steps, tokens, seconds and loss."""
    rows = []
    for run in runs:
        if run.system != BASE:
            card = tree.run_card(run)
            rows.append(run.columns() | {"backend": card["parameters"]["backend"]}
                        | {name: card[name] for name in _TRAINING})
    return pd.DataFrame(rows, columns=["run", "system", "seed", "backend", *_TRAINING])


def answers_to(item: Mapping, answers: Mapping[Run, pd.DataFrame]) -> pd.DataFrame:
    """What every run answered to one question, a column per mode."""
    return pd.DataFrame({run.name: table[table["id"] == item["id"]].set_index("mode")["raw"]
                         for run, table in answers.items()}).T.rename_axis("run")


def load_answers(tree: Tree, runs: Sequence[Run]) -> dict[Run, pd.DataFrame]:
    """The answers of each run, which must exist.

    Raises:
        ValueError: answers don't say why they ended, as those of earlier versions.
    """
    answers = {run: pd.read_parquet(tree.need(tree.answers(run))) for run in runs}
    for run, table in answers.items():
        if "ended" not in table:
            raise ValueError(f"{tree.answers(run)}: written by an earlier version, which didn't "
                             "keep why a text ended, so cut answers can't be told from whole ones. "
                             "Run notebook 30 again: it asks these questions anew")
    return answers


def answers_card(tree: Tree, run: Run) -> dict:
    """The card of a run's answers."""
    return read_json(tree.need(tree.answers_card(run)))


def extraction_failures(scores: pd.DataFrame) -> pd.DataFrame:
    """Answers in which no letter could be read, and the reason.

    Args:
        scores: of `medinj_utils.evaluation.scoring.score_answers`.
    """
    failed = scores[~scores["set_aside"] & ~_was_read(scores)]
    return failed[["run", "id", "mode", "task", "raw", "reason"]]


def answers_read(scores: pd.DataFrame) -> pd.DataFrame:
    """Two answers of each mode and task in which letters were read."""
    return scores[_was_read(scores)].groupby(["mode", "task"]).head(2)[READ_COLUMNS]


def _was_read(scores: pd.DataFrame) -> pd.Series:
    return scores["read"].eq(True)


def failure_reasons(failures: pd.DataFrame) -> pd.DataFrame:
    """How many answers failed for each reason, by mode: the ten most frequent."""
    counts = failures.groupby(["mode", "reason"]).size().rename("answers").reset_index()
    return counts.sort_values("answers", ascending=False).head(10)
