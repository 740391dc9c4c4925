"""Profiles: what they set, and what is refused before anything runs."""

import re
from pathlib import Path

import pytest
import yaml

from medinj_utils.core import profiles
from medinj_utils.core.parameters import SettingsError, notebook_defaults, notebook_names
from medinj_utils.core.profiles import all_executions, load_profile
from medinj_utils.core.recipe import load_recipe

NAMES = notebook_names()
ROOT = Path(__file__).parents[2]


every_profile = pytest.mark.parametrize("profile, data", [
    ("demo", ""), ("null", ""), ("own", ""), ("paper", ""), ("open", "somewhere"),
    ("smollm2", "somewhere")])


@every_profile
def test_the_profiles_are_valid(profile, data):
    executions = all_executions(profile, data)
    assert {notebook for notebook, _ in executions.values()} == set(NAMES)
    assert all(
        parameters["output"] == f"outputs/{profile}" for _, parameters in executions.values()
    )


@every_profile
def test_every_profile_compares_answers_that_it_asks_for(profile, data):
    executions = all_executions(profile, data).values()
    asked = [
        parameters["modes"]
        for notebook, parameters in executions
        if notebook == "30_answer_questions"
    ]
    compared = {parameters["mode"] for notebook, parameters in executions
                if "mode" in parameters and notebook != "32_ask_otherwise"}
    assert compared and all(compared <= set(modes) for modes in asked)


def test_a_split_notebook_is_executed_once_for_each_combination():
    paper = [name for name in all_executions("paper") if name.startswith("21")]
    assert len(paper) == 7 and "21_train_adapter-NAT-SYN-42" in paper
    _, parameters = all_executions("paper")["21_train_adapter-NAT-SYN-42"]
    assert (parameters["configurations"], parameters["seeds"]) == (["NAT-SYN"], [42])


def test_the_paper_profile_is_the_study_recipe():
    _, parameters = all_executions("paper")["21_train_adapter-ALL-42"]
    recipe = load_recipe(parameters["recipe"])
    expected = {"adapter": "dora", "rank": 16, "alpha": 16, "dropout": 0.05, "epochs": 10,
                "learning_rate": 1e-4,
                "max_length": 2048, "gradient_checkpointing": True, "loss_on": "all",
                "precision": "bfloat16",
                "permute_options": False}
    assert {name: getattr(recipe, name) for name in expected} == expected
    assert recipe.batch_size * recipe.gradient_accumulation == 192
    assert (parameters["base_model"], parameters["seeds"]) == ("Qwen/Qwen3-4B-Instruct-2507", [42])
    assert all_executions("paper")["14_build_mixtures"][1]["budget"] == 33493


@pytest.fixture
def profile(tmp_path, monkeypatch):
    monkeypatch.setattr(profiles, "PROFILES", tmp_path)

    def write(**content):
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"title": "mine"} | content),
                                            encoding="utf-8")
        return load_profile("mine")
    return write


