"""Tables that the evaluation notebooks show."""

from collections.abc import Mapping, Sequence

import pandas as pd

from medinj_utils.core.files import read_json
from medinj_utils.core.names import BASE, Run, in_order
from medinj_utils.core.tree import Tree
from medinj_utils.data.artefacts import blind_baselines
from medinj_utils.evaluation.scoring import calibration, summarise

#: Entries of a run's card that `training_table` shows.
_TRAINING = ("rows", "examples", "steps", "tokens", "supervised_tokens", "training_seconds",
             "tokens_per_second", "final_loss")
#: Columns that tell a run, and those that say how an answer was read.
RUN_COLUMNS = ["run", "system", "seed"]
READ_COLUMNS = ["run", "mode", "task", "raw", "letters", "reason", "exact_match"]
#: Columns of `summarise` on the form of answers; the others are on whether they are right.
_COMPLIANCE = ["format_compliant", "extraction_failures", "cut_off", "end_unknown",
               "exact_match_read"]
_CELL = ["provenance", "source", "task"]


def training_table(tree: Tree, runs: Sequence[Run]) -> pd.DataFrame:
    """How each tuned run was trained.

    Args:
        tree: the output tree.
        runs: to list; the base is left out.

    Returns:
        ``run``, ``system``, ``seed``, ``backend``, and of the card rows, examples, steps, tokens,
        supervised_tokens, training_seconds, tokens_per_second and final_loss.

    Raises:
        FileNotFoundError: a run isn't there; the message names notebook 21.
    """
    rows = []
    for run in runs:
        if run.system != BASE:
            card = tree.run_card(run)
            rows.append(run.columns() | {"backend": card["parameters"]["backend"]}
                        | {name: card[name] for name in _TRAINING})
    return pd.DataFrame(rows, columns=["run", "system", "seed", "backend", *_TRAINING])


def answers_to(item: Mapping, answers: Mapping[Run, pd.DataFrame]) -> pd.DataFrame:
    """What every run answered to one question.

    Args:
        item: the question (a record).
        answers: of each run.

    Returns:
        Runs × modes, as texts.
    """
    return pd.DataFrame({run.name: table[table["id"] == item["id"]].set_index("mode")["raw"]
                         for run, table in answers.items()}).T.rename_axis("run")


def load_answers(tree: Tree, runs: Sequence[Run]) -> dict[Run, pd.DataFrame]:
    """The answers of each run, which must exist.

    Args:
        tree: the output tree.
        runs: that answered.

    Raises:
        ValueError: answers don't say why they ended, as those of earlier versions.
    """
    answers = {run: pd.read_parquet(tree.need(tree.answers(run))) for run in runs}
    for run, table in answers.items():
        if "ended" not in table:
            raise ValueError(f"{tree.answers(run)}: written by an earlier version, which didn't "
                             "keep why a text ended, so it isn't known which answers are cut. "
                             "Run notebook 30 again: it asks these questions anew")
    return answers


def answers_card(tree: Tree, run: Run) -> dict:
    """The content of the card of a run's answers.

    Args:
        tree: the output tree.
        run: that answered.

    Raises:
        FileNotFoundError: it did not answer; the message names notebook 30.
    """
    return read_json(tree.need(tree.answers_card(run)))


def answers_in_scores(scores: pd.DataFrame, question: str) -> pd.DataFrame:
    """How the answers to one question were read and scored.

    Args:
        scores: of `medinj_utils.evaluation.scoring.score_answers`.
        question: id of the question.

    Returns:
        The columns `READ_COLUMNS`, a row per run and mode.
    """
    return scores.loc[scores["id"] == question, READ_COLUMNS]


def correctness(summary: pd.DataFrame) -> pd.DataFrame:
    """Of `medinj_utils.evaluation.scoring.summarise`, how often answers are right, by run and mode.
    """
    others = ["system", "seed", "little_mass", *_COMPLIANCE]
    shown = summary.drop(columns=others).set_index(["run", "mode"])
    return shown.rename(columns=lambda name: name.replace("_mcq", ", several-answer"))


