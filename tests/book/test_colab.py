"""The set-up cell with a stub of Colab, and with git and pip played: what is fetched, kept,
installed and said."""

import json
import sys
import urllib.request
from importlib import metadata
from io import BytesIO
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from medinj_utils.book import colab

ROOT = Path(__file__).parents[2]
FILES = ("pyproject.toml", "constraints.txt", "requirements-unsloth.txt")
PINS = colab._pins(ROOT / "constraints.txt")


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """An empty folder of a machine whose packages, by name and version, are ``installed``; ``ran``
    lists commands."""
    played = SimpleNamespace(installed=dict(PINS), ran=[], fails="", folder=tmp_path)

    def run(words, **options):
        played.ran.append(" ".join(words))
        if played.fails and played.fails in played.ran[-1]:
            return SimpleNamespace(returncode=1, stdout="", stderr="no network")
        if words[0] == "git":
            folder = Path(words[-1])
            (folder / "notebooks").mkdir(parents=True)
            for name in FILES:
                (folder / name).write_text((ROOT / name).read_text(encoding="utf-8"),
                                           encoding="utf-8")
        if "-c" in words:
            held = colab._pins(Path(words[words.index("-c") + 1]))
            needed = colab._needed(tmp_path / "book")
            played.installed |= {name: held[name] for name in needed if name in held}
        return SimpleNamespace(returncode=0, stdout="", stderr="")

    def version(name):
        if name not in played.installed:
            raise metadata.PackageNotFoundError(name)
        return played.installed[name]

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(colab.subprocess, "run", run)
    monkeypatch.setattr(colab.metadata, "version", version)
    return played


def held(machine):
    return colab._pins(machine.folder / "book" / ".installed-on-colab.txt")


def test_it_fetches_and_installs_once_and_survives_a_restart(machine, monkeypatch):
    colab.set_up()
    book = machine.folder / "book"
    assert Path.cwd() == book and sys.path[0] == str(book)
    assert [words.split()[0] for words in machine.ran] == ["rm", "git", sys.executable,
                                                           sys.executable]
    assert machine.ran[1].endswith(f"{colab.REPOSITORY} {machine.folder}/.book-unfinished")
    assert "--no-deps" in machine.ran[3]
    # a restarted session begins in its first folder
    for here in (machine.folder, book, book / "notebooks"):
        monkeypatch.chdir(here)
        colab.set_up()
        assert Path.cwd() == book and len(machine.ran) == 4


def test_what_colab_has_stays_where_it_is_supported(machine):
    machine.installed |= {"torch": "2.14.1+cu130", "torchvision": "0.29.1", "pandas": "3.0.2",
                          "snakemake": "8.0.0", "google-colab": "1.0"}
    del machine.installed["statsmodels"], machine.installed["patsy"]
    colab.set_up()
    result = held(machine)
    assert result["torch"] == "2.14.1+cu130"
    assert result["pandas"] == "3.0.2"
    assert "torchvision" not in machine.ran[2]
    assert result["snakemake"] == PINS["snakemake"]
    assert result["statsmodels"] == PINS["statsmodels"]
    assert result["patsy"] == PINS["patsy"]
    assert "jinja2" not in result  # what others on Colab need isn't held to ours


def test_another_torch_brings_the_torchvision_that_fits(machine):
    machine.installed |= {"torch": "2.9.0+cu126", "torchvision": "0.24.0"}
    machine.installed.pop("unsloth", None)
    with pytest.raises(RuntimeError,
                       match="torch.*Runtime > Restart session, then run this cell again"):
        import torch  # noqa: F401
        colab.set_up()
    minor = int(PINS["torch"].split(".")[1])
    assert machine.ran[2].endswith(f" torchvision==0.{minor + 15}.*")
    assert held(machine)["torch"] == PINS["torch"]
    colab.set_up()  # what the message asks for


@pytest.mark.parametrize("fails, left", [("git clone", False), ("requirements-unsloth", True)])
def test_what_fails_says_so_and_is_done_again(machine, fails, left):
    machine.fails = fails
    with pytest.raises(RuntimeError, match=f"{fails}.* failed:\nno network"):
        colab.set_up()
    assert (machine.folder / "book").is_dir() == left
    machine.fails = ""
    colab.set_up()
    assert Path.cwd().name == "book"


@pytest.mark.parametrize("on_colab", [True, False])
def test_the_cell_runs_it_on_colab_alone(machine, monkeypatch, on_colab):
    notebook = json.loads(
        (ROOT / "notebooks/00_check_environment.ipynb").read_text(encoding="utf-8")
    )
    cell = "".join(notebook["cells"][2]["source"])
    asked = []

    def urlopen(address):
        asked.append(address)
        return BytesIO((ROOT / "medinj_utils/book/colab.py").read_bytes())

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    if on_colab:
        monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    else:
        monkeypatch.chdir(ROOT / "notebooks")
    exec(cell, {"__name__": "__main__"})
    assert Path.cwd() == (machine.folder / "book" if on_colab else ROOT)
    assert [address.rpartition("main/")[2] for address in asked] == [
        "medinj_utils/book/colab.py"
    ] * on_colab
