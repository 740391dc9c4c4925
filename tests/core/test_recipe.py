"""Recipes: flat files that say everything, and what is refused in them."""

from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from medinj_utils.core.recipe import Recipe, RecipeError, load_recipe

FILES = sorted(Path("profiles/recipes").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_recipe_is_valid_and_comments_each_line(path):
    recipe = load_recipe(path)
    lines = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert sorted(line.partition(":")[0] for line in lines) == sorted(
        field.name for field in fields(Recipe)
    )
    assert all("#" in line for line in lines) and recipe.epochs >= 1


def test_what_only_changes_answers_is_no_part_of_tuning():
    recipe = load_recipe("profiles/recipes/demo.yaml")
    other = replace(recipe, max_new_tokens=99, answer_batch_tokens=7, open_prompt="Réponds.",
                    open_max_new_tokens=0,
                    open_stops=["."])
    assert other.tuning == recipe.tuning and asdict(other) != asdict(recipe)


@pytest.fixture
def written(tmp_path):
    whole = yaml.safe_load(Path("profiles/recipes/demo.yaml").read_text(encoding="utf-8"))

    def write(**changes):
        content = {name: value for name, value in (whole | changes).items() if value is not None}
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return path
    return write


@pytest.mark.parametrize("changes, message", [
    ({"ranc": 8}, r"mine\.yaml, ranc: unknown; accepted: adapter, rank"),
    ({"rank": None}, r"mine\.yaml: rank missing; a recipe says every field"),
    ({"rank": 0}, r"mine\.yaml, rank: .*greater than or equal to 1; got 0"),
    ({"rank": "8"}, r"rank: .*integer; got '8'"),
    ({"learning_rate": "1e-4"}, r"learning_rate: .*got '1e-4'.*write 1\.0e-5"),
    ({"adapter": "dorra"}, r"adapter: .*'dora', 'lora', 'rslora', 'qlora' or 'full'; got 'dorra'"),
    ({"open_stops": [""]}, r"open_stops\.0: .*at least 1 character; got ''"),
    ({"open_stops": list("abcde")}, "open_stops: .*at most 4"),
    ({"open_max_new_tokens": -1}, "open_max_new_tokens: .*equal to 0; got -1"),
    ({"adapter": "qlora"}, r"mine\.yaml: .*qlora computes in 16 bits"),
    ({"permute_options": True, "answer_format": "with_explanation"},
     "an explanation may name the old ones"),
    ({"validations": 0, "keep": "best"}, "there is nothing to choose by"),
    ({"validations": 0, "patience": 2}, "there is nothing to choose by")])
def test_a_wrong_recipe_names_file_key_and_value(written, changes, message):
    with pytest.raises(RecipeError, match=message):
        load_recipe(written(**changes))


def test_a_missing_file_and_broken_yaml_say_so(tmp_path):
    with pytest.raises(RecipeError, match="absent.yaml: no such recipe"):
        load_recipe(tmp_path / "absent.yaml")
    with pytest.raises(RecipeError, match="there are: profiles/recipes/demo.yaml"):
        load_recipe("profiles/recipes/dem.yaml")
    (tmp_path / "broken.yaml").write_text("rank: [1", encoding="utf-8")
    with pytest.raises(RecipeError, match="not YAML"):
        load_recipe(tmp_path / "broken.yaml")
    (tmp_path / "list.yaml").write_text("- 1", encoding="utf-8")
    with pytest.raises(RecipeError, match="one 'name: value' a line"):
        load_recipe(tmp_path / "list.yaml")


def test_a_changed_recipe_is_checked_too():
    with pytest.raises(ValidationError):
        replace(load_recipe("profiles/recipes/demo.yaml"), epochs=0)
