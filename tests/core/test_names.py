"""Runs, systems, and what each was tuned on."""

import pytest

from medinj_utils.core.names import (
    BASE,
    CONFIGURATIONS,
    Run,
    check_choice,
    in_order,
    parts_of,
    provenances_of,
    runs_of,
    systems_of,
)


def test_a_run_is_a_system_tuned_with_one_seed():
    runs = runs_of([BASE, "NAT", "TRAD-SYN"], [0, 42])
    assert [run.name for run in runs] == ["BASE", "NAT-s0", "NAT-s42", "TRAD-SYN-s0",
                                          "TRAD-SYN-s42"]
    assert runs[-1].columns() == {"run": "TRAD-SYN-s42", "system": "TRAD-SYN", "seed": 42}
    assert systems_of(runs) == {"BASE": "BASE", "NAT-s0": "NAT", "NAT-s42": "NAT",
                                "TRAD-SYN-s0": "TRAD-SYN", "TRAD-SYN-s42": "TRAD-SYN"}
    assert str(Run("ALL", 1)) == "ALL-s1" and Run(BASE) == Run(BASE, 0)


@pytest.mark.parametrize("system, seed, message", [
    ("NATIVE", 1, "system is 'NATIVE'; accepted: BASE, NAT"), ("NAT", -1, "seed is -1 for NAT"),
    (BASE, 1, "seed is 1 for BASE; need 0")])
def test_a_run_that_can_not_be_is_refused(system, seed, message):
    with pytest.raises(ValueError, match=message):
        Run(system, seed)


def test_each_configuration_names_its_provenances():
    # mixtures are shuffled in this order
    assert provenances_of("TRAD-SYN") == ("translated", "synthetic")
    assert provenances_of("ALL") == ("native", "synthetic", "translated")
    assert parts_of(BASE) == frozenset() and all(parts_of(name) for name in CONFIGURATIONS)
    with pytest.raises(ValueError, match="configuration is 'BASE'; accepted: NAT"):
        provenances_of(BASE)


def test_a_choice_that_is_none_is_refused_with_those_there_are():
    check_choice("mode", "greedy", ["greedy"])
    with pytest.raises(ValueError, match="mode is 'greed'; accepted: greedy, constrained"):
        check_choice("mode", "greed", ["greedy", "constrained"])


@pytest.mark.parametrize("run", [Run(BASE), Run("NAT", 0), Run("TRAD-SYN", 42)])
def test_a_run_is_found_by_its_name(run):
    assert Run.named(run.name) == run


@pytest.mark.parametrize("name", [
    "", "NAT", "BASE-s0", "NAT-s", "NAT-s-1", "NAT-s01", "gpt-s1", "NAT-s1 "])
def test_what_is_no_name_of_a_run_is_refused(name):
    with pytest.raises(ValueError, match="is no run: need BASE"):
        Run.named(name)


def test_systems_stand_in_one_order():
    assert in_order(["ALL", "SYN", BASE, "NAT"]) == [BASE, "NAT", "SYN", "ALL"]
