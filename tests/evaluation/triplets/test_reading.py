"""Triplets from files of every kind, good and bad."""

import json

import pandas as pd
import pytest
from pydantic import ValidationError

from medinj_utils.core.parameters import TripletsAsked
from medinj_utils.data.formats import SourceError
from medinj_utils.evaluation.judge.asking import ANSWERS
from medinj_utils.evaluation.triplets import read_triplets
from medinj_utils.evaluation.triplets.reading import question_hash

ROW = {"question": "Que faire ?", "reference": "Rien.", "candidate": "Rien du tout.", "model": "m",
       "label": 1}


def asked(location, name="mine"):
    return [TripletsAsked(name=name, location=str(location))]


def test_the_planted_triplets_are_read_whole(world):
    triplets, quarantine = read_triplets(asked(world["folder"] / "triplets" / "evaluated.json",
                                               "planted"))
    assert len(triplets) == len(world["key"]["triplets"]["answers"]) and quarantine.empty
    assert set(ANSWERS) <= set(triplets) and triplets["item"].is_unique
    assert set(triplets["item"].str.removeprefix("planted/")) == set(
        world["key"]["triplets"]["answers"]
    )
    assert triplets["label"].isin([0, 1]).all() and triplets["score_judge_swayed"].isna().any()
    assert triplets["question_id"].nunique() == 80 and triplets["run"].nunique() == 5


def test_chats_that_a_judge_was_tuned_on(world):
    training, quarantine = read_triplets(
        asked(world["folder"] / "triplets" / "judge_training.json")
    )
    assert len(training) == 40 and quarantine.empty and set(training["label"]) == {0, 1}


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "parquet", "xlsx"])
def test_one_table_in_every_format(tmp_path, ending):
    table = pd.DataFrame([ROW, ROW | {"candidate": "Opérer.", "label": 0}])
    file = tmp_path / f"t.{ending}"
    write = {"csv": lambda: table.to_csv(file, index=False, sep=";"),
             "json": lambda: table.to_json(file, orient="records"),
             "jsonl": lambda: table.to_json(file, orient="records", lines=True),
             "parquet": lambda: table.to_parquet(file),
             "xlsx": lambda: table.to_excel(file, index=False)}
    write[ending]()
    triplets, quarantine = read_triplets(asked(file))
    assert quarantine.empty and triplets["label"].tolist() == [1, 0]
    assert triplets["item"].tolist() == [f"mine/t.{ending}:0", f"mine/t.{ending}:1"]
    assert triplets["candidate"].tolist() == ["Rien du tout.", "Opérer."]
    assert set(triplets["run"]) == {"m"}


def test_rows_that_cannot_be_read_are_named(tmp_path):
    rows = [ROW, ROW | {"label": "10/10"}, ROW | {"reference": " "}, ROW | {"candidate": None},
            ROW | {"score_a": "peu", "candidate": ""}, ROW | {"label": None}]
    (tmp_path / "t.json").write_text(json.dumps([{"score_a": 1} | row for row in rows]),
                                     encoding="utf-8")
    triplets, quarantine = read_triplets(asked(tmp_path))
    assert len(triplets) == 3 and triplets["score_a"].isna().tolist() == [False, True, False]
    assert triplets["label"].isna().tolist() == [False, False, True]
    assert sorted(quarantine[["file", "row", "field", "value"]].values.tolist(),
                  key=lambda row: row[1]) == [
        ["t.json", 1, "label", "10/10"], ["t.json", 2, "reference", " "],
        ["t.json", 3, "candidate", "None"],
        ["t.json", 4, "score_a", "peu"]]


def test_files_that_cannot_be_read_are_errors(tmp_path):
    with pytest.raises(SourceError, match="nothing"):
        read_triplets(asked(tmp_path / "nothing"))
    (tmp_path / "t.csv").write_text("question;label\nq;1\n", encoding="utf-8")
    with pytest.raises(SourceError, match="t.csv: no column for reference, candidate"):
        read_triplets(asked(tmp_path / "t.csv"))
    (tmp_path / "x.xlsx").write_bytes(b"no sheet")
    with pytest.raises(SourceError, match="x.xlsx: the spreadsheet can't be read"):
        read_triplets(asked(tmp_path / "x.xlsx"))
    (tmp_path / "e.csv").write_text("question;reference;candidate\n ;r;c\n", encoding="utf-8")
    with pytest.raises(SourceError,
                       match="no triplet found; the first row that can't be read:.*empty"):
        read_triplets(asked(tmp_path / "e.csv"))
    (tmp_path / "h.csv").write_text("question;reference;candidate;label\n", encoding="utf-8")
    with pytest.raises(SourceError, match="h.csv: no row"):
        read_triplets(asked(tmp_path / "h.csv"))
    (tmp_path / "g.csv").write_text("question;reference;candidate;note\nq;r;c;1\nq;r;d;3\n",
                                    encoding="utf-8")
    with pytest.raises(SourceError, match="g.csv, row 1, note: '3' is a grade"):
        read_triplets(asked(tmp_path / "g.csv"))
    with pytest.raises(ValueError, match="two sets have one name"):
        read_triplets(asked("a") + asked("b"))
    with pytest.raises(ValidationError):
        read_triplets([{"name": "a/b", "location": "x"}])


def test_no_set_is_no_triplet():
    triplets, quarantine = read_triplets([])
    assert triplets.empty and quarantine.empty and triplets["label"].dtype == float


def test_a_question_is_known_in_other_spellings_and_a_file_may_name_its_own(tmp_path):
    assert (
        question_hash("Que faire ?", "")
        == question_hash("QUE  FAIRE?", "")
        != question_hash("Que faire ?", "x")
    )
    (tmp_path / "t.csv").write_text("qid;question;reference;candidate\n7;q;r;c\n", encoding="utf-8")
    assert read_triplets(asked(tmp_path))[0]["question_id"].tolist() == ["7"]
