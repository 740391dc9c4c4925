"""What a machine can do, and what a profile will do on it: the tables of notebook 00."""

import pandas as pd

from medinj_utils.core.files import write_json
from medinj_utils.core.machine import hardware, versions
from medinj_utils.core.names import BACKENDS
from medinj_utils.core.profiles import all_executions, load_profile
from medinj_utils.core.recipe import load_recipe
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import listed, number
from medinj_utils.models.hardware import matrix_speeds
from medinj_utils.models.loading import Base
from medinj_utils.training.backends import why_not


def machine_table() -> pd.DataFrame:
    """Hardware and versions by name, in a column ``value``."""
    table = pd.DataFrame({"value": hardware() | versions()}).rename_axis("what")
    return table.rename(index={"memory_gb": "memory, GB"})


def speed_table() -> pd.DataFrame:
    """GFLOP/s of a matrix product, by number format."""
    speeds = pd.Series(matrix_speeds(), name="GFLOP/s").rename_axis("number format")
    return speeds.round(1).to_frame()


def backend_table() -> pd.DataFrame:
    """Each backend tried with the tiny model: backend, for, works here, remark."""
    device = "on the CPU" if hardware()["accelerator"] == "none" else "on the GPU"
    recipe = load_recipe("profiles/recipes/demo.yaml")
    rows = []
    for backend in (*BACKENDS, "transformers"):
        problem = why_not(backend, Base("planted"), recipe)
        rows.append({"backend": backend, "for": "training" if backend in BACKENDS else "answering",
                     "works here": problem is None, "remark": problem or device})
    return pd.DataFrame(rows)


def plan_table(profile_name: str) -> pd.DataFrame:
    """Notebooks of a profile with their executions and minutes on two cores; empty for no name."""
    columns = ["notebook", "executions", "minutes on two cores"]
    if not profile_name:
        return pd.DataFrame(columns=columns)
    profile = load_profile(profile_name, data="your data")
    executions = all_executions(profile_name, data="your data")
    notebooks = [notebook for notebook, _ in executions.values()]
    return pd.DataFrame([(name, notebooks.count(name), profile.minutes.get(name, "not measured"))
                         for name in dict.fromkeys(notebooks)], columns=columns)


def save_environment(tree: Tree, speeds: pd.DataFrame, backends: pd.DataFrame) -> str:
    """Save the machine's hardware and speed in ``tree.environment``; return them in a sentence.

    Args:
        tree: the output tree; its notebook is named as the step.
        speeds: of `speed_table`.
        backends: of `backend_table`.
    """
    remarks = backends["remark"].where(~backends["works here"], "works")
    machine = hardware()
    write_json({"step": tree.notebook, "hardware": machine, "versions": versions(),
                "gflops": speeds["GFLOP/s"].to_dict(),
                "backends": dict(zip(backends["backend"], remarks, strict=True))}, tree.environment)
    with_what = "no GPU" if machine["accelerator"] == "none" else machine["accelerator"]
    able = "; ".join(_able(backends, purpose) for purpose in ("training", "answering"))
    return (f"This machine has {machine['cores']} cores, {machine['memory_gb']} GB of memory and "
            f"{with_what}. {able[:1].upper()}{able[1:]}.")


def _able(backends: pd.DataFrame, purpose: str) -> str:
    works = backends.loc[backends["works here"] & (backends["for"] == purpose), "backend"]
    return f"{purpose} works with {listed(works)}" if len(works) else f"{purpose} doesn't work here"


def plan_in_words(profile_name: str, plan: pd.DataFrame) -> str:
    """How long a profile takes, in a sentence; empty for no profile.

    Args:
        profile_name: of the profile.
        plan: of `plan_table`.
    """
    if plan.empty:
        return ""
    minutes = pd.to_numeric(plan["minutes on two cores"], errors="coerce")
    unknown = f"; not measured: {minutes.isna().sum()}" if minutes.isna().any() else ""
    return (f"The profile {profile_name} runs {len(plan)} notebooks, in {number(minutes.sum())} "
            f"minutes on two cores if one runs after the other{unknown}.")
