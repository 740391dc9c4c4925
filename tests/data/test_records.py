import pandas as pd
import pytest
from rows import collect

from medinj_utils.core.identity import record_id
from medinj_utils.data.records import COLUMNS, BadRow, complete, load_records, save_records

GOOD = {"provenance": "native", "task": "mcq", "source": "essai", "split": "train", "instruction": "Quels organes ?",
        "context": "", "options": ["foie", "rein", "cœur"], "answer_letters": ["A", "C"], "licence": "CC0-1.0"}


def test_a_complete_record_has_all_columns_and_its_answer_text():
    row = complete(GOOD)
    assert set(row) == set(COLUMNS)
    assert row["answer_text"] == "foie ; cœur"


@pytest.mark.parametrize("field, value, told", [
    ("provenance", "natif", "native, synthetic, translated"), ("task", "qcm", "mcqu, mcq, oeq"),
    ("split", "dev", "train, validation, test"), ("instruction", "  ", "empty"), ("source", "", "empty"),
    ("instruction", None, "must be text"), ("context", 3, "must be text"), ("explanation", None, "must be text"),
    ("licence", [], "must be text"), ("parent", 1.5, "must be text"), ("answer_text", 7, "must be text"),
    ("options", ["foie"], "1 options"), ("options", ["foie", " ", "rein"], "an option is empty"),
    ("options", ["foie", "Foie ", "rein"], "same text"), ("answer_letters", [], "need letters"),
    ("answer_letters", ["A", "D"], "need letters among ABC"), ("answer_letters", ["C", "A"], "in order"),
    ("answer_letters", ["A", "A"], "each once"), ("task", "mcqu", "exactly one"), ("task", "oeq", "no options")])
def test_each_field_once_wrong_is_refused_with_field_value_and_reason(field, value, told):
    records, quarantine = collect(GOOD, GOOD | {field: value, "answer_text": value if field == "answer_text" else "x"})
    assert len(records) == 1
    bad = quarantine.iloc[0]
    assert (bad["file"], bad["row"]) == ("f.json", 1)
    assert bad["field"] in (field, "answer_letters", "options")
    assert told in bad["reason"]
    assert bad["value"] == str(value).strip() or field in ("task", "instruction")


def test_a_missing_field_is_named():
    without = {k: v for k, v in GOOD.items() if k != "instruction"}
    with pytest.raises(BadRow, match="instruction: missing"):
        complete(without)


def test_saving_and_loading_gives_the_same_table_and_leaves_no_other_file(tmp_path):
    records, _ = collect(GOOD, GOOD | {"task": "oeq", "options": [], "answer_letters": [], "answer_text": "le foie"})
    path = save_records(records, tmp_path / "r.parquet")
    pd.testing.assert_frame_equal(load_records(path), records)
    assert [file.name for file in tmp_path.iterdir()] == ["r.parquet"]


@pytest.mark.parametrize("field, value", [("task", "qcm"), ("answer_letters", ["Z"]), ("context", None)])
def test_a_damaged_file_is_refused_naming_file_row_and_field(tmp_path, field, value):
    records, _ = collect(GOOD, GOOD | {"instruction": "Autre ?"})
    records.at[1, field] = value
    with pytest.raises(ValueError, match=rf"r\.parquet, row 1, {field}"):
        save_records(records, tmp_path / "r.parquet")
    assert not list(tmp_path.iterdir())


def test_a_table_with_other_columns_is_refused(tmp_path):
    records, _ = collect(GOOD)
    with pytest.raises(ValueError, match="columns differ.*licence"):
        save_records(records.drop(columns="licence"), tmp_path / "r.parquet")


def test_ids_follow_the_content_and_nothing_else():
    row = complete(GOOD)
    assert record_id(complete(GOOD | {"split": "test", "source": "autre", "instruction": "Quels\u00a0 organes ?"})) == row["id"]
    assert record_id(complete(GOOD | {"answer_letters": ["A"]})) != row["id"]
    swapped = complete(GOOD | {"options": ["rein", "foie", "cœur"], "answer_letters": ["B", "C"]})
    assert swapped["id"] != row["id"]
    assert swapped["question_id"] == row["question_id"]
    assert complete(GOOD | {"answer_letters": ["A"]})["question_id"] == row["question_id"]
