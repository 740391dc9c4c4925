"""Open answers of runs beside their questions and references."""

from collections.abc import Iterable, Sequence

import pandas as pd

from medinj_utils.core.identity import texts_hash
from medinj_utils.core.names import Run
from medinj_utils.core.tree import Tree

#: Columns of `load_open_answers`.
OPEN_ANSWERS = ["run", "system", "seed", "item", "provenance", "source", "instruction", "context",
                "reference", "candidate", "ended"]


def load_open_answers(tree: Tree, runs: Sequence[Run], items: pd.DataFrame) -> pd.DataFrame:
    """The answers of runs to open questions, a row per run and question.

    Args:
        tree: the output tree.
        runs: that answered.
        items: records of the test's open questions.

    Returns:
        The columns `OPEN_ANSWERS`, of the questions that any of the runs was asked; the candidate
        is None where a run was not asked one. Empty without questions.

    Raises:
        FileNotFoundError: a run has no open answers; the message names notebook 30.
        ValueError: a run answered a question that the test doesn't have.
    """
    if items.empty:
        return pd.DataFrame(columns=OPEN_ANSWERS)
    known = items.drop_duplicates("id").rename(columns={"id": "item", "answer_text": "reference"})
    answers = {run: _answers(tree, run, set(known["item"])) for run in runs}
    asked = set().union(*(own.index for own in answers.values()))
    known = known[known["item"].isin(asked)]
    tables = [known.assign(**run.columns(), candidate=known["item"].map(own["raw"]).astype(object),
                           ended=known["item"].map(own["ended"]).fillna(""))
              for run, own in answers.items()]
    table = pd.concat(tables, ignore_index=True)[OPEN_ANSWERS]
    return table.assign(candidate=table["candidate"].where(table["candidate"].notna(), None))


def texts_now(tree: Tree, runs: Iterable[Run], items: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Hashes of the answers that runs give now, to tell them from earlier ones.

    Args:
        tree: the output tree. A run without open answers there has none.
        runs: that may have answered.
        items: records of the test's open questions; answers to others are left out.

    Returns:
        By run and question: the `medinj_utils.core.identity.texts_hash`.
    """
    known = items.drop_duplicates("id").rename(columns={"answer_text": "reference"})
    hashes = {}
    for run in runs:
        if not (path := tree.open_answers(run)).exists():
            continue
        candidates = pd.read_parquet(path).set_index("id")["raw"]
        answered = known.assign(candidate=known["id"].map(candidates)).dropna(subset="candidate")
        hashes |= {(run.name, row["id"]): texts_hash(row) for row in answered.to_dict("records")}
    return hashes


def _answers(tree: Tree, run: Run, known: set[str]) -> pd.DataFrame:
    """The texts of a run by question, and why they ended."""
    path = tree.need(tree.open_answers(run))
    answers = pd.read_parquet(path).set_index("id")[["raw", "ended"]]
    if strange := set(answers.index) - known:
        raise ValueError(f"{path}: {len(strange)} answers are to questions that the test doesn't "
                         f"have, such as {min(strange)}: run notebook 30 again")
    return answers
