"""Readers against the publishers' raw files and, where they exist, independently normalised rows."""

import functools
import http.server
import json
import shutil
import threading

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medinj_utils.core.identity import normalise
from medinj_utils.data import SOURCES, SourceError, read_source, read_texts, resolve
from medinj_utils.data.sources import commit_of
from medinj_utils.data.text import clean

_SPLIT = {"dev": "validation"}


def normalised(path):
    with path.open(encoding="utf-8") as handle:
        return [json.loads(line) for line in handle]


@pytest.mark.parametrize("name, folder, most_bad", [("frenchmedmcqa", "frenchmedmcqa", 1),
                                                    ("casimedicos", "casimedicos-fr", 3)])
def test_raw_files_read_as_the_normalised_rows(shared_data, name, folder, most_bad):
    records, quarantine = read_source(name, shared_data / folder / "raw")
    records = records[records["task"] != "oeq"]  # the doctors' comments, which the normalised rows keep beside
    expected = normalised(shared_data / folder / "normalized.jsonl")
    assert len(records) + len(quarantine) == len(expected)
    assert len(quarantine) <= most_bad
    assert set(quarantine["reason"]) <= {"two options are the same text"}

    def content(split, question, context, options, letters):
        return split, normalise(question), normalise(context), tuple(map(normalise, options)), tuple(letters)

    told = {content(_SPLIT.get(row["split"], row["split"]), row["question"], row["context"],
                    [row["options"][letter] for letter in sorted(row["options"])], row["answer"]) for row in expected}
    read = [content(row["split"], row["instruction"], row["context"], row["options"], row["answer_letters"])
            for row in records.to_dict("records")]
    assert all(row in told for row in read)
    assert set(records["provenance"]) == {SOURCES[name].provenance}


def test_ddxplus_agrees_with_the_decoded_patients(shared_data):
    records, quarantine = read_source("ddxplus", shared_data / "ddxplus-fr" / "raw")
    patients = normalised(shared_data / "ddxplus-fr" / "patients_fr.jsonl")
    assert quarantine.empty
    assert len(records) == 3 * len(patients)
    for number in (0, 1, 17, 1000, len(patients) - 1):
        single, several, open_question = records.iloc[3 * number:3 * number + 3].to_dict("records")
        patient = patients[number]
        likeliest = [name for name, _ in patient["differential_fr"]][:3]
        assert single["answer_text"] == open_question["answer_text"] == patient["diagnosis_fr"]
        assert sorted(several["answer_text"].split(" ; ")) == sorted(likeliest)
        differential = {name for name, _ in patient["differential_fr"]}
        assert not differential & (set(several["options"]) - set(likeliest))
        assert f"{patient['age']} ans" in single["context"]


def test_the_same_patient_gets_the_same_options_at_every_reading(shared_data):
    first, second = (read_source("ddxplus", shared_data / "ddxplus-fr" / "raw")[0] for _ in range(2))
    assert first.equals(second)


def test_the_planted_files_read_whole_and_their_faults_are_quarantined(world):
    records, quarantine = world["records"], world["quarantine"]
    assert quarantine["field"].tolist() == ["instruction", "answer", "answer"]
    assert quarantine["file"].str.contains("Train/mcqu").all()
    states, tests = world["key"]["states"], world["key"]["tests"]
    choices = records[records["task"] != "oeq"]
    assert set(choices[choices["split"] == "test"]["id"]) == set(tests)
    assert set(choices[choices["split"] != "test"]["id"]) - set(tests) == set(states)


def tree(tmp_path, rows, name="Native/Train/mcqu/mcqu_train.json"):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows), encoding="utf-8")
    return tmp_path


ROW = {"instruction": "Quel organe ?\n(A) foie\n(B) rein", "context": "", "answer": "b", "type": "QCMU", "origin": "Natif"}


def test_spellings_of_type_and_origin_are_taken_tolerantly(tmp_path):
    records, _ = read_source("medinjection", tree(tmp_path, [ROW]))
    row = records.iloc[0]
    assert (row["task"], row["provenance"], row["split"], row["answer_letters"]) == ("mcqu", "native", "train", ["B"])
    assert row["options"] == ["foie", "rein"]


