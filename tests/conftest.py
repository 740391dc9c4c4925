"""What several tests share: the folder of real data, and a small planted world."""

import importlib
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from xdist.scheduler import LoadScopeScheduling

from medinj_utils.data import read_source
from medinj_utils.demo.world import write_world

ROOT = Path(__file__).parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"
SHARED_HUB = ROOT.parent / "shared" / "hub"
LONGEST = ("book", "simulations", "training")


class ByFolder(LoadScopeScheduling):
    """Of several processes one runs all tests of a folder, which share what is costly to make."""

    def _split_scope(self, nodeid):
        file = Path(nodeid.partition("::")[0])
        # Two of the files in book/ share a small run; the others make all that they need.
        alone = file.stem == "test_main" or (
            file.parent.name == "book" and file.stem not in ("test_book", "test_browser"))
        return str(file if alone else file.parent)


def pytest_xdist_make_scheduler(config, log):
    return ByFolder(config, log)


def pytest_collection_modifyitems(items):
    """The folders that take longest come first, so that no process ends long before the other."""
    items.sort(key=lambda item: item.path.relative_to(ROOT / "tests").parts[0] not in LONGEST)


@pytest.fixture(autouse=True)
def figures_closed():
    """A figure that a test leaves open is none of the next test's."""
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip(
            f"real data are not there: {SHARED_DATA.name} folder beside the project is missing"
        )
    return SHARED_DATA


@pytest.fixture
def local_hub(monkeypatch, tmp_path):
    """A hub on this machine, with nothing on it yet and an empty cache: `hub_server.Hub`."""
    if not (SHARED_HUB / "hub_server.py").is_file():
        pytest.skip(f"no hub is there: {SHARED_HUB.name} folder beside the project is missing")
    from huggingface_hub import constants
    monkeypatch.syspath_prepend(str(SHARED_HUB))
    hub_server = importlib.import_module("hub_server")
    with hub_server.Hub() as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE",
                            hub.url + "/{repo_id}/resolve/{revision}/{filename}")
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub_cache"))
        monkeypatch.setattr("medinj_utils.core.hub._PAUSES", (0, 0, 0))
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield hub


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
