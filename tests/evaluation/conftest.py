"""What the tests of the evaluation room share: the shipped tiny model, and questions to ask it."""

import pandas as pd
import pytest

from medinj_utils.core.cards import Origin
from medinj_utils.evaluation.answer import answer_questions
from medinj_utils.evaluation.protocol import Protocol
from medinj_utils.models.answers import Asking
from medinj_utils.models.engine import Engine
from medinj_utils.models.loading import Base, model_id


@pytest.fixture(scope="session")
def identity() -> dict:
    """The shipped model's id."""
    return model_id(Base("planted"), None, "float32")


@pytest.fixture(scope="session")
def records(world) -> pd.DataFrame:
    return world["records"]


@pytest.fixture(scope="session")
def ask(loaded, identity):
    """`answer_questions` of the shipped model: questions, path, and what of the protocol and the
    asking differs from the defaults here."""
    def answer(items, path, asking=None, modes=("greedy", "constrained", "likelihood"), **protocol):
        return answer_questions(items, Engine(*loaded, asking or Asking(16)), path, identity,
                                Protocol(modes, **protocol), Origin("30_answer_questions"))
    return answer


@pytest.fixture
def question():
    """A function that makes a table of records from what matters to a test, a row per question."""
    def table(**columns) -> pd.DataFrame:
        return pd.DataFrame({"provenance": "native", "source": "s", "general": False} | columns)
    return table
