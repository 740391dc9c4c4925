"""What several tests share: the folder of real data, and a small planted world."""

from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from xdist.scheduler import LoadScopeScheduling

from medinj_utils.data import read_source
from medinj_utils.demo.world import write_world

ROOT = Path(__file__).parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"


class ByFolder(LoadScopeScheduling):
    """Of several processes one runs all tests of a folder, which share what is costly to make."""

    def _split_scope(self, nodeid):
        file = Path(nodeid.partition("::")[0])
        # Two of the files in book/ share a small run; the others make all that they need.
        alone = file.stem == "test_main" or (
            file.parent.name == "book" and file.stem not in ("test_book", "test_commands"))
        return str(file if alone else file.parent)


def pytest_xdist_make_scheduler(config, log):
    return ByFolder(config, log)


@pytest.fixture(autouse=True)
def figures_closed():
    """A figure that a test leaves open is none of the next test's."""
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip(f"real data are not there: {SHARED_DATA.name} folder beside the project is missing")
    return SHARED_DATA


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> dict:
    """A small planted world: its folder, key, records and quarantine."""
    folder = tmp_path_factory.mktemp("world")
    key = write_world(folder, substances=6, rows_per_fact=4, tests_per_fact=2, general_tests=10)
    records, quarantine = read_source("planted", folder / "published")
    return {"folder": folder, "key": key, "records": records, "quarantine": quarantine}


@pytest.fixture(scope="session")
def loaded():
    """The shipped model and its tokenizer; a test that changes them loads its own."""
    from medinj_utils.models.loading import Base, load_base  # here: tests of the data need no model
    return load_base(Base("planted"))


@pytest.fixture(scope="session")
def items(world):
    """Choice questions of the small world's test, each once."""
    records = world["records"]
    test = records[(records["split"] == "test") & (records["task"] != "oeq")]
    return test.drop_duplicates("id").head(24)
