"""MediQAl by its published columns."""

import json

import pytest

from medinj_utils.data import (
    SourceError,
    read_source,
)

QUESTION = {"id": "1", "clinical_case": "Un patient.", "question": "Quel organe ?",
            "answer_a": "foie", "answer_b": "rein",
            "answer_c": "rate", "answer_d": "cœur", "answer_e": "", "correct_answers": "b",
            "medical_subject": "x"}


def test_mediqal_reads_by_its_published_columns(tmp_path):
    for folder, rows in {
        "mcqu": [QUESTION],
        "mcqm": [QUESTION | {"correct_answers": "a,c"}],
        "oeq": [{"id": "2", "clinical_case": "", "question": "Pourquoi ?", "answer": "Parce que."}],
    }.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "test.json").write_text(json.dumps(rows), encoding="utf-8")
    records, quarantine = read_source("mediqal", tmp_path)
    assert quarantine.empty
    assert records[["task", "answer_letters", "context"]].to_numpy().tolist() == [
        ["mcq", ["A", "C"], "Un patient."], ["mcqu", ["B"], "Un patient."], ["oeq", [], ""]]
    assert records["options"].iloc[0] == ["foie", "rein", "rate", "cœur"]
    (tmp_path / "mcqu" / "test.json").rename(tmp_path / "mcqu" / "autre.json")
    with pytest.raises(SourceError, match="expected {mcqu,mcqm,oeq}/{train,validation,test}"):
        read_source("mediqal", tmp_path)
