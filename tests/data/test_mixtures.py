import json

import pytest

from medinj_utils.data import build_mixture, load_mixture
from medinj_utils.data.mixtures import ShortageError, plan_budget, provenances_of, remove_leaks, save_mixture, shares
from medinj_utils.identity import question_key
from medinj_utils.runs import CONFIGURATIONS


@pytest.fixture(scope="module")
def training(world):
    records = world["records"]
    rows = records[(records["split"] == "train") & (records["task"] != "oeq")]
    return remove_leaks(rows, records[records["split"] == "test"])[0]


@pytest.mark.parametrize("budget", [3, 10, 25])
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_budgets_are_kept_in_equal_shares(training, configuration, budget):
    counts = build_mixture(training, configuration, budget, seed=0)["provenance"].value_counts()
    assert counts.sum() == budget
    assert set(counts.index) == set(provenances_of(configuration))
    assert counts.max() - counts.min() <= 1
    assert counts.to_dict() == shares(configuration, budget)


def test_the_seed_decides_the_rows(training):
    first, again, other = (build_mixture(training, "ALL", 20, seed) for seed in (1, 1, 2))
    assert first.equals(again)
    assert first["id"].tolist() != other["id"].tolist()


def test_parts_are_nested_at_the_same_seed(training):
    alone, mixed = build_mixture(training, "NAT", 20, 0), build_mixture(training, "NAT-SYN", 20, 0)
    assert set(mixed[mixed["provenance"] == "native"]["id"]) <= set(alone["id"])


def test_no_training_question_is_in_the_test(world, training):
    records = world["records"]
    asked = {question_key(row) for row in records[records["split"] == "test"].to_dict("records")}
    planted = records[(records["split"] == "train") & (records["task"] != "oeq")]
    kept, removed = remove_leaks(planted, records[records["split"] == "test"])
    assert len(removed) == 4  # as many as the world plants
    assert not asked & {question_key(row) for row in build_mixture(kept, "ALL", 60, 0).to_dict("records")}


def test_a_leak_is_found_with_its_options_in_another_order(world):
    records = world["records"]
    test = records[(records["split"] == "test") & (records["task"] == "mcqu")].head(1)
    turned = test.copy()
    turned.at[turned.index[0], "options"] = test.iloc[0]["options"][::-1]
    assert len(remove_leaks(turned, test)[1]) == 1


def test_too_large_a_budget_is_refused_with_the_numbers(training):
    held = (training["provenance"] == "native").sum()
    with pytest.raises(ShortageError, match=rf"NAT needs 5000 native rows but {held} are there"):
        plan_budget(training, CONFIGURATIONS, 5000, "refuse")
    with pytest.raises(ShortageError, match="NAT needs 5000"):
        build_mixture(training, "NAT", 5000, 0)


def test_lowering_and_repeating_are_explicit(training):
    smallest = training["provenance"].value_counts().min()
    lowered = plan_budget(training, CONFIGURATIONS, 5000, "lower")
    assert lowered == smallest and type(lowered) is int  # it goes into the manifests
    assert plan_budget(training, CONFIGURATIONS, 10, "lower") == 10
    assert plan_budget(training, CONFIGURATIONS, 5000, "repeat") == 5000
    repeated = build_mixture(training, "NAT", 5000, 0, repeat=True)
    assert len(repeated) == 5000
    held = training[training["provenance"] == "native"]["id"].value_counts()
    times = repeated["id"].value_counts()
    assert set(times.index) == set(held.index)
    assert ((times / held) <= 5000 // held.sum() + 1).all() and ((times / held) >= 5000 // held.sum()).all()
    for shortage in ("refuse", "lower", "repeat"):
        with pytest.raises(ShortageError, match="no training rows of provenance native, which NAT, .*synthetic"):
            plan_budget(training[training["provenance"] != "native"], CONFIGURATIONS, 10, shortage)


def test_unknown_words_name_the_accepted_ones(training):
    with pytest.raises(ValueError, match="NAT-SYN"):
        build_mixture(training, "SYN-NAT", 10, 0)
    with pytest.raises(ValueError, match="refuse, lower, repeat"):
        plan_budget(training, CONFIGURATIONS, 10, "shrink")


def test_same_inputs_give_the_same_file_and_a_changed_file_is_refused(training, tmp_path):
    mixture = build_mixture(training, "TRAD-SYN", 30, 0)
    manifests = [save_mixture(mixture, "TRAD-SYN", tmp_path / name, seed=0) for name in ("one", "two")]
    assert manifests[0] == manifests[1]
    assert sum(count["rows"] for count in manifests[0]["counts"]) == 30
    assert load_mixture(tmp_path / "one", "TRAD-SYN").equals(mixture)
    told = json.loads((tmp_path / "one" / "TRAD-SYN.json").read_text(encoding="utf-8"))
    (tmp_path / "one" / "TRAD-SYN.json").write_text(json.dumps(told | {"sha256": "0"}), encoding="utf-8")
    with pytest.raises(ValueError, match="SHA-256"):
        load_mixture(tmp_path / "one", "TRAD-SYN")
    with pytest.raises(FileNotFoundError, match="14_build_mixtures"):
        load_mixture(tmp_path / "three", "ALL")


def test_rows_of_another_split_are_refused(world):
    with pytest.raises(ValueError, match="hold test, validation rows too"):
        build_mixture(world["records"], "NAT", 10, 0)
