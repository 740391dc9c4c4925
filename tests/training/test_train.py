from dataclasses import replace

import pandas as pd
import pytest

from medinj_utils.core.names import Run
from medinj_utils.core.tree import Tree
from medinj_utils.training import train as train_module
from medinj_utils.training import train_run, train_runs

from .tuning import PEFT, PLANTED, RUN, copy_of, quick_recipe


def test_a_finished_run_is_not_repeated(plain):
    recipe = quick_recipe()
    for same in (recipe, replace(recipe, max_new_tokens=99, answer_batch_tokens=99)):
        assert train_run(plain.tree, RUN, same, PEFT, PLANTED) == plain.card


def test_a_run_with_another_recipe_takes_its_place(plain, rslora):
    assert plain.card["parameters"]["adapter"] == "dora"
    assert rslora.card["parameters"]["adapter"] == "rslora"
    assert [path.name for path in rslora.folder.parent.iterdir()] == [RUN.name]


def test_runs_are_validated_as_the_recipe_asks(tree, tmp_path):
    tree = copy_of(tree, tmp_path)
    run = Run("ALL", 1)
    [(trained, card)] = train_runs(tree, [run], quick_recipe(epochs=1, validations=1), PEFT,
                                   PLANTED).items()
    assert trained == run and card["parameters"]["seed"] == 1
    curve = pd.read_csv(tree.run(run) / "validation.csv")
    assert curve["step"].tolist() == [0, card["steps"]]
    assert set(card["parameters"]["validation_sets"]) == set(curve) - {"step", "loss"}
    assert card["validation_seconds"] > 0


def test_validation_rows_are_of_the_mixtures_provenances(world, monkeypatch):
    records, mixture = world["records"], pd.DataFrame({"provenance": ["native", "native"]})
    result = pd.DataFrame(train_module._validation_rows(records, mixture))
    assert set(result["provenance"]) == {"native"} and set(result["split"]) == {"validation"}
    assert not set(result["task"]) & {"oeq"}
    monkeypatch.setattr(train_module, "VALIDATION_ROWS", 2)
    assert len(train_module._validation_rows(records, mixture)) == 2


def test_what_is_missing_is_said_with_the_notebook_that_makes_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="run notebook 14_build_mixtures first"):
        train_run(Tree(tmp_path), RUN, quick_recipe(), PEFT, PLANTED)
    with pytest.raises(FileNotFoundError, match="run notebook 10_read_sources first"):
        train_runs(Tree(tmp_path), [RUN], quick_recipe(validations=1), PEFT, PLANTED)


def test_code_that_only_shows_makes_no_other_run():
    names = {path.name for path in train_module._deciding_code()}
    assert {"prompts.py", "chat.py", "text.py", "trainer.py", "tune.py"} <= names
    assert not {"figures.py", "tables.py", "model_card.py"} & names
