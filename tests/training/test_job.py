"""What a run is repeated for, and what it isn't."""

from dataclasses import fields, replace
from types import SimpleNamespace

import pytest

from medinj_utils.core.names import Run
from medinj_utils.core.recipe import Recipe
from medinj_utils.models.loading import Base
from medinj_utils.training.backends import Backend

from .tuning import quick_job

JOB = quick_job()


@pytest.fixture
def other_base(tmp_path):
    (tmp_path / "model.safetensors").touch()
    return Base(str(tmp_path))


@pytest.mark.parametrize("changes", [
    {"run": Run("ALL", 1)}, {"run": Run("NAT", 0)}, {"backend": Backend("unsloth")},
    {"base": Base("planted", "1" * 40)}, {"recipe": replace(JOB.recipe, rank=JOB.recipe.rank + 1)},
    {"recipe": replace(JOB.recipe, epochs=9)},
    {"validation": SimpleNamespace(sets=["validation_exact_match"])}],
    ids=lambda changes: "-".join(changes))
def test_whatever_changes_the_adapter_or_its_curve_changes_the_parameters(changes):
    assert replace(JOB, **changes).parameters != JOB.parameters


def test_another_base_is_told_by_its_name(other_base):
    assert replace(JOB, base=other_base).parameters == JOB.parameters | {
        "base_model": other_base.name}


def test_how_questions_are_asked_later_repeats_no_run():
    asking = {"max_new_tokens": 1, "answer_batch_tokens": 512, "open_max_new_tokens": 1,
              "open_stops": ["\n"]}
    assert replace(JOB, recipe=replace(JOB.recipe, **asking)).parameters == JOB.parameters
    left_out = {field.name for field in fields(Recipe)} - JOB.parameters.keys()
    assert left_out == {*asking, "open_prompt"}


def test_parameters_are_what_a_card_can_hold():
    validated = replace(JOB, validation=SimpleNamespace(sets=("a", "b")))
    assert validated.parameters["validation_sets"] == ["a", "b"]
    assert JOB.parameters["validation_sets"] == []
    assert (JOB.parameters["configuration"], JOB.parameters["seed"]) == ("ALL", 0)
