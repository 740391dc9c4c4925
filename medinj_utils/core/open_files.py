"""Paths of open answers and of the scores that metrics, judges and humans give them."""

from pathlib import Path

from medinj_utils.core.names import LONG_KINDS, Run, check_choice


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

    def verdicts(self, judge: str, about: str = "answers") -> Path:
        """What a judge said (parquet); its card and its calls stand beside it.

        Args:
            judge: its name.
            about: ``answers`` of the runs, ``injections``, ``pairs``, ``triplets`` or ``edits``
                of triplets.
        """
        return self.root / "judges" / judge / f"{about}.parquet"

    def judges_of(self, about: str) -> list[str]:
        """Names of the judges that have said something about this; see `verdicts`."""
        folder = self.verdicts("", about).parent
        return sorted(path.parent.name for path in folder.glob(f"*/{about}.parquet"))

    def rating_key(self, sheet: str) -> Path:
        """The key of a rating sheet, by its code (JSON): raters must not see it."""
        return self.root / "ratings" / sheet / "key.json"

    def rating_sheet(self, sheet: str, rater: str, ending: str) -> Path:
        """A rating sheet for one rater.

        Args:
            sheet: its code.
            rater: the rater's code.
            ending: ``xlsx``, ``csv`` or ``html``.
        """
        return self.root / "ratings" / sheet / "for_raters" / f"{rater}.{ending}"

    def rated(self, sheet: str, rater: str, ending: str) -> Path:
        """What a simulated rater gave back of a sheet; see `rating_sheet`.

        Args:
            sheet: its code.
            rater: the rater's code.
            ending: ``xlsx``, ``csv`` or ``json``.
        """
        return self.root / "ratings" / sheet / "from_simulated_raters" / f"{rater}.{ending}"
