"""A reader's own tables: with the record's columns, or with a YAML file that says what theirs
are."""

import json
import unicodedata

import pandas as pd
import pytest
import yaml

from medinj_utils.data import SourceError, read_source
from medinj_utils.data.records import COLUMNS

MAPPING = {"files": "mine.csv", "provenance": "native", "task": "mcqu", "split": "train",
           "source": "Mes questions",
           "licence": "CC0-1.0", "instruction": {"column": "question"}}
ROW = {"question": "Quel organe ?", "a": "foie", "b": "rein", "c": "", "bonne": "B"}


def write(folder, rows, **mapping):
    mapping = MAPPING | mapping
    table = pd.DataFrame(rows)
    ending = mapping["files"].rpartition(".")[2]
    if ending == "csv":
        table.to_csv(folder / mapping["files"], index=False)
    elif ending == "parquet":
        table.to_parquet(folder / mapping["files"])
    else:
        table.to_json(folder / mapping["files"], orient="records", lines=ending == "jsonl",
                      force_ascii=False)
    (folder / "mine.yaml").write_text(yaml.safe_dump(mapping), encoding="utf-8")
    return folder / "mine.yaml"


@pytest.mark.parametrize("gold, cells", [
    ({"letters": "bonne"}, {"bonne": "B"}), ({"index": "n", "base": 0}, {"n": "1"}),
    ({"index": "n", "base": 1}, {"n": "2"}),
    ({"text": "texte"}, {"texte": "rein"}),
    ({"flags": ["va", "vb", "vc"]}, {"va": "faux", "vb": "vrai", "vc": ""})])
@pytest.mark.parametrize("ending", ["csv", "jsonl", "json", "parquet"])
def test_gold_in_each_declared_form_and_file(tmp_path, gold, cells, ending):
    path = write(tmp_path, [ROW | cells], files=f"mine.{ending}", gold=gold,
                 options={"columns": ["a", "b", "c"]})
    records, quarantine = read_source("own", path)
    row = records.iloc[0]
    assert quarantine.empty
    assert row["options"] == ["foie", "rein"]
    assert row["answer_letters"] == ["B"]
    assert (row["provenance"], row["task"], row["source"], row["answer_text"]) == (
        "native",
        "mcqu",
        "Mes questions",
        "rein",
    )


@pytest.mark.parametrize("options, cells", [
    ({"column": "o"}, {"o": '["foie", "rein"]'}),
    ({"column": "o"}, {"o": '{"A": "foie", "B": "rein"}'}),
    ({"inside": True}, {"question": "Quel organe ?\n(A) foie\n(B) rein"})])
def test_options_in_each_declared_form(tmp_path, options, cells):
    records, _ = read_source("own", write(tmp_path, [ROW | cells], gold={"letters": "bonne"},
                                          options=options))
    assert records["options"].item() == ["foie", "rein"]
    assert records["instruction"].item() == "Quel organe ?"


def test_columns_with_values_and_open_questions(tmp_path):
    path = write(tmp_path, [{"question": "Pourquoi ?", "r": "Parce que.", "genre": "QRO",
                             "lot": "1"}],
                 task={"column": "genre", "values": {"QRO": "oeq"}},
                 split={"column": "lot", "values": {"1": "test"}},
                 gold={"text": "r"})
    row = read_source("own", path)[0].iloc[0]
    assert (row["task"], row["split"], row["answer_text"]) == ("oeq", "test", "Parce que.")


@pytest.mark.parametrize("cells, changes, field", [
    ({"n": "7"}, {"gold": {"index": "n", "base": 1}}, "n"),
    ({"n": "0"}, {"gold": {"index": "n", "base": 1}}, "n"),
    ({"n": "x"}, {"gold": {"index": "n", "base": 0}}, "n"),
    ({"v": "peut-être"}, {"gold": {"flags": ["v"]}}, "v"),
    ({"vc": "vrai"}, {"gold": {"flags": ["va", "vb", "vc"]}}, "va, vb, vc"),
    ({"g": "?"}, {"task": {"column": "g", "values": {"u": "mcqu"}}, "gold": {"letters": "bonne"}},
     "g"),
    ({"bonne": "Z"}, {"gold": {"letters": "bonne"}}, "answer")])
