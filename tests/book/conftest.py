"""A copy of the project in which everything runs once in a small setting, as a reader runs it."""

import os
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import yaml
from comparison.conftest import simulated_scores

from medinj_utils.comparison.claims import load_claims
from medinj_utils.comparison.paper import ITEMS
from medinj_utils.comparison.sentences import CHANCE
from medinj_utils.comparison.verdicts import verdicts_on_paper
from medinj_utils.core.files import write_csv, write_json, write_parquet, write_text
from medinj_utils.core.names import BASE, SYSTEMS, runs_of
from medinj_utils.core.tree import Tree
from medinj_utils.data import build_mixture, save_mixture, save_records
from medinj_utils.data.mixtures import remove_leaks
from medinj_utils.data.overlap import find_leaks

ROOT = Path(__file__).parents[2]
WORLD = {"kind": "planted", "substances": 4, "rows_per_fact": 6, "tests_per_fact": 2,
         "general_tests": 8, "seed": 1}
SMALL = {
    "like": "demo", "title": "Small", "world": WORLD, "beside": [],
    "shared": {"seeds": [0], "recipe": "profiles/recipes/small.yaml", "learning_rates": [0.001],
               "epochs_tried": [1],
               "budget_shares": [0.75]},
    "notebooks": {
        "10_read_sources": {"sources": [{"name": "planted",
                                         "location": "outputs/small/world/published"}],
                            "most_quarantined": 0.05},
        "14_build_mixtures": {"budget": 24},
        "30_answer_questions": {"modes": ["greedy", "constrained", "likelihood", "text_likelihood",
                                          "option_likelihood"],
                                "shots": 1},
        "32_ask_otherwise": {"orders": 1, "most_items": 20},
        "34_judge_open_answers": {"most_items": 2},
        "35_judge_the_judge": {
            "triplets": [{"name": "planted",
                          "location": "outputs/small/world/triplets/evaluated.json"}],
            "judge_training": []},
        "40_compare_provenances": {"null_output": "", "resamples": 500}}}


def environment():
    """That of a fresh terminal, without the variables of a make above it."""
    left = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PROFILE", "DATA", "BASE")
    return {key: value for key, value in os.environ.items() if key not in left}


def run(words, folder, check=True):
    """A command in a folder as in a fresh terminal; what it printed."""
    made = subprocess.run(words, cwd=folder, capture_output=True, text=True, env=environment())
    if check:
        assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-3000:]
    return made.stdout + made.stderr


