"""DDXPlus against independently decoded patients."""

import pytest

from medinj_utils.data import read_source

from ..published_files import normalised


@pytest.fixture(scope="module")
def read(shared_data):
    return read_source("ddxplus", shared_data / "ddxplus-fr" / "raw")


def test_ddxplus_agrees_with_the_decoded_patients(shared_data, read):
    records, quarantine = read
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


def test_the_same_patient_gets_the_same_options_at_every_reading(shared_data, read):
    again, _ = read_source("ddxplus", shared_data / "ddxplus-fr" / "raw")
    assert again.equals(read[0])
