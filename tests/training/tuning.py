"""What the tests of this room train with: a recipe for seconds, and runs in this process."""

import importlib.util
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from medinj_utils.core.cards import Card, Origin
from medinj_utils.core.names import Run
from medinj_utils.core.recipe import Recipe, load_recipe
from medinj_utils.core.tree import Tree
from medinj_utils.models.loading import Base
from medinj_utils.training.backends import Backend
from medinj_utils.training.job import Job, Rows

ROOT = Path(__file__).parents[2]
PLANTED = Base("planted")
PEFT = Backend("peft")
RUN = Run("ALL", 0)
WEIGHTS = "adapter/adapter_model.safetensors"
NO_UNSLOTH = pytest.mark.skipif(importlib.util.find_spec("unsloth") is None,
                                reason="unsloth is not installed")
BACKENDS = ["peft", pytest.param("unsloth", marks=NO_UNSLOTH)]


def quick_recipe(**changes) -> Recipe:
    """Two epochs of steps of eight rows, in float32, without validations."""
    quick = load_recipe(ROOT / "profiles/recipes/demo.yaml")
    return replace(quick, **{"epochs": 2, "batch_size": 8, "learning_rate": 4e-3,
                             "permute_options": False,
                             "validations": 0} | changes)


def quick_job(validation=None, base: Base = PLANTED, **changes) -> Job:
    return Job(RUN, quick_recipe(**changes), PEFT, base, validation)


def quick_tune(rows: pd.DataFrame, folder: Path, validation_rows: pd.DataFrame | None = None,
               validation=None, base: Base = PLANTED, **changes) -> dict:
    """Tune on rows in this process by plain PEFT; returns the card."""
    from medinj_utils.training.tune import tune
    job = quick_job(validation, base, **changes)
    validated = [] if validation_rows is None else validation_rows.to_dict("records")
    return tune(job, Rows(rows.to_dict("records"), validated), Card(Origin("test"), job.parameters),
                folder)


def copy_of(tree: Tree, root: Path) -> Tree:
    """The same records and mixtures, without runs."""
    for name in ("data", "mixtures"):
        shutil.copytree(tree.root / name, root / name)
    return Tree(root, tree.notebook)


class Attention:
    """A validation that notes the model's state instead of asking questions."""

    sets = ("trained", "size")

    def __call__(self, model, tokenizer) -> dict[str, float]:
        return {"trained": float(model.training), "size": len(tokenizer)}
