"""The recipe: how systems are tuned and asked, in one flat and commented YAML file."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass

from medinj_utils.core.files import not_in_root
from medinj_utils.core.names import ADAPTERS, ANSWER_FORMATS, KEPT_WEIGHTS, LOSSES, PRECISIONS
from medinj_utils.core.parameters import SettingsError, looks_numeric
from medinj_utils.core.yaml_texts import read_yaml

_Count, _Limit = Annotated[int, Field(ge=1)], Annotated[int, Field(ge=0)]
_MOST_STOPS = 4  # stop sequences that servers accept
_Stops = Annotated[list[Annotated[str, Field(min_length=1)]], Field(max_length=_MOST_STOPS)]
#: Fields on which the answers depend and the adapter does not.
_ANSWERING = ("max_new_tokens", "answer_batch_tokens", "open_prompt", "open_max_new_tokens",
              "open_stops")


class RecipeError(SettingsError):
    """A recipe is wrong; the message names file, key, value and what is accepted."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class Recipe:
    """How an adapter is tuned and how questions are asked. There are no defaults: a file says all.

    The files in ``profiles/recipes/`` comment every field.
    """

    adapter: Literal[ADAPTERS]
    rank: _Count
    alpha: _Count
    dropout: Annotated[float, Field(ge=0, lt=1)]
    epochs: _Count
    batch_size: _Count
    gradient_accumulation: _Count
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    gradient_checkpointing: bool
    max_length: _Count
    permute_options: bool
    answer_format: Literal[ANSWER_FORMATS]
    loss_on: Literal[LOSSES]
    system_prompt: str
    template_settings: dict[str, bool | int | float | str]
    precision: Literal[PRECISIONS]
    validations: _Limit
    keep: Literal[KEPT_WEIGHTS]
    patience: _Limit
    max_new_tokens: _Count
    answer_batch_tokens: _Count
    open_prompt: str
    open_max_new_tokens: _Limit
    open_stops: _Stops

    def __post_init__(self):
        if self.permute_options and self.answer_format == "with_explanation":
            raise ValueError("permute_options gives the options other letters, and an explanation "
                             "may name the old ones: take another answer_format, or keep the order")
        if self.adapter == "qlora" and self.precision not in ("bfloat16", "float16"):
            raise ValueError(f"adapter qlora computes in 16 bits, and precision is "
                             f"{self.precision!r}: set it to bfloat16, on an older GPU to float16, "
                             "or take adapter lora")
        if not self.validations and (self.keep == "best" or self.patience):
            raise ValueError("keep is 'best' or patience is set, and validations is 0: there is "
                             "nothing to choose by. Set validations, such as 10")

    @property
    def tuning(self) -> dict:
        """The fields on which the adapter depends, by name."""
        return {name: value for name, value in asdict(self).items() if name not in _ANSWERING}


def load_recipe(path: str | Path) -> Recipe:
    """Read a recipe from its YAML file, which must name every field of `Recipe` and no other.

    Raises:
        RecipeError: the file is missing, isn't flat YAML, or a key is unknown, missing or wrong.
    """
    path = Path(path)
    if not path.is_file():
        if not (path.is_absolute() or path.parent.is_dir()):
            raise RecipeError(f"{path}: no such recipe; {not_in_root(path.parent)}")
        known = ", ".join(sorted(file.as_posix() for file in path.parent.glob("*.yaml")))
        raise RecipeError(f"{path}: no such recipe" + (f"; there are: {known}" if known else ""))
    try:
        content = read_yaml(path)
    except ValueError as error:
        raise RecipeError(str(error)) from None
    return recipe_of(content, str(path))


def recipe_of(content: object, where: str) -> Recipe:
    """A recipe from its fields by name.

    Args:
        content: of a recipe: values by name.
        where: it comes from, for the messages.

    Raises:
        RecipeError: as `load_recipe`.
    """
    names = [field.name for field in fields(Recipe)]
    if not isinstance(content, dict):
        raise RecipeError(f"{where}: need one 'name: value' a line; names are {', '.join(names)}")
    if unknown := [key for key in content if key not in names]:
        raise RecipeError(f"{where}, {unknown[0]}: unknown; accepted: {', '.join(names)}")
    if missing := [name for name in names if name not in content]:
        raise RecipeError(f"{where}: {', '.join(missing)} missing; a recipe says every field")
    try:
        return Recipe(**content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        got = f"; got {first['input']!r}" if key else ""
        numeric = key and looks_numeric(first["input"])
        hint = ". YAML reads 1e-5 as text: write 1.0e-5" if numeric else ""
        raise RecipeError(f"{where}{', ' * bool(key)}{key}: {first['msg']}{got}{hint}") from None

