"""Triplets with known contents."""

import pandas as pd
import pytest

from medinj_utils.evaluation.triplets.reading import TRIPLETS, question_hash


@pytest.fixture
def triplets_of():
    """A function that makes triplets of (question, reference, candidate, label), and further
    columns."""
    def table(*rows, **more) -> pd.DataFrame:
        made = pd.DataFrame(
            [
                dict(zip(("instruction", "reference", "candidate", "label"), row, strict=True))
                for row in rows
            ]
        )
        made = made.assign(context="", run="m", labels_by="", translation="",
                           item=[f"s/f.csv:{i}" for i in range(len(rows))],
                           question_id=[question_hash(text, "") for text in made["instruction"]])
        return made[list(TRIPLETS)].astype({"label": float}).assign(**more)
    return table
