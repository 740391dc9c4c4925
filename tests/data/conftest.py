"""What the data room's tests share."""

import pandas as pd
import pytest

from medinj_utils.data.mixtures import remove_leaks
from medinj_utils.data.overlap import find_leaks


@pytest.fixture(scope="session")
def training(world) -> pd.DataFrame:
    """The small world's training rows of choice questions, without leaks."""
    records = world["records"]
    rows = records[(records["split"] == "train") & (records["task"] != "oeq")]
    return remove_leaks(rows, find_leaks(records))[0]
