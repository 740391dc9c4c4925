"""Files that are whole, in other forms, or cut."""

import json

import pandas as pd
import pytest

from medinj_utils.data import (
    SourceError,
    read_source,
)

from .published_files import ROW, tree


def test_a_parquet_file_reads_as_its_json_twin(tmp_path):
    path = tmp_path / "data" / "train-00000-of-00001.parquet"
    path.parent.mkdir()
    pd.DataFrame([ROW, ROW | {"answer": "A"}]).to_parquet(path)
    records, _ = read_source("medinjection", tmp_path)
    assert records["answer_letters"].tolist() == [["B"], ["A"]]


def test_cut_json_is_named_with_how_far_it_reads(tmp_path):
    path = tmp_path / "train.json"
    path.write_text('[{"question": "Quel', encoding="utf-8")
    with pytest.raises(SourceError, match=r"train\.json: not whole JSON; readable up to line 1.*, 0 whole rows"):
        read_source("frenchmedmcqa", tmp_path)
    path.write_text('[{"question": "a"}, {"question": "b"},\n {"quest', encoding="utf-8")
    with pytest.raises(SourceError, match=r"line 2.*, 2 whole rows before it"):
        read_source("frenchmedmcqa", tmp_path)


def test_empty_cells_of_a_parquet_file_are_empty_texts(tmp_path):
    pd.DataFrame([ROW | {"context": None}, ROW | {"context": "Un cas."}]).to_parquet(tmp_path / "train-0.parquet")
    assert read_source("medinjection", tmp_path / "train-0.parquet")[0]["context"].tolist() == ["", "Un cas."]


def test_cut_parquet_is_named_with_how_far_it_reads(tmp_path):
    path = tmp_path / "train-0.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(SourceError, match=r"train-0\.parquet: not whole parquet .*readable up to row 0, of 4 bytes"):
        read_source("medinjection", tmp_path)


@pytest.mark.parametrize("write, name", [
    (lambda path, rows: path.write_text("\n".join(map(json.dumps, rows)) + "\n"), "train.jsonl"),
    (lambda path, rows: pd.DataFrame(rows).to_csv(path, index=False), "train.csv"),
    (lambda path, rows: pd.DataFrame(rows).to_csv(path, index=False, sep=";"), "train.csv"),
    (lambda path, rows: pd.DataFrame(rows).to_parquet(path), "train.parquet")])
def test_every_form_of_a_table_gives_the_same_records(tmp_path, write, name):
    rows = [ROW, ROW | {"answer": "A", "instruction": 'Quel "os" ; lequel ?\n(A) foie\n(B) rein'}]
    write(tmp_path / name, rows)
    told, _ = read_source("medinjection", tmp_path / name)
    expected, _ = read_source("medinjection", tree(tmp_path / "json", rows))
    assert told.drop(columns="place").to_dict("records") == expected.drop(columns="place").to_dict("records")
