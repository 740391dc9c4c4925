"""What an ideal learner would score, by hand and in planted and null worlds."""

import pandas as pd

from medinj_utils.comparison.factorial import effects_of
from medinj_utils.core.names import BASE, CONFIGURATIONS
from medinj_utils.data import build_mixture, read_source
from medinj_utils.data.mixtures import remove_leaks
from medinj_utils.data.overlap import find_leaks
from medinj_utils.demo.truth import fact_of, planted_means
from medinj_utils.demo.world import GENERAL_SOURCE, write_world


def mixtures_of(records, budget):
    training = records[(records["split"] == "train") & (records["task"] != "oeq")]
    kept, _ = remove_leaks(training, find_leaks(records))
    return {name: build_mixture(kept, name, budget, 0) for name in CONFIGURATIONS}


def test_truth_by_hand():
    key = {"tests": {"t1": {"fact": "f", "chance": 0.25, "source": "planted medicine"},
                     "t2": {"fact": "g", "chance": 0.25, "source": "planted medicine"},
                     "t3": {"fact": "h", "chance": 0.25, "source": GENERAL_SOURCE}},
           "states": {"a": {"fact": "f", "right": True}, "b": {"fact": "f", "right": False},
                      "c": {"fact": "g", "right": False}},
           "open_tests": {"o1": {"fact": "f", "source": "planted medicine"}}}
    mixtures = {"NAT": pd.DataFrame({"id": ["a"]}), "SYN": pd.DataFrame({"id": ["b", "c"]}),
                "ALL": pd.DataFrame({"id": ["a", "b", "c"]})}
    assert planted_means(key, mixtures).to_dict() == {
        BASE: 0.25, "NAT": (1 + 0.25) / 2, "SYN": 0.0, "ALL": 0.25}
    assert fact_of(key)["t2"] == "g" and fact_of(key)["o1"] == "f"


def test_planted_means_differ_and_null_ones_do_not(world, tmp_path):
    planted = planted_means(world["key"], mixtures_of(world["records"], 30))
    assert planted["ALL"] > planted["NAT"] > planted["SYN"] > planted[BASE]
    assert (effects_of(planted)["estimate"].head(3) > 0.05).all()
    key = write_world(tmp_path, kind="null", substances=6, rows_per_fact=20, tests_per_fact=2,
                      general_tests=0)
    null = planted_means(key, mixtures_of(read_source("planted", tmp_path / "published")[0], 120))
    assert null.drop(BASE).nunique() == 1
