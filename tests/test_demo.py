"""The planted world and its base model: the truth is in the files, and the model knows what it should and no more."""

import json

import numpy as np
import pytest

from medinj_utils.comparison.factorial import effects_of
from medinj_utils.core.names import BASE, CONFIGURATIONS
from medinj_utils.data import build_mixture, read_source
from medinj_utils.data.mixtures import remove_leaks
from medinj_utils.data.overlap import find_leaks
from medinj_utils.demo.facts import all_facts
from medinj_utils.demo.truth import fact_of, load_key, planted_means
from medinj_utils.demo.vocabulary import FAMILIAR, RELATIONS, TAUGHT
from medinj_utils.demo.world import GENERAL_SOURCE, plan, write_world
from medinj_utils.evaluation.answer import answer_questions
from medinj_utils.evaluation.scoring import score_answers
from medinj_utils.models.engine import Engine
from medinj_utils.models.loading import asked_of, load_base, local_base


def mixtures_of(records, budget):
    training = records[(records["split"] == "train") & (records["task"] != "oeq")]
    kept, _ = remove_leaks(training, find_leaks(records))
    return {name: build_mixture(kept, name, budget, 0) for name in CONFIGURATIONS}


def test_the_plan_has_the_planted_overlaps_and_errors():
    cover = plan("planted", 48, np.random.default_rng(0))
    facts = {name: set(c.facts) for name, c in cover.items()}
    assert [len(facts[name]) for name in ("native", "translated", "synthetic")] == [16, 16, 16]
    assert len(facts["native"] & facts["translated"]) == 8
    assert len(facts["native"] & facts["synthetic"]) == 4
    assert [len(cover[name].wrong) for name in ("native", "translated", "synthetic")] == [0, 1, 5]
    null = plan("null", 48, np.random.default_rng(0))
    assert len({c.facts for c in null.values()}) == 1 and not any(c.wrong for c in null.values())
    with pytest.raises(ValueError, match="accepted: planted, null"):
        plan("real", 48, np.random.default_rng(0))


def test_no_word_is_of_two_kinds():
    words = [*FAMILIAR, *TAUGHT, *(value for relation in RELATIONS.values() for value in relation.values)]
    assert len(words) == len(set(words))


def test_a_world_is_the_same_at_every_writing(tmp_path, world):
    again = write_world(tmp_path, substances=6, rows_per_fact=4, tests_per_fact=2, general_tests=10)
    assert again == json.loads(json.dumps(world["key"])) or again == world["key"]
    assert read_source("planted", tmp_path / "published")[0].equals(world["records"])


@pytest.mark.parametrize("seed", range(8))
def test_the_smallest_worlds_can_be_written_and_read(tmp_path, seed):
    write_world(tmp_path, substances=4, rows_per_fact=1, tests_per_fact=2, general_tests=0, seed=seed)
    assert len(read_source("planted", tmp_path / "published")[0]) > 60


def test_truth_by_hand():
    key = {"tests": {"t1": {"fact": "f", "chance": 0.25, "source": "planted medicine"},
                     "t2": {"fact": "g", "chance": 0.25, "source": "planted medicine"},
                     "t3": {"fact": "h", "chance": 0.25, "source": GENERAL_SOURCE}},
           "states": {"a": {"fact": "f", "right": True}, "b": {"fact": "f", "right": False},
                      "c": {"fact": "g", "right": False}}}
    import pandas as pd
    means = planted_means(key, {"NAT": pd.DataFrame({"id": ["a"]}), "SYN": pd.DataFrame({"id": ["b", "c"]}),
                                "ALL": pd.DataFrame({"id": ["a", "b", "c"]})})
    assert means.to_dict() == {BASE: 0.25, "NAT": (1 + 0.25) / 2, "SYN": 0.0, "ALL": 0.25}
    assert fact_of(key)["t2"] == "g"


def test_planted_means_differ_and_null_ones_do_not(world, tmp_path):
    planted = planted_means(load_key(world["folder"] / "key.json"), mixtures_of(world["records"], 30))
    assert planted["ALL"] > planted["NAT"] > planted["SYN"] > planted[BASE]
    assert (effects_of(planted)["estimate"].head(3) > 0.05).all()
    key = write_world(tmp_path, kind="null", substances=6, rows_per_fact=20, tests_per_fact=2, general_tests=0)
    null = planted_means(key, mixtures_of(read_source("planted", tmp_path / "published")[0], 120))
    assert null.drop(BASE).nunique() == 1


def test_test_wordings_are_never_in_training(world):
    records = world["records"][world["records"]["source"] == "planted medicine"]
    names = "|".join(TAUGHT)
    stems = records.assign(stem=records["instruction"].str.replace(names, "*", regex=True))
    assert not set(stems[stems["split"] == "test"]["stem"]) & set(stems[stems["task"] != "oeq"].loc[
        stems["split"] == "train"].loc[lambda t: ~t["id"].isin(world["key"]["tests"])]["stem"])


def test_the_base_model_knows_general_facts_and_is_at_chance_on_the_others(tmp_path):
    key = write_world(tmp_path, substances=40, rows_per_fact=1, tests_per_fact=2, general_tests=150)
    items, _ = read_source("planted", tmp_path / "published")
    items = items[items["split"] == "test"]
    answers = answer_questions(items, Engine(*load_base("planted"), 16), tmp_path / "a.parquet",
                               asked_of("planted", "", None, "float32"), batch_tokens=8192)
    scores = score_answers(answers[answers["mode"] == "greedy"], items, "BASE").set_index("id")
    right = scores["exact_match"].astype(float)
    general = right[scores["source"] == GENERAL_SOURCE]
    unseen = right[scores["source"] != GENERAL_SOURCE]
    chance = np.mean([key["tests"][item]["chance"] for item in unseen.index])
    assert general.mean() >= 0.9
    assert abs(unseen.mean() - chance) < 3 * np.sqrt(chance * (1 - chance) / 160)  # 160 facts, asked twice each


def test_the_shipped_weights_are_small_and_their_card_tells_how_they_came_about():
    from pathlib import Path
    folder = Path(local_base("planted"))
    assert sum(file.stat().st_size for file in folder.iterdir()) < 8e6
    card = (folder / "README.md").read_text(encoding="utf-8")
    for told in ("python -m medinj_utils.demo.pretrain", "seed", "SHA-256", "fictional"):
        assert told in card
    general, taught = all_facts()
    assert len(general) == 390 and len(taught) == 240
