"""Parameters of the notebooks and the profiles that set them: what there is, of which type, in which range.

A notebook's ``parameters`` cell holds its defaults; a profile (``profiles/<name>.yaml``) holds the values that
differ. Both are checked here before anything runs, so that a misspelt key or a wrong type is never ignored.
"""

import argparse
import ast
import sys
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

import nbformat
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from medinj_utils.runs import BASE, CONFIGURATIONS

NOTEBOOKS, PROFILES = Path("notebooks"), Path("profiles")
_Count, _Share = Annotated[int, Field(ge=1)], Annotated[float, Field(ge=0, le=1)]
_Seeds = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]
_MODES = ("greedy", "constrained", "likelihood", "text_likelihood", "text_likelihood_per_byte", "option_likelihood")
_Systems = Annotated[list[Literal[(BASE, *CONFIGURATIONS)]], Field(min_length=1)]


class SourceAsked(BaseModel):
    """One entry of the parameter ``sources``: the arguments of `medinj_utils.data.read_source`."""

    model_config = ConfigDict(extra="forbid", strict=True)
    name: str
    location: str
    revision: str = ""
    provenance: Literal["", "native", "synthetic", "translated"] = ""


#: Every parameter that a notebook may have: its type and range. Names mean the same in all notebooks.
PARAMETERS: dict[str, Any] = {
    "output": str, "profile": str, "planted_key": str, "null_output": str,
    "sources": Annotated[list[SourceAsked], Field(min_length=1)], "texts": list[SourceAsked], "most_quarantined": _Share,
    "budget": _Count, "shortage": Literal["refuse", "lower", "repeat"], "mixture_seed": Annotated[int, Field(ge=0)],
    "near": Annotated[float, Field(gt=0, le=1)], "retold": Annotated[float, Field(gt=0, le=1)],
    "encoder": str, "encoder_revision": str,
    "exclude": list[Literal["same question", "same case", "same parent", "nearly the same question", "same in other words"]],
    "budget_unit": Literal["rows", "answer_tokens", "all_tokens"], "by_source": Literal["proportional", "equal"],
    "by_task": Literal["as found", "matched"],
    "tasks": Annotated[list[Literal["mcqu", "mcq", "oeq"]], Field(min_length=1)],
    "base_model": str, "base_revision": str, "backend": Literal["auto", "unsloth", "peft"],
    "configurations": Annotated[list[Literal[CONFIGURATIONS]], Field(min_length=1)], "systems": _Systems,
    "seeds": _Seeds, "adapter": Literal["dora", "lora", "rslora", "qlora", "full"],
    "validations": Annotated[int, Field(ge=0)],
    "keep": Literal["last", "best"], "patience": Annotated[int, Field(ge=0)],
    "rank": _Count, "alpha": _Count, "dropout": _Share,
    "epochs": _Count, "batch_size": _Count, "gradient_accumulation": _Count,
    "learning_rate": Annotated[float, Field(gt=0, le=1)], "learning_rates": list[Annotated[float, Field(gt=0, le=1)]],
    "epochs_tried": Annotated[list[_Count], Field(min_length=1)], "max_length": _Count,
    "gradient_checkpointing": bool, "permute_options": bool,
    "answer_format": Literal["letters", "letters_and_text", "text", "with_explanation"], "loss_on": Literal["answer", "all"],
    "system_prompt": str, "precision": Literal["auto", "float32", "bfloat16"],
    "modes": Annotated[list[Literal[_MODES]], Field(min_length=1)],
    "answer_batch_tokens": _Count, "most_items": Annotated[int, Field(ge=0)], "max_new_tokens": _Count,
    "mode": Literal[_MODES], "general_sources": list[str], "unequal_items": Literal["refuse", "intersect"],
    "budget_shares": list[Annotated[float, Field(gt=0, lt=1)]],
    "orders": Annotated[int, Field(ge=0, le=24)],
    "prices": dict[str, Annotated[float, Field(ge=0)]], "price_hour": Annotated[float, Field(ge=0)],
    "price_kwh": Annotated[float, Field(ge=0)],
    "test_sources": list[str], "resamples": _Count, "published_items": Annotated[list[_Count], Field(min_length=1)],
    "power": Annotated[float, Field(gt=0, lt=1)],
    "differences": Annotated[list[Annotated[float, Field(gt=0, lt=1)]], Field(min_length=1)],
    "too_long": Literal["set aside", "cut context"],
    "harness_logs": dict[str, str], "write_harness": bool, "server": str, "shots": Annotated[int, Field(ge=0, le=32)],
}


