"""Ask runs and score them in one go, where nothing between the two is to be looked at."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from medinj_utils.core.files import write_parquet
from medinj_utils.evaluation.answer import answer_questions
from medinj_utils.evaluation.scoring import score_answers
from medinj_utils.models.loading import backends


def score_runs(items: pd.DataFrame, runs: Mapping[str, str | Path | None], to: str | Path, base_model: str,
               revision: str, precision: str, modes: Sequence[str], batch_tokens: int, max_length: int,
               too_long: str = "set aside", **how) -> pd.DataFrame:
    """Rows of `score_answers` for all ``runs`` (adapter, or None for the base), written to the file ``to``; answers
    stand in ``answers/`` beside it. The arguments are those of `backends` and `answer_questions`."""
    scores = [score_answers(answer_questions(items, backend, Path(to).parent / f"answers/{name}.parquet", asked, modes,
                                             batch_tokens, max_length, too_long), items, name)
              for name, backend, asked in backends(runs, base_model, revision, precision, **how)]
    table = pd.concat(scores, ignore_index=True)
    write_parquet(table, to)
    return table
