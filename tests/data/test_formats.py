"""Files that are whole, in other forms, or cut."""

import json
import unicodedata
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medinj_utils.data import (
    SourceError,
    read_source,
)
from medinj_utils.data.formats import column_name, csv_rows, json_rows, parquet_rows

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


PLAIN = "énoncé,a,b\nQuel os ?,le fémur,cô té\nLequel ?,x,y\n"
SAME = [{"énoncé": "Quel os ?", "a": "le fémur", "b": "cô té"}, {"énoncé": "Lequel ?", "a": "x", "b": "y"}]


@pytest.mark.parametrize("text", [
    PLAIN, PLAIN.replace("\n", "\r\n"), PLAIN.replace("\n", "\r"), PLAIN.replace("\n", "\r\r\n"), PLAIN.rstrip(),
    PLAIN.replace(",", ";"), PLAIN.replace(",", "\t"), PLAIN.replace(",", "|"), "\n\n" + PLAIN, ",,\n" + PLAIN, PLAIN + ",,\n,,\n",
    "sep=;\n" + PLAIN.replace(",", ";"), '"sep=;"\r\n' + PLAIN.replace(",", ";"), "SEP=,\n" + PLAIN, "sep=\t\n" + PLAIN.replace(",", "\t"),
    "\n sep=; \n" + PLAIN.replace(",", ";"), PLAIN.replace("énoncé,a,b", " énoncé , a,b\u00a0"), unicodedata.normalize("NFD", PLAIN[:10]) + PLAIN[10:],
    PLAIN.replace("énoncé", "\ufeffénoncé"), PLAIN.replace("énoncé,a,b", '"énoncé","a","b"'), PLAIN.replace("énoncé,a,b", "énoncé,a,b,,"),
    PLAIN.replace("\n", ",,\n"), PLAIN.replace("énoncé", '"énoncé\n"')])
def test_one_table_however_a_spreadsheet_writes_it(text):
    remarks = []
    rows = csv_rows(text, Path("q.csv"), remarks.append)
    assert [{key: value for key, value in row.items() if key} for row in rows] == SAME


@pytest.mark.parametrize("cell, expected", [
    ("cô\rté", "cô\rté"), ('"cô\rté"', "cô\rté"), ('"cô\nté"', "cô\nté"), ('"cô\r\nté"', "cô\nté"), ("cô\u2028té", "cô\u2028té")])
def test_a_line_end_in_a_cell_ends_no_row(cell, expected):
    rows = csv_rows(PLAIN.replace("cô té", cell), Path("q.csv"), print)
    assert [row["b"] for row in rows] == [expected, "y"]


def test_line_ends_in_quotes_of_a_table_whose_lines_end_by_carriage_returns():
    rows = csv_rows(PLAIN.replace("\n", "\r").replace("cô té", '"cô\nté"'), Path("q.csv"), print)
    assert [row["b"] for row in rows] == ["cô\nté", "y"]


@pytest.mark.parametrize("header, separator", [
    ('"Question, entière";"Réponse, exacte"', ";"), ("Question, entière;Réponse", ";"), ("Question; entière,Réponse", ","),
    ('"a;b;c",d', ","), ("a\tb, c", "\t")])
def test_signs_within_names_of_columns_separate_none(header, separator):
    text = header + f"\nu{separator}v\nw{separator}x\n"
    assert [list(row.values()) for row in csv_rows(text, Path("q.csv"), print)] == [["u", "v"], ["w", "x"]]


@pytest.mark.parametrize("text, told", [
    ("a, a \nx,y\n", "two columns have one name, 'a'"), ("é,e\u0301\nx,y\n", "two columns have one name"),
    ("sep=;\n", "it is empty"), ("sep=ab\na,b\n", "not a table with the separator 'ab'"), ("a,b\nx\n", "row 0: 1 cells under 2")])
def test_what_is_no_table_is_refused_in_words(text, told):
    with pytest.raises(SourceError, match=told):
        csv_rows(text, Path("q.csv"), print)


def test_lines_without_content_are_counted():
    remarks = []
    csv_rows(PLAIN.replace(",", ";") + ";;\n;;\n", Path("q.csv"), remarks.append)
    assert remarks == ["has columns separated by ';'", "has 2 lines of separators alone, which are no rows"]


@pytest.mark.parametrize("written", ["énoncé", " énoncé", "e\u0301nonce\u0301 ", "\ufeffénoncé", "\u00a0énoncé\t"])
def test_a_column_has_one_name_however_it_is_written(written):
    assert column_name(written) == "énoncé"


