"""Mixtures of equal budget."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.core.names import CONFIGURATIONS, provenances_of
from medinj_utils.data import build_mixture, part_of
from medinj_utils.data.mixtures import (
    ShortageError,
    Stratification,
    plan_budget,
    remove_leaks,
    shares,
)
from medinj_utils.data.overlap import find_leaks
from medinj_utils.data.records import complete


@pytest.mark.parametrize("budget", [3, 10, 25])
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_budgets_are_kept_in_equal_shares(training, configuration, budget):
    counts = build_mixture(training, configuration, budget, seed=0)["provenance"].value_counts()
    assert counts.sum() == budget
    assert set(counts.index) == set(provenances_of(configuration))
    assert counts.max() - counts.min() <= 1
    assert counts.to_dict() == shares(configuration, budget)


def test_a_budget_smaller_than_the_number_of_provenances_is_kept(training):
    assert [len(build_mixture(training, "ALL", budget, 0)) for budget in (1, 2, 3)] == [1, 2, 3]


def test_the_seed_decides_the_rows(training):
    first, again, other = (build_mixture(training, "ALL", 20, seed) for seed in (1, 1, 2))
    assert first.equals(again)
    assert first["id"].tolist() != other["id"].tolist()


def test_parts_are_nested_at_the_same_seed(training):
    alone, mixed = build_mixture(training, "NAT", 20, 0), build_mixture(training, "NAT-SYN", 20, 0)
    assert set(mixed[mixed["provenance"] == "native"]["id"]) <= set(alone["id"])


def test_no_training_question_is_in_the_test(world, training):
    records = world["records"]
    asked = set(records.loc[records["split"] == "test", "question_id"])
    planted = records[(records["split"] == "train") & (records["task"] != "oeq")]
    kept, removed = remove_leaks(planted, find_leaks(records))
    assert len(removed) == 4  # as many as the world plants
    assert not asked & set(build_mixture(kept, "ALL", 60, 0)["question_id"])


def test_a_leak_is_found_with_its_options_in_another_order(world):
    records = world["records"]
    test = records[(records["split"] == "test") & (records["task"] == "mcqu")].head(1)
    turned = test.iloc[0].to_dict() | {"split": "train", "options": test.iloc[0]["options"][::-1]}
    both = pd.DataFrame([test.iloc[0].to_dict(), complete(turned)])
    assert len(remove_leaks(both[both["split"] == "train"], find_leaks(both))[1]) == 1


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
    assert ((times / held) <= 5000 // held.sum() + 1).all()
    assert ((times / held) >= 5000 // held.sum()).all()
    for shortage in ("refuse", "lower", "repeat"):
        with pytest.raises(ShortageError,
                           match="no training rows of provenance native, which NAT, .*synthetic"):
            plan_budget(training[training["provenance"] != "native"], CONFIGURATIONS, 10, shortage)


def test_unknown_words_name_the_accepted_ones(training):
    with pytest.raises(ValueError, match="NAT-SYN"):
        build_mixture(training, "SYN-NAT", 10, 0)
    with pytest.raises(ValueError, match="refuse, lower, repeat"):
        plan_budget(training, CONFIGURATIONS, 10, "shrink")


def test_rows_of_another_split_are_refused(world):
    with pytest.raises(ValueError, match="hold test, validation rows too"):
        build_mixture(world["records"], "NAT", 10, 0)


@pytest.fixture(scope="module")
def uneven():
    """Training rows with two sources and task balances that differ.

    Native 300 mcqu and 100 mcq, of which 80 are of a small source; synthetic mcq alone with a few
    mcqu; translated mcqu alone with a few mcq.
    """
    counts = {("native", "large", "mcqu"): 240, ("native", "small", "mcqu"): 60,
              ("native", "large", "mcq"): 80,
              ("native", "small", "mcq"): 20, ("synthetic", "one", "mcq"): 380,
              ("synthetic", "one", "mcqu"): 40,
              ("translated", "one", "mcqu"): 400, ("translated", "one", "mcq"): 50}
    rows = [
        {
            "id": f"{n}-{i}",
            "provenance": provenance,
            "source": source,
            "task": task,
            "split": "train",
            "licence": "MIT",
        }
        for n, ((provenance, source, task), size) in enumerate(counts.items())
        for i in range(size)
    ]
    return pd.DataFrame(rows)


def part(mixture, provenance, column):
    return (
        mixture[mixture["provenance"] == provenance][column].value_counts(normalize=True).to_dict()
    )


@pytest.mark.parametrize("budget", [40, 111, 300])
def test_every_beginning_of_a_provenance_has_the_shares_of_its_sources_and_tasks(uneven, budget):
    mixture = build_mixture(uneven, "NAT", budget, 0)
    assert part(mixture, "native", "source")["small"] == pytest.approx(0.2, abs=2 / budget)
    assert part(mixture, "native", "task")["mcq"] == pytest.approx(0.25, abs=2 / budget)
    equal = build_mixture(uneven, "NAT", min(budget, 100), 0, by_source="equal")
    assert part(equal, "native", "source")["small"] == pytest.approx(0.5, abs=2 / len(equal))


def test_matched_tasks_have_the_same_shares_in_all_provenances(uneven):
    matched = Stratification(by_task="matched")
    wanted = (100 + 380 + 50) / len(uneven)  # the share of mcq over all
    budget = plan_budget(uneven, CONFIGURATIONS, 5000, "lower", matched)
    assert 0 < budget < 420
    for name in ("NAT", "SYN", "TRAD", "ALL"):
        mixture = build_mixture(uneven, name, budget, 0, by_task="matched")
        for provenance in provenances_of(name):
            assert part(mixture, provenance, "task")["mcq"] == pytest.approx(
                wanted, abs=3 * len(provenances_of(name)) / budget
            )
    with pytest.raises(ShortageError, match="NAT needs 400 native rows but"):
        plan_budget(uneven, ["NAT"], 400, "refuse", matched)
    only = uneven[~((uneven["provenance"] == "synthetic") & (uneven["task"] == "mcqu"))]
    # the only type that all have
    assert set(build_mixture(only, "NAT", 50, 0, by_task="matched")["task"]) == {"mcq"}


def test_a_budget_of_tokens_is_reached_and_hardly_passed(uneven):
    sizes = pd.Series(np.random.default_rng(0).integers(5, 60, len(uneven)))
    mixture = build_mixture(uneven.assign(size=sizes), "NAT-SYN", 4000, 0, sizes=sizes)
    for provenance in ("native", "synthetic"):
        assert 2000 <= mixture.loc[mixture["provenance"] == provenance, "size"].sum() < 2060
    assert plan_budget(uneven, ["NAT"], 10**9, "lower", sizes=sizes) == sizes[:400].sum()
    with pytest.raises(ShortageError, match="native tokens"):
        plan_budget(uneven, ["NAT"], 10**9, "refuse", sizes=sizes)


def test_mixtures_stay_nested_and_alike_under_every_option(uneven):
    for asked in ({"by_source": "equal"}, {"by_task": "matched"},
                  {"by_source": "equal", "by_task": "matched"}):
        alone, mixed = (build_mixture(uneven, name, 80, 3, **asked) for name in ("NAT", "NAT-TRAD"))
        assert set(mixed[mixed["provenance"] == "native"]["id"]) <= set(alone["id"])
        assert build_mixture(uneven, "NAT", 80, 3, **asked).equals(alone)


def test_unknown_options_name_the_accepted_ones(uneven):
    with pytest.raises(ValueError, match="by_task is 'equal'; accepted: as found, matched"):
        build_mixture(uneven, "NAT", 10, 0, by_task="equal")


def test_parts_of_a_mixture_lie_in_each_other_and_keep_its_shares(world):
    records = world["records"]
    training = records[(records["split"] == "train") & (records["task"] != "oeq")]
    mixture = build_mixture(training, "NAT-SYN", 40, 0)
    quarter, half = part_of(mixture, 0.25), part_of(mixture, 0.5)
    assert quarter["provenance"].value_counts().to_dict() == {"native": 5, "synthetic": 5}
    assert len(half) == 20
    assert set(quarter["id"]) < set(half["id"]) < set(mixture["id"])
    assert part_of(mixture, 1).equals(mixture)
    with pytest.raises(ValueError, match="share is 0; need more than 0"):
        part_of(mixture, 0)
