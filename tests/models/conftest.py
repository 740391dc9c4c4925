"""What the tests of the models share: the shipped tiny model, its questions, and a way to ask."""

import pandas as pd
import pytest

from medinj_utils.core.names import MODES
from medinj_utils.models.answers import batches_of


@pytest.fixture(scope="session")
def records(world) -> pd.DataFrame:
    return world["records"]


def _ask(engine, items, modes=MODES, batch_tokens=16_384) -> pd.DataFrame:
    rows = items.to_dict("records")
    prompts = [engine.prompt(row) for row in rows]
    lengths = [engine.size(prompt) for prompt in prompts]
    found = []
    for batch in batches_of(lengths, sorted(range(len(rows)), key=lengths.__getitem__), batch_tokens):
        answers = engine.answer([prompts[i] for i in batch], [rows[i] for i in batch], modes)
        found += [(i, rows[i]["id"], mode, answer.raw, answer.probabilities)
                  for mode in modes for i, answer in zip(batch, answers[mode], strict=True) if answer]
    table = pd.DataFrame(found, columns=["place", "id", "mode", "raw", "probabilities"])
    return table.sort_values(["place", "mode"], ignore_index=True)


@pytest.fixture(scope="session")
def ask():
    """A function of an engine, questions, modes and tokens of a batch: a row per question and mode."""
    return _ask
