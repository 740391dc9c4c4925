"""One reading: remarks, hashes, and rows that fail."""

import json
import shutil

import pytest

from medinj_utils.data import (
    read_source,
)
from medinj_utils.data.files import Reading

from .published_files import ROW, tree


def test_a_broken_row_of_a_real_file_goes_to_quarantine(shared_data, tmp_path):
    shutil.copy(shared_data / "frenchmedmcqa" / "raw" / "dev.json", tmp_path / "dev.json")
    rows = json.loads((tmp_path / "dev.json").read_text(encoding="utf-8"))
    rows[3]["correct_answers"] = ["z"]
    del rows[5]["question"]
    (tmp_path / "dev.json").write_text(json.dumps(rows), encoding="utf-8")
    records, quarantine = read_source("frenchmedmcqa", tmp_path)
    assert len(records) == len(rows) - 2
    assert quarantine[["row", "field"]].to_numpy().tolist() == [[3, "answer_letters"],
                                                                [5, "question"]]


@pytest.mark.parametrize("field, value", [
    ("answer", None), ("answer", 3), ("answer", "bad"), ("instruction", None)])
def test_an_odd_cell_costs_its_row_and_not_the_reading(tmp_path, field, value):
    records, quarantine = read_source("medinjection", tree(tmp_path, [ROW, ROW | {field: value}]))
    assert len(records) == 1
    assert quarantine[["file", "row"]].to_numpy().tolist() == [["Native/Train/mcqu/mcqu_train.json",
                                                                1]]
    assert quarantine["reason"].item()


def test_files_in_another_encoding_are_read_and_remarked(tmp_path):
    folder = tree(tmp_path, [ROW])
    path = folder / "Native/Train/mcqu/mcqu_train.json"
    path.write_bytes(
        json.dumps([ROW | {"instruction": "Côté ?\n(A) où\n(B) là"}], ensure_ascii=False).encode(
            "cp1252"
        )
    )
    records, _ = read_source("medinjection", folder)
    assert records["options"].item() == ["où", "là"]
    assert records.attrs["reading"]["remarks"] == [
        {"file": "Native/Train/mcqu/mcqu_train.json", "remark": "is not UTF-8; read as cp1252",
         "rows": 0},
        {"file": "Native/Train/mcqu/mcqu_train.json",
         "remark": "split train known from its path alone", "rows": 1}]
    assert len(records.attrs["reading"]["files"]["Native/Train/mcqu/mcqu_train.json"]) == 64


@pytest.mark.parametrize("end", ["\x1a", "\n\x1a", "\x1a\x1a\n", "\n\x1a\0\0\0", "\x1a\r\n"])
@pytest.mark.parametrize("name, text", [
    ("q.csv", "a,b\nx,y"), ("q.jsonl", '{"a": "x", "b": "y"}'),
    ("q.json", '[{"a": "x", "b": "y"}]'), ("q.tsv", "a\tb\nx\ty")])
def test_what_ms_dos_wrote_at_the_end_of_a_file_is_no_part_of_it(tmp_path, name, text, end):
    for encoding in ("utf-8", "utf-16"):
        (tmp_path / name).write_bytes((text + end).encode(encoding))
        assert Reading(tmp_path).rows(tmp_path / name) == [{"a": "x", "b": "y"}]


def test_the_same_sign_within_a_text_is_none_of_its_end(tmp_path):
    (tmp_path / "q.csv").write_text("a,b\nx\x1a,y\n", encoding="utf-8")
    assert Reading(tmp_path).rows(tmp_path / "q.csv") == [{"a": "x\x1a", "b": "y"}]
