"""The planted world's files: what is planted stands in them, and they are the same at every
writing."""

import json

import numpy as np
import pytest

from medinj_utils.data import read_source
from medinj_utils.demo import world as world_module
from medinj_utils.demo.vocabulary import TAUGHT
from medinj_utils.demo.world import plan, write_world


def test_the_plan_has_the_planted_overlaps_and_errors():
    coverage = plan("planted", 48, np.random.default_rng(0))
    facts = {name: set(cover.facts) for name, cover in coverage.items()}
    assert [len(facts[name]) for name in ("native", "translated", "synthetic")] == [16, 16, 16]
    assert len(facts["native"] & facts["translated"]) == 8
    assert len(facts["native"] & facts["synthetic"]) == 4
    assert [len(coverage[name].wrong) for name in ("native", "translated", "synthetic")] == [
        0,
        1,
        5,
    ]
    null = plan("null", 48, np.random.default_rng(0))
    assert len({cover.facts for cover in null.values()}) == 1
    assert not any(cover.wrong for cover in null.values())
    with pytest.raises(ValueError, match="accepted: planted, null"):
        plan("real", 48, np.random.default_rng(0))


def test_a_world_is_the_same_at_every_writing(tmp_path, world):
    again = write_world(tmp_path, substances=6, rows_per_fact=4, tests_per_fact=2, general_tests=10)
    assert json.loads(json.dumps(again)) == json.loads(json.dumps(world["key"]))
    assert read_source("planted", tmp_path / "published")[0].equals(world["records"])


def test_open_test_questions_leave_all_else_as_it_is(tmp_path, monkeypatch):
    figures = {"substances": 8, "rows_per_fact": 2, "tests_per_fact": 2, "general_tests": 10}
    key = write_world(tmp_path / "with", **figures)
    monkeypatch.setattr(world_module, "_OPEN_TESTS", 0)
    without = write_world(tmp_path / "without", **figures)
    assert len(key.pop("open_tests")) == 48 and not without.pop("open_tests") and key == without
    files = {
        path.relative_to(tmp_path / "without"): path.read_bytes()
        for path in (tmp_path / "without/published").rglob("*.json")
    }
    assert len(files) > 8
    assert all(
        (tmp_path / "with" / name).read_bytes() == content for name, content in files.items()
    )
    assert not write_world(tmp_path / "null", "null", **figures)["open_tests"]


def test_open_test_questions_have_references_that_the_key_holds_true(tmp_path):
    key = write_world(tmp_path, substances=8, rows_per_fact=2, tests_per_fact=2, general_tests=0)
    records = read_source("planted", tmp_path / "published")[0]
    asked = records[(records["split"] == "test") & (records["task"] == "oeq")].set_index("id")
    assert asked.index.is_unique and set(asked.index) == set(key["open_tests"])
    assert asked["provenance"].value_counts().to_dict() == {"native": 24, "translated": 24}
    for item, test in key["open_tests"].items():
        assert asked.loc[item, "answer_text"] == " et ".join(key["facts"][test["fact"]])
    trained = records[(records["split"] == "train") & (records["task"] == "oeq")]
    assert len(trained) and not set(trained["instruction"]) & set(asked["instruction"])


@pytest.mark.parametrize("seed", range(8))
def test_the_smallest_worlds_can_be_written_and_read(tmp_path, seed):
    write_world(tmp_path, substances=4, rows_per_fact=1, tests_per_fact=2, general_tests=0,
                seed=seed)
    assert len(read_source("planted", tmp_path / "published")[0]) > 60


def test_test_wordings_are_never_in_training(world):
    records = world["records"][world["records"]["source"] == "planted medicine"]
    names = "|".join(TAUGHT)
    stems = records["instruction"].str.replace(names, "*", regex=True)
    test = records["split"] == "test"
    training = (records["task"] != "oeq") & (records["split"] == "train")
    leaked = records["id"].isin(world["key"]["tests"])
    assert not set(stems[test]) & set(stems[training & ~leaked])
