"""What only a GPU can show: notebooks 21 and 30 with each backend and adapter, as `make test-gpu`
runs them."""

from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd
import pytest
import torch
import yaml

from medinj_utils.book.execute import run_notebook
from medinj_utils.core.names import Run
from medinj_utils.core.recipe import load_recipe
from medinj_utils.core.tree import Tree
from medinj_utils.data import build_mixture, save_mixture, save_records
from medinj_utils.models.hardware import formats

ROOT = Path(__file__).parents[2]
RUN = Run("NAT", 0)


@pytest.fixture
def tree(world, tmp_path, monkeypatch):
    """A tree with records and one mixture; the working folder is the project's root."""
    monkeypatch.chdir(ROOT)
    tree = Tree(tmp_path / "out", "14_build_mixtures")
    records = world["records"]
    save_records(records, tree.records)
    (tree.records_card).write_text('{"fictional": true}')
    training = records[(records["split"] == "train") & (records["task"] != "oeq")]
    save_mixture(build_mixture(training, RUN.system, 32, 0), RUN.system, tree)
    return tree


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")
@pytest.mark.parametrize("backend, adapter", [
    ("peft", "dora"), ("peft", "lora"), ("peft", "qlora"),
    ("auto", "dora"), ("unsloth", "lora"), ("unsloth", "qlora")])
def test_training_with_validations_and_answering_by_papermill(tree, tmp_path, backend, adapter):
    precision = formats()[1]
    recipe = replace(load_recipe(ROOT / "profiles/recipes/demo.yaml"), adapter=adapter,
                     precision=precision, epochs=3,
                     batch_size=8, gradient_accumulation=1, validations=2,
                     gradient_checkpointing=True)
    written = tmp_path / "recipe.yaml"
    written.write_text(yaml.safe_dump(asdict(recipe)), encoding="utf-8")
    shared = {"output": str(tree.root), "seeds": [0], "recipe": str(written),
              "base_model": "planted", "base_revision": ""}
    run_notebook("21_train_adapter", shared | {"configurations": ["NAT"], "backend": backend},
                 tmp_path / "21.ipynb")
    card = tree.run_card(RUN)
    used = "peft" if backend == "peft" else "unsloth"
    assert card["why_not_unsloth"] == ""
    assert (card["parameters"]["backend"], card["precision_used"]) == (used, precision)
    # Unsloth says so where a pass before training poisons what it has compiled.
    assert "before trainer.train()" not in (tmp_path / "21.ipynb").read_text(encoding="utf-8")
    validation = pd.read_csv(tree.run_files(RUN).validation)
    assert len(validation) >= 3 and validation.notna().all(axis=None)
    assert validation["loss"].iloc[-1] < validation["loss"].iloc[0]
    run_notebook("30_answer_questions", shared | {"systems": ["BASE", "NAT"], "most_items": 24},
                 tmp_path / "30.ipynb")
    answers = pd.read_parquet(tree.answers(RUN))
    assert (answers["note"] == "").all() and answers["raw"].notna().all()
