"""Files behind an address and on the hub."""

import functools
import http.server
import shutil
import threading

import pytest

from medinj_utils.data import (
    SourceError,
    read_source,
    resolve,
)
from medinj_utils.data.locations import commit_of

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
    place = resolve("organisation/ensemble", "abc")
    assert commit_of(place) == commit
    shutil.rmtree(tmp_path / "hub")
    place = resolve(f"hf://datasets/organisation/ensemble@{commit}/data")
    assert place.name == "data" and commit_of(place) == commit
    assert asked == [("organisation/ensemble", "dataset", "abc", "*.json"), ("organisation/ensemble", "dataset", commit, "data")]
    assert commit_of(tmp_path) == ""