@pytest.mark.parametrize("content, message", [
    ({"notebooks": {"14_build_mixtures": {"buget": 3}}},
     r"mine\.yaml, 14_build_mixtures: unknown parameter 'buget' .nearest: 'budget'.; acc"),
    ({"notebooks": {"15_bild": {}}}, r"unknown notebook '15_bild'; accepted: 00_check_environment"),
    ({"notebooks": {"14_build_mixtures": {"budget": "3"}}},
     r"14_build_mixtures, budget: .*integer.*'3'"),
    ({"notebooks": {"14_build_mixtures": {"budget": 0}}}, r"budget: .*greater than or equal to 1"),
    ({"notebooks": {"14_build_mixtures": {"shortage": "ask"}}},
     r"shortage: .*'refuse', 'lower' or 'repeat'.*'ask'"),
    ({"notebooks": {"50_vary_recipe": {"learning_rates": ["1e-5"]}}},
     r"learning_rates\[0\].*'1e-5'"),
    ({"notebooks": {"43_plan_power": {"power": "1e-1"}}}, r"write 1\.0e-5"),
    ({"notebooks": {"43_plan_power": {"power": 1.5}}}, r"power: .*less than 1"),
    ({"shared": {"recipe": "profiles/recipes/dmo.yaml"}},
     r"mine\.yaml, shared, recipe: profiles/recipes/dmo\.yaml: no such recipe; there are: "
     r".*demo\.yaml"),
    ({"notebooks": {"21_train_adapter": {"configurations": ["NAT", "NATIVE"]}}},
     r"configurations\[1\]"),
    ({"shared": {"configurations": [], "systems": []}}, "systems"),
    ({"shared": {"configurations": []}}, "no system is named"),
    ({"notebooks": {"10_read_sources": {"sources": [{"name": "x", "place": "y"}]}}},
     r"sources\[0\]"),
    ({"shared": {"seed": 1}}, r"shared: unknown parameter 'seed' \(nearest: 'seeds'\); accepted: "),
    ({"shared": {"output": "elsewhere"}}, "can't be set"),
    ({"notebook": {}}, r"mine\.yaml, notebook: .*accepted keys: .*notebooks"),
    ({"title": 3}, "title: .*string"),
    ({"split": {"21_train": ["seeds"]}}, "unknown notebook '21_train'"),
    ({"split": {"21_train_adapter": ["sedes"]}}, "'sedes' is no list parameter"),
    ({"world": {"kind": "x"}}, r"world\.kind: .*'planted' or 'null'")])
def test_a_wrong_profile_is_refused_before_anything_runs(profile, content, message):
    with pytest.raises(SettingsError, match=message):
        profile(**content)


@pytest.mark.parametrize("text, message", [
    ("title: à".encode("latin-1"), "line 1: not UTF-8"),
    (b"title: a\ntitle: b", "line 2: the key 'title' stands twice"),
    (b"title: a\nshared: &x {seeds: *x}", "contains itself"), (b"title: [", "not YAML")])
def test_a_profile_that_can_not_be_read_says_where_and_why(profile, text, message):
    (profiles.PROFILES / "mine.yaml").write_bytes(text)
    with pytest.raises(SettingsError, match=rf"mine\.yaml.*{message}"):
        load_profile("mine")


def test_an_unknown_profile_and_missing_data_say_what_to_do():
    with pytest.raises(SettingsError, match="there are: demo, null, open, own, paper, smollm2"):
        load_profile("dem")
    with pytest.raises(SettingsError, match="make book PROFILE=open DATA=folder"):
        load_profile("open")


@pytest.mark.parametrize("call, missing", [
    (lambda: load_profile("demo"), "profiles"), (lambda: all_executions("demo"), "profiles"),
    (notebook_names, "notebooks"), (lambda: notebook_defaults("10_read_sources"), "notebooks"),
    (lambda: load_recipe("profiles/recipes/demo.yaml"), "profiles/recipes")])
def test_from_another_folder_the_root_is_named(tmp_path, monkeypatch, call, missing):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        SettingsError,
        match=f"no folder {missing} in {tmp_path}: give the command in the book's root, {ROOT}",
    ):
        call()


def test_a_base_in_a_folder_with_an_at_sign_is_a_folder(tmp_path):
    folder = tmp_path / "me@work"
    folder.mkdir()
    assert load_profile("open", "d", str(folder)).shared["base_model"] == str(folder)
    assert load_profile("open", "d", str(folder)).shared["base_revision"] == ""


@pytest.mark.parametrize("given", [
    "l'été", "2024", "1e5", "true", "null", "-x", "--help", "$HOME", "{data}", 'say "hi"', "a\nb",
    " "])
def test_data_and_base_are_checked_as_they_are_given(tmp_path, monkeypatch, capsys, given):
    monkeypatch.setattr("sys.argv",
                        ["profiles", f"--data={given}", f"--base={tmp_path}", "--", "open"])
    with pytest.raises(SystemExit, match=f"DATA={re.escape(given)}: no such folder"):
        profiles._main()


