"""The YAML file about a table: what it may say, what it finds, and what it makes of a row."""

import pytest
import yaml

from medinj_utils.data import SourceError
from medinj_utils.data.own_tables import load_mapping, tables_of
from medinj_utils.data.rules import BadRow

MAPPING = {"files": "mine.csv", "provenance": "native", "task": "mcqu", "split": "train",
           "source": "Mes questions", "licence": "CC0-1.0", "instruction": {"column": "question"},
           "gold": {"letters": "bonne"}, "options": {"columns": ["a", "b", "c"]}}
ROW = {"question": "Quel organe ?", "a": "foie", "b": "rein", "c": " ", "bonne": "b"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mine.yaml"


@pytest.fixture
def load(path):
    """A function that makes a mapping of what differs from `MAPPING`."""
    def mapping(**content):
        return load_mapping(yaml.safe_dump(MAPPING | content, allow_unicode=True), path)
    return mapping


@pytest.mark.parametrize("content, message", [
    ({"gold": {"index": "n"}}, ", gold: .*index needs base"),
    ({"gold": {"letters": "b", "base": 1}}, ", gold: .*index needs base"),
    ({"gold": {"index": "n", "base": 2}}, r", gold\.base: "),
    ({"gold": {}}, ", gold: .*say one of letters, text, index, flags"),
    ({"gold": {"letters": "b", "text": "c"}}, ", gold: .*say one of letters, text, index, flags"),
    ({"options": {"column": "a", "inside": True}}, ", options: .*say one of column, columns, ins"),
    ({"options": {}}, ", options: .*say one of column, columns, inside"),
    ({"provenance": "natif"}, ", provenance.*'native', 'synthetic' or 'translated'"),
    ({"task": {"column": "t", "value": {"u": "mcqu"}}}, r", task\.Column\.value: Extra inputs"),
    ({"task": "qcm"}, ", task.*: Input should be 'mcqu', 'mcq', 'oeq' or 'by answers'; keys"),
    ({"source": {"values": {}}}, r", source\.Column\.column: Field required"),
    ({"instruction": "question"}, ", instruction: "),
    ({"colour": 1}, ", colour: .*; keys are files, encoding, provenance, task, split"),
    ("gold: {letters: a, letters: b}\n", "line 1: the key 'letters' stands twice"),
    ("task: &x [*x]", "contains itself"), ("files: [", ": not YAML"),
    *((text, ": need keys with values, such as .*keys are files") for text in ("", "# rien\n",
                                                                               "null", "[]"))])
def test_a_wrong_mapping_is_refused_with_its_file_and_key(path, content, message):
    text = content if isinstance(content, str) else yaml.safe_dump(MAPPING | content)
    with pytest.raises(SourceError, match=rf"^{path}.*{message}"):
        load_mapping(text, path)


def test_a_missing_key_is_named(path):
    content = {key: value for key, value in MAPPING.items() if key != "licence"}
    with pytest.raises(SourceError, match=rf"^{path}, licence.*: Field required; keys are "):
        load_mapping(yaml.safe_dump(content), path)


@pytest.mark.parametrize("files, message", [
    ("/tmp/x.csv", "need a name or pattern"), ("../mine.csv", "need a name or pattern"),
    ("../*/mine.csv", "need a name or pattern"), ("", "need a name or pattern"),
    ("nichts*.csv", "no file beside it matches 'nichts[*].csv'"),
    ("..", "no file beside it"), (".", "need a name or pattern"), ("./", "need a name or pattern"),
    (".//.", "need a name or pattern"), ("mine.yaml", "no file beside it"),
    ("/", "need a name or pattern"), ("x" * 300, "need a name or pattern")])
def test_a_wrong_pattern_of_files_is_told(load, path, files, message):
    path.touch()
    (path.parent / "mine.csv").touch()
    with pytest.raises(SourceError, match=rf"^{path}, files: {message}"):
        tables_of(load(files=files), path)


def test_a_pattern_finds_the_files_below_in_order_and_not_the_mapping(load, path):
    for name in ("mine.yaml", "b.csv", "a.csv", "un/c.csv"):
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).touch()
    result = tables_of(load(files="**/*.csv"), path)
    assert [file.relative_to(path.parent).as_posix() for file in result] == ["a.csv", "b.csv",
                                                                           "un/c.csv"]
    assert path not in tables_of(load(files="*"), path)


