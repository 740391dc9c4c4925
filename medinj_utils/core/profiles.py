"""Profiles: the settings of a run of the book, checked before anything runs.

``profiles/<name>.yaml`` holds the values that differ from the notebooks' defaults.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medinj_utils.core.consistency import inconsistencies
from medinj_utils.core.files import not_in_root
from medinj_utils.core.inheritance import inherit
from medinj_utils.core.names import WORLDS
from medinj_utils.core.parameters import (
    SettingsError,
    check_value,
    notebook_defaults,
    notebook_names,
    unknown_parameter,
)
from medinj_utils.core.recipe import RecipeError, load_recipe
from medinj_utils.core.tree import OUTPUTS
from medinj_utils.core.yaml_texts import read_yaml

PROFILES = Path("profiles")
_Count, _Limit = Annotated[int, Field(ge=1)], Annotated[int, Field(ge=0)]


class World(BaseModel):
    """Arguments of `medinj_utils.demo.world.write_world`: the planted world of a profile.

    Attributes:
        kind: one of `medinj_utils.core.names.WORLDS`.
        substances: number of substances, four facts each.
        rows_per_fact: training rows.
        tests_per_fact: test questions.
        general_tests: test questions on general knowledge.
        seed: of the world.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    kind: Literal[WORLDS]
    substances: Annotated[int, Field(ge=4, le=60)]
    rows_per_fact: _Count
    tests_per_fact: Annotated[int, Field(ge=2)]
    general_tests: Annotated[int, Field(ge=0, le=390)]
    seed: _Limit


class Profile(BaseModel):
    """The settings of a run of the book; a file may also say ``like`` (see `load_profile`).

    Attributes:
        title: of the book.
        needs_gpu: whether it is refused without one.
        world: the planted world to write first, if there is one.
        beside: profiles that are run too, and whose comparison is shown beside this one's.
        results: names of folders in ``results/``: kept results that are shown beside this one's.
        shared: parameters of every notebook that has them.
        notebooks: parameters of one notebook, by its name.
        split: by notebook, list parameters of which each combination of values is an execution of
            its own.
        minutes: by notebook, minutes that it last took on two cores.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    title: str
    needs_gpu: bool = False
    world: World | None = None
    #: profiles that are run too, and whose comparison is shown beside this one's
    beside: list[str] = []
    #: names of folders in ``results/``: kept results that are shown beside this one's
    results: list[str] = []
    #: parameters of every notebook that has them
    shared: dict[str, Any] = {}
    #: parameters of one notebook, by its name
    notebooks: dict[str, dict[str, Any]] = {}
    #: by notebook, list parameters of which each combination of values is an execution of its own
    split: dict[str, list[str]] = {}
    #: by notebook, minutes that it last took on two cores
    minutes: dict[str, float] = {}


def load_profile(name: str, data: str = "", base: str = "") -> Profile:
    """Read and check ``profiles/<name>.yaml``, and all that it names.

    A profile that says ``like: other`` holds only what differs from the other (see
    `medinj_utils.core.inheritance.inherit`).

    Args:
        name: the profile.
        data: folder that takes the place of ``{data}`` in locations.
        base: base model instead of the profile's: a folder, or a hub id with ``@commit``.

    Raises:
        SettingsError: a key, notebook, parameter or value is wrong, notebooks need what others
            don't make, or ``data`` is missing.
    """
    path, content = PROFILES / f"{name}.yaml", _read_profile(name)
    if "{data}" in str(content) and not data:
        raise SettingsError(f"{path}: this profile reads your data: say where they are, "
                            f"make book PROFILE={name} DATA=folder")
    try:
        profile = Profile.model_validate(_filled(content, data))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        keys = ", ".join(Profile.model_fields)
        raise SettingsError(f"{path}, {key}: {first['msg']}; accepted keys: {keys}") from None
    if base:
        _set_base(profile, base)
    _check_profile(profile, str(path))
    parameters = {notebook: parameters_of(name, profile, notebook) for notebook in notebook_names()}
    try:
        problems = inconsistencies(parameters, profile.beside)
    except ValueError as error:  # no system is named
        raise SettingsError(f"{path}: {error}") from None
    if problems:
        raise SettingsError("\n".join(f"{path}: {problem}" for problem in problems))
    return profile


def _set_base(profile: Profile, base: str) -> None:
    model, at, revision = (base, "", "") if Path(base).is_dir() else base.partition("@")
    if at and not (re.fullmatch(r"[\w.-]+(/[\w.-]+)?", model) and
                   re.fullmatch("[0-9a-f]{40}", revision)):
        raise SettingsError(f"BASE={base}: {revision!r} of {model!r} is no commit of a model on "
                            "the hub: write its 40 hex digits, not a branch or tag, as in "
                            "BASE=organisation/model@commit")
    if not at and model != "planted" and not Path(model).is_dir():
        raise SettingsError(f"BASE={base}: no such folder; a model on the hub is named with its "
                            f"commit, BASE={base}@commit")
    profile.shared.update(base_model=model, base_revision=revision)


def _read_profile(name: str, above: tuple[str, ...] = ()) -> Any:
    """Content of a profile's file, completed from the profile named by ``like``."""
    path = PROFILES / f"{name}.yaml"
    if not PROFILES.is_dir():
        raise SettingsError(not_in_root(PROFILES))
    if not re.fullmatch(r"\w[\w.-]*", str(name)):
        raise SettingsError(f"profile {name!r}: give the plain name of a file in {PROFILES}, "
                            "without a folder and without .yaml")
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in PROFILES.glob("*.yaml")))
        raise SettingsError(f"no profile {name!r}; there are: {known}")
    try:
        content = read_yaml(path)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    like = content.pop("like", None) if isinstance(content, dict) else None
    if like in (name, *above):
        chain = " is like ".join((*above, name, like))
        raise SettingsError(f"{path}, like: circular: {chain}")
    return inherit(_read_profile(like, (*above, name)), content, name) if like else content


