"""What the tests of the evaluation room share: the shipped tiny model, and questions to ask it."""

import pandas as pd
import pytest

from medinj_utils.demo.world import GENERAL_SOURCE
from medinj_utils.evaluation.answer import Protocol, answer_questions
from medinj_utils.models.answers import Asking
from medinj_utils.models.engine import Engine
from medinj_utils.models.loading import Base, load_base, model_id


@pytest.fixture(scope="session")
def loaded():
    """The shipped model and its tokenizer."""
    return load_base(Base("planted"))


@pytest.fixture(scope="session")
def identity() -> dict:
    """The shipped model's id."""
    return model_id(Base("planted"), None, "float32")


@pytest.fixture(scope="session")
def records(world) -> pd.DataFrame:
    return world["records"].assign(general=world["records"]["source"] == GENERAL_SOURCE)


@pytest.fixture(scope="session")
def items(records) -> pd.DataFrame:
    test = records[(records["split"] == "test") & (records["task"] != "oeq")]
    return test.drop_duplicates("id").head(24)


@pytest.fixture(scope="session")
def ask(loaded, identity):
    """`answer_questions` of the shipped model: questions, path, and what of the protocol and the
    asking differs from the defaults here."""
    def answer(items, path, asking=None, modes=("greedy", "constrained", "likelihood"), **protocol):
        return answer_questions(items, Engine(*loaded, asking or Asking(16)), path, identity,
                                Protocol(modes, **protocol), "30_answer_questions")
    return answer


@pytest.fixture
def question():
    """A function that makes a table of records from what matters to a test, a row per question."""
    def table(**columns) -> pd.DataFrame:
        return pd.DataFrame({"provenance": "native", "source": "s", "general": False} | columns)
    return table
