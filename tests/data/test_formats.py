"""Files that are whole, in other forms, or cut."""

import json
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from medinj_utils.data import (
    SourceError,
    read_source,
)
from medinj_utils.data.formats import column_name, csv_rows, json_rows

from .published_files import ROW, tree


def test_cut_json_is_named_with_how_far_it_reads(tmp_path):
    path = tmp_path / "train.json"
    path.write_text('[{"question": "Quel', encoding="utf-8")
    with pytest.raises(SourceError,
                       match=r"train\.json: not whole JSON; readable up to line 1.*, 0 whole rows"):
        read_source("frenchmedmcqa", tmp_path)
    path.write_text('[{"question": "a"}, {"question": "b"},\n {"quest', encoding="utf-8")
    with pytest.raises(SourceError, match=r"line 2.*, 2 whole rows before it"):
        read_source("frenchmedmcqa", tmp_path)


@pytest.mark.parametrize("write, name", [
    (lambda path, rows: path.write_text("\n".join(map(json.dumps, rows)) + "\n"), "train.jsonl"),
    (lambda path, rows: pd.DataFrame(rows).to_csv(path, index=False), "train.csv"),
    (lambda path, rows: pd.DataFrame(rows).to_csv(path, index=False, sep=";"), "train.csv"),
    (lambda path, rows: pd.DataFrame(rows).to_parquet(path), "train.parquet")])
def test_every_form_of_a_table_gives_the_same_records(tmp_path, write, name):
    rows = [ROW, ROW | {"answer": "A", "instruction": 'Quel "os" ; lequel ?\n(A) foie\n(B) rein'}]
    write(tmp_path / name, rows)
    table, _ = read_source("medinjection", tmp_path / name)
    expected, _ = read_source("medinjection", tree(tmp_path / "json", rows))
    places = {"columns": "place"}
    assert table.drop(**places).to_dict("records") == expected.drop(**places).to_dict("records")


PLAIN = "énoncé,a,b\nQuel os ?,le fémur,cô té\nLequel ?,x,y\n"
SAME = [{"énoncé": "Quel os ?", "a": "le fémur", "b": "cô té"},
        {"énoncé": "Lequel ?", "a": "x", "b": "y"}]


@pytest.mark.parametrize("text", [
    PLAIN, PLAIN.replace("\n", "\r\n"), PLAIN.replace("\n", "\r"), PLAIN.replace("\n", "\r\r\n"),
    PLAIN.rstrip(),
    PLAIN.replace(",", ";"), PLAIN.replace(",", "\t"), PLAIN.replace(",", "|"), "\n\n" + PLAIN,
    ",,\n" + PLAIN, PLAIN + ",,\n,,\n",
    "sep=;\n" + PLAIN.replace(",", ";"), '"sep=;"\r\n' + PLAIN.replace(",", ";"), "SEP=,\n" + PLAIN,
    "sep=\t\n" + PLAIN.replace(",", "\t"),
    "\n sep=; \n" + PLAIN.replace(",", ";"), PLAIN.replace("énoncé,a,b", " énoncé , a,b\u00a0"),
    unicodedata.normalize("NFD", PLAIN[:10]) + PLAIN[10:],
    PLAIN.replace("énoncé", "\ufeffénoncé"), PLAIN.replace("énoncé,a,b", '"énoncé","a","b"'),
    PLAIN.replace("énoncé,a,b", "énoncé,a,b,,"),
    PLAIN.replace("\n", ",,\n"), PLAIN.replace("énoncé", '"énoncé\n"')])
def test_one_table_however_a_spreadsheet_writes_it(text):
    remarks = []
    rows = csv_rows(text, Path("q.csv"), remarks.append)
    assert [{key: value for key, value in row.items() if key} for row in rows] == SAME


@pytest.mark.parametrize("cell, expected", [
    ("cô\rté", "cô\rté"), ('"cô\rté"', "cô\rté"), ('"cô\nté"', "cô\nté"), ('"cô\r\nté"', "cô\nté"),
    ("cô\u2028té", "cô\u2028té")])
def test_a_line_end_in_a_cell_ends_no_row(cell, expected):
    rows = csv_rows(PLAIN.replace("cô té", cell), Path("q.csv"), print)
    assert [row["b"] for row in rows] == [expected, "y"]


