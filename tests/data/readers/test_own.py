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


def test_gold_is_read_in_its_declared_form_alone(tmp_path):
    letters = {"columns": ["a", "b", "c", "d"]}
    row = {"question": "Quel groupe ?", "a": "O", "b": "A", "c": "B", "d": "AB"}
    texts, _ = read_source("own", write(tmp_path, [row | {"g": "A"}], gold={"text": "g"}, options=letters))
    assert texts["answer_letters"].item() == ["B"]  # the text A is option B
    several, _ = read_source("own", write(tmp_path, [row | {"g": "AB"}], gold={"letters": "g"}, options=letters, task="mcq"))
    assert several["answer_letters"].item() == ["A", "B"]
    other = {"question": "?", "a": "w", "b": "x", "c": "y", "d": "z", "g": "AB"}
    _, refused = read_source("own", write(tmp_path, [other], gold={"text": "g"}, options=letters, task="mcq"))
    assert refused["reason"].item() == "not the text of an option"


@pytest.mark.parametrize("text, told", [
    ("question,texte,note\nUn ?,Deux,N,\nTrois ?,Quatre,,\n", None),  # a separator too many at each line's end
    ("question,texte,note\nUn ?,Deux,N,trop\n", "row 0: 4 cells under 3 columns"),
    ("question,texte,note\nUn ?,Deux,N\nTrois ?,Qua", "row 1: 2 cells under 3 columns; 1 whole rows before it"),
    ("question,texte,texte\nUn ?,Deux,N\n", "two columns have one name"), ("", "it is empty")])
def test_tables_with_cells_too_many_or_too_few_never_shift_their_columns(tmp_path, text, told):
    path = write(tmp_path, [ROW], task="oeq", gold={"text": "texte"})
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    if told:
        with pytest.raises(SourceError, match=told):
            read_source("own", path)
    else:
        records, _ = read_source("own", path)
        assert records[["instruction", "answer_text"]].values.tolist() == [["Un ?", "Deux"], ["Trois ?", "Quatre"]]


def test_missing_cells_never_become_words(tmp_path):
    path = write(tmp_path, [ROW], files="mine.jsonl", gold={"letters": "bonne"}, options={"column": "o"},
                 context={"column": "cas"})
    rows = ['{"question": "Un ?", "cas": NaN, "o": ["non", "1:30", "010"], "bonne": "B"}',
            '{"question": "Deux ?", "cas": null, "o": ["non", null, "oui"], "bonne": "A"}',
            '{"question": "Trois ?", "cas": "", "o": "[\'oui\', \'non\']", "bonne": "A"}',
            '{"question": "Quatre ?", "cas": "", "o": "[\'oui\' \'non", "bonne": "A"}']
    (tmp_path / "mine.jsonl").write_text("\n\n".join(rows), encoding="utf-8")
    records, quarantine = read_source("own", path)
    assert records["context"].tolist() == ["", ""]
    assert records["options"].tolist() == [["non", "1:30", "010"], ["oui", "non"]]
    assert quarantine[["row", "reason"]].values.tolist() == [[1, "an option is empty"], [3, "neither a list nor a mapping"]]


@pytest.mark.parametrize("files, told", [
    ("/tmp/x.csv", "need a name or pattern"), ("", "need a name or pattern"), ("nichts*.csv", "nothing beside it"),
    ("..", "nothing beside it")])
def test_a_wrong_pattern_of_files_is_told(tmp_path, files, told):
    path = write(tmp_path, [ROW], gold={"letters": "bonne"})
    path.write_text(yaml.safe_dump(TOLD | {"files": files, "gold": {"letters": "bonne"}}), encoding="utf-8")
    with pytest.raises(SourceError, match=told):
        read_source("own", path)


def test_files_of_one_name_in_two_folders_are_told_apart_and_a_contradicted_provenance_is_refused(tmp_path):
    for place in "xy":
        (tmp_path / place).mkdir()
        (tmp_path / place / "q.csv").write_text(f"question,texte\n{place} ?,oui\n", encoding="utf-8")
    path = write(tmp_path, [ROW], task="oeq", gold={"text": "texte"})
    path.write_text(yaml.safe_dump(TOLD | {"files": "*/q.csv", "task": "oeq", "gold": {"text": "texte"}}), encoding="utf-8")
    records, _ = read_source("own", path)
    assert records["place"].tolist() == ["x/q.csv:0", "y/q.csv:0"]
    assert set(records.attrs["reading"]["files"]) == {"mine.yaml", "x/q.csv", "y/q.csv"}
    with pytest.raises(SourceError, match="says 'native', but provenance is 'synthetic'"):
        read_source("own", path, provenance="synthetic")


@pytest.mark.parametrize("general, cells, expected", [
    (None, {}, False), (True, {}, True), (False, {}, False), ({"column": "g"}, {"g": "oui"}, True),
    ({"column": "g"}, {"g": ""}, False), ({"column": "g", "values": {"G": "true", "M": "false"}}, {"g": "G"}, True)])
def test_general_knowledge_is_said_for_all_rows_or_in_a_column(tmp_path, general, cells, expected):
    said = {} if general is None else {"general": general}
    path = write(tmp_path, [ROW | cells], gold={"letters": "bonne"}, options={"columns": ["a", "b"]}, **said)
    records, quarantine = read_source("own", path)
    assert quarantine.empty and records["general"].tolist() == [expected]


def test_a_flag_that_is_none_costs_its_row(tmp_path):
    path = write(tmp_path, [ROW | {"g": "peut-être"}], gold={"letters": "bonne"}, options={"columns": ["a", "b"]},
                 general={"column": "g"})
    _, quarantine = read_source("own", path)
    assert quarantine[["field", "value"]].values.tolist() == [["g", "peut-être"]]


def test_a_table_with_the_records_columns_may_lack_general_or_have_it(tmp_path):
    row = {"provenance": "native", "task": "oeq", "source": "s", "split": "test", "instruction": "Pourquoi ?",
           "answer_text": "Parce que."}
    path = tmp_path / "mine.jsonl"
    rows = [row, row | {"general": True}, row | {"general": None}, row | {"general": "quiz"}]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    records, quarantine = read_source("own", path)
    assert records["general"].tolist() == [False, True, False]
    assert quarantine[["row", "field"]].values.tolist() == [[3, "general"]]
