"""E3C: documents one by one or as lines, each with its own licence."""

import json

import pytest

from medinj_utils.data import SourceError, read_texts

from ..published_files import normalised

CASE = {"id": "FR100005", "text": "Une femme de 40 ans consulte.", "licence": "CC-BY-NC"}


def test_the_real_cases_keep_their_texts_and_their_licences(shared_data):
    cases, quarantine = read_texts("e3c", shared_data / "e3c-fr-clinical-cases")
    expected = normalised(shared_data / "e3c-fr-clinical-cases" / "cases.jsonl")
    assert len(cases) == len(expected) == 1000 and quarantine.empty
    assert cases["licence"].str.startswith("CC").all() and cases["parent"].is_unique
    for row, case in zip(cases.itertuples(), expected, strict=True):
        assert row.parent == f"e3c/{case['id']}"
        assert row.text.split()[:5] == case["text"].split()[:5]


def test_a_document_of_its_own_reads_as_its_line(tmp_path):
    (tmp_path / "FR100005.json").write_text(json.dumps(CASE, indent=1), encoding="utf-8")
    (tmp_path / "rest.jsonl").write_text(f"{json.dumps(CASE)}\n", encoding="utf-8")
    cases, _ = read_texts("e3c", tmp_path)
    assert cases["place"].tolist() == ["FR100005.json:0", "rest.jsonl:0"]
    alone, line = cases.drop(columns="place").to_dict("records")
    assert alone == line
    assert alone == {"source": "E3C-FR", "text": CASE["text"], "english": "",
                     "licence": "CC-BY-NC", "parent": "e3c/FR100005"}


def test_what_a_document_does_not_say_is_the_corpus_licence_and_no_parent(tmp_path):
    rows = [{"text": "Un cas."}, {"text": "Un autre.", "id": "", "licence": None}]
    (tmp_path / "cases.json").write_text(json.dumps(rows), encoding="utf-8")
    cases, _ = read_texts("e3c", tmp_path)
    assert set(cases["licence"]) == {"CC-BY-4.0 or as each document says"}
    assert set(cases["parent"]) == {""}


def test_documents_without_text_are_refused_by_row(tmp_path):
    rows = [CASE, {"id": "FR2"}, CASE | {"text": " \n"}]
    (tmp_path / "cases.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    cases, quarantine = read_texts("e3c", tmp_path)
    assert len(cases) == 1
    assert quarantine[["file", "row", "field", "reason"]].values.tolist() == [
        ["cases.jsonl", 1, "text", "missing"], ["cases.jsonl", 2, "text", "empty"]]


def test_a_document_cut_off_stops_the_reading_and_is_named(tmp_path):
    (tmp_path / "FR1.json").write_text(json.dumps(CASE)[:-9], encoding="utf-8")
    with pytest.raises(SourceError, match=r"FR1\.json"):
        read_texts("e3c", tmp_path)
