import pytest
import yaml

from medinj_utils.book.execute import all_executions, run_notebook
from medinj_utils.core import settings
from medinj_utils.core.profiles import (
    PARAMETERS,
    SettingsError,
    check_notebook,
    check_value,
    load_profile,
    notebook_defaults,
    notebook_names,
)

NAMES = notebook_names()


@pytest.mark.parametrize("notebook", NAMES)
def test_every_parameter_is_known_and_its_default_is_valid(notebook):
    defaults = notebook_defaults(notebook)
    assert "output" in defaults
    for name, value in defaults.items():
        check_value(name, value, notebook)


def test_no_parameter_is_declared_that_no_notebook_has():
    used = {name for notebook in NAMES for name in notebook_defaults(notebook)}
    assert set(PARAMETERS) == used


every_profile = pytest.mark.parametrize("profile, data", [
    ("demo", ""), ("null", ""), ("paper", ""), ("open", "somewhere"), ("smollm2", "somewhere")])


@every_profile
def test_the_profiles_are_valid(profile, data):
    executions = all_executions(profile, data)
    assert {notebook for notebook, _ in executions.values()} == set(NAMES)
    assert all(parameters["output"] == f"outputs/{profile}" for _, parameters in executions.values())


@every_profile
def test_every_profile_compares_answers_that_it_asks_for(profile, data):
    executions = all_executions(profile, data).values()
    asked = [told["modes"] for notebook, told in executions if notebook == "30_answer_questions"]
    compared = {told["mode"] for notebook, told in executions if "mode" in told and notebook != "32_ask_otherwise"}
    assert compared and all(compared <= set(modes) for modes in asked)


def test_a_split_notebook_is_executed_once_for_each_combination():
    paper = [name for name in all_executions("paper") if name.startswith("21")]
    assert len(paper) == 7 and "21_train_adapter-NAT-SYN-42" in paper
    _, parameters = all_executions("paper")["21_train_adapter-NAT-SYN-42"]
    assert (parameters["configurations"], parameters["seeds"]) == (["NAT-SYN"], [42])


def test_the_paper_profile_is_the_study_recipe():
    _, told = all_executions("paper")["21_train_adapter-ALL-42"]
    expected = {"adapter": "dora", "rank": 16, "alpha": 16, "dropout": 0.05, "epochs": 10, "learning_rate": 1e-4,
                "max_length": 2048, "gradient_checkpointing": True, "loss_on": "all", "seeds": [42],
                "base_model": "Qwen/Qwen3-4B-Instruct-2507", "precision": "bfloat16", "permute_options": False}
    assert {key: told[key] for key in expected} == expected
    assert told["batch_size"] * told["gradient_accumulation"] == 192
    assert all_executions("paper")["14_build_mixtures"][1]["budget"] == 33493


@pytest.fixture
def profile(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "PROFILES", tmp_path)

    def write(**content):
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"title": "mine"} | content), encoding="utf-8")
        return load_profile("mine")
    return write


@pytest.mark.parametrize("content, told", [
    ({"notebooks": {"14_build_mixtures": {"buget": 3}}}, r"mine\.yaml, 14_build_mixtures: unknown parameter 'buget'; accepted: .*budget"),
    ({"notebooks": {"15_bild": {}}}, r"unknown notebook '15_bild'; accepted: 00_check_environment"),
    ({"notebooks": {"14_build_mixtures": {"budget": "3"}}}, r"14_build_mixtures, budget: .*integer.*'3'"),
    ({"notebooks": {"14_build_mixtures": {"budget": 0}}}, r"budget: .*greater than or equal to 1"),
    ({"notebooks": {"14_build_mixtures": {"shortage": "ask"}}}, r"shortage: .*'refuse', 'lower' or 'repeat'.*'ask'"),
    ({"notebooks": {"21_train_adapter": {"learning_rate": "1e-5"}}}, r"write 1\.0e-5"),
    ({"notebooks": {"21_train_adapter": {"dropout": 1.5}}}, r"dropout: .*less than or equal to 1"),
    ({"notebooks": {"21_train_adapter": {"configurations": ["NAT", "NATIVE"]}}}, r"configurations\[1\]"),
    ({"notebooks": {"10_read_sources": {"sources": [{"name": "x", "place": "y"}]}}}, r"sources\[0\]"),
    ({"shared": {"seed": 1}}, r"shared: unknown parameter 'seed'"), ({"shared": {"output": "elsewhere"}}, "can't be set"),
    ({"notebook": {}}, r"mine\.yaml, notebook: .*accepted keys: .*notebooks"), ({"title": 3}, "title: .*string"),
    ({"split": {"21_train": ["seeds"]}}, "unknown notebook '21_train'"),
    ({"split": {"21_train_adapter": ["sedes"]}}, "'sedes' is no list parameter"),
    ({"world": {"kind": "x"}}, r"world\.kind: .*'planted' or 'null'")])
def test_a_wrong_profile_is_refused_before_anything_runs(profile, content, told):
    with pytest.raises(SettingsError, match=told):
        profile(**content)


def test_an_unknown_profile_and_missing_data_say_what_to_do():
    with pytest.raises(SettingsError, match="there are: demo, null, open, paper, smollm2"):
        load_profile("dem")
    with pytest.raises(SettingsError, match="make book PROFILE=open DATA=folder"):
        load_profile("open")


def test_another_base_model_can_be_told_with_its_commit(tmp_path):
    profile = load_profile("open", "d", "organisation/model@abc")
    assert (profile.shared["base_model"], profile.shared["base_revision"]) == ("organisation/model", "abc")
    assert load_profile("open", "d", str(tmp_path)).shared["base_model"] == str(tmp_path)
    with pytest.raises(SettingsError, match="BASE=organisation/model@commit"):
        load_profile("open", "d", "organisation/model")


def test_a_profile_like_another_says_only_what_differs(profile):
    (settings.PROFILES / "other.yaml").write_text(yaml.safe_dump(
        {"title": "other", "shared": {"seeds": [3], "rank": 4}, "notebooks": {"14_build_mixtures": {"budget": 7}}}))
    mine = profile(like="other", shared={"rank": 8}, notebooks={"14_build_mixtures": {"shortage": "lower"}})
    assert (mine.title, mine.shared) == ("mine", {"seeds": [3], "rank": 8})
    assert mine.notebooks == {"14_build_mixtures": {"budget": 7, "shortage": "lower"}}
    with pytest.raises(SettingsError, match="like: mine is like mine, which ends nowhere"):
        profile(like="mine")
    with pytest.raises(SettingsError, match="no profile 'absent'; there are: mine, other"):
        profile(like="absent")


def test_the_data_folder_is_filled_in_whatever_its_name():
    odd = 'my "data": {x}'
    sources = load_profile("open", odd).notebooks["10_read_sources"]["sources"]
    assert sources[0]["location"] == f"{odd}/frenchmedmcqa/raw"


def test_a_notebook_refuses_what_papermill_only_warns_about(tmp_path):
    with pytest.raises(SettingsError, match="unknown parameter 'buget'"):
        check_notebook({**notebook_defaults("14_build_mixtures"), "buget": 3}, "14_build_mixtures")
    with pytest.raises(SystemExit, match="unknown parameter 'buget'; accepted: output, tasks, exclude, budget"):
        run_notebook("14_build_mixtures", {"buget": 3}, tmp_path / "out.ipynb")