def test_line_ends_in_quotes_of_a_table_whose_lines_end_by_carriage_returns():
    rows = csv_rows(PLAIN.replace("\n", "\r").replace("cô té", '"cô\nté"'), Path("q.csv"), print)
    assert [row["b"] for row in rows] == ["cô\nté", "y"]


@pytest.mark.parametrize("header, separator", [
    ('"Question, entière";"Réponse, exacte"', ";"), ("Question, entière;Réponse", ";"),
    ("Question; entière,Réponse", ","),
    ('"a;b;c",d', ","), ("a\tb, c", "\t")])
def test_signs_within_names_of_columns_separate_none(header, separator):
    text = header + f"\nu{separator}v\nw{separator}x\n"
    assert [list(row.values()) for row in csv_rows(text, Path("q.csv"), print)] == [["u", "v"],
                                                                                    ["w", "x"]]


@pytest.mark.parametrize("text, message", [
    ("a, a \nx,y\n", "two columns have one name, 'a'"),
    ("é,e\u0301\nx,y\n", "two columns have one name"),
    ("sep=;\n", "it is empty"), ("sep=ab\na,b\n", "not a table with the separator 'ab'"),
    ("a,b\nx\n", "row 0: 1 cells under 2 .* remove a title"),
    ("a,b\nx,y\nx,y,z\n", "row 1: 3 cells under 2 .* holds ',' needs quotation marks")])
def test_what_is_no_table_is_refused_in_words(text, message):
    with pytest.raises(SourceError, match=message):
        csv_rows(text, Path("q.csv"), print)


@pytest.mark.parametrize("rows, line, whole", [
    ('"u,v\nw,x\n', 2, 0), ('u,"v\nw,x\n', 2, 0), ('u,v\nw,"x\n', 3, 1), ('u,v\nw,"x', 3, 1),
    ('"u,v\nw,"x"\n', 2, 0), ('"le "foie"",v\n', 2, 0),
    ('"le \\"foie\\"",v\n', 2, 0), ('u,v\n"le "foie,x\n', 3, 1), ('"u\nv",w\n"x,y\n', 4, 1),
    ('u,"v""\nw,x\n', 2, 0), ('"u,v\nw,"x" y\n', 2, 0), ('"le, la" foie,v\n', 2, 0),
    ('"le "gros" foie,v\n', 2, 0), ('"le" et "la",v\n', 2, 0), ('u,v\n"le" foie,"x\n', 3, 1)])
def test_a_quotation_mark_that_is_not_closed_takes_in_no_rows(rows, line, whole):
    for text in ("a,b\n" + rows, "sep=,\na,b\n" + rows):
        from_line = line + text.startswith("sep")
        with pytest.raises(
            SourceError,
            match=rf"q.csv: a cell in the row from line {from_line} on begins with .* {whole} "
                  rf"whole rows before it",
        ):
            csv_rows(text, Path("q.csv"), print)


@pytest.mark.parametrize("row, expected", [
    ('"le ""foie""",v', 'le "foie"'), ('le "foie",v', 'le "foie"'), ('5" u,v', '5" u'),
    ('"",v', ""), ('"""foie""",v', '"foie"'), ("'foie',v", "'foie'"),
    ('«le "foie"»,v', '«le "foie"»'), ('"a, b",v', "a, b"), (' "foie" cuit,v', ' "foie" cuit'),
    ('"a\nb",v', "a\nb")])
def test_quotation_marks_that_are_parts_of_a_cell_stay(row, expected):
    assert csv_rows(f"a,b\n{row}\n", Path("q.csv"), print) == [{"a": expected, "b": "v"}]


@pytest.mark.parametrize("row, expected", [
    ('"foie" gras,v', "foie gras"), ('"A" ou B,v', "A ou B"), ('v,"foie" gras', "v"),
    ('"le ""gros"" foie" gras,v', 'le "gros" foie gras'), ('"foie"\'s,v', "foie's"),
    ('"foie" gras,"v\n,w"', "foie gras")])
