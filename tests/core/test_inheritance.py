"""What a profile takes over from the one that it is like."""

import pytest

from medinj_utils.core.inheritance import inherit

WORLD, BASE, PLANTED = {"kind": "planted"}, {"base_model": "planted"}, [{"name": "planted",
                                                                         "location": "w/published"}]
MINE = [{"name": "own", "location": "mine.yaml"}]
PARENT = {
    "title": "Other", "world": WORLD, "beside": ["null"], "minutes": {"10_read_sources": 1.0},
    "shared": {"seeds": [0], "mode": "greedy"} | BASE, "split": {"21_train_adapter": ["seeds"]},
    "notebooks": {
        "10_read_sources": {"sources": PLANTED, "most_quarantined": 0.1},
        "30_answer_questions": {"test_sources": ["planted medicine"], "most_items": 80,
                                "seeds": [1]},
        "35_judge_the_judge": {"triplets": [{"name": "planted", "location": "w/t.json"}],
                               "judge_training": [{"name": "training", "location": "w/j.json"}]},
        "36_rate_by_hand": {"simulated_raters": {"R1": 0.1}, "rating_files": ["r.csv"]},
        "37_exchange_with_harness": {"harness_logs": {"NAT-s0": "log"}},
        "40_compare_provenances": {"null_output": "outputs/null"},
        "42_count_costs": {"prices": {"native": 1.0}}}}


def sources(given, where="notebooks"):
    return (
        {"shared": {"sources": given}}
        if where == "shared"
        else {"notebooks": {"10_read_sources": {"sources": given}}}
    )


@pytest.mark.parametrize("where", ["shared", "notebooks"])
def test_own_sources_leave_what_only_makes_sense_with_the_others_data(where):
    made = inherit(PARENT, sources(MINE, where), "mine")
    assert made["title"] == "mine" and not {"world", "beside", "minutes"} & set(made)
    notebooks = made["notebooks"]
    assert notebooks["30_answer_questions"] == {"most_items": 80, "seeds": [1]}
    assert not any(notebooks[name] for name in notebooks 
                   if name[:2] in ("35", "36", "37", "40", "42"))
    assert made["split"] == PARENT["split"] and made["shared"].items() >= PARENT["shared"].items()
    assert [made["shared"].get("sources"), notebooks["10_read_sources"].get("sources")] == (
        [MINE, None] if where == "shared" else [None, MINE])
    assert notebooks["10_read_sources"]["most_quarantined"] == 0.1


@pytest.mark.parametrize("own", [
    {"title": "Mine"}, sources([{"name": "planted", "location": "elsewhere"}]),
    sources(PLANTED + MINE),
    {"world": {"seed": 2}}, {"notebooks": None}, {"shared": {"budget": 3}}])
def test_a_profile_with_the_others_sources_keeps_all(own):
    made = inherit(PARENT, own, "mine")
    assert made["world"].items() >= WORLD.items() and made["beside"] == ["null"] and made["minutes"]
    assert made["title"] == own.get("title", "Other")
    if own.get("notebooks", {}) is not None:
        assert (
            made["notebooks"]["30_answer_questions"] == PARENT["notebooks"]["30_answer_questions"]
        )


def test_fewer_sources_than_the_other_has_are_other_data():
    parent = PARENT | sources(PLANTED + MINE)
    assert "world" not in inherit(parent, sources(MINE), "mine")
    assert "world" in inherit(parent, sources(PLANTED + MINE), "mine")


@pytest.mark.parametrize("location, same", [
    ("mine.yaml", True), ("other.yaml", False), ("mine/mine.yaml", False)])
def test_another_table_of_ones_own_is_other_data(location, same):
    parent = PARENT | sources(MINE) | {"shared": {"test_sources": ["Mes questions"], "seeds": [0]}}
    made = inherit(parent, sources([{"name": "own", "location": location}]), "mine")
    assert (made["shared"] == parent["shared"], "world" in made) == (same, same)


def test_what_the_profile_says_itself_is_kept_with_its_own_sources():
    own = sources(MINE) | {"title": "Mine", "beside": ["x"], "minutes": {}}
    own["notebooks"] = own["notebooks"] | {
        "30_answer_questions": {"test_sources": ["Mes questions"]}
    }
    made = inherit(PARENT, own, "mine")
    assert (made["title"], made["beside"], made["minutes"]) == ("Mine", ["x"], {})
    assert made["notebooks"]["30_answer_questions"]["test_sources"] == ["Mes questions"]


def test_a_shared_parameter_holds_for_notebooks_of_which_the_other_says_more():
    made = inherit(PARENT, {"shared": {"seeds": [0, 1, 2]}}, "mine")
    assert made["shared"]["seeds"] == [0, 1, 2]
    assert "seeds" not in made["notebooks"]["30_answer_questions"]


@pytest.mark.parametrize("wrong", [
    None, [], "text", {"shared": []}, {"notebooks": {"10_read_sources": 3}},
                                   {"notebooks": {"10_read_sources": {"sources": "mine.csv"}}},
    {"shared": {"sources": [3]}}])
def test_what_is_wrong_is_left_for_the_check(wrong):
    inherit(PARENT, wrong, "mine")
