"""Paths of open answers and of the scores that metrics, judges and humans give them."""

from pathlib import Path

from medinj_utils.core.names import LONG_KINDS, Run, check_choice

#: As `medinj_utils.core.tree` has them: by pattern of a path, the notebook that makes it.
OPEN_MADE_BY = (
    ("scores/long/choices.parquet", "31_score_choices"),
    ("scores/long/metrics.parquet", "33_score_open_answers"))


class OpenFiles:
    """The part of `medinj_utils.core.tree.Tree` that open answers need."""

    root: Path

    def open_answers(self, run: Run) -> Path:
        """Raw answers of a run to the open questions (parquet)."""
        return self.root / "answers" / "open" / f"{run.name}.parquet"

    def long_scores(self, kind: str) -> Path:
        """Scores, a row per run, question, metric and rater (parquet).

        Args:
            kind: who gave them: one of `medinj_utils.core.names.LONG_KINDS`.
        """
        check_choice("kind", kind, LONG_KINDS)
        return self.root / "scores" / "long" / f"{kind}.parquet"