@pytest.mark.parametrize("field, value", [("type", "quiz"), ("origin", "martian")])
def test_an_unknown_value_stops_with_file_row_and_value(tmp_path, field, value):
    with pytest.raises(SourceError, match=rf"mcqu_train\.json, row 1, {field}.*{value}"):
        read_source("medinjection", tree(tmp_path, [ROW, ROW | {field: value}]))


def test_provenance_is_told_and_never_guessed(tmp_path):
    row = {k: v for k, v in ROW.items() if k != "origin"}
    folder = tree(tmp_path, [row])
    with pytest.raises(SourceError, match="provenance"):
        read_source("medinjection", folder)
    assert read_source("medinjection", folder, provenance="translated")[0]["provenance"].tolist() == ["translated"]


def test_a_parquet_file_reads_as_its_json_twin(tmp_path):
    path = tmp_path / "data" / "train-00000-of-00001.parquet"
    path.parent.mkdir()
    pd.DataFrame([ROW, ROW | {"answer": "A"}]).to_parquet(path)
    records, _ = read_source("medinjection", tmp_path)
    assert records["answer_letters"].tolist() == [["B"], ["A"]]


def test_cut_json_is_named_with_how_far_it_reads(tmp_path):
    path = tmp_path / "train.json"
    path.write_text('[{"question": "Quel', encoding="utf-8")
    with pytest.raises(SourceError, match=r"train\.json: not whole JSON; readable up to line 1.*, 0 whole rows"):
        read_source("frenchmedmcqa", tmp_path)
    path.write_text('[{"question": "a"}, {"question": "b"},\n {"quest', encoding="utf-8")
    with pytest.raises(SourceError, match=r"line 2.*, 2 whole rows before it"):
        read_source("frenchmedmcqa", tmp_path)


def test_a_broken_row_of_a_real_file_goes_to_quarantine(shared_data, tmp_path):
    shutil.copy(shared_data / "frenchmedmcqa" / "raw" / "dev.json", tmp_path / "dev.json")
    rows = json.loads((tmp_path / "dev.json").read_text(encoding="utf-8"))
    rows[3]["correct_answers"] = ["z"]
    del rows[5]["question"]
    (tmp_path / "dev.json").write_text(json.dumps(rows), encoding="utf-8")
    records, quarantine = read_source("frenchmedmcqa", tmp_path)
    assert len(records) == len(rows) - 2
    assert quarantine[["row", "field"]].to_numpy().tolist() == [[3, "answer_letters"], [5, "question"]]


def test_unknown_source_and_missing_folder_are_said_plainly(tmp_path):
    with pytest.raises(SourceError, match="accepted: casimedicos"):
        read_source("frenchmed", tmp_path)
    with pytest.raises(SourceError, match="no such file or folder"):
        read_source("frenchmedmcqa", tmp_path / "absent")
    with pytest.raises(SourceError, match="no row of source"):
        read_source("frenchmedmcqa", tmp_path)


@pytest.mark.parametrize("field, value", [("answer", None), ("answer", 3), ("answer", "bad"), ("instruction", None)])
def test_an_odd_cell_costs_its_row_and_not_the_reading(tmp_path, field, value):
    records, quarantine = read_source("medinjection", tree(tmp_path, [ROW, ROW | {field: value}]))
    assert len(records) == 1
    assert quarantine[["file", "row"]].to_numpy().tolist() == [["Native/Train/mcqu/mcqu_train.json", 1]]
    assert quarantine["reason"].item()


def test_an_option_goes_on_until_the_next_one(tmp_path):
    row = ROW | {"instruction": "Quel organe ?\n(A) foie\n droit\n(B) rein\nPrécision : chez un enfant."}
    assert read_source("medinjection", tree(tmp_path, [row]))[0]["options"].item() == [
        "foie  droit", "rein Précision : chez un enfant."]


def test_empty_cells_of_a_parquet_file_are_empty_texts(tmp_path):
    pd.DataFrame([ROW | {"context": None}, ROW | {"context": "Un cas."}]).to_parquet(tmp_path / "train-0.parquet")
    assert read_source("medinjection", tmp_path / "train-0.parquet")[0]["context"].tolist() == ["", "Un cas."]


def test_a_single_published_file_tells_its_split(tmp_path):
    folder = tree(tmp_path, [ROW], "Synthetic/Train/mcq/mcq_training.json")
    assert read_source("medinjection", folder / "Synthetic/Train/mcq/mcq_training.json")[0]["split"].tolist() == ["train"]