def _filled(value: Any, data: str) -> Any:
    """The same YAML value with ``{data}`` replaced in all its texts."""
    if isinstance(value, dict):
        return {key: _filled(part, data) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, data) for part in value]
    return value.replace("{data}", data) if isinstance(value, str) else value


def _check_profile(profile: Profile, where: str) -> None:
    notebooks = {name: notebook_defaults(name) for name in notebook_names()}
    for section in (profile.notebooks, profile.split, profile.minutes):
        for name in section:
            if name not in notebooks:
                known = ", ".join(notebooks)
                raise SettingsError(f"{where}: unknown notebook {name!r}; accepted: {known}")
    for key, value in profile.shared.items():
        check_value(key, value, f"{where}, shared")
        if not any(key in accepted for accepted in notebooks.values()):
            raise SettingsError(f"{where}, shared: no notebook has a parameter {key!r}")
    for name, values in profile.notebooks.items():
        for key, value in values.items():
            if key not in notebooks[name]:
                raise unknown_parameter(key, notebooks[name], f"{where}, {name}")
            check_value(key, value, f"{where}, {name}")
    for values in (profile.shared, *profile.notebooks.values()):
        if values.keys() & {"output", "profile"}:
            raise SettingsError(f"{where}: output and profile follow the profile's name; they "
                                "can't be set")
    sections = {"shared": profile.shared} | profile.notebooks
    for section, recipe in ((section, values["recipe"]) for section, values in sections.items()
                            if "recipe" in values):
        try:
            load_recipe(recipe)
        except RecipeError as error:
            raise SettingsError(f"{where}, {section}, recipe: {error}") from None
    for name, keys in profile.split.items():
        for key in keys:
            if not isinstance(notebooks[name].get(key), list):
                raise SettingsError(f"{where}, split, {name}: {key!r} is no list parameter of this "
                                    "notebook")


def parameters_of(profile_name: str, profile: Profile, notebook: str) -> dict[str, Any]:
    """All parameters of a notebook: its defaults, then shared ones, then the notebook's own.

    Args:
        profile_name: of the profile.
        profile: what it sets.
        notebook: name of the notebook.
    """
    defaults = notebook_defaults(notebook)
    shared = {"output": str(OUTPUTS / profile_name), "profile": profile_name} | profile.shared
    shared = {key: value for key, value in shared.items() if key in defaults}
    return defaults | shared | profile.notebooks.get(notebook, {})


def executions_of(profile_name: str, profile: Profile,
                  notebook: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name of the executed copy, parameters) of each execution of a notebook.

    Args:
        profile_name: of the profile.
        profile: what it sets.
        notebook: name of the notebook.

    Returns:
        An iterator of pairs: the copy's name, and its parameters by name.
    """
    parameters = parameters_of(profile_name, profile, notebook)
    keys = profile.split.get(notebook, [])
    for values in product(*(parameters[key] for key in keys)):
        suffix = "".join(f"-{value}" for value in values)
        own = {key: [value] for key, value in zip(keys, values, strict=True)}
        yield notebook + suffix, parameters | own


def all_executions(profile_name: str, data: str = "",
                   base: str = "") -> dict[str, tuple[str, dict[str, Any]]]:
    """Every execution of a profile in order: name of the executed copy → (notebook, parameters).

    Args:
        profile_name: of the profile.
        data: folder that its sources lie in; empty where it names them.
        base: base model instead of its own: a folder, or ``organisation/model@commit``.

    Returns:
        By name of the copy, (name of the notebook, its parameters).

    Raises:
        SettingsError: as `load_profile`.
    """
    profile = load_profile(profile_name, data, base)
    return {name: (notebook, parameters) for notebook in notebook_names()
            for name, parameters in executions_of(profile_name, profile, notebook)}


def add_profile_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that every command about a profile takes: profile, --data, --base."""
    parser.add_argument("profile", help="name of a file in profiles/")
    parser.add_argument("--data", default="", help="folder that the profile's sources lie in")
    parser.add_argument("--base", default="", help="base model instead of the profile's")


def _main() -> None:
    parser = argparse.ArgumentParser(description="Check a profile before anything runs.")
    add_profile_arguments(parser)
    chosen = parser.parse_args()
    try:
        profile = load_profile(chosen.profile, chosen.data, chosen.base)
        for other in profile.beside:
            load_profile(other, chosen.data, chosen.base)
        if chosen.data and not Path(chosen.data).is_dir():
            raise SettingsError(f"DATA={chosen.data}: no such folder")
    except SettingsError as error:
        sys.exit(str(error))
    if profile.needs_gpu:
        import torch
        if not torch.cuda.is_available():
            sys.exit(f"Profile {chosen.profile!r} needs a GPU and torch sees none here: nothing "
                     "was downloaded or run. On two CPU cores use PROFILE=demo or PROFILE=open.")


if __name__ == "__main__":
    _main()