class SettingsError(ValueError):
    """A parameter or a profile is wrong; the message names where, key, value and what is accepted."""


def check_value(name: str, value: Any, where: str) -> Any:
    """The value if the parameter takes it, else a `SettingsError`."""
    if name not in PARAMETERS:
        raise SettingsError(f"{where}: unknown parameter {name!r}; accepted: {', '.join(sorted(PARAMETERS))}")
    try:
        return TypeAdapter(PARAMETERS[name]).validate_python(value, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"[{part!r}]" for part in first["loc"])
        hint = ". YAML reads a number such as 1e-5 as text: write 1.0e-5" if _looks_numeric(value) else ""
        raise SettingsError(f"{where}, {name}{place}: {first['msg']}; got {first['input']!r}{hint}") from None


def _looks_numeric(value: Any) -> bool:
    try:
        return isinstance(value, str) and float(value) is not None
    except ValueError:
        return False


def notebook_names(folder: Path = NOTEBOOKS) -> list[str]:
    return sorted(path.stem for path in folder.glob("[0-9][0-9]_*.ipynb"))


def notebook_defaults(name: str, folder: Path = NOTEBOOKS) -> dict[str, Any]:
    """Parameters of a notebook and their defaults, from its ``parameters`` cell."""
    path = folder / f"{name}.ipynb"
    if not path.exists():
        raise SettingsError(f"no notebook {name!r}; there are: {', '.join(notebook_names(folder))}")
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise SettingsError(f"{path}: {len(cells)} cells tagged 'parameters'; need exactly one")
    return {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(cells[0].source).body
            if isinstance(node, ast.Assign)}


def check_notebook(variables: Mapping[str, Any], name: str) -> None:
    """Called in a notebook right after its parameters: refuses unknown, mistyped and out-of-range ones.

    ``variables`` are the notebook's globals. Papermill only warns about a parameter that the notebook doesn't
    have and writes it into the notebook all the same; here it shows as a plain value that no default names.
    """
    accepted = notebook_defaults(name)
    plain = {key: value for key, value in variables.items()
             if not key.startswith("_") and key not in ("In", "Out")
             and isinstance(value, str | int | float | list | dict | None)}
    for key in plain:
        if key not in accepted:
            raise SettingsError(f"{name}: unknown parameter {key!r}; accepted: {', '.join(accepted)}")
    for key in accepted:
        check_value(key, variables[key], name)


class World(BaseModel):
    """Arguments of `medinj_utils.demo.world.write_world`, for profiles whose data are a planted world."""

    model_config = ConfigDict(extra="forbid", strict=True)
    kind: Literal["planted", "null"]
    substances: Annotated[int, Field(ge=4, le=60)]
    rows_per_fact: _Count
    tests_per_fact: Annotated[int, Field(ge=2)]
    general_tests: Annotated[int, Field(ge=0, le=390)]
    seed: Annotated[int, Field(ge=0)]


class Profile(BaseModel):
    """What one way of running the book sets; a file may also say ``like`` (see `load_profile`). ``shared`` goes to every
    notebook that has the parameter."""

    model_config = ConfigDict(extra="forbid", strict=True)
    title: str
    needs_gpu: bool = False
    world: World | None = None
    #: profiles that are run too and of which the comparison is shown beside this one's
    beside: list[str] = []
    shared: dict[str, Any] = {}
    notebooks: dict[str, dict[str, Any]] = {}
    #: per notebook, list parameters that are taken apart: one execution for each combination of their values
    split: dict[str, list[str]] = {}
    #: minutes that the notebooks took when last measured on two cores, to tell what to expect
    minutes: dict[str, float] = {}


