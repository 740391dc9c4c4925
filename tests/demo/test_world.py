"""The planted world's files: what is planted stands in them, and they are the same at every writing."""

import json

import numpy as np
import pytest

from medinj_utils.data import read_source
from medinj_utils.demo.vocabulary import TAUGHT
from medinj_utils.demo.world import plan, write_world


def test_the_plan_has_the_planted_overlaps_and_errors():
    coverage = plan("planted", 48, np.random.default_rng(0))
    facts = {name: set(cover.facts) for name, cover in coverage.items()}
    assert [len(facts[name]) for name in ("native", "translated", "synthetic")] == [16, 16, 16]
    assert len(facts["native"] & facts["translated"]) == 8
    assert len(facts["native"] & facts["synthetic"]) == 4
    assert [len(coverage[name].wrong) for name in ("native", "translated", "synthetic")] == [0, 1, 5]
    null = plan("null", 48, np.random.default_rng(0))
    assert len({cover.facts for cover in null.values()}) == 1
    assert not any(cover.wrong for cover in null.values())
    with pytest.raises(ValueError, match="accepted: planted, null"):
        plan("real", 48, np.random.default_rng(0))


def test_a_world_is_the_same_at_every_writing(tmp_path, world):
    again = write_world(tmp_path, substances=6, rows_per_fact=4, tests_per_fact=2, general_tests=10)
    assert json.loads(json.dumps(again)) == json.loads(json.dumps(world["key"]))
    assert read_source("planted", tmp_path / "published")[0].equals(world["records"])


@pytest.mark.parametrize("seed", range(8))
def test_the_smallest_worlds_can_be_written_and_read(tmp_path, seed):
    write_world(tmp_path, substances=4, rows_per_fact=1, tests_per_fact=2, general_tests=0, seed=seed)
    assert len(read_source("planted", tmp_path / "published")[0]) > 60


def test_test_wordings_are_never_in_training(world):
    records = world["records"][world["records"]["source"] == "planted medicine"]
    names = "|".join(TAUGHT)
    stems = records["instruction"].str.replace(names, "*", regex=True)
    test = records["split"] == "test"
    training = (records["task"] != "oeq") & (records["split"] == "train")
    leaked = records["id"].isin(world["key"]["tests"])
    assert not set(stems[test]) & set(stems[training & ~leaked])