def test_the_columns_of_a_mapping_stand_with_the_field_that_names_them_first(load):
    mapping = load(options={"columns": ["question", "b"]}, gold={"flags": ["va", "vb"]},
                   split={"column": "lot"}, general={"column": "lot"})
    assert mapping.columns == {"lot": "split", "question": "instruction", "va": "gold",
                               "vb": "gold", "b": "options"}


def test_a_row_becomes_fields_of_a_record_with_its_empty_last_option_left_out(load):
    fields = load(context={"column": "cas"}).fields(ROW | {"cas": "Un homme."})
    assert fields == {
        "provenance": "native", "task": "mcqu", "split": "train", "source": "Mes questions",
        "licence": "CC0-1.0", "instruction": "Quel organe ?", "context": "Un homme.",
        "explanation": "", "parent": "", "general": False, "options": ["foie", "rein"],
        "answer_letters": ["B"]}


@pytest.mark.parametrize("changes, field, reason", [
    ({"task": "oeq"}, "gold", "an open question needs its answer: gold: {text: column}"),
    ({"options": None}, "options", "a choice question needs options in the mapping"),
    ({"split": {"column": "question", "values": {"1": "train", "2": "test"}}}, "question",
     "split: not among the values 1, 2")])
def test_what_a_mapping_lacks_for_a_row_is_said(load, changes, field, reason):
    with pytest.raises(BadRow) as caught:
        load(**changes).fields(ROW)
    assert (caught.value.field, caught.value.reason) == (field, reason)


def test_a_value_that_means_two_things_in_another_case_is_refused(load):
    task = {"column": "genre", "values": {"qcm": "mcq", "QCM": "mcqu", "qru": "mcqu"}}
    mapping = load(task=task)
    assert mapping.fields(ROW | {"genre": "QCM"})["task"] == "mcqu"
    assert mapping.fields(ROW | {"genre": " QRU"})["task"] == "mcqu"
    with pytest.raises(BadRow, match="genre: task: not among the values QCM, qcm, qru"):
        mapping.fields(ROW | {"genre": "Qcm"})


@pytest.mark.parametrize("keys, cells", [
    ("yes: mcq, no: mcqu", ("yes", "no")), ("yes: mcq, no: mcqu", ("Yes", " NO ")),
    ("on: mcq, off: mcqu", ("on", "off")),
    ("true: mcq, false: mcqu", ("true", "false")), ("true: mcq, false: mcqu", ("TRUE", "False")),
    ("01: mcq, 010: mcqu", ("01", "010")),
    ("1: mcq, 0: mcqu", ("1", "0")), ("1: mcq, 0: mcqu", ("1.0", "0.0")),
    ("1:30: mcq, 2024-01-02: mcqu", ("1:30", "2024-01-02")),
    ("1_0: mcq, 0x1F: mcqu", ("1_0", "0x1F")), ("1.5: mcq, 2.5: mcqu", ("1.5", "2.5")),
    ("A: mcq, a: mcqu", ("A", "a"))])
def test_values_of_a_mapping_are_what_is_written_there(path, keys, cells):
    text = yaml.safe_dump(MAPPING | {"task": "TASK"})
    mapping = load_mapping(text.replace("TASK", f"{{column: multi, values: {{{keys}}}}}"), path)
    assert [mapping.fields(ROW | {"multi": cell})["task"] for cell in cells] == ["mcq", "mcqu"]


@pytest.mark.parametrize("column", ["no", "yes", "null?", "01", "1e5", "on", "3"])
def test_a_column_may_have_any_name(path, column):
    text = yaml.safe_dump(MAPPING | {"instruction": {"column": "COLUMN"}})
    mapping = load_mapping(text.replace("COLUMN", column), path)
    assert mapping.columns[column] == "instruction"
    assert mapping.fields(ROW | {column: "Où ?"})["instruction"] == "Où ?"