@pytest.mark.parametrize("text, told", [
    ('[{"a": 1, "a": 2}]', "q.json: two columns have one name, 'a'"), ('{"a": 1}\n{"a": 1, "a": 1}', "row 1: two columns have one name, 'a'"),
    ('[{"b": 1}, {"é": 1, "e\u0301": 2}]', "row 1: two columns have one name, 'é'"), ('[{"q": 1, "q ": 2}]', r"'q' \('q', 'q '\)"),
    ('[{"o": {"A": 1, "A": 2}}]', "q.json: two columns have one name, 'A'"), ('[{"a b": 1, "a  b": 2}]', "'a b'")])
def test_of_two_names_that_are_one_none_is_lost_in_json(text, told):
    with pytest.raises(SourceError, match=told):
        json_rows(text, Path("q.json"))


@pytest.mark.parametrize("names", [["a", "a"], ["a", " a"], ["é", "e\u0301"]])
def test_of_two_names_that_are_one_none_is_lost_in_parquet(tmp_path, names):
    pq.write_table(pa.table([["x"], ["y"]], names=names), tmp_path / "q.parquet")
    with pytest.raises(SourceError, match="q.parquet: two columns have one name"):
        parquet_rows(tmp_path / "q.parquet")


ROWS = [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("text, name, expected", [
    (json.dumps(ROWS), "q.json", ROWS), (json.dumps(ROWS[0]), "q.json", ROWS[:1]), (json.dumps(ROWS[0], indent=1), "q.json", ROWS[:1]),
    ('{"a": 1}\n{"a": 2}', "q.json", ROWS), ('{"a": 1}\r{"a": 2}\r', "q.jsonl", ROWS), ('{"a": 1}\r\n\r\n{"a": 2}', "q.ndjson", ROWS),
    ('{\r"a": 1\r}', "q.json", ROWS[:1]), (json.dumps(ROWS, indent=1).replace("\n", "\r"), "q.json", ROWS),
    ('{"messages": [{"role": "u"}, {"role": "a"}]}', "q.jsonl", [{"messages": [{"role": "u"}, {"role": "a"}]}]),
    ('{"o": {"A": "x"}, "g": "A"}', "q.json", [{"o": {"A": "x"}, "g": "A"}]), ("[]", "q.json", []),
    ('[{"messages": [{"role": "u"}, {"role": "a"}]}]', "q.json", [{"messages": [{"role": "u"}, {"role": "a"}]}]),
    ('{"messages": [{"role": "u"}, {"role": "a"}]}', "q.json", [{"messages": [{"role": "u"}, {"role": "a"}]}])])
def test_rows_of_json_in_every_form(text, name, expected):
    assert json_rows(text, Path(name)) == expected


@pytest.mark.parametrize("text", ['{\n"data": [{"a": 1}, {"a": 2}]}', '{\n"train": [{"a": 1}, {"a": 2}], "test": [{"a": 3}, {"a": 4}]}',
                                  '{"a": {"0": 1, "1": 2},\n "b": {"0": 3, "1": 4}}', "{\n}", "[1, 2]", "3", '"text"'])
def test_json_that_is_no_list_of_rows_is_refused(text):
    with pytest.raises(SourceError, match="expected a list of objects"):
        json_rows(text, Path("q.json"))


@pytest.mark.parametrize("kind, values", [
    (pa.float32(), [0.1, 1e-7, None, 3.0]), (pa.float64(), [0.1, 1e-7, None, 3.0]), (pa.list_(pa.float32()), [[0.1, 1e-7], None, [], [2.5]]),
    (pa.struct([("x", pa.float32()), ("y", pa.string())]), [{"x": 0.1, "y": "z"}, None, {"x": None, "y": "z"}, {"x": 2.5, "y": None}]),
    (pa.list_(pa.float32(), 2), [[0.1, 1e-7], None, [None, 0.3], [2.5, 0.7]]), (pa.large_list(pa.list_(pa.float32())), [[[0.1]], None, [], [[0.7]]]),
    (pa.map_(pa.string(), pa.float32()), [[("x", 0.1)], None, [], [("y", 0.7)]]), (pa.dictionary(pa.int32(), pa.float32()), [0.1, None, 0.7, 0.1]),
    (pa.list_(pa.struct([("x", pa.float32())])), [[{"x": 0.1}], None, [], [{"x": 0.7}]])])
def test_a_number_of_a_parquet_file_is_the_one_that_was_written(tmp_path, kind, values):
    pq.write_table(pa.table({"a": pa.array(values, kind), "b": ["x"] * 4}), tmp_path / "q.parquet")
    assert parquet_rows(tmp_path / "q.parquet")[0:4] == [{"a": value, "b": "x"} for value in values]
