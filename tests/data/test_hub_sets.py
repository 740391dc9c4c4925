"""Sets on a hub: which files are read, at which commit, and what is said where it fails."""

import gzip
import io
import json
import os
import zipfile

import pandas as pd
import pytest

from medinj_utils.core.files import read_json
from medinj_utils.core.tree import Tree
from medinj_utils.data import SourceError, load_records, read_source
from medinj_utils.data.gather import gather_sources, save_gathered
from medinj_utils.data.mixture_files import save_mixture

from .published_files import ROW


def parquet(rows):
    sink = io.BytesIO()
    pd.DataFrame(rows).to_parquet(sink)
    return sink.getvalue()


def as_json(content):
    return json.dumps(content).encode()


TRAIN = {"data/train-00000.parquet": parquet([ROW, ROW | {"answer": "a"}])}
DESCRIBED = "describes the set and holds no rows: not read"
ASIDE = "has neither instructions nor messages: not read"


@pytest.mark.parametrize("files, remark", [
    ({"dataset_infos.json": as_json({"default": {"features": {}, "splits": {}}})}, DESCRIBED),
    ({"data/state.json": as_json({"_data_files": [{"filename": "x"}]})}, DESCRIBED),
    ({"judge_calibration/scores.json": as_json([{"id": 1, "physician": 4, "judge": 1}])}, ASIDE),
    ({"human_eval/test/ratings.csv": b"id,rating\n1,4\n"}, ASIDE),
    ({"stats/train.parquet": parquet([{"n": 3}])}, ASIDE)],
                         ids=lambda case: next(iter(case)) if isinstance(case, dict) else "")
def test_files_that_are_no_rows_are_set_aside_and_remarked(local_hub, files, remark):
    local_hub.publish("datasets", "a/b", TRAIN | files)
    records, quarantine = read_source("medinjection", "a/b")
    assert len(records) == 2 and quarantine.empty
    noted = {entry["file"]: entry["remark"] for entry in records.attrs["reading"]["remarks"]}
    assert noted[next(iter(files))] == remark
    assert len(read_source("medinjection", "hf://datasets/a/b/data")[0]) == 2


@pytest.mark.parametrize("ending, content", [
    ("json", as_json([ROW])), ("jsonl", as_json(ROW)),
    ("csv", pd.DataFrame([ROW]).to_csv(index=False).encode()),
    ("tsv", pd.DataFrame([ROW]).to_csv(index=False, sep="\t").encode())])
def test_compressed_tables_are_read(local_hub, ending, content):
    local_hub.publish("datasets", "a/b", {f"data/train-0.{ending}.gz": gzip.compress(content)})
    records, _ = read_source("medinjection", "a/b")
    assert records[["split", "options"]].values.tolist() == [["train", ["foie", "rein"]]]
    assert not [
        entry for entry in records.attrs["reading"]["remarks"] if "separated" in entry["remark"]
    ]


def test_a_compressed_table_that_is_cut_is_refused(tmp_path):
    (tmp_path / "train.json.gz").write_bytes(gzip.compress(as_json([ROW] * 99))[:-20])
    with pytest.raises(SourceError, match="train.json.gz: no whole gzip file"):
        read_source("medinjection", tmp_path)


@pytest.mark.parametrize("files, says", [
    ({"README.md": b"a card", "script.py": b"raise SystemExit"}, "it holds README.md, script.py$"),
    ({"data.zip": b"PK", "README.md": b""}, "it holds README.md, data.zip$"),
    ({f"{number}.txt": b"" for number in range(10, 30)}, "it holds 10.txt.* 19.txt, …$"),
    ({"data/train-0.arrow": b"x"}, "it holds data/train-0.arrow$"),
    ({}, "it holds no file at all$")])
def test_a_set_without_tables_says_what_it_holds(local_hub, files, says):
    local_hub.publish("datasets", "a/b", files)
    with pytest.raises(SourceError,
                       match=rf"^a/b: no file of this data set ends with \.parquet, .*; {says}"):
        read_source("medinjection", "a/b")


def test_an_archive_is_named_where_it_is_and_what_else_is_there_is_said(tmp_path):
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr("train.json", as_json([ROW]))
    with pytest.raises(
        SourceError,
        match="no row of source 'medinjection' found there; data.zip is an archive: unpack it",
    ):
        read_source("medinjection", tmp_path)
    (tmp_path / "train.json").write_bytes(as_json([ROW]))
    records, _ = read_source("medinjection", tmp_path)
    assert [entry["file"] for entry in records.attrs["reading"]["remarks"]] == ["train.json",
                                                                                "data.zip"]


def test_the_commit_goes_into_the_cards_of_all_that_is_made_of_a_set(local_hub, tmp_path):
    commit = local_hub.publish("datasets", "a/b", TRAIN)
    tree = Tree(tmp_path / "out", "10_read_sources")
    sources = [{"name": "medinjection", "location": "a/b"},
               {"name": "medinjection", "location": "hf://datasets/a/b/data"}]
    assert tree.origin.commits == {}
    card = save_gathered(gather_sources(tree, sources), tree)
    commits = {"a/b": commit, "hf://datasets/a/b/data": commit}
    assert card["commits"] == commits == read_json(tree.records_card)["commits"]
    later = Tree(tree.root, "14_build_mixtures")
    assert later.origin.commits == later.variation("budget-0.5").origin.commits == commits
    manifest = save_mixture(load_records(tree.records), "NAT", later)
    assert (manifest["step"], manifest["commits"]) == ("14_build_mixtures", commits)
    assert f"- sets on the hub: a/b at {commit}, hf:" in tree.mixture_card("NAT").read_text(
        encoding="utf-8"
    )