def copy_project(folder):
    """The project without what runs have made, with the environment that `make` installed."""
    left = (".git", ".venv", "build", "outputs", ".snakemake", "__pycache__", ".pytest_cache",
            ".ruff_cache")
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*left))
    if not (ROOT / ".venv").is_dir():
        pytest.skip(
            "the environment that `make` installs is not there: run the tests by `make test`"
        )
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def copy_with_small(folder):
    """The copy with the profile ``small``, of which nothing but the parameters is smaller than in
    the demo."""
    copy_project(folder)
    recipe = yaml.safe_load((folder / "profiles/recipes/demo.yaml").read_text(encoding="utf-8"))
    (folder / "profiles/recipes/small.yaml").write_text(yaml.safe_dump(recipe | {"epochs": 1,
                                                                                 "batch_size": 8}))
    (folder / "profiles/small.yaml").write_text(yaml.safe_dump(SMALL), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The copy, run once by ``make book PROFILE=small``: its folder and what it said."""
    folder = copy_with_small(tmp_path_factory.mktemp("project") / "book")
    return folder, run(["make", "book", "PROFILE=small"], folder)


MODEL = {"base_model": "a/b", "revision": "1" * 40, "precision": "float32", "base_sha256": "2" * 64,
         "adapter_sha256": ""}
CARD = {"step": "10_read_sources", "commits": {"x/y": "3" * 40},
        "parameters": {"sources": [{"name": "own", "location": "x/y"}]}}


@pytest.fixture
def ran(world, tmp_path, monkeypatch):
    """The tree of profile ``own`` in a project's folder, as if it had been run on real
    questions."""
    monkeypatch.chdir(tmp_path)
    for folder in ("profiles", "notebooks"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    tree = Tree("outputs/own", "40_compare_provenances")
    records = world["records"].assign(context=world["records"]["instruction"].str[:20])
    save_records(records, tree.records)
    write_json(CARD | {"fictional": False}, tree.records_card)
    training = records[(records["split"] == "train") & (records["task"] != "oeq")]
    training, _ = remove_leaks(training, find_leaks(records))
    items = records[(records["split"] == "test") & (records["task"] != "oeq")].drop_duplicates("id")
    write_parquet(simulated_scores(items).assign(raw=items["instruction"].iloc[0]), tree.scores)
    for run in runs_of(SYSTEMS, (0, 1)):
        write_json({"started": "2026-11-01T10:00:00+00:00", "git_commit": "c" * 40,
                    "parameters": {"model_id": MODEL},
                    "first_prompt": items["instruction"].iloc[0]}, tree.answers_card(run))
        if run.system != BASE:
            save_mixture(build_mixture(training, run.system, 30, 0), run.system, tree)
            write_json({"tokens": 7}, tree.run_files(run).card)
            write_text("step,loss\n1,2\n", tree.run_files(run).curve)
    table = pd.DataFrame([run.columns() | {"rows": 30, "tokens": 7, "steps": 2, "final_loss": 0.5,
                                           "training_seconds": 3.0}
                          for run in runs_of(SYSTEMS[1:], (0, 1))])
    for name in ("training", "mixtures", "scores", "baselines", "scores_by_item", "comparison",
                 "pairs", "effects", "train_test_interactions",
                 "pairs_by_part"):
        write_csv(table, tree.table(name))
    write_json({}, tree.environment)
    return tree, items


@pytest.fixture
def opening_tree(tmp_path):
    """A run on real questions, with the tables that the opening page and the French page read."""
    tree = Tree(tmp_path / "own")
    write_json({"fictional": False}, tree.records_card)
    comparison = pd.DataFrame({
        "system": ["BASE", "NAT"], "n_items": 1288, "n_seeds": [1, 2], "exact_match": [0.2, 0.5],
        "low": [0.15, 0.4], "high": [0.25, 0.6],
        "difference": [None, 0.3], "difference_low": [None, 0.2], "difference_high": [None, 0.4],
        "p_holm": [None, 0.0001], "unread_share": 0.0})
    effects = pd.DataFrame({
        "kind": ["main", "main", "synergy"], "effect": ["NAT", "SYN", "NAT-SYN"],
        "estimate": [0.05, -0.01, 0.2], "low": [0.01, -0.03, 0.1], "high": [0.09, 0.01, 0.3],
        "planted": None})
    even = pd.DataFrame({"question": ["synthetic"], "price": 0.01, "native_price": 1.0,
                         "estimate": 0.33, "low": 0.02, "high": 0.68, "reason": ""})
    tables = {"comparison": comparison, "effects": effects, "break_even": even,
              "chance": pd.DataFrame({"rule": [CHANCE, "options alone"],
                                      "exact_match": [0.2, 0.45]}),
              "training": pd.DataFrame({"seed": [0, 1], "rows": [1200, 1200]}),
              "pairs": pd.DataFrame({"first": ["BASE"], "second": ["NAT"], "p_holm": [0.001]}),
              "baselines": pd.DataFrame({"source": ["A", "A", "B"]}),
              "claims_published": verdicts_on_paper(load_claims(), ITEMS, "both")}
    for name, table in tables.items():
        write_csv(table, tree.table(name))
    return tree


@pytest.fixture
def kept_tree(opening_tree):
    """The same as a kept result."""
    write_json({"title": "Own data", "label": opening_tree.label,
                "model": {"base_model": "models/small"}}, opening_tree.kept)
    return opening_tree