def test_a_provenance_that_contradicts_the_rows_is_refused(tmp_path):
    with pytest.raises(SourceError, match="row 0, origin: says 'Natif', but the reading was told 'synthetic'"):
        read_source("medinjection", tree(tmp_path, [ROW]), provenance="synthetic")


def test_files_in_another_encoding_are_read_and_remarked(tmp_path):
    folder = tree(tmp_path, [ROW])
    path = folder / "Native/Train/mcqu/mcqu_train.json"
    path.write_bytes(json.dumps([ROW | {"instruction": "Côté ?\n(A) où\n(B) là"}], ensure_ascii=False).encode("cp1252"))
    records, _ = read_source("medinjection", folder)
    assert records["options"].item() == ["où", "là"]
    assert records.attrs["reading"]["remarks"] == [
        {"file": "Native/Train/mcqu/mcqu_train.json", "remark": "is not UTF-8; read as cp1252", "rows": 0},
        {"file": "Native/Train/mcqu/mcqu_train.json", "remark": "split train told by its path alone", "rows": 1}]
    assert len(records.attrs["reading"]["files"]["Native/Train/mcqu/mcqu_train.json"]) == 64


def test_cut_parquet_is_named_with_how_far_it_reads(tmp_path):
    path = tmp_path / "train-0.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(SourceError, match=r"train-0\.parquet: not whole parquet .*readable up to row 0, of 4 bytes"):
        read_source("medinjection", tmp_path)


CHAT = {"messages": [{"role": "system", "content": "Vous êtes médecin."},
                     {"role": "user", "content": "Quel organe ?\n(A) foie\n(B) rein"}], "classes": ["A", "B"], "answer": "B"}


def test_the_authors_chat_files_take_their_task_from_the_name_and_say_so(tmp_path):
    (tmp_path / "train_qcmu.json").write_text(json.dumps([CHAT]), encoding="utf-8")
    (tmp_path / "train_qcm.jsonl").write_text(json.dumps(CHAT | {"answer": "A;B"}) + "\n", encoding="utf-8")
    (tmp_path / "test_qro.json").write_text(json.dumps([{"messages": [
        {"role": "user", "content": "Pourquoi ?"}, {"role": "assistant", "content": "Parce que."}]}]), encoding="utf-8")
    (tmp_path / "test_en2fr.json").write_text("[]", encoding="utf-8")
    records, quarantine = read_source("medinjection", tmp_path, provenance="native")
    assert quarantine.empty
    assert records.set_index("task")["split"].to_dict() == {"oeq": "test", "mcq": "train", "mcqu": "train"}
    assert records.set_index("task")["answer_text"].to_dict() == {"oeq": "Parce que.", "mcq": "foie ; rein", "mcqu": "rein"}
    told = {remark["file"]: remark["remark"] for remark in records.attrs["reading"]["remarks"]}
    assert told["train_qcmu.json"] == "task mcqu told by the file's name alone"
    assert told["test_en2fr.json"] == "holds translations, no questions: not read"


@pytest.mark.parametrize("change, field", [({"classes": ["A", "B", "C"]}, "classes"), ({"messages": []}, "messages"),
                                           ({"answer": None}, "answer"), ({"answer": "D"}, "answer")])
def test_a_broken_chat_row_goes_to_quarantine(tmp_path, change, field):
    (tmp_path / "train_qcmu.json").write_text(json.dumps([CHAT | change]), encoding="utf-8")
    records, quarantine = read_source("medinjection", tmp_path, provenance="native")
    assert records.empty and quarantine["field"].tolist() == [field]


def test_a_chat_file_whose_name_tells_no_task_stops(tmp_path):
    (tmp_path / "train_data.json").write_text(json.dumps([CHAT]), encoding="utf-8")
    with pytest.raises(SourceError, match=r"train_data\.json, row 0, type: told neither"):
        read_source("medinjection", tmp_path, provenance="native")


def test_folders_above_the_source_tell_nothing(tmp_path):
    folder = tmp_path / "test" / "mes_fichiers"
    folder.mkdir(parents=True)
    (folder / "lot.json").write_text(json.dumps([ROW]), encoding="utf-8")
    with pytest.raises(SourceError, match="split: told neither by the row nor by the path"):
        read_source("medinjection", folder)