def test_a_moved_branch_is_read_anew(local_hub):
    first = local_hub.publish("datasets", "a/b", TRAIN)
    assert read_source("medinjection", "a/b")[0].attrs["reading"]["commit"] == first
    second = local_hub.publish("datasets", "a/b", {"data/train-00000.parquet": parquet([ROW])})
    records, _ = read_source("medinjection", "a/b")
    assert (len(records), records.attrs["reading"]["commit"]) == (1, second) and first != second
    assert len(read_source("medinjection", "a/b", revision=first)[0]) == 2


@pytest.mark.parametrize("second", [{"location": "a/b"}, {"location": "hf://datasets/a/b/data"},
                                    {"location": "hf://datasets/a/b@main/data"}])
def test_one_set_at_two_commits_is_refused(local_hub, tmp_path, second):
    first = local_hub.publish("datasets", "a/b", TRAIN)
    local_hub.publish("datasets", "a/b", {"data/train-00000.parquet": parquet([ROW])})
    sources = [{"name": "medinjection", "location": f"hf://datasets/a/b@{first}"},
               {"name": "medinjection", **second}]
    with pytest.raises(
        SourceError,
        match=rf"^a/b is read at two commits, {first} \(as hf:.*\) and [0-9a-f]{{40}} \(as ",
    ):
        gather_sources(Tree(tmp_path), sources)
    gather_sources(Tree(tmp_path),
                   [sources[0], {**sources[1], "location": f"hf://datasets/a/b@{first}/data"}])


@pytest.mark.parametrize("content", [b"", b"<html>", TRAIN["data/train-00000.parquet"][:-9]])
def test_a_broken_file_of_a_set_is_named_by_its_address(local_hub, content):
    commit = local_hub.publish("datasets", "a/b", {"data/train-0.parquet": content})
    address = f"hf://datasets/a/b@{commit}/data/train-0.parquet"
    with pytest.raises(SourceError, match=f"^{address}: not whole parquet"):
        read_source("medinjection", "a/b")


def test_a_set_without_rows_is_named_by_its_address(local_hub):
    commit = local_hub.publish("datasets", "a/b", {"data/notes.csv": b"id,n\n1,2\n"})
    with pytest.raises(SourceError, match=f"^hf://datasets/a/b@{commit}: no row of source"):
        read_source("medinjection", "a/b")


@pytest.mark.parametrize("location", [
    "hf://datasets/a/b@refs/convert/parquet", "hf://datasets/a/b@refs/convert/parquet/data",
    "https://huggingface.co/datasets/a/b/tree/refs%2Fconvert%2Fparquet/data"])
def test_the_hubs_own_branches_are_read(local_hub, location):
    local_hub.publish("datasets", "a/b", {"x.csv": b""})
    local_hub.publish("datasets", "a/b", TRAIN, branch="refs/convert/parquet")
    assert len(read_source("medinjection", location)[0]) == 2


def test_endings_may_be_in_capitals(local_hub):
    local_hub.publish("datasets", "a/b", {"data/TRAIN.PARQUET": TRAIN["data/train-00000.parquet"]})
    assert len(read_source("medinjection", "a/b")[0]) == 2


@pytest.mark.parametrize("fault, says", [
    ({"status": 500, "times": 9}, "the hub is busy .status 500., 4 times in a row"),
    ({"status": 429, "times": 9}, "the hub is busy .status 429."),
    ({"drop": True, "times": 99}, "the hub doesn't answer")])
def test_a_hub_that_stays_ill_is_said_so(local_hub, fault, says):
    local_hub.publish("datasets", "a/b", TRAIN)
    local_hub.fault("/api/|/resolve/", **fault)
    with pytest.raises(SourceError, match=rf"of the data set a/b: {says}"):
        read_source("medinjection", "a/b")


@pytest.mark.parametrize("fault", [
    {"status": 503, "times": 2}, {"drop": True, "times": 2}, {"status": 429}])
@pytest.mark.parametrize("where", ["/api/", "/resolve/"])
def test_a_hub_that_recovers_is_read(local_hub, fault, where):
    local_hub.publish("datasets", "a/b", TRAIN)
    local_hub.fault(where, **fault)
    assert len(read_source("medinjection", "a/b")[0]) == 2


def test_a_link_that_has_expired_is_asked_for_anew(local_hub):
    large = parquet([ROW | {"instruction": f"{number} {os.urandom(99)}"} for number in range(999)])
    local_hub.publish("datasets", "a/b", {"data/train-0.parquet": large})
    local_hub.fault("_cdn", status=403, times=99)
    with pytest.raises(SourceError, match="localhost, to which the hub leads on .* 4 times"):
        read_source("medinjection", "a/b")
    local_hub.calm()
    local_hub.fault("_cdn", status=403, times=2)
    assert sum(map(len, read_source("medinjection", "a/b"))) == 999


def test_a_gated_set_says_how_to_get_access(local_hub):
    local_hub.publish("datasets", "a/b", TRAIN, gated="files", tokens=("hf_yes",))
    with pytest.raises(
        SourceError, match="access on request: ask for it on its page on the hub, and set HF_TOKEN"
    ):
        read_source("medinjection", "a/b")


@pytest.mark.parametrize("location, revision, says", [
    ("a/absent", None, "the hub has none of this name, or it is private"),
    ("a/b", "v9", "at v9: the hub has it, but not this revision"),
    ("hf://datasets/a/b/elsewhere", None, "holds no elsewhere")])
def test_what_is_not_there_is_named(local_hub, location, revision, says):
    local_hub.publish("datasets", "a/b", TRAIN)
    with pytest.raises(SourceError, match=says) as raised:
        read_source("medinjection", location, revision)
    assert "Request ID" not in str(raised.value)