def load_profile(name: str, data: str = "", base: str = "") -> Profile:
    """Read and check ``profiles/<name>.yaml`` (with ``like: other``, what it doesn't say is the other's); ``{data}`` in a
    location becomes the folder ``data``, and ``base``, if told, replaces the profile's base model (a folder, or a hub id
    with ``@commit``)."""
    path = PROFILES / f"{name}.yaml"
    content = _read_profile(name)
    if "{data}" in str(content) and not data:
        raise SettingsError(f"{path}: this profile reads your data: say where they are, "
                            f"make book PROFILE={name} DATA=folder")
    try:
        profile = Profile.model_validate(_filled(content, data))
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"{path}, {'.'.join(map(str, first['loc']))}: {first['msg']}; "
                            f"accepted keys: {', '.join(Profile.model_fields)}") from None
    if base:
        model, _, revision = base.partition("@")
        if not revision and model != "planted" and not Path(model).is_dir():
            raise SettingsError(f"BASE={base}: no such folder; a model on the hub is named with its commit, "
                                f"BASE={base}@commit")
        profile.shared.update(base_model=model, base_revision=revision)
    _check_profile(profile, str(path))
    return profile


def _read_profile(name: str, above: tuple[str, ...] = ()) -> Any:
    """Content of a profile's file, laid over that of the profile that it is ``like``, if it names one."""
    path = PROFILES / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(file.stem for file in PROFILES.glob("*.yaml")))
        raise SettingsError(f"no profile {name!r}; there are: {known}")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not YAML: {error}") from None
    like = content.pop("like", None) if isinstance(content, dict) else None
    if like in (name, *above):
        raise SettingsError(f"{path}, like: {' is like '.join((*above, name, like))}, which ends nowhere")
    return _laid_over(_read_profile(like, (*above, name)), content) if like else content


def _laid_over(below: Any, above: Any) -> Any:
    """``above``, completed key by key from ``below``."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: _laid_over(below.get(key), value) for key, value in above.items()}


def _filled(value: Any, data: str) -> Any:
    """The same YAML value with ``{data}`` replaced in all its texts."""
    if isinstance(value, dict):
        return {key: _filled(part, data) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, data) for part in value]
    return value.replace("{data}", data) if isinstance(value, str) else value


def _check_profile(profile: Profile, where: str) -> None:
    notebooks = {name: notebook_defaults(name) for name in notebook_names()}
    told = profile.shared.keys() | {key for values in profile.notebooks.values() for key in values}
    if told & {"output", "profile"}:
        raise SettingsError(f"{where}: output and profile follow the profile's name; they can't be set")
    for key, value in profile.shared.items():
        check_value(key, value, f"{where}, shared")
        if not any(key in accepted for accepted in notebooks.values()):
            raise SettingsError(f"{where}, shared: no notebook has a parameter {key!r}")
    for section in (profile.notebooks, profile.split, profile.minutes):
        for name in section:
            if name not in notebooks:
                raise SettingsError(f"{where}: unknown notebook {name!r}; accepted: {', '.join(notebooks)}")
    for name, keys in profile.split.items():
        for key in keys:
            if not isinstance(notebooks[name].get(key), list):
                raise SettingsError(f"{where}, split, {name}: {key!r} is no list parameter of this notebook")
    for name, values in profile.notebooks.items():
        for key, value in values.items():
            if key not in notebooks[name]:
                raise SettingsError(f"{where}, {name}: unknown parameter {key!r}; "
                                    f"accepted: {', '.join(notebooks[name])}")
            check_value(key, value, f"{where}, {name}")


def parameters_of(profile_name: str, profile: Profile, notebook: str) -> dict[str, Any]:
    """All parameters with which a profile runs a notebook: defaults, then shared ones, then the notebook's own."""
    defaults = notebook_defaults(notebook)
    told = {"output": f"outputs/{profile_name}", "profile": profile_name} | profile.shared
    return defaults | {k: v for k, v in told.items() if k in defaults} | profile.notebooks.get(notebook, {})


def executions_of(profile_name: str, profile: Profile, notebook: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name of the executed copy, parameters) of each execution of a notebook; several where the profile splits it."""
    parameters = parameters_of(profile_name, profile, notebook)
    keys = profile.split.get(notebook, [])
    for values in product(*(parameters[key] for key in keys)):
        suffix = "".join(f"-{value}" for value in values)
        yield notebook + suffix, parameters | {key: [value] for key, value in zip(keys, values, strict=True)}


def _main() -> None:
    parser = argparse.ArgumentParser(description="Check a profile before anything runs.")
    parser.add_argument("profile")
    parser.add_argument("--data", default="")
    parser.add_argument("--base", default="")
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
            sys.exit(f"Profile {chosen.profile!r} needs a GPU and torch sees none here: nothing was downloaded or run. "
                     "On two CPU cores take PROFILE=demo or PROFILE=open.")


if __name__ == "__main__":
    _main()