@pytest.mark.parametrize("write, name", [
    (lambda path, rows: path.write_text("\n".join(map(json.dumps, rows)) + "\n"), "train.jsonl"),
    (lambda path, rows: pd.DataFrame(rows).to_csv(path, index=False), "train.csv"),
    (lambda path, rows: pd.DataFrame(rows).to_csv(path, index=False, sep=";"), "train.csv"),
    (lambda path, rows: pd.DataFrame(rows).to_parquet(path), "train.parquet")])
def test_every_form_of_a_table_gives_the_same_records(tmp_path, write, name):
    rows = [ROW, ROW | {"answer": "A", "instruction": 'Quel "os" ; lequel ?\n(A) foie\n(B) rein'}]
    write(tmp_path / name, rows)
    told, _ = read_source("medinjection", tmp_path / name)
    expected, _ = read_source("medinjection", tree(tmp_path / "json", rows))
    assert told.drop(columns="place").to_dict("records") == expected.drop(columns="place").to_dict("records")


texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(
    lambda text: clean(text) == text and normalise(text))
records_ = st.builds(
    lambda question, options, right, task: {
        "question": question, "options": options, "task": task, "answer": "; ".join(options) if task == "oeq" else
        sorted("ABCDE"[i] for i in ({min(right) % len(options)} if task == "mcqu" else {i % len(options) for i in right}))},
    texts, st.lists(texts, min_size=2, max_size=5, unique_by=normalise), st.sets(st.integers(0, 9), min_size=1, max_size=3),
    st.sampled_from(["mcqu", "mcq", "oeq"]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(records_, min_size=1, max_size=4))
def test_what_is_written_in_any_of_the_three_shapes_reads_as_the_same_records(tmp_path_factory, rows):
    folder, shapes = tmp_path_factory.mktemp("shapes"), {}
    for row in rows:
        lines = [row["question"], *(f"({letter}) {text}" for letter, text in zip("ABCDE", row["options"], strict=False))]
        asked = row["question"] if row["task"] == "oeq" else "\n".join(lines)
        answer = row["answer"] if row["task"] == "oeq" else ";".join(row["answer"])
        shapes.setdefault("all", []).append({"instruction": asked, "context": "", "answer": answer, "type": row["task"].upper(),
                                             "origin": "Native"})
        shapes.setdefault(row["task"], []).append({"messages": [{"role": "user", "content": asked}], "answer": answer})
    (folder / "parquet").mkdir()
    pd.DataFrame(shapes["all"]).to_parquet(folder / "parquet" / "train-00000-of-00001.parquet")
    tree(folder / "component", shapes["all"])
    (folder / "chat").mkdir()
    for task, told in shapes.items():
        if task != "all":
            name = {"mcqu": "qcmu", "mcq": "qcm", "oeq": "qro"}[task]
            (folder / "chat" / f"train_{name}.json").write_text(json.dumps(told), encoding="utf-8")
    for shape in ("parquet", "component", "chat"):
        records, quarantine = read_source("medinjection", folder / shape, provenance="native")
        assert quarantine.empty
        found = sorted((row["task"], row["instruction"], tuple(row["options"]), tuple(row["answer_letters"]) or row["answer_text"])
                       for row in records.to_dict("records"))
        assert found == sorted((row["task"], row["question"].strip(), () if row["task"] == "oeq" else tuple(row["options"]),
                                row["answer"] if row["task"] == "oeq" else tuple(row["answer"])) for row in rows)


def test_morfitt_becomes_questions_by_its_rule(shared_data):
    records, quarantine = read_source("morfitt", shared_data / "morfitt" / "raw")
    assert quarantine.empty and records["task"].value_counts().to_dict() == {"mcqu": 2518, "mcq": 1106}
    assert records.groupby("split").size().to_dict() == {"train": 1514, "validation": 1022, "test": 1088}
    again, _ = read_source("morfitt", shared_data / "morfitt" / "raw")
    assert again.equals(records)
    assert (records["options"].map(len) == records["task"].map({"mcqu": 5, "mcq": 6})).all()


def test_the_covid_questions_read_as_the_normalised_rows(shared_data):
    records, _ = read_source("mesconseilscovid", shared_data / "mesconseilscovid-faq" / "raw")
    expected = normalised(shared_data / "mesconseilscovid-faq" / "normalized.jsonl")
    answers = {normalise(row.instruction): set(normalise(row.answer_text).split()) for row in records.itertuples()}
    told = {normalise(clean(row["question"])): set(normalise(clean(row["answer"])).split()) for row in expected}
    assert len(told.keys() - answers.keys()) <= 1  # whose answer is a form
    alike = [len(words & answers[question]) / len(words | answers[question]) for question, words in told.items()
             if question in answers]
    assert sum(value > 0.9 for value in alike) > 0.9 * len(alike)
    assert not records["answer_text"].str.contains(r"\*\*|\]\(|<div|\.\. ", regex=True).any()


def test_texts_for_writing_instructions_are_no_records(shared_data):
    cases, _ = read_texts("e3c", shared_data / "e3c-fr-clinical-cases")
    books, _ = read_texts("glianorex", shared_data / "glianorex-fr-book" / "raw")
    pairs, _ = read_texts("tico19", shared_data / "tico19-en-fr" / "raw")
    assert len(cases) == 1000 and cases["licence"].str.startswith("CC").all()
    assert len(books) > 100 and SOURCES["glianorex"].fictional
    assert any("before the first section" in remark["remark"] for remark in books.attrs["reading"]["remarks"])
    expected = normalised(shared_data / "tico19-en-fr" / "en_fr.jsonl")
    assert len(pairs) == len(expected) == 3071
    assert {(normalise(clean(row["en"])), normalise(clean(row["fr"]))) for row in expected} == {
        (normalise(row.english), normalise(row.text)) for row in pairs.itertuples()}
    with pytest.raises(SourceError, match="no source of records: 'tico19'; accepted: casimedicos"):
        read_source("tico19", shared_data / "tico19-en-fr" / "raw")
    with pytest.raises(SourceError, match="accepted: e3c, glianorex, tico19"):
        read_texts("morfitt", shared_data / "morfitt" / "raw")


QUESTION = {"id": "1", "clinical_case": "Un patient.", "question": "Quel organe ?", "answer_a": "foie", "answer_b": "rein",
            "answer_c": "rate", "answer_d": "cœur", "answer_e": "", "correct_answers": "b", "medical_subject": "x"}


def test_mediqal_reads_by_its_published_columns(tmp_path):
    for folder, rows in {"mcqu": [QUESTION], "mcqm": [QUESTION | {"correct_answers": "a,c"}],
                         "oeq": [{"id": "2", "clinical_case": "", "question": "Pourquoi ?", "answer": "Parce que."}]}.items():
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


def test_a_file_behind_an_address_is_fetched_once(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    served = tmp_path / "served"
    tree(served, [ROW], "train.json")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert len(read_source("medinjection", f"{address}/train.json")[0]) == 1
        with pytest.raises(SourceError, match="can't be fetched"):
            read_source("medinjection", f"{address}/absent.json")
        server.shutdown()
    assert len(read_source("medinjection", f"{address}/train.json")[0]) == 1


def test_a_set_on_the_hub_is_read_at_its_commit(tmp_path, monkeypatch):
    import huggingface_hub
    asked, commit = [], "0" * 39 + "1"

    def snapshot_download(name, repo_type, revision, allow_patterns):
        asked.append((name, repo_type, revision, allow_patterns[0]))
        return str(tree(tmp_path / "hub" / "snapshots" / commit, [ROW], "data/train-0.json"))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    place = resolve("organisation/ensemble", "abc")
    assert commit_of(place) == commit
    shutil.rmtree(tmp_path / "hub")
    place = resolve(f"hf://datasets/organisation/ensemble@{commit}/data")
    assert place.name == "data" and commit_of(place) == commit
    assert asked == [("organisation/ensemble", "dataset", "abc", "*.json"), ("organisation/ensemble", "dataset", commit, "data")]
    assert commit_of(tmp_path) == ""


def test_every_source_says_what_it_is():
    assert {"medinjection", "frenchmedmcqa", "casimedicos", "ddxplus", "mediqal", "morfitt", "mesconseilscovid", "own",
            "planted", "e3c", "glianorex", "tico19"} == set(SOURCES)
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
