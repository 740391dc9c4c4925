"""Records: what makes a whole one, what is refused, and how tables are kept."""

from collections import Counter

import pandas as pd
import pytest

from medinj_utils.core.identity import record_id
from medinj_utils.data.records import COLUMNS, complete, load_records, save_records
from medinj_utils.data.rules import BadRow
from medinj_utils.data.text import clean

from .rows import collect

GOOD = {"provenance": "native", "task": "mcq", "source": "essai", "split": "train",
        "instruction": "Quels organes ?",
        "context": "", "options": ["foie", "rein", "cœur"], "answer_letters": ["A", "C"],
        "licence": "CC0-1.0"}


def test_a_complete_record_has_all_columns_and_its_answer_text():
    row = complete(GOOD)
    assert set(row) == set(COLUMNS)
    assert row["answer_text"] == "foie ; cœur" and row["general"] is False


@pytest.mark.parametrize("field, value, reason", [
    ("provenance", "natif", "native, synthetic, translated"), ("task", "qcm", "mcqu, mcq, oeq"),
    ("split", "dev", "train, validation, test"), ("instruction", "  ", "empty"),
    ("source", "", "empty"),
    ("instruction", None, "must be text"), ("context", 3, "must be text"),
    ("explanation", None, "must be text"),
    ("licence", [], "must be text"), ("parent", 1.5, "must be text"),
    ("answer_text", 7, "must be text"),
    ("general", 1, "true or false"), ("general", None, "true or false"),
    ("options", ["foie"], "1 options"), ("options", ["foie", " ", "rein"], "an option is empty"),
    ("options", ["foie", "foie ", "rein"], "same text"), ("answer_letters", [], "need letters"),
    ("answer_letters", ["A", "D"], "need letters among ABC"),
    ("answer_letters", ["C", "A"], "in order"),
    ("answer_letters", ["A", "A"], "each once"), ("task", "mcqu", "exactly one"),
    ("task", "oeq", "no options")])
def test_each_field_once_wrong_is_refused_with_field_value_and_reason(field, value, reason):
    records, quarantine = collect(
        GOOD, GOOD | {field: value, "answer_text": value if field == "answer_text" else "x"}
    )
    assert len(records) == 1
    bad = quarantine.iloc[0]
    assert (bad["file"], bad["row"]) == ("f.json", 1)
    assert bad["field"] in (field, "answer_letters", "options")
    assert reason in bad["reason"]
    assert bad["value"] == str(value).strip() or field in ("task", "instruction")


def test_options_that_differ_by_a_raised_digit_are_two():
    row = complete(GOOD | {"options": ["10<sup>2</sup>", "102", "10<sub>2</sub>"]})
    assert row["options"] == ["10²", "102", "10₂"]
    with pytest.raises(BadRow, match="two options are the same text"):
        complete(GOOD | {"options": ["l'os", "l\u2019o\u00ads", "rein"]})


def test_a_missing_field_is_named():
    without = {k: v for k, v in GOOD.items() if k != "instruction"}
    with pytest.raises(BadRow, match="instruction: missing"):
        complete(without)


def test_saving_and_loading_gives_the_same_table_and_leaves_no_other_file(tmp_path):
    records, _ = collect(GOOD, GOOD | {"task": "oeq", "options": [], "answer_letters": [],
                                       "answer_text": "le foie"})
    path = save_records(records, tmp_path / "r.parquet")
    pd.testing.assert_frame_equal(load_records(path), records)
    assert [file.name for file in tmp_path.iterdir()] == ["r.parquet"]


@pytest.mark.parametrize("field, value", [
    ("task", "qcm"), ("answer_letters", ["Z"]), ("context", None), ("general", "x")])
def test_a_damaged_file_is_refused_naming_file_row_and_field(tmp_path, field, value):
    records, _ = collect(GOOD, GOOD | {"instruction": "Autre ?"})
    records = records.astype({"general": object})
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
    assert (
        record_id(
            complete(
                GOOD | {"split": "test", "source": "autre", "instruction": "Quels\u00a0 organes ?"}
            )
        )
        == row["id"]
    )
    assert record_id(complete(GOOD | {"answer_letters": ["A"]})) != row["id"]
    swapped = complete(GOOD | {"options": ["rein", "foie", "cœur"], "answer_letters": ["B", "C"]})
    assert swapped["id"] != row["id"]
    assert swapped["question_id"] == row["question_id"]
    assert complete(GOOD | {"answer_letters": ["A"]})["question_id"] == row["question_id"]


def test_a_file_from_before_the_column_general_says_which_notebook_to_run(tmp_path):
    records, _ = collect(GOOD)
    records.drop(columns="general").to_parquet(tmp_path / "records.parquet")
    with pytest.raises(
        ValueError,
        match=r"records\.parquet: columns differ.*: general\..*run notebook 10_read_sources again",
    ):
        load_records(tmp_path / "records.parquet")


def test_whether_a_question_asks_for_general_knowledge_is_kept(tmp_path):
    records, _ = collect(GOOD, GOOD | {"general": True, "instruction": "Autre ?"})
    assert records["general"].tolist() == [False, True] and records["general"].dtype == bool
    assert load_records(save_records(records, tmp_path / "r.parquet"))["general"].tolist() == [
        False,
        True,
    ]


def test_cleaning_is_done_once_and_the_row_stays_findable():
    fields = {"provenance": "native", "task": "oeq", "source": "essai", "split": "train",
              "instruction": "Qu&rsquo;est-ce ?",
              "answer_text": "L\u00a0os"}
    changes = Counter()
    records, _ = collect(fields, name="dossier/f.json", changes=changes)
    assert records["instruction"].item() == "Qu’est-ce ?"
    assert records["place"].item() == "dossier/f.json:0"
    assert changes == {"HTML entities decoded": 1, "special spaces made plain": 1}
    assert clean(records["instruction"].item()) == records["instruction"].item()


def test_half_a_character_goes_to_quarantine_in_whatever_field():
    row = {"provenance": "native", "task": "oeq", "source": "s", "split": "train",
           "instruction": "Un ?", "answer_text": "oui"}
    for field in ("instruction", "licence", "explanation"):
        records, quarantine = collect(row | {field: "a\ud800"})
        assert records.empty and "half of a character" in quarantine["reason"].item()
