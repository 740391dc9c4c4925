"""A small output tree and runs that many tests look at, each trained once."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from medinj_utils.core.tree import Tree
from medinj_utils.data import save_mixture, save_records
from medinj_utils.training import train_run

from .tuning import BACKENDS, PEFT, PLANTED, RUN, copy_of, quick_recipe


@pytest.fixture(scope="session")
def rows(world) -> pd.DataFrame:
    """40 choice questions of all provenances."""
    records = world["records"]
    chosen = (records["split"] == "train") & (records["task"] != "oeq")
    return records[chosen].head(40).reset_index(drop=True)


@pytest.fixture(scope="session")
def tree(rows, world, tmp_path_factory) -> Tree:
    """Records, and a mixture of the 40 rows of which one is too long."""
    result = Tree(tmp_path_factory.mktemp("tree"), "21_train_adapter")
    save_records(world["records"], result.records)
    mixture = rows.copy()
    mixture.loc[0, "context"] = "mot " * 300
    save_mixture(mixture, RUN.system, result, seed=0)
    return result


@pytest.fixture(scope="session")
def plain(tree) -> SimpleNamespace:
    """A run by plain PEFT, as the quick recipe has it: its tree, folder and card."""
    card = train_run(tree, RUN, quick_recipe(), PEFT, PLANTED)
    return SimpleNamespace(tree=tree, folder=tree.run(RUN), card=card)


@pytest.fixture(scope="session")
def rslora(plain, tmp_path_factory) -> SimpleNamespace:
    """A tree in which the plain run stood and another recipe was asked for."""
    root = tmp_path_factory.mktemp("rslora") / "tree"
    shutil.copytree(plain.tree.root, root)
    again = Tree(root, plain.tree.notebook)
    card = train_run(again, RUN, quick_recipe(adapter="rslora", learning_rate=1e-3), PEFT,
                     PLANTED)
    return SimpleNamespace(tree=again, folder=again.run(RUN), card=card)


@pytest.fixture(scope="session", autouse=True)
def started_backends(request, tree, tmp_path_factory) -> Iterator[dict]:
    """The processes of runs.py, which run beside the first tests; none where no test asks for
    them."""
    asked = {item.callspec.params["backend_runs"] for item in request.session.items
             if "backend_runs" in getattr(item, "fixturenames", ())
             and not any(mark.args[0] for mark in item.iter_markers("skipif"))}
    started = {}
    for backend in sorted(asked):
        root = tmp_path_factory.mktemp(backend)
        for name in ("plain", "whole", "cut"):
            copy_of(tree, root / name)
        with (root / "output").open("w") as output:
            started[backend] = root, subprocess.Popen(
                [sys.executable, Path(__file__).with_name("runs.py"), backend, root],
                env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=output, stderr=output)
    yield started
    for _, process in started.values():
        process.kill()
        process.wait()


@pytest.fixture(scope="session", params=BACKENDS)
def backend_runs(request, started_backends) -> SimpleNamespace:
    """The runs of runs.py by one backend: their folder and what became of them."""
    root, process = started_backends[request.param]
    assert process.wait() == 0, (root / "output").read_text()[-3000:]
    outcomes = json.loads((root / "outcomes.json").read_text(encoding="utf-8"))
    return SimpleNamespace(backend=request.param, root=root, outcomes=outcomes)
