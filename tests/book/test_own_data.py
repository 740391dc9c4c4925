"""The page "Your own data": what it shows, and the way from one CSV file to a comparison."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import yaml

from medinj_utils.book.execute import run_notebook
from medinj_utils.comparison.stored import draw_systems
from medinj_utils.core.files import write_parquet
from medinj_utils.core.names import Run
from medinj_utils.core.parameters import notebook_defaults
from medinj_utils.core.profiles import load_profile, parameters_of
from medinj_utils.core.recipe import load_recipe
from medinj_utils.core.tree import Tree
from medinj_utils.data import read_source
from medinj_utils.data.gather import gather_sources, save_gathered
from medinj_utils.data.mixing import Mixing, build_mixtures, training_rows
from medinj_utils.data.mixtures import Stratification
from medinj_utils.data.overlap import find_leaks
from medinj_utils.evaluation.protocol import Protocol
from medinj_utils.evaluation.questions import choose_questions
from medinj_utils.evaluation.score_runs import score_runs
from medinj_utils.evaluation.tables import baselines
from medinj_utils.models.loading import Base
from medinj_utils.training import Backend, train_run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "book" / "own_data.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "profiles" / "own"


def blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.S)


def test_what_the_page_shows_stands_in_the_files():
    mapping, profile = map(yaml.safe_load, blocks("yaml"))
    assert mapping == yaml.safe_load((EXAMPLE / "questions.yaml").read_text(encoding="utf-8"))
    whole = yaml.safe_load((ROOT / "profiles" / "own.yaml").read_text(encoding="utf-8"))
    assert profile["shared"] == whole["shared"]
    assert profile["notebooks"].items() <= whole["notebooks"].items()
    table = (EXAMPLE / "questions.csv").read_text(encoding="utf-8")
    assert blocks("text")[0] in table


def test_the_check_says_what_the_page_says():
    made = subprocess.run([sys.executable, "-m", "medinj_utils.book.check", "own"], cwd=ROOT,
                          capture_output=True, text=True)
    assert made.stdout == blocks("text")[1], made.stderr


def test_a_table_is_parted_as_the_page_shows(tmp_path):
    rows = pd.DataFrame({"question": [f"Question {n} ?" for n in range(8)], "A": "oui", "B": "non",
                         "bonne réponse": "A"})
    rows.to_csv(tmp_path / "questions.csv", sep=";", index=False)
    [code] = blocks("python")
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    text = (EXAMPLE / "questions.yaml").read_text(encoding="utf-8").replace("[A, B, C, D]",
                                                                            "[A, B]")
    (tmp_path / "questions.yaml").write_text(text, encoding="utf-8")
    records, quarantine = read_source("own", tmp_path / "questions.yaml")
    assert quarantine.empty and records["split"].value_counts().to_dict() == {"train": 6, "test": 2}


CELLS = re.findall(
    r"`(options|gold|task|split|provenance|context|explanation|general|parent|files|encoding): "
    r"(.+?)`",
    PAGE,
)


@pytest.mark.parametrize("key, value", CELLS)
def test_every_line_of_the_page_is_one_that_a_mapping_may_hold(key, value):
    from medinj_utils.data.own_tables import load_mapping
    text = (EXAMPLE / "questions.yaml").read_text(encoding="utf-8")
    kept = "".join(f"{line}\n" for line in text.splitlines() if not line.startswith(f"{key}:"))
    load_mapping(f"{kept}{key}: {value}\n", EXAMPLE / "questions.yaml")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The example from its CSV file to answers, as the profile ``own`` has it, trained for three
    steps."""
    tree, base = Tree(tmp_path_factory.mktemp("own"), "test"), Base("planted")
    profile = load_profile("own")
    asked = {number: parameters_of("own", profile, name) for number, name in (
        (10, "10_read_sources"), (14, "14_build_mixtures"), (30, "30_answer_questions"))}
    gathered = gather_sources(tree, asked[10]["sources"])
    save_gathered(gathered, tree)
    write_parquet(find_leaks(gathered.records), tree.leaks)
    mixing = Mixing(asked[14]["tasks"], asked[14]["exclude"], asked[14]["budget"], "rows",
                    asked[14]["shortage"], Stratification(), 0)
    build_mixtures(tree, training_rows(tree, mixing), mixing, base)
    recipe = replace(load_recipe(asked[30]["recipe"]), batch_size=6, precision="float32", rank=4)
    train_run(tree, Run("NAT", 0), recipe, Backend("peft"), base)
    items = choose_questions(gathered.records)
    scores = score_runs(tree, [Run("BASE"), Run("NAT", 0)], items, base, recipe,
                        Protocol.from_recipe(recipe, ["greedy"]))
    tree.write_table(baselines(gathered.records, scores).reset_index(), "baselines")
    return tree


def test_one_csv_goes_to_a_comparison_of_what_there_is(tree):
    compared, resampled = draw_systems(tree, "greedy", "refuse", resamples=200)
    assert len(compared.matrix) == 26 and resampled.scores.systems == ["BASE", "NAT"]


@pytest.mark.parametrize("notebook, changes", [
    ("14_build_mixtures", {"budget": 36, "base_model": "planted", "base_revision": ""}),
    ("20_inspect_training_text",
     {"recipe": "profiles/recipes/open.yaml", "base_model": "planted", "base_revision": ""}),
    ("40_compare_provenances", {"resamples": 200})])
def test_notebooks_take_one_provenance_alone(tree, notebook, changes):
    target = tree.root / "notebooks" / f"{notebook}.ipynb"
    run_notebook(notebook, notebook_defaults(notebook) | {"output": str(tree.root)} | changes,
                 target)
    text = "".join(
        output.get("text", "")
        for cell in nbformat.read(target, as_version=4).cells
        for output in cell.get("outputs", [])
    )
    assert {"14": "Not built: SYN, TRAD", "40": "26 items in 26 clusters, 2 systems"}.get(
        notebook[:2], ""
    ) in text
