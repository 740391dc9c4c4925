"""Files behind an address and on the hub."""

import functools
import http.server
import re
import shutil
import threading
import unicodedata

import pytest

from medinj_utils.core import hub
from medinj_utils.core.hub import commit_of
from medinj_utils.data import (
    SourceError,
    locations,
    read_source,
    resolve,
)
from medinj_utils.data.locations import (
    _on_hub,
    files_below,
    hub_commit,
    is_elsewhere,
    local_path,
    set_name,
)

from .published_files import ROW, tree


def test_a_file_behind_an_address_is_fetched_once(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    served = tmp_path / "served"
    tree(served, [ROW], "train.json")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert len(read_source("medinjection", f"{address}/train.json")[0]) == 1
        with pytest.raises(SourceError, match="can't be fetched"):
            read_source("medinjection", f"{address}/absent.json")
        server.shutdown()
    assert len(read_source("medinjection", f"{address}/train.json")[0]) == 1


def test_a_set_on_the_hub_is_read_at_its_commit(tmp_path, monkeypatch):
    import huggingface_hub
    asked, commit = [], "0" * 39 + "1"

    def snapshot_download(name, repo_type, revision, allow_patterns):
        asked.append((name, repo_type, revision, allow_patterns[0]))
        return str(tree(tmp_path / "hub" / "snapshots" / commit, [ROW], "data/train-0.json"))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    folder = resolve("organisation/ensemble", commit)
    assert commit_of(folder) == commit
    shutil.rmtree(tmp_path / "hub")
    folder = resolve(f"hf://datasets/organisation/ensemble@{commit}/data")
    assert folder.name == "data" and commit_of(folder) == commit
    assert asked == [("organisation/ensemble", "dataset", commit, "*.parquet"),
                     ("organisation/ensemble", "dataset", commit, "data")]
    assert commit_of(tmp_path) == ""


@pytest.mark.parametrize("location", [
    "mes données/q.csv", "absent/x y.csv", "données/é", "a/b.csv", "a/b.yaml", "a/B.JSONL", "x/y:z",
    "nul\0l/x", "a" * 300, "a/" + "b" * 100,
    "/absent/x", "./a/b", "../a/b", "a/b/c", "~/x", "C:\\x\\y", "org--x/y", "a/-b", "a /b",
    "données", "x", "file:///x", "a/b/", "/"  "x/y"])
def test_a_missing_path_is_said_so_whatever_its_letters(location):
    with pytest.raises(SourceError, match="no such file or folder"):
        resolve(location)


@pytest.mark.parametrize("location", ["", " "])
def test_an_empty_location_is_not_this_folder(location):
    with pytest.raises(SourceError, match="location is empty"):
        resolve(location)


def test_what_the_hub_does_not_give_may_be_a_missing_path_too(monkeypatch):
    import huggingface_hub
    from huggingface_hub.errors import LocalEntryNotFoundError

    def snapshot_download(*asked, **options):
        raise LocalEntryNotFoundError("no network")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    monkeypatch.setattr(hub, "_PAUSES", ())
    with pytest.raises(
        SourceError,
        match="organisation/ensemble: no such file or folder; and of the data set .*the hub "
              "doesn't answer",
    ):
        resolve("organisation/ensemble", "0" * 40)
    with pytest.raises(SourceError,
                       match="^the data set organisation/ensemble at 0+: the hub doesn't answer"):
        resolve(f"hf://datasets/organisation/ensemble@{'0' * 40}/data")


@pytest.mark.parametrize("location, elsewhere", [
    ("organisation/ensemble", True), ("hf://datasets/a/b", True), ("https://x.fr/q.csv", True),
    ("absent/q.csv", False), ("a b/c", False),
    ("hf://datasets/a", False), ("hf://datasets/", False), ("hf://a/b", False),
    ("hf://datasets/a/b@main/q.csv", True)])
def test_what_may_be_elsewhere(location, elsewhere):
    assert is_elsewhere(location) == elsewhere


@pytest.mark.parametrize("page, same", [
    ("", "hf://datasets/a/b"), ("/", "hf://datasets/a/b"), ("?row=3", "hf://datasets/a/b"),
    ("/tree/main", "hf://datasets/a/b@main"), ("/tree/v1/", "hf://datasets/a/b@v1"),
    ("/tree/main/data/essai%20un", "hf://datasets/a/b@main/data/essai un"),
    ("/blob/v1/q.csv", "hf://datasets/a/b@v1/q.csv"),
    ("/resolve/v1/q.csv?download=true", "hf://datasets/a/b@v1/q.csv")])
def test_the_address_of_a_sets_page_is_the_set(page, same):
    address = f"https://huggingface.co/datasets/a/b{page}"
    assert _on_hub(address, None) == _on_hub(same, None)
    assert set_name(address) == "a/b"
    assert is_elsewhere(address)


@pytest.mark.parametrize("location", ["hf://datasets/a", "hf://datasets/", "hf://a"])
def test_half_an_address_of_the_hub_says_what_is_missing(location):
    with pytest.raises(
        SourceError, match=f"^{location}: no set on the hub; need hf://datasets/organisation/name"
    ):
        resolve(location)


@pytest.mark.parametrize("location, meant", [
    ("a/b@main", "a/b@main"), ("a/b@v1/data/q.csv", "a/b@v1/data/q.csv"),
    ("datasets/a/b", "a/b"), ("huggingface.co/datasets/a/b", "a/b"), ("hf://a/b@v1", "a/b@v1"),
    ("hf:datasets/a/b", "a/b"), ("http://huggingface.co/datasets/a/b", "a/b"),
    ("https://hf.co/datasets/a/b/tree/v1/data", "a/b@v1/data"),
    ("https://www.huggingface.co/datasets/a/b/", "a/b"), ("https://huggingface.co/a/b", "a/b"),
    ("https://huggingface.co/datasets/a/b/viewer/default/train?row=3", "a/b"),
    ("https://huggingface.co/datasets/a/b@main", "a/b@main"),
    ("https://huggingface.co/datasets/a/b/commit/" + "1" * 40, "a/b@" + "1" * 40),
    ("https://huggingface.co/api/datasets/a/b", "a/b")])
def test_what_may_mean_a_set_on_the_hub_is_spelt_as_it_should_be(location, meant):
    with pytest.raises(SourceError, match=rf"^{re.escape(location)}: no .* hf://datasets/{meant}$"):
        resolve(location)
    assert _on_hub(f"hf://datasets/{meant}", None).spelt == f"hf://datasets/{meant}"


@pytest.mark.parametrize("location", ["a/b/c", "absent/x y.csv", "a b@c/d", "spaces/a/b@main"])
def test_a_missing_path_that_means_no_set_is_given_no_spelling(location):
    with pytest.raises(SourceError, match=r"no such file or folder; it is looked for from \S+$"):
        resolve(location)


def test_the_page_of_a_set_that_cannot_be_had_is_told_with_its_spelling(monkeypatch):
    def fails(*words):
        raise hub.HubError("the data set a/b at v1: the hub doesn't answer")

    monkeypatch.setattr(locations, "snapshot", fails)
    address = "https://huggingface.co/datasets/a/b/tree/v1"
    with pytest.raises(SourceError, match=f"^{address}, which is hf://datasets/a/b@v1: the data "):
        resolve(address)


FORMS = ("NFC", "NFD")


@pytest.mark.parametrize("folder", FORMS)
@pytest.mark.parametrize("file", FORMS)
@pytest.mark.parametrize("asked", FORMS)
def test_accents_of_names_may_be_composed_or_not(tmp_path, folder, file, asked):
    path = (
        tmp_path / unicodedata.normalize(folder, "données") / unicodedata.normalize(file, "été.csv")
    )
    path.parent.mkdir()
    path.touch()
    named = unicodedata.normalize(asked, "données/été.csv")
    assert local_path(tmp_path / named).samefile(path) and resolve(tmp_path / named).samefile(path)
    for pattern in ("données/été.csv", "donn*/é*.csv", "**/été.csv", "données/*.csv"):
        assert files_below(tmp_path, unicodedata.normalize(asked, pattern)) == [path]
    assert local_path(tmp_path / "donnees/été.csv") is None
    assert files_below(tmp_path, "donnees/été.csv") == []


def test_what_macos_lays_beside_a_table_is_none(tmp_path):
    for name in ("q.csv", "._q.csv"):
        (tmp_path / name).touch()
    assert [path.name for path in files_below(tmp_path, "*.csv")] == ["q.csv"]


def test_a_location_says_which_commit_its_set_is_at(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(locations, "commit_at", lambda *words: asked.append(words) or "1" * 40)
    assert (
        hub_commit("a/b")
        == hub_commit("hf://datasets/a/b@v1/data")
        == hub_commit("a/b", "v2")
        == "1" * 40
    )
    assert asked == [("a/b", "", "dataset"), ("a/b", "v1", "dataset"), ("a/b", "v2", "dataset")]
    assert (
        hub_commit(str(tmp_path))
        == hub_commit("absent/q.csv")
        == hub_commit("https://x.fr/q.csv")
        == ""
    )
    for call in (hub_commit, resolve):
        with pytest.raises(SourceError,
                           match="says @v1 and the revision v2: leave one of them out"):
            call("hf://datasets/a/b@v1", "v2")