def test_a_quoted_word_at_the_head_of_a_cell_is_read_as_a_spreadsheet_does(row, expected):
    remarks = []
    rows = csv_rows(f"a,b\n{row}\nu,v\n", Path("q.csv"), remarks.append)
    assert (rows[0]["a"], len(rows)) == (expected, 2)
    assert remarks == ["has 1 cells that begin with a quoted word: its marks are dropped, as a "
                       "spreadsheet drops them"]


def test_blanks_may_stand_before_quotation_marks_where_the_header_has_them():
    text = '"question", "a", "b"\n"Un, deux ?", "l\'os", "x, y"\n'
    assert csv_rows(text, Path("q.csv"), print) == [{"question": "Un, deux ?", "a": "l'os",
                                                     "b": "x, y"}]


def test_lines_without_content_are_counted():
    remarks = []
    csv_rows(PLAIN.replace(",", ";") + ";;\n;;\n", Path("q.csv"), remarks.append)
    assert remarks == ["has columns separated by ';'",
                       "has 2 lines of separators alone, which are no rows"]


@pytest.mark.parametrize("written", [
    "énoncé", " énoncé", "e\u0301nonce\u0301 ", "\ufeffénoncé", "\u00a0énoncé\t"])
def test_a_column_has_one_name_however_it_is_written(written):
    assert column_name(written) == "énoncé"


@pytest.mark.parametrize("text, message", [
    ('[{"a": 1, "a": 2}]', "q.json: two columns have one name, 'a'"),
    ('{"a": 1}\n{"a": 1, "a": 1}', "row 1: two columns have one name, 'a'"),
    ('[{"b": 1}, {"é": 1, "e\u0301": 2}]', "row 1: two columns have one name, 'é'"),
    ('[{"q": 1, "q ": 2}]', r"'q' \('q', 'q '\)"),
    ('[{"o": {"A": 1, "A": 2}}]', "q.json: two columns have one name, 'A'"),
    ('[{"a b": 1, "a  b": 2}]', "'a b'")])
def test_of_two_names_that_are_one_none_is_lost_in_json(text, message):
    with pytest.raises(SourceError, match=message):
        json_rows(text, Path("q.json"))


ROWS = [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("text, name, expected", [
    (json.dumps(ROWS), "q.json", ROWS), (json.dumps(ROWS[0]), "q.json", ROWS[:1]),
    (json.dumps(ROWS[0], indent=1), "q.json", ROWS[:1]),
    ('{"a": 1}\n{"a": 2}', "q.json", ROWS), ('{"a": 1}\r{"a": 2}\r', "q.jsonl", ROWS),
    ('{"a": 1}\r\n\r\n{"a": 2}', "q.ndjson", ROWS),
    ('{\r"a": 1\r}', "q.json", ROWS[:1]),
    (json.dumps(ROWS, indent=1).replace("\n", "\r"), "q.json", ROWS),
    ('{"messages": [{"role": "u"}, {"role": "a"}]}', "q.jsonl",
     [{"messages": [{"role": "u"}, {"role": "a"}]}]),
    ('{"o": {"A": "x"}, "g": "A"}', "q.json", [{"o": {"A": "x"}, "g": "A"}]), ("[]", "q.json", []),
    ('[{"messages": [{"role": "u"}, {"role": "a"}]}]', "q.json",
     [{"messages": [{"role": "u"}, {"role": "a"}]}]),
    ('{"messages": [{"role": "u"}, {"role": "a"}]}', "q.json",
     [{"messages": [{"role": "u"}, {"role": "a"}]}])])
def test_rows_of_json_in_every_form(text, name, expected):
    assert json_rows(text, Path(name)) == expected


@pytest.mark.parametrize("text", [
    '{\n"data": [{"a": 1}, {"a": 2}]}',
    '{\n"train": [{"a": 1}, {"a": 2}], "test": [{"a": 3}, {"a": 4}]}',
                                  '{"a": {"0": 1, "1": 2},\n "b": {"0": 3, "1": 4}}', "{\n}",
    "[1, 2]", "3", '"text"'])
def test_json_that_is_no_list_of_rows_is_refused(text):
    with pytest.raises(SourceError, match="expected a list of objects"):
        json_rows(text, Path("q.json"))
