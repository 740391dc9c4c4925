"""The planted world's files."""

from medinj_utils.demo.world import GENERAL_SOURCE


def test_the_planted_files_read_whole_and_their_faults_are_quarantined(world):
    records, quarantine = world["records"], world["quarantine"]
    assert quarantine["field"].tolist() == ["instruction", "answer", "answer"]
    assert quarantine["file"].str.contains("Train/mcqu").all()
    states, tests = world["key"]["states"], world["key"]["tests"]
    choices = records[records["task"] != "oeq"]
    assert set(choices[choices["split"] == "test"]["id"]) == set(tests)
    assert set(choices[choices["split"] != "test"]["id"]) - set(tests) == set(states)


def test_questions_of_general_knowledge_are_marked(world):
    records = world["records"]
    assert records.loc[records["general"], "source"].unique().tolist() == [GENERAL_SOURCE]
    assert records["general"].sum() == 10
    assert set(records.loc[records["general"], "split"]) == {"test"}
