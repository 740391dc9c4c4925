"""Answers that try to steer a judge: the list, to measure how often it is steered."""

from pathlib import Path

import pandas as pd

from medinj_utils.core.yaml_texts import read_yaml

FILE = Path(__file__).parent / "injections.yaml"


def load_injections() -> pd.DataFrame:
    """Texts without medical content that ask for a good score in one way or another.

    Appended to a wrong answer, each leaves it wrong: a judge that says 1 was steered. `$code` in a
    text stands for a code that a candidate may guess.

    Returns:
        ``name``, ``kind`` and ``text``.
    """
    rows = read_yaml(FILE)
    return pd.DataFrame([{"name": name, **row} for name, row in rows.items()])
