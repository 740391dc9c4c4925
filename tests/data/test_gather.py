"""All sources of a run, their card, and a planted world's key."""

import json

import pytest

from medinj_utils.core.tree import Tree
from medinj_utils.data import SourceError, load_records
from medinj_utils.data.gather import (
    changed_texts,
    check_quarantine,
    files_of,
    gather_sources,
    remarks,
    save_gathered,
    summary,
)
from medinj_utils.demo.world import write_world


@pytest.fixture
def own_table(tmp_path):
    row = {"provenance": "native", "task": "oeq", "source": "s", "split": "train",
           "licence": "CC0-1.0",
           "instruction": "Qu&rsquo;est-ce ?", "answer_text": "Le foie."}
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(row) + "\n" + json.dumps(row | {"task": "quiz"}), encoding="utf-8")
    return {"name": "own", "location": str(path)}


def test_sources_are_put_together_and_kept_with_card_and_key(tmp_path, world, own_table):
    tree = Tree(tmp_path / "out", "10_read_sources")
    planted = {"name": "planted", "location": str(world["folder"] / "published")}
    gathered = gather_sources(tree, [planted, own_table])
    assert summary(gathered)[["source", "records", "quarantined"]].values.tolist() == [
        ["planted", len(world["records"]), 3], ["own", 1, 1]]
    assert changed_texts(gathered).values.tolist() == [["own", "HTML entities decoded", 2]]
    assert set(remarks(gathered)["source"]) == {"planted"}
    assert tree.quarantine.exists() and not tree.records.exists()
    card = save_gathered(gathered, tree)
    assert load_records(tree.records).equals(gathered.records)
    assert (card["step"], card["records"], card["quarantined"], card["fictional"]) == (
        "10_read_sources", len(world["records"]) + 1, 4, True)
    assert [len(read["files"]) for read in card["read"]] == [
        len(list((world["folder"] / "published").rglob("*.json"))), 1]
    assert set(card["outputs"]) == {"records.parquet", "quarantine.parquet"}
    assert tree.key == json.loads((world["folder"] / "key.json").read_text(encoding="utf-8"))


def test_a_key_of_earlier_records_goes_and_two_worlds_are_refused(tmp_path, world, own_table):
    tree = Tree(tmp_path / "out")
    planted = {"name": "planted", "location": str(world["folder"] / "published" / "Native")}
    save_gathered(gather_sources(tree, [planted, own_table]), tree)
    assert tree.key_file.exists()
    save_gathered(gather_sources(tree, [own_table]), tree)
    assert not tree.key_file.exists() and Tree(tmp_path / "out").key is None
    write_world(tmp_path / "other", substances=4, rows_per_fact=1, tests_per_fact=2,
                general_tests=0)
    other = {"name": "planted", "location": str(tmp_path / "other" / "published")}
    with pytest.raises(SourceError, match="of 2 planted worlds"):
        save_gathered(gather_sources(tree, [planted, other]), tree)


def test_too_many_rows_in_quarantine_stop_and_are_counted(tmp_path, own_table):
    tree = Tree(tmp_path / "out")
    gathered = gather_sources(tree, [own_table])
    assert check_quarantine(gathered, 0.5, tree) == "1 of 2 rows are in quarantine (50.0\u00a0%)."
    with pytest.raises(
        ValueError,
        match=r"1 of 2 rows can't be read \(50\.0%\), more than most_quarantined = 49\.0%",
    ):
        check_quarantine(gathered, 0.49, tree)


MAPPING = """files: "{files}"
provenance: native
task: oeq
split: train
source: s
licence: l
instruction: {{column: q}}
gold: {{text: r}}
"""


@pytest.mark.parametrize("location, files", [
    ("m.yaml", ["m.yaml", "lot/b.csv", "été.csv"]), ("été.csv", ["été.csv"]),
    ("lot", ["lot/b.csv"]), ("absent.csv", []), ("", []),
    ("a/b", []), ("wrong.yaml", ["wrong.yaml"]), ("empty.yaml", ["empty.yaml"]),
    ("https://x.fr/q.csv", []), ("planted", [])])
def test_files_of_a_location_are_those_that_are_read(tmp_path, monkeypatch, location, files):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lot").mkdir()
    for name in ("lot/b.csv", "été.csv", "other.txt"):
        (tmp_path / name).write_text("q,r\n1 ?,x\n", encoding="utf-8")
    (tmp_path / "m.yaml").write_text(MAPPING.format(files="**/*.csv"), encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text("files: [", encoding="utf-8")
    (tmp_path / "empty.yaml").write_text(MAPPING.format(files="*.parquet"), encoding="utf-8")
    assert sorted(path.as_posix() for path in files_of(location)) == sorted(files)
