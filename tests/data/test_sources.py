"""Sources, and the reading of one."""

import json

import pytest

from medinj_utils.data import SOURCES, SourceError, read_source, read_texts

from .published_files import CHAT, ROW, tree


def test_unknown_source_and_missing_folder_are_said_plainly(tmp_path):
    with pytest.raises(SourceError, match="accepted: casimedicos"):
        read_source("frenchmed", tmp_path)
    with pytest.raises(SourceError, match="no such file or folder"):
        read_source("frenchmedmcqa", tmp_path / "absent")
    with pytest.raises(SourceError, match="no row of source"):
        read_source("frenchmedmcqa", tmp_path)


def test_texts_for_writing_instructions_are_no_records(tmp_path):
    with pytest.raises(SourceError, match="no source of records: 'tico19'; accepted: casimedicos"):
        read_source("tico19", tmp_path)
    with pytest.raises(SourceError, match="accepted: e3c, glianorex, tico19"):
        read_texts("morfitt", tmp_path)


def test_every_source_says_what_it_is():
    assert {"medinjection", "frenchmedmcqa", "casimedicos", "ddxplus", "mediqal", "morfitt",
            "mesconseilscovid", "own",
            "planted", "e3c", "glianorex", "tico19"} <= set(SOURCES)
    assert all(source.title and source.licence and source.citation for source in SOURCES.values())


def test_a_reading_shared_out_among_processes_is_the_same(tmp_path, monkeypatch):
    from medinj_utils.data import sources
    rows = [CHAT | {"answer": "Z" if i % 7 == 3 else "AB"[i % 2]} for i in range(60)]
    (tmp_path / "train_qcmu.json").write_text(json.dumps(rows), encoding="utf-8")
    alone, refused = read_source("medinjection", tmp_path, provenance="native")
    monkeypatch.setattr(sources, "_PIECE", 7)
    shared, refused_there = read_source("medinjection", tmp_path, provenance="native")
    assert shared.equals(alone) and refused_there.equals(refused) and len(refused) == 9
    assert shared.attrs == alone.attrs and shared.attrs["reading"]["remarks"][0]["rows"] == 60


def test_what_stops_a_reading_stops_it_in_other_processes_too(tmp_path, monkeypatch):
    from medinj_utils.data import sources
    monkeypatch.setattr(sources, "_PIECE", 2)
    with pytest.raises(SourceError, match=r"mcqu_train\.json, row 5, type: unknown value 'quiz'"):
        read_source("medinjection", tree(tmp_path, [ROW] * 5 + [ROW | {"type": "quiz"}]))