def test_a_bad_cell_costs_its_row_and_names_its_column(tmp_path, cells, changes, field):
    row = ROW | {"va": "", "vb": "vrai"} | cells
    records, quarantine = read_source("own", write(tmp_path, [row],
                                                   options={"columns": ["a", "b", "c"]}, **changes))
    assert records.empty
    assert quarantine[["file", "row", "field"]].to_numpy().tolist() == [["mine.csv", 0, field]]


def test_a_misspelt_key_is_named_and_not_only_missed(tmp_path):
    path = write(tmp_path, [ROW])
    mapping = {("tusk" if key == "task" else key): value for key, value in MAPPING.items()}
    path.write_text(yaml.safe_dump(mapping | {"gold": {"letters": "b"}}), encoding="utf-8")
    with pytest.raises(SourceError, match=r"tusk: Extra inputs.*keys are .*task"):
        read_source("own", path)


def test_the_records_own_columns_need_no_mapping(tmp_path, world):
    known = world["records"].groupby(["provenance", "task", "split"]).head(2)
    for ending in ("csv", "jsonl", "parquet"):
        path = tmp_path / f"known.{ending}"
        if ending == "csv":
            known.assign(
                **{field: known[field].map(json.dumps) for field in ("options", "answer_letters")}
            ).to_csv(path, index=False)
        elif ending == "jsonl":
            known.to_json(path, orient="records", lines=True, force_ascii=False)
        else:
            known.to_parquet(path)
        records, quarantine = read_source("own", path)
        assert quarantine.empty
        same = [field for field in COLUMNS if field != "place"]
        assert records[same].to_dict("records") == known[same].to_dict("records")


def test_told_provenance_fills_what_rows_leave_out_and_contradicts_nothing(tmp_path):
    row = {"task": "oeq", "source": "s", "split": "train", "instruction": "Pourquoi ?",
           "answer_text": "Parce que."}
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(row) + "\n" + json.dumps(row | {"provenance": "native"}) + "\n",
                    encoding="utf-8")
    records, quarantine = read_source("own", path, provenance="translated")
    assert records["provenance"].tolist() == ["translated"]
    assert quarantine[["row", "field"]].to_numpy().tolist() == [[1, "provenance"]]


def test_gold_is_read_in_its_declared_form_alone(tmp_path):
    letters = {"columns": ["a", "b", "c", "d"]}
    row = {"question": "Quel groupe ?", "a": "O", "b": "A", "c": "B", "d": "AB"}
    texts, _ = read_source("own", write(tmp_path, [row | {"g": "A"}], gold={"text": "g"},
                                        options=letters))
    assert texts["answer_letters"].item() == ["B"]  # the text A is option B
    several, _ = read_source("own", write(tmp_path, [row | {"g": "AB"}], gold={"letters": "g"},
                                          options=letters, task="mcq"))
    assert several["answer_letters"].item() == ["A", "B"]
    other = {"question": "?", "a": "w", "b": "x", "c": "y", "d": "z", "g": "AB"}
    _, refused = read_source("own", write(tmp_path, [other], gold={"text": "g"}, options=letters,
                                          task="mcq"))
    assert refused["reason"].item() == "not the text of an option"


@pytest.mark.parametrize("text, message", [
    # a separator too many at each line's end
    ("question,texte,note\nUn ?,Deux,N,\nTrois ?,Quatre,,\n", None),
    ("question,texte,note\nUn ?,Deux,N,trop\n", "row 0: 4 cells under 3 columns"),
    ("question,texte,note\nUn ?,Deux,N\nTrois ?,Qua",
     "row 1: 2 cells under 3 columns; 1 whole rows before it"),
    ("question,texte,texte\nUn ?,Deux,N\n", "two columns have one name"), ("", "it is empty")])
