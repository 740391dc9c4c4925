"""Parameters of the notebooks: what there is, of which type, in which range.

A notebook's cell tagged ``parameters`` holds the defaults. A name means the same in all notebooks.
"""

import ast
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import nbformat
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from medinj_utils.core import names
from medinj_utils.core.files import not_in_root
from medinj_utils.core.judges import JudgeAsked, check_panel

NOTEBOOKS = Path("notebooks")
_Count, _Limit = Annotated[int, Field(ge=1)], Annotated[int, Field(ge=0)]
_Share, _Open = Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(gt=0, lt=1)]
_Cosine, _Rate = Annotated[float, Field(gt=0, le=1)], Annotated[float, Field(gt=0, le=1)]
_Price, _Some = Annotated[float, Field(ge=0)], Field(min_length=1)


class SourceAsked(BaseModel):
    """One entry of ``sources``: the arguments of `medinj_utils.data.read_source`.

    Attributes:
        name: of a source in `medinj_utils.data.SOURCES`.
        location: folder, file, address, or set on the hub.
        revision: commit on the hub; empty elsewhere.
        provenance: where the source states none.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    name: str
    location: str
    revision: str = ""
    provenance: Literal[("", *names.PROVENANCES)] = ""


class TripletsAsked(BaseModel):
    """One entry of ``triplets``: a set of answers with human labels.

    Attributes:
        name: of the set, in tables.
        location: file or folder, address, or set on the hub.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    name: Annotated[str, Field(min_length=1, pattern=r"^[^/]+$")]
    location: str


#: Type and range of every parameter.
PARAMETERS: dict[str, Any] = {
    "output": str, "profile": str, "null_output": str,
    # data
    "sources": Annotated[list[SourceAsked], _Some], "most_quarantined": _Share,
    "near": _Cosine, "retold": _Cosine, "encoder": str, "encoder_revision": str,
    "tasks": Annotated[list[Literal[names.TASKS]], _Some], "exclude": list[Literal[names.LEAKS]],
    "budget": _Count, "budget_unit": Literal[names.BUDGET_UNITS],
    "shortage": Literal[names.SHORTAGES], "by_source": Literal[names.SOURCE_SHARES],
    "by_task": Literal[names.TASK_SHARES], "mixture_seed": _Limit,
    # training and variations
    "base_model": str, "base_revision": str, "backend": Literal[("auto", *names.BACKENDS)],
    "recipe": str, "configurations": list[Literal[names.CONFIGURATIONS]],
    "seeds": Annotated[list[_Limit], _Some], "learning_rates": list[_Rate],
    "epochs_tried": Annotated[list[_Count], _Some], "budget_shares": list[_Open],
    # evaluation
    "systems": Annotated[list[Literal[names.SYSTEMS]], _Some],
    "modes": Annotated[list[Literal[names.MODES]], _Some], "test_sources": list[str],
    "most_items": _Limit, "too_long": Literal[names.TOO_LONG],
    "shots": Annotated[int, Field(ge=0, le=32)], "server": str,
    "orders": Annotated[int, Field(ge=0, le=24)], "harness_logs": dict[str, str],
    "metric": Literal[names.OPEN_METRICS], "encoder_layer": _Count,
    "judges": Annotated[list[JudgeAsked], AfterValidator(check_panel)],
    "raters": list[str], "per_stratum": _Count, "repeated": _Limit, "sheet_seed": _Limit,
    "rating_files": list[str], "simulated_raters": dict[str, _Share], "half_width": _Open,
    "triplets": list[TripletsAsked], "judge_training": list[TripletsAsked],
    "own_ratings": bool,
    # comparison
    "mode": Literal[names.MODES], "unequal_items": Literal[names.UNEQUAL_ITEMS],
    "resamples": _Count,
    "prices": dict[str, _Price], "price_hour": _Price, "price_kwh": _Price,
    "published_items": Annotated[list[_Count], _Some], "published_pairing": Literal[names.PAIRINGS],
    "power": _Open, "differences": Annotated[list[_Open], _Some],
}


