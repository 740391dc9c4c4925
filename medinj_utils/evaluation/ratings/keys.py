"""The keys of all sheets that were handed out, since raters may give back one of an older draw."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from medinj_utils.core.names import Run
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.open_answers.loading import texts_now
from medinj_utils.evaluation.ratings.sheet import KEY_COLUMNS, RatingKey


@dataclass(frozen=True)
class RatingKeys:
    """Keys by the code of their sheet.

    Attributes:
        by_code: the newest first: of an answer that a rater rated on several sheets, the rating on
            the newest counts.
        searched: where they were looked for, for messages.
    """

    by_code: dict[str, RatingKey]
    searched: str

    @classmethod
    def of(cls, tree: Tree) -> "RatingKeys":
        """All keys of an output tree.

        Raises:
            ValueError: a file is no key, or its folder has another code than the key.
        """
        pattern = tree.rating_key("*")
        paths = sorted(tree.root.glob(str(pattern.relative_to(tree.root))))
        paths.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
        keys = {}
        for path in paths:
            key = RatingKey.load(path)
            if key.code != path.parent.name:
                raise ValueError(f"{path}: this is the key of sheet {key.code!r}: put it into the "
                                 "folder of that name")
            keys[key.code] = key
        return cls(keys, str(pattern))

    @property
    def items(self) -> pd.DataFrame:
        """A row per sheet and id: ``sheet`` and the columns of `RatingKey.items`.

        The same id may stand on several sheets, and an ``item`` is counted over all of them.
        """
        tables, first = [], 0
        for code, key in self.by_code.items():
            tables.append(key.items.assign(sheet=code, item=key.items["item"] + first))
            first += int(key.items["item"].max()) + 1 if len(key.items) else 0
        columns = ["sheet", *KEY_COLUMNS]
        return pd.concat([pd.DataFrame(columns=columns), *tables], ignore_index=True)[columns]

    @property
    def systems(self) -> dict[str, str]:
        """The system of each run that stands on a sheet."""
        tables = [table for key in self.by_code.values() for table in (key.items, key.blank)]
        return {run: system for table in tables
                for run, system in zip(table["run"], table["system"], strict=True)}

    def now(self, tree: Tree, questions: pd.DataFrame) -> dict[tuple[str, str], str]:
        """What the runs on the sheets answer now.

        Args:
            tree: the output tree.
            questions: records of the test's open questions.

        Returns:
            By run and question, the hash that
            `medinj_utils.evaluation.open_answers.loading.texts_now` gives.
        """
        return texts_now(tree, map(Run.named, self.systems), questions)


def is_now(rated: pd.DataFrame, now: Mapping[tuple[str, str], str]) -> pd.Series:
    """Whether what was rated is what its run answers to the question now.

    Args:
        rated: with ``run``, ``question_id`` and ``texts``, as keys and ratings have them.
        now: of `RatingKeys.now`.

    Returns:
        False also where run, question or answer are gone.
    """
    same = [now.get((row.run, row.question_id)) == row.texts for row in rated.itertuples()]
    return pd.Series(same, index=rated.index, dtype=bool)
