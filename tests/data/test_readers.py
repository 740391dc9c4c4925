"""Readers against the publishers' raw files and, where they exist, independently normalised rows."""

import json
import shutil

import pytest

from medinj_utils.data import SOURCES, SourceError, read_source
from medinj_utils.identity import normalise

_SPLIT = {"dev": "validation"}


def normalised(path):
    with path.open(encoding="utf-8") as handle:
        return [json.loads(line) for line in handle]


@pytest.mark.parametrize("name, folder, most_bad", [("frenchmedmcqa", "frenchmedmcqa", 1),
                                                    ("casimedicos", "casimedicos-fr", 3)])
def test_raw_files_read_as_the_normalised_rows(shared_data, name, folder, most_bad):
    records, quarantine = read_source(name, shared_data / folder / "raw")
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
    path.parent.mkdir(parents=True)
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
    import pandas as pd
    path = tmp_path / "data" / "train-00000-of-00001.parquet"
    path.parent.mkdir()
    pd.DataFrame([ROW, ROW | {"answer": "A"}]).to_parquet(path)
    records, _ = read_source("medinjection", tmp_path)
    assert records["answer_letters"].tolist() == [["B"], ["A"]]


def test_cut_json_is_named_with_how_far_it_reads(tmp_path):
    path = tmp_path / "train.json"
    path.write_text('[{"question": "Quel', encoding="utf-8")
    with pytest.raises(SourceError, match=r"train\.json: not whole JSON; readable up to line 1"):
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
    import pandas as pd
    pd.DataFrame([ROW | {"context": None}, ROW | {"context": "Un cas."}]).to_parquet(tmp_path / "train-0.parquet")
    assert read_source("medinjection", tmp_path / "train-0.parquet")[0]["context"].tolist() == ["", "Un cas."]


def test_a_single_published_file_tells_its_split(tmp_path):
    folder = tree(tmp_path, [ROW], "Synthetic/Train/mcq/mcq_training.json")
    assert read_source("medinjection", folder / "Synthetic/Train/mcq/mcq_training.json")[0]["split"].tolist() == ["train"]


def test_a_provenance_that_contradicts_the_rows_is_refused(tmp_path):
    with pytest.raises(SourceError, match="row 0, origin: says 'Natif', but the reading was told 'synthetic'"):
        read_source("medinjection", tree(tmp_path, [ROW]), provenance="synthetic")


def test_files_in_another_encoding_or_cut_are_named(tmp_path):
    (tmp_path / "train.json").write_bytes("[\"é\"]".encode("latin-1"))
    with pytest.raises(SourceError, match=r"train\.json: not UTF-8"):
        read_source("frenchmedmcqa", tmp_path)
    (tmp_path / "train.json").unlink()
    (tmp_path / "train-0.parquet").write_bytes(b"PAR1")
    with pytest.raises(SourceError, match=r"train-0\.parquet: not whole parquet"):
        read_source("medinjection", tmp_path)