def test_tables_with_cells_too_many_or_too_few_never_shift_their_columns(tmp_path, text, message):
    path = write(tmp_path, [ROW], task="oeq", gold={"text": "texte"})
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    if message:
        with pytest.raises(SourceError, match=message):
            read_source("own", path)
    else:
        records, _ = read_source("own", path)
        assert records[["instruction", "answer_text"]].values.tolist() == [["Un ?", "Deux"],
                                                                           ["Trois ?", "Quatre"]]


def test_missing_cells_never_become_words(tmp_path):
    path = write(tmp_path, [ROW], files="mine.jsonl", gold={"letters": "bonne"},
                 options={"column": "o"},
                 context={"column": "cas"})
    rows = ['{"question": "Un ?", "cas": NaN, "o": ["non", "1:30", "010"], "bonne": "B"}',
            '{"question": "Deux ?", "cas": null, "o": ["non", null, "oui"], "bonne": "A"}',
            '{"question": "Trois ?", "cas": "", "o": "[\'oui\', \'non\']", "bonne": "A"}',
            '{"question": "Quatre ?", "cas": "", "o": "[\'oui\' \'non", "bonne": "A"}']
    (tmp_path / "mine.jsonl").write_text("\n\n".join(rows), encoding="utf-8")
    records, quarantine = read_source("own", path)
    assert records["context"].tolist() == ["", ""]
    assert records["options"].tolist() == [["non", "1:30", "010"], ["oui", "non"]]
    assert quarantine[["row", "reason"]].values.tolist() == [[1, "an option is empty"],
                                                             [3, "neither a list nor a mapping"]]


def test_files_of_one_name_in_two_folders_are_told_apart_and_a_contradicted_provenance_is_refused(
    tmp_path,
):
    for folder in "xy":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "q.csv").write_text(f"question,texte\n{folder} ?,oui\n",
                                                 encoding="utf-8")
    path = write(tmp_path, [ROW], task="oeq", gold={"text": "texte"})
    path.write_text(
        yaml.safe_dump(MAPPING | {"files": "*/q.csv", "task": "oeq", "gold": {"text": "texte"}}),
        encoding="utf-8",
    )
    records, _ = read_source("own", path)
    assert records["place"].tolist() == ["x/q.csv:0", "y/q.csv:0"]
    assert set(records.attrs["reading"]["files"]) == {"mine.yaml", "x/q.csv", "y/q.csv"}
    with pytest.raises(SourceError, match="says 'native', but provenance is 'synthetic'"):
        read_source("own", path, provenance="synthetic")


@pytest.mark.parametrize("general, cells, expected", [
    (None, {}, False), (True, {}, True), (False, {}, False), ({"column": "g"}, {"g": "oui"}, True),
    ({"column": "g"}, {"g": ""}, False),
    ({"column": "g", "values": {"G": "true", "M": "false"}}, {"g": "G"}, True)])
def test_general_knowledge_is_said_for_all_rows_or_in_a_column(tmp_path, general, cells, expected):
    said = {} if general is None else {"general": general}
    path = write(tmp_path, [ROW | cells], gold={"letters": "bonne"},
                 options={"columns": ["a", "b"]}, **said)
    records, quarantine = read_source("own", path)
    assert quarantine.empty and records["general"].tolist() == [expected]


def test_a_flag_that_is_none_costs_its_row(tmp_path):
    path = write(tmp_path, [ROW | {"g": "peut-être"}], gold={"letters": "bonne"},
                 options={"columns": ["a", "b"]},
                 general={"column": "g"})
    _, quarantine = read_source("own", path)
    assert quarantine[["field", "value"]].values.tolist() == [["g", "peut-être"]]


def test_a_table_with_the_records_columns_may_lack_general_or_have_it(tmp_path):
    row = {"provenance": "native", "task": "oeq", "source": "s", "split": "test",
           "instruction": "Pourquoi ?",
           "answer_text": "Parce que."}
    path = tmp_path / "mine.jsonl"
    rows = [row, row | {"general": True}, row | {"general": None}, row | {"general": "quiz"}]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    records, quarantine = read_source("own", path)
    assert records["general"].tolist() == [False, True, False]
    assert quarantine[["row", "field"]].values.tolist() == [[3, "general"]]


