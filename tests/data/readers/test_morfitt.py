"""MORFITT by its rule."""

from medinj_utils.data import read_source


def test_morfitt_becomes_questions_by_its_rule(shared_data):
    records, quarantine = read_source("morfitt", shared_data / "morfitt" / "raw")
    assert quarantine.empty
    assert records["task"].value_counts().to_dict() == {"mcqu": 2518, "mcq": 1106}
    assert records.groupby("split").size().to_dict() == {"train": 1514, "validation": 1022,
                                                         "test": 1088}
    again, _ = read_source("morfitt", shared_data / "morfitt" / "raw")
    assert again.equals(records)
    assert (records["options"].map(len) == records["task"].map({"mcqu": 5, "mcq": 6})).all()