class SettingsError(ValueError):
    """A parameter or a profile is wrong; the message says where, what, and what is accepted."""


def unknown_parameter(name: str, accepted: Iterable[str], where: str) -> SettingsError:
    """The error of a parameter that ``where`` doesn't have.

    Args:
        name: of the parameter.
        accepted: parameters that there are.
        where: what doesn't have it.
    """
    accepted = list(accepted)
    near = "".join(f" (nearest: {one!r})" for one in get_close_matches(str(name), accepted, n=1))
    return SettingsError(f"{where}: unknown parameter {name!r}{near}; "
                         f"accepted: {', '.join(accepted)}")


def check_value(name: str, value: Any, where: str) -> Any:
    """The value, if it has the parameter's type and range.

    Args:
        name: of the parameter.
        value: to check.
        where: it is set, for the message.

    Raises:
        SettingsError: it hasn't, or there is no such parameter; the message names ``where``.
    """
    if name not in PARAMETERS:
        raise unknown_parameter(name, sorted(PARAMETERS), where)
    try:
        return TypeAdapter(PARAMETERS[name]).validate_python(value, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        indices = "".join(f"[{part!r}]" for part in first["loc"])
        numeric = looks_numeric(value)
        hint = ". YAML reads a number such as 1e-5 as text: write 1.0e-5" if numeric else ""
        message = f"{where}, {name}{indices}: {first['msg']}; got {first['input']!r}{hint}"
        raise SettingsError(message) from None


def looks_numeric(value: object) -> bool:
    """Whether a value is a text that reads as a number, as YAML makes of ``1e-5``."""
    try:
        return isinstance(value, str) and float(value) is not None
    except ValueError:
        return False


def notebook_names() -> list[str]:
    """Names of all notebooks, in the order of their numbers.

    Raises:
        SettingsError: the folder isn't there, as outside the book's root.
    """
    if not NOTEBOOKS.is_dir():
        raise SettingsError(not_in_root(NOTEBOOKS))
    return sorted(path.stem for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def _assigned(source: str) -> dict[str, Any]:
    """Names that plain assignments of a cell give literal values to."""
    return {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(source).body
            if isinstance(node, ast.Assign)}


def notebook_defaults(name: str) -> dict[str, Any]:
    """Parameters of a notebook and their defaults, from its cell tagged ``parameters``.

    Raises:
        SettingsError: there is no such notebook, or it hasn't exactly one such cell.
    """
    path = NOTEBOOKS / f"{name}.ipynb"
    if not path.exists():
        known = ", ".join(notebook_names())
        raise SettingsError(f"no notebook {name!r}; there are: {known}")
    cells = [cell for cell in nbformat.read(path, as_version=4).cells
             if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise SettingsError(f"{path}: {len(cells)} cells tagged 'parameters'; need exactly one")
    return _assigned(cells[0].source)


def check_notebook(variables: Mapping[str, Any], name: str) -> None:
    """Check a notebook's parameters; called in the cell after them.

    Papermill only warns of a parameter that the notebook doesn't have, and writes it into a cell
    that begins with ``# Parameters``. Names assigned there are refused here unless the notebook has
    them; whatever else the session holds is the reader's own.

    Args:
        variables: the notebook's globals.
        name: the notebook's name.

    Raises:
        SettingsError: a parameter is unknown, missing, mistyped or out of range.
    """
    accepted = notebook_defaults(name)
    for cell in variables.get("In", ()):
        if cell.startswith("# Parameters\n"):
            for key in _assigned(cell):
                if key not in accepted:
                    raise unknown_parameter(key, accepted, name)
    for key in accepted:
        if key not in variables:
            raise SettingsError(f"{name}: {key!r} is not defined; run the parameters cell")
        check_value(key, variables[key], name)