def compliance(summary: pd.DataFrame) -> pd.DataFrame:
    """Of `medinj_utils.evaluation.scoring.summarise`, the form of greedy answers, by run."""
    return summary[summary["mode"] == "greedy"].set_index("run")[_COMPLIANCE]


def baselines(records: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """What rules that see no question score on the questions that were asked.

    Args:
        records: all records.
        scores: of `medinj_utils.evaluation.scoring.score_answers`.

    Returns:
        As `medinj_utils.data.artefacts.blind_baselines`, by provenance, source, task and rule.
    """
    chosen = records[(records["split"] == "train") | records["id"].isin(scores["id"])]
    return blind_baselines(chosen).set_index([*_CELL, "rule"])


def blind_scores(baselines: pd.DataFrame, items: pd.DataFrame) -> pd.Series:
    """Exact match of each rule, a share, over all questions of the cells that the items are in.

    Args:
        baselines: of `baselines`, or of ``baselines.csv``.
        items: records of the test.
    """
    cells = items[_CELL].drop_duplicates()
    by_rule = baselines.reset_index().merge(cells, on=_CELL).groupby("rule")
    return by_rule[["exact_match", "items"]].apply(
        lambda rows: (rows["exact_match"] * rows["items"]).sum() / rows["items"].sum())


def likelihood_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores of answers in the mode "likelihood"."""
    return scores[scores["mode"] == "likelihood"]


def calibration_errors(calibrated: pd.DataFrame, summary: pd.DataFrame) -> pd.DataFrame:
    """Calibration of each system in the mode "likelihood".

    Args:
        calibrated: of `medinj_utils.evaluation.scoring.calibration`, by system.
        summary: of `medinj_utils.evaluation.scoring.summarise`, by run and mode.

    Returns:
        By system, in the book's order, ``ece``, ``brier`` and ``little_mass`` (a count).
    """
    errors = calibrated.groupby("system")[["ece", "brier"]].first()
    little = likelihood_scores(summary).groupby("system")["little_mass"].sum()
    return errors.join(little).reindex(in_order(errors.index))


def calibration_by_source(scores: pd.DataFrame) -> pd.DataFrame:
    """Items, ``ece`` and ``brier`` of each run on the test questions of each source."""
    by_source = ["run", "provenance", "source"]
    groups = calibration(likelihood_scores(scores), by_source).groupby(by_source, sort=False)
    return groups.agg(items=("items", "sum"), ece=("ece", "first"),
                      brier=("brier", "first")).reset_index()


def summarise_cells(scores: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.evaluation.scoring.summarise` by run, mode and cell of the test questions."""
    return summarise(scores, [*RUN_COLUMNS, "mode", *_CELL])


def across_cells(cells: pd.DataFrame, column: str) -> pd.DataFrame:
    """One column of `summarise_cells`: runs and modes × cells of the test questions.

    Args:
        cells: of `summarise_cells`.
        column: its column to take.
    """
    return cells.set_index(["run", "mode", *_CELL])[column].unstack(_CELL, sort=False)


def extraction_failures(scores: pd.DataFrame) -> pd.DataFrame:
    """Answers in which no letter could be read, and the reason.

    Args:
        scores: of `medinj_utils.evaluation.scoring.score_answers`.

    Returns:
        Columns run, system, seed, id, mode, task, raw and reason.
    """
    failed = scores[~scores["set_aside"] & ~_was_read(scores)]
    return failed[["run", "system", "seed", "id", "mode", "task", "raw", "reason"]]


def answers_read(scores: pd.DataFrame) -> pd.DataFrame:
    """Two answers of each mode and task in which letters were read."""
    return scores[_was_read(scores)].groupby(["mode", "task"]).head(2)[READ_COLUMNS]


def _was_read(scores: pd.DataFrame) -> pd.Series:
    return scores["read"].eq(True)


def failure_reasons(failures: pd.DataFrame) -> pd.DataFrame:
    """How many answers failed for each reason, by mode: the ten most frequent."""
    counts = failures.groupby(["mode", "reason"]).size().rename("answers").reset_index()
    return counts.sort_values("answers", ascending=False).head(10)