TABLE = "énoncé;a;b;bonne\nŒdème où ?;à droite;côté;A\nDeuxième ?;foie;rein;B\n"
NAMED = MAPPING | {"instruction": {"column": "énoncé"}, "options": {"columns": ["a", "b"]},
                   "gold": {"letters": "bonne"}}


def mapped(folder, text, name="mine.csv", **changes):
    """A mapping, as text or as what it says, beside a table of these bytes."""
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    content = NAMED | {"files": name} | changes
    (folder / "m.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder / "m.yaml"


@pytest.mark.parametrize("write", [
    str.encode, lambda text: text.replace("\n", "\r").encode(),
    lambda text: text.encode("utf-16-le"), lambda text: text.encode("utf-16"),
    lambda text: text.encode("cp1252"), lambda text: ("sep=;\n" + text).encode("utf-8-sig"),
    lambda text: unicodedata.normalize("NFD", text).encode(),
    lambda text: text.replace("énoncé;", " énoncé ;").encode()])
def test_one_table_gives_the_same_records_however_it_was_saved(tmp_path, write):
    records, quarantine = read_source("own", mapped(tmp_path, write(TABLE)))
    assert quarantine.empty
    assert records[["instruction", "options", "answer_letters"]].values.tolist() == [
        ["Œdème où ?", ["à droite", "côté"], ["A"]], ["Deuxième ?", ["foie", "rein"], ["B"]]]


def test_an_encoding_is_named_in_the_mapping_and_else_asked_for(tmp_path):
    with pytest.raises(SourceError, match="encoding: mac_roman"):
        read_source("own", mapped(tmp_path, TABLE.encode("mac_roman")))
    records, _ = read_source("own", mapped(tmp_path, TABLE.encode("mac_roman"),
                                           encoding="mac_roman"))
    assert records["instruction"].tolist() == ["Œdème où ?", "Deuxième ?"]
    assert records.attrs["reading"]["remarks"] == [
        {"file": "mine.csv", "remark": "has columns separated by ';'", "rows": 0}
    ]


@pytest.mark.parametrize("name", [
    "mine.CSV", "mine.txt", "mine.tsv", "mes questions (1).csv", "mine[1].csv"])
def test_a_table_may_have_other_names(tmp_path, name):
    assert len(read_source("own", mapped(tmp_path, TABLE, name))[0]) == 2


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
def test_a_table_is_found_whatever_the_form_of_its_accents(tmp_path, on_disk):
    path = mapped(tmp_path, TABLE, unicodedata.normalize(on_disk, "données.csv"),
                  files="données.csv")
    assert len(read_source("own", path)[0]) == 2


@pytest.mark.parametrize("cells, letters, task", [
    ({"bonne": "A"}, ["A"], "mcqu"), ({"bonne": "A, C"}, ["A", "C"], "mcq"),
    ({"bonne": "ABC"}, ["A", "B", "C"], "mcq")])
def test_the_number_of_right_answers_may_say_the_task(tmp_path, cells, letters, task):
    path = write(tmp_path, [ROW | {"c": "rate"} | cells], options={"columns": ["a", "b", "c"]},
                 gold={"letters": "bonne"}, task="by answers")
    row = read_source("own", path)[0].iloc[0]
    assert (row["answer_letters"], row["task"]) == (letters, task)


def test_a_task_by_answers_may_be_that_of_some_rows(tmp_path):
    rows = [ROW | {"genre": "QCM"}, ROW | {"genre": "QRO", "texte": "Parce que."}]
    path = write(tmp_path, rows, options={"columns": ["a", "b"]}, gold={"text": "texte"},
                 task={"column": "genre", "values": {"QCM": "by answers", "QRO": "oeq"}})
    rows[0]["texte"] = "rein"
    write(tmp_path, rows, options={"columns": ["a", "b"]}, gold={"text": "texte"},
          task={"column": "genre", "values": {"QCM": "by answers", "QRO": "oeq"}})
    assert read_source("own", path)[0]["task"].tolist() == ["mcqu", "oeq"]


@pytest.mark.parametrize("said, expected", [
    ("yes", True), ("true", True), ("no", False), ("false", False)])
def test_what_a_mapping_says_of_all_rows_may_be_yes_or_no(tmp_path, said, expected):
    path = mapped(tmp_path, TABLE)
    path.write_text(
        path.read_text(encoding="utf-8") + f"general: {said}\nexplanation:\ncontext: null\n",
        encoding="utf-8",
    )
    assert read_source("own", path)[0]["general"].tolist() == [expected] * 2


def test_four_options_stand_beside_five_in_lists_structs_and_columns(tmp_path):
    rows = [{"question": "Un ?", "o": {"A": "a", "B": "b", "C": None}, "l": ["a", "b", None],
             "bonne": "A"},
            {"question": "Deux ?", "o": {"A": "a", "B": "b", "C": "c"}, "l": ["a", "b", "c"],
             "bonne": "C"}]
    for ending in ("parquet", "jsonl", "json"):
        for column in ("o", "l"):
            path = write(tmp_path, rows, files=f"mine.{ending}", options={"column": column},
                         gold={"letters": "bonne"})
            records, quarantine = read_source("own", path)
            assert quarantine.empty and [len(options) for options in records["options"]] == [2, 3]


@pytest.mark.parametrize("own", [True, False])
def test_labels_inside_options_are_left_out_and_counted(tmp_path, own):
    options, row = ["A. NaCl 0,9 %", "B. eau"], {"question": "Quoi ?", "bonne": "B. eau"}
    if own:
        path = write(tmp_path, [row | {"o": options}], files="mine.jsonl", options={"column": "o"},
                     gold={"text": "bonne"})
    else:
        path = tmp_path / "mine.jsonl"
        path.write_text(json.dumps({"provenance": "native", "task": "mcqu", "source": "s",
                                    "split": "test", "instruction": "Quoi ?",
                                    "options": [*options, None], "answer_letters": ["B"]}),
                        encoding="utf-8")
    records, quarantine = read_source("own", path)
    assert quarantine.empty
    assert records["options"].item() == ["NaCl 0,9 %", "eau"]
    assert records["answer_letters"].item() == ["B"]
    assert records["answer_text"].item() == "eau"
    assert records.attrs["reading"]["remarks"] == [
        {"file": "mine.jsonl", "remark": "options have labels of their own, which are left out",
         "rows": 1}]


@pytest.mark.parametrize("mapping", [True, False])
def test_a_table_without_the_column_of_the_question_is_refused_with_those_it_has(tmp_path, mapping):
    path = mapped(tmp_path, TABLE.replace("énoncé", "enonce"))
    said = (
        "Correct the names in .*m.yaml" if mapping else "write a YAML file that says what they are"
    )
    with pytest.raises(
        SourceError,
        match=rf"mine\.csv: no column '{'énoncé' if mapping else 'instruction'}'; there are: "
              rf"enonce, a, b, bonne\. .*{said}",
    ):
        read_source("own", path if mapping else tmp_path / "mine.csv")


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "parquet"])
@pytest.mark.parametrize("changes, missing", [
    ({"gold": {"letters": "réponse"}}, "'réponse'"), ({"gold": {"flags": ["a", "z"]}}, "'z'"),
    ({"options": {"columns": ["a", "b", "c"]}}, "'c'"),
    ({"context": {"column": "cas"}, "parent": {"column": "de"}}, "'cas', 'de'"),
    ({"split": {"column": "lot"}}, "'lot'")])
def test_a_column_that_the_table_lacks_is_named_once_with_those_it_has(tmp_path, ending, changes,
                                                                       missing):
    rows = [{"question": f"Quoi {i} ?", "a": "oui", "b": "non", "bonne": "A"} for i in range(30)]
    path = write(tmp_path, rows, files=f"mine.{ending}",
                 **{"options": {"columns": ["a", "b"]}, "gold": {"letters": "bonne"}} | changes)
    with pytest.raises(SourceError) as caught:
        read_source("own", path)
    assert (
        f"mine.{ending}: no column {missing}; there are: question, a, b, bonne. Correct the names "
        f"in {path}"
        in str(caught.value)
    )
