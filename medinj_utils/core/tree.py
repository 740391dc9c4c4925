"""The output tree: every path under ``outputs/<profile>``, and what makes the file there.

Notebooks and rooms name files by this object alone: a path is written once, and the error for a
missing file names the notebook that makes it.
"""

from functools import cached_property
from pathlib import Path

import pandas as pd

from medinj_utils.core.cards import Origin, card_file
from medinj_utils.core.files import need, read_json, write_csv
from medinj_utils.core.machine import hardware_in_words
from medinj_utils.core.makers import maker_of
from medinj_utils.core.names import BASE, Run
from medinj_utils.core.open_files import OpenFiles
from medinj_utils.core.run_files import RunFiles

#: Below it, a folder for each profile.
OUTPUTS = Path("outputs")
DEMO_LABEL = "demo: shows that the machinery works, says nothing about medicine"


class Tree(OpenFiles):
    """Paths below the root of one profile's outputs.

    Args:
        root: the folder, such as ``outputs/demo``.
        notebook: name of the notebook that writes into it; cards keep it.

    Paths are returned whether or not the files exist; `need` raises where one doesn't.
    """

    def __init__(self, root: str | Path, notebook: str = ""):
        self.root = Path(root)
        self.notebook = notebook
        self._data = self.root / "data"
        self._mixtures = self.root / "mixtures"

    # Beside the rooms

    @property
    def environment(self) -> Path:
        """What the machine is and can do (JSON)."""
        return self.root / "environment.json"

    @property
    def world(self) -> Path:
        """Folder of a planted world: its files, and its key."""
        return self.root / "world"

    @property
    def published(self) -> Path:
        """Folder of a planted world's files, as if they were published."""
        return self.world / "published"

    @property
    def world_key(self) -> Path:
        """Key of a planted world where it was made; notebook 10 copies it to `key_file`."""
        return self.world / "key.json"

    # The data room

    @property
    def records(self) -> Path:
        """All records (parquet)."""
        return self._data / "records.parquet"

    @property
    def records_card(self) -> Path:
        """The card of the records."""
        return card_file(self.records)

    @property
    def quarantine(self) -> Path:
        """Rows that could not be read (parquet)."""
        return self._data / "quarantine.parquet"

    @property
    def leaks(self) -> Path:
        """Training rows whose question is also in the test (parquet)."""
        return self._data / "leaks.parquet"

    @property
    def key_file(self) -> Path:
        """Key of a planted world; absent where the questions are real."""
        return self._data / "key.json"

    @cached_property
    def key(self) -> dict | None:
        """The planted world's key, or None where the questions are real."""
        return read_json(self.key_file) if self.key_file.exists() else None

    def mixture(self, configuration: str) -> Path:
        """A training mixture (parquet)."""
        return self._mixtures / f"{configuration}.parquet"

    def manifest(self, configuration: str) -> Path:
        """The manifest of a mixture (JSON)."""
        return self._mixtures / f"{configuration}.json"

    def mixture_card(self, configuration: str) -> Path:
        """The card of a mixture, in the form that the hub reads."""
        return self._mixtures / f"{configuration}.md"

    # The training room

    def run(self, run: Run) -> Path:
        """Folder of a run; what it holds is
        `medinj_utils.core.run_files.RunFiles`."""
        return self.root / "runs" / run.name

    def run_files(self, run: Run) -> RunFiles:
        """What the folder of a run holds."""
        return RunFiles(self.run(run))

    def run_card(self, run: Run) -> dict:
        """Content of a run's card."""
        return read_json(self.need(self.run_files(run).card))

    def adapter(self, run: Run) -> Path | None:
        """The adapter of a run, which must exist; None for the base."""
        return None if run.system == BASE else self.need(self.run_files(run).adapter)

    # The evaluation room

    def answers(self, run: Run, variant: str = "") -> Path:
        """Raw answers of a run (parquet), to the questions as they are or to a variant of them.

        Args:
            run: that answered.
            variant: name of the variant; empty for the questions as they are.
        """
        folder = self.root / "probes" / variant if variant else self.root / "answers"
        return folder / f"{run.name}.parquet"

    def answers_card(self, run: Run) -> Path:
        """The card of a run's answers."""
        return card_file(self.answers(run))

    @property
    def scores(self) -> Path:
        """Scores, one row per run, mode and question (parquet)."""
        return self.root / "scores" / "items.parquet"

    @property
    def probe_scores(self) -> Path:
        """As `scores`, of the questions asked in other ways, with a column ``variant``."""
        return self.root / "probes" / "scores.parquet"

    @property
    def harness(self) -> Path:
        """Folder of lm-evaluation-harness' tasks."""
        return self.root / "harness"

    def harness_logs(self, run: Run) -> Path:
        """Folder of a run's answers as the harness' logs."""
        return self.harness / run.name

    def harness_results(self, run: Run) -> Path:
        """The figures of a run as the harness reports them (JSON)."""
        return self.harness_logs(run) / "results.json"

    # The comparison room

    @property
    def draws(self) -> Path:
        """Bootstrap draws of the systems' means (parquet)."""
        return self.root / "scores" / "draws.parquet"

    @property
    def draws_card(self) -> Path:
        """The card of the draws and of the pairs."""
        return card_file(self.draws)

    @property
    def pairs(self) -> Path:
        """The table of all pairs of systems (parquet), with all digits."""
        return self.root / "scores" / "pairs.parquet"

    def figure(self, name: str, ending: str = "png") -> Path:
        """The picture of a figure.

        Args:
            name: of the figure.
            ending: ``svg`` or ``png``.
        """
        return self.root / "figures" / f"{name}.{ending}"

    def table(self, name: str) -> Path:
        """The CSV file of a table."""
        return self.root / "tables" / f"{name}.csv"

    def write_table(self, table: pd.DataFrame, name: str) -> Path:
        """Write a table, without its index, and return its path.

        Args:
            table: to write, to six significant digits.
            name: of the table.
        """
        return write_csv(table, self.table(name))

    def read_table(self, name: str) -> pd.DataFrame:
        """Read a table, which must exist."""
        return pd.read_csv(self.need(self.table(name)), keep_default_na=False, na_values=[""])

    # Variations of the recipe or the budget

    def variation(self, name: str, own_mixtures: bool = False) -> "Tree":
        """The tree of one variation: the same records, runs, answers and scores of its own.

        Args:
            name: of the variation, such as ``recipe-rate-0.001-epochs-2``.
            own_mixtures: whether its mixtures are its own too, as those of a part of the budget.
        """
        below = Tree(self.root / "variations" / name, self.notebook)
        below._data = self._data
        if not own_mixtures:
            below._mixtures = self._mixtures
        return below

    # The book

    @property
    def kept(self) -> Path:
        """Description of kept results, with hashes of their files (JSON); absent elsewhere."""
        return self.root / "result.json"

    def results(self, name: str) -> "Tree":
        """The tree in which kept results, by name, are compared anew and shown beside this one."""
        return Tree(self.root / "results" / name, self.notebook)

    def executed(self, execution: str) -> Path:
        """The executed copy of a notebook."""
        return self.root / "notebooks" / f"{execution}.ipynb"

    @property
    def staged(self) -> Path:
        """Folder of what is staged for Jupyter Book."""
        return self.root / "book"

    @property
    def html(self) -> Path:
        """Folder of the book."""
        return self.root / "html"

    # What holds for the whole tree

    def need(self, path: Path) -> Path:
        """The path, if it exists.

        Raises:
            FileNotFoundError: it doesn't; the message names the notebook that makes it.
        """
        return need(path, self._maker(path))

    def _maker(self, path: Path) -> str:
        whole = self._data.parent  # a variation has the whole tree's data
        below = path.relative_to(whole).as_posix() if path.is_relative_to(whole) else ""
        return maker_of(below)

    @property
    def origin(self) -> Origin:
        """What the cards of this tree say first: the notebook, and the commits of its sets."""
        card = read_json(self.records_card) if self.records_card.exists() else {}
        return Origin(self.notebook, card.get("commits", {}))

    @cached_property
    def fictional(self) -> bool:
        """Whether the records are of a planted world."""
        return read_json(self.need(self.records_card))["fictional"]

    @cached_property
    def label(self) -> str:
        """The label of every number made here: demo, or run here on which hardware.

        Results that were kept have the label of their run.
        """
        if self.kept.exists():
            return read_json(self.kept)["label"]
        return DEMO_LABEL if self.fictional else f"run here on {hardware_in_words()}"
