"""What the study states, held against sums and counts."""

from dataclasses import replace
from pathlib import Path

from medinj_utils.data import (
    SOURCES,
    published,
)
from medinj_utils.data.gather import SourceRead


def test_stated_sums_are_added_up():
    added = published.stated_and_added().set_index("what")
    assert added.loc["translated: its splits", "adds up to [C]"] == 417_674
    assert added.loc["all rows by task", "adds up to [C]"] == 577_577
    assert added.loc["native: its listed sources", "verdict"] == "−8,983 apart"
    assert added.loc["all components: train", "verdict"] == "agrees"


def test_stated_counts_are_held_against_what_was_read(world):
    quarantine = world["quarantine"].assign(source="planted")
    nothing = published.stated_and_counted(world["records"], quarantine)
    assert set(nothing["verdict"]) == {"not counted here"} and published.counted_here(nothing).empty
    as_if = world["records"].assign(source="MedInjection-FR")
    counted = published.stated_and_counted(
        as_if, quarantine.assign(source="medinjection")
    ).set_index("what")
    assert counted.loc["all rows, quarantine included", "counted here"] == len(as_if) + len(
        quarantine
    )
    assert (
        counted.loc["native: test", "counted here"]
        == ((as_if["provenance"] == "native") & (as_if["split"] == "test")).sum()
    )


def test_two_readings_of_one_source_both_stand_beside_what_is_stated(world):
    stated = replace(SOURCES["own"], expected=(("train", 7), ("all", 9)))
    read = SourceRead(stated, Path("."), world["records"], world["quarantine"])
    table = published.expected_and_read([read, read])
    assert table["stated"].tolist() == [7, 9, 7, 9]
    assert table["in quarantine"].tolist() == [len(world["quarantine"])] * 4
    assert table["read"].iloc[1] == world["records"]["place"].nunique()
