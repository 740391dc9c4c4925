import json
import os
import subprocess
import sys
from dataclasses import asdict

import pandas as pd
import pytest
import torch
import yaml

from medinj_utils.core.names import CONFIGURATIONS
from medinj_utils.data import load_mixture, save_mixture
from medinj_utils.training import __main__ as command

from .tuning import ROOT, RUN, copy_of, quick_recipe

ARGUMENTS = ["--configuration", "ALL", "--seed", "0"]
TWICE = ["torch.distributed.run", "--nproc_per_node", "2", "--master_port", "29671", "-m"]


@pytest.fixture
def project(tree, tmp_path, monkeypatch):
    """A folder with two profiles, "one" and "two", that train on 45 rows in steps of eight."""
    recipe = quick_recipe(batch_size=4, gradient_accumulation=2, validations=2)
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(asdict(recipe)))
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    (tmp_path / "profiles").mkdir()
    shared = {"base_model": "planted", "base_revision": "", "recipe": "recipe.yaml",
              "backend": "peft", "seeds": [0, 1]}
    for name in ("one", "two"):
        profile = yaml.safe_dump({"title": name, "shared": shared})
        (tmp_path / f"profiles/{name}.yaml").write_text(profile)
        outputs = copy_of(tree, tmp_path / "outputs" / name)
        mixture = load_mixture(outputs, RUN.system)
        mixture = pd.concat([mixture, mixture.iloc[1:6]], ignore_index=True)
        save_mixture(mixture, RUN.system, outputs, seed=0)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_unknown_profile_ends_the_command_with_a_sentence(project, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["training", "nosuch"])
    with pytest.raises(SystemExit, match="no profile 'nosuch'; there are: one, two"):
        command._main()


def test_two_processes_learn_the_same_as_one(project):
    hidden = {"CUDA_VISIBLE_DEVICES": ""} if torch.cuda.device_count() == 1 else {}
    started = [subprocess.Popen(
        [sys.executable, "-m", *how, "medinj_utils.training", name, *ARGUMENTS],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)} | hidden)
        for name, how in (("one", []), ("two", TWICE))]
    printed = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0, 0], printed
    folders = [project / "outputs" / name / "runs/ALL-s0" for name in ("one", "two")]
    cards = [json.loads((folder / "card.json").read_text("utf-8")) for folder in folders]
    line = f"ALL-s0: {cards[0]['steps']} steps, last loss {cards[0]['final_loss']:.4f}"
    assert line in printed[0] and "ALL-s0: 11 steps" in printed[1]
    assert [card["processes"] for card in cards] == [1, 2]
    assert cards[0]["steps"] == cards[1]["steps"] == 11
    assert cards[0]["step"] == "medinj_utils.training"
    assert cards[0]["supervised_tokens"] == cards[1]["supervised_tokens"]
    for file, column in (("curve.csv", "loss"), ("curve.csv", "grad_norm"),
                         ("validation.csv", "loss")):
        one, two = (pd.read_csv(folder / file)[column].tolist() for folder in folders)
        assert two == pytest.approx(one, rel=1e-4), (file, column)
    assert not list((project / "outputs").glob("*/runs/.*"))


def test_without_a_choice_all_runs_of_the_profile_are_trained(project, monkeypatch):
    asked = []
    monkeypatch.setattr(sys, "argv", ["train", "one"])
    monkeypatch.setattr(command, "train_runs", lambda tree, runs, *rest: asked.extend(runs) or {})
    command._main()
    assert [run.name for run in asked] == ["NAT-s0", "NAT-s1"]


def test_the_script_for_slurm_trains_each_mixture_on_all_gpus(tmp_path):
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/activate").write_text("")
    (tmp_path / "accelerate").write_text("#!/bin/sh\necho $@\n")
    (tmp_path / "accelerate").chmod(0o755)
    script = ROOT / "profiles/slurm/train.sbatch"
    launched = []
    for job in range(7):
        made = subprocess.run(
            ["bash", script, "paper"], cwd=tmp_path, capture_output=True, text=True,
            env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}",
                              "SLURM_ARRAY_TASK_ID": str(job), "SLURM_GPUS_ON_NODE": "4"})
        assert made.returncode == 0, made.stderr
        launched.append(made.stdout.split())
    assert {tuple(words[:-1]) for words in launched} == {tuple(
        "launch --num_processes 4 -m medinj_utils.training paper --configuration".split())}
    assert {words[-1] for words in launched} == set(CONFIGURATIONS)
    unnamed = subprocess.run(["bash", script], cwd=tmp_path, capture_output=True, text=True)
    assert unnamed.returncode and "name a profile" in unnamed.stderr