def test_another_base_model_can_be_told_with_its_commit(tmp_path):
    commit = "0123456789abcdef" * 2 + "01234567"
    profile = load_profile("open", "d", f"organisation/model@{commit}")
    assert (profile.shared["base_model"], profile.shared["base_revision"]) == ("organisation/model",
                                                                               commit)
    assert load_profile("open", "d", str(tmp_path)).shared["base_model"] == str(tmp_path)
    with pytest.raises(SettingsError, match="BASE=organisation/model@commit"):
        load_profile("open", "d", "organisation/model")


@pytest.mark.parametrize("base", [
    "a/b@main", "a/b@v1.0", "a/b@ main", "@", "a/b@", f"@{'a' * 40}", f"a/b@{'a' * 39}",
    f"a/b@{'a' * 41}",
                                  f"a/b@{'g' * 40}", f"a/b@ {'a' * 40}", f"a/b@{'a' * 40} ",
    f"a/b/c@{'a' * 40}", f"a b@{'a' * 40}",
                                  f"a/b@{'A' * 40}", "a/b@abc", f"a/b@main@{'a' * 40}"])
def test_a_base_on_the_hub_has_a_commit_and_no_branch_or_tag(base):
    with pytest.raises(SettingsError, match=f"BASE={re.escape(base)}: .*40 hex digits"):
        load_profile("open", "d", base)


@pytest.mark.parametrize("name", [
    "./demo", "../profiles/demo", "demo/", "/demo", "recipes/one-gpu", "", ".", "..", ".demo",
    "a b", "demo\n", "-demo"])
def test_a_profile_is_named_by_a_plain_name(name):
    with pytest.raises(SettingsError, match="give the plain name of a file in profiles"):
        load_profile(name)


def test_a_profile_like_another_says_only_what_differs(profile):
    (profiles.PROFILES / "other.yaml").write_text(yaml.safe_dump(
        {"title": "other", "shared": {"seeds": [3], "resamples": 4},
         "notebooks": {"14_build_mixtures": {"budget": 7}}}))
    mine = profile(like="other", shared={"resamples": 8},
                   notebooks={"14_build_mixtures": {"shortage": "lower"}})
    assert (mine.title, mine.shared) == ("mine", {"seeds": [3], "resamples": 8})
    assert mine.notebooks == {"14_build_mixtures": {"budget": 7, "shortage": "lower"}}
    with pytest.raises(SettingsError, match="like: circular: mine is like mine"):
        profile(like="mine")
    with pytest.raises(SettingsError, match="no profile 'absent'; there are: mine, other"):
        profile(like="absent")


def test_own_sources_in_a_profile_like_open_need_none_of_its_data(tmp_path, monkeypatch):
    (tmp_path / "open.yaml").write_text(
        (profiles.PROFILES / "open.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    monkeypatch.setattr(profiles, "PROFILES", tmp_path)
    own = {
        "like": "open",
        "notebooks": {"10_read_sources": {"sources": [{"name": "own", "location": "mine.yaml"}]}},
        "shared": {"configurations": ["NAT"], "systems": ["BASE", "NAT"]},
    }
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    executions = all_executions("mine")
    assert executions["30_answer_questions"][1]["test_sources"] == []
    assert [name for name in executions if name.startswith("21")] == ["21_train_adapter-NAT"]


def test_all_that_notebooks_would_look_for_in_vain_is_said_at_once(profile):
    with pytest.raises(SettingsError) as caught:
        profile(shared={"systems": ["BASE", "SYN"]},
                notebooks={"40_compare_provenances": {"mode": "text_likelihood"}})
    lines = str(caught.value).splitlines()
    assert len(lines) == 2 and all("mine.yaml: " in line for line in lines)


def test_the_data_folder_is_filled_in_whatever_its_name():
    odd = 'my "data": {x}'
    sources = load_profile("open", odd).notebooks["10_read_sources"]["sources"]
    assert sources[0]["location"] == f"{odd}/frenchmedmcqa/raw"
