"""A reader's own tables: with the record's columns, or with a YAML file that says what theirs are."""

import json

import pandas as pd
import pytest
import yaml

from medinj_utils.data import SourceError, read_source
from medinj_utils.data.records import COLUMNS

TOLD = {"files": "mine.csv", "provenance": "native", "task": "mcqu", "split": "train", "source": "Mes questions",
        "licence": "CC0-1.0", "instruction": {"column": "question"}}
ROW = {"question": "Quel organe ?", "a": "foie", "b": "rein", "c": "", "bonne": "B"}


def write(folder, rows, **told):
    told = TOLD | told
    table = pd.DataFrame(rows)
    ending = told["files"].rpartition(".")[2]
    if ending == "csv":
        table.to_csv(folder / told["files"], index=False)
    elif ending == "parquet":
        table.to_parquet(folder / told["files"])
    else:
        table.to_json(folder / told["files"], orient="records", lines=ending == "jsonl", force_ascii=False)
    (folder / "mine.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    return folder / "mine.yaml"


@pytest.mark.parametrize("gold, cells", [
    ({"letters": "bonne"}, {"bonne": "B"}), ({"index": "n", "base": 0}, {"n": "1"}), ({"index": "n", "base": 1}, {"n": "2"}),
    ({"text": "texte"}, {"texte": "rein"}), ({"flags": ["va", "vb", "vc"]}, {"va": "faux", "vb": "vrai", "vc": ""})])
@pytest.mark.parametrize("ending", ["csv", "jsonl", "json", "parquet"])
def test_gold_in_each_declared_form_and_file(tmp_path, gold, cells, ending):
    path = write(tmp_path, [ROW | cells], files=f"mine.{ending}", gold=gold, options={"columns": ["a", "b", "c"]})
    records, quarantine = read_source("own", path)
    row = records.iloc[0]
    assert quarantine.empty and row["options"] == ["foie", "rein"] and row["answer_letters"] == ["B"]
    assert (row["provenance"], row["task"], row["source"], row["answer_text"]) == ("native", "mcqu", "Mes questions", "rein")


@pytest.mark.parametrize("options, cells", [
    ({"column": "o"}, {"o": '["foie", "rein"]'}), ({"column": "o"}, {"o": '{"A": "foie", "B": "rein"}'}),
    ({"inside": True}, {"question": "Quel organe ?\n(A) foie\n(B) rein"})])
def test_options_in_each_declared_form(tmp_path, options, cells):
    records, _ = read_source("own", write(tmp_path, [ROW | cells], gold={"letters": "bonne"}, options=options))
    assert records["options"].item() == ["foie", "rein"] and records["instruction"].item() == "Quel organe ?"


def test_columns_with_values_and_open_questions(tmp_path):
    path = write(tmp_path, [{"question": "Pourquoi ?", "r": "Parce que.", "genre": "QRO", "lot": "1"}],
                 task={"column": "genre", "values": {"QRO": "oeq"}}, split={"column": "lot", "values": {"1": "test"}},
                 gold={"text": "r"})
    row = read_source("own", path)[0].iloc[0]
    assert (row["task"], row["split"], row["answer_text"]) == ("oeq", "test", "Parce que.")


@pytest.mark.parametrize("cells, told, field", [
    ({"n": "7"}, {"gold": {"index": "n", "base": 1}}, "n"), ({"n": "0"}, {"gold": {"index": "n", "base": 1}}, "n"),
    ({"n": "x"}, {"gold": {"index": "n", "base": 0}}, "n"), ({"v": "peut-être"}, {"gold": {"flags": ["v"]}}, "v"),
    ({"vc": "vrai"}, {"gold": {"flags": ["va", "vb", "vc"]}}, "va, vb, vc"),
    ({"g": "?"}, {"task": {"column": "g", "values": {"u": "mcqu"}}, "gold": {"letters": "bonne"}}, "g"),
    ({}, {"gold": {"letters": "absente"}}, "absente"), ({"bonne": "Z"}, {"gold": {"letters": "bonne"}}, "answer")])
def test_a_bad_cell_costs_its_row_and_names_its_column(tmp_path, cells, told, field):
    row = ROW | {"va": "", "vb": "vrai"} | cells
    records, quarantine = read_source("own", write(tmp_path, [row], options={"columns": ["a", "b", "c"]}, **told))
    assert records.empty
    assert quarantine[["file", "row", "field"]].to_numpy().tolist() == [["mine.csv", 0, field]]


@pytest.mark.parametrize("told, message", [
    ({"gold": {"index": "n"}}, "an index needs its base"), ({"gold": {}}, "say one of letters, text, index, flags"),
    ({"gold": {"letters": "b"}, "options": {"column": "a", "inside": True}}, "say one of column, columns, inside"),
    ({"gold": {"letters": "b"}, "provenance": "natif"}, "provenance"), ({"gold": {"letters": "b"}, "colour": 1}, "colour.*keys are"),
    ({"gold": {"letters": "b"}, "files": "other.csv"}, "nothing beside it is named 'other.csv'")])
def test_a_wrong_mapping_is_refused_with_its_key(tmp_path, told, message):
    path = write(tmp_path, [ROW])
    path.write_text(yaml.safe_dump(TOLD | told), encoding="utf-8")
    with pytest.raises(SourceError, match=rf"mine\.yaml.*{message}"):
        read_source("own", path)


def test_the_records_own_columns_need_no_mapping(tmp_path, world):
    known = world["records"].groupby(["provenance", "task", "split"]).head(2)
    for ending in ("csv", "jsonl", "parquet"):
        path = tmp_path / f"known.{ending}"
        if ending == "csv":
            known.assign(**{field: known[field].map(json.dumps) for field in ("options", "answer_letters")}).to_csv(path, index=False)
        elif ending == "jsonl":
            known.to_json(path, orient="records", lines=True, force_ascii=False)
        else:
            known.to_parquet(path)
        records, quarantine = read_source("own", path)
        assert quarantine.empty
        same = [field for field in COLUMNS if field != "place"]
        assert records[same].to_dict("records") == known[same].to_dict("records")


def test_told_provenance_fills_what_rows_leave_out_and_contradicts_nothing(tmp_path):
    row = {"task": "oeq", "source": "s", "split": "train", "instruction": "Pourquoi ?", "answer_text": "Parce que."}
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(row) + "\n" + json.dumps(row | {"provenance": "native"}) + "\n", encoding="utf-8")
    records, quarantine = read_source("own", path, provenance="translated")
    assert records["provenance"].tolist() == ["translated"]
    assert quarantine[["row", "field"]].to_numpy().tolist() == [[1, "provenance"]]
