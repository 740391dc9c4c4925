"""Which library loads a base model and gives it an adapter: Unsloth, or plain PEFT.

Unsloth rewrites parts of transformers, TRL and PEFT when it is imported, and must be imported
before them. So a process chooses its backend once, before anything else, by `start_backend`. The
modules of this room that import those libraries at their top (adapters, dora, estimate, memory,
trainer, tune) are imported only after it.
"""

import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from importlib import metadata

import torch
from packaging.requirements import Requirement

from medinj_utils.core.hub import first_line
from medinj_utils.core.names import BACKENDS, check_choice
from medinj_utils.core.recipe import Recipe
from medinj_utils.models.loading import Base

#: What tells a process that it's one of several that train together; a trial is alone.
_OF_SEVERAL = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE")


@dataclass(frozen=True)
class Backend:
    """The training backend of a process.

    Args:
        name: "unsloth" or "peft".
        why_not_unsloth: why "auto" took peft; empty where nothing stood in the way.
    """

    name: str
    why_not_unsloth: str = ""

    def __str__(self) -> str:
        return self.name


def why_not_unsloth() -> str | None:
    """Why Unsloth can't be imported in this process, as far as can be seen without importing it.

    Returns:
        A package that is missing or doesn't fit, or an import that came first; None where it can.
    """
    needed = ["unsloth", "unsloth_zoo", *(["bitsandbytes"] if torch.cuda.is_available() else [])]
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        return (f"{' and '.join(missing)} not installed (pip install --no-deps -r "
                "requirements-unsloth.txt)")
    if misfit := _misfit_of_torchvision():
        return misfit
    if "unsloth" not in sys.modules and {"trl", "peft"} & set(sys.modules):
        return "trl or peft was imported first in this process"
    return None


def _misfit_of_torchvision() -> str | None:
    """Each release of torchvision is built for one release of torch and fails with others."""
    try:
        required = map(Requirement, metadata.requires("torchvision") or ())
    except metadata.PackageNotFoundError:  # Unsloth doesn't need it
        return None
    installed = metadata.version("torch")
    for requirement in required:
        if requirement.name == "torch" and not requirement.specifier.contains(
                installed, prereleases=True):
            return (f"torchvision {metadata.version('torchvision')} is built for torch "
                    f"{requirement.specifier}, and torch {installed} is installed: install the "
                    "torchvision that fits, or none")
    return None


def _import_unsloth() -> str | None:
    """Import Unsloth; None, or the reason why it can't be imported."""
    if not torch.cuda.is_available():
        os.environ.setdefault("UNSLOTH_FORCE_CPU", "1")
    os.environ.setdefault("UNSLOTH_DISABLE_STATISTICS", "1")  # its start would ask a hub
    # Else Unsloth generates code in the working folder, where two runs at a time overwrite each
    # other's.
    os.environ.setdefault("UNSLOTH_COMPILE_LOCATION", tempfile.mkdtemp(prefix="unsloth_"))
    try:
        with redirect_stdout(io.StringIO()):  # notebook 00 describes machine and GPU
            import unsloth  # noqa: F401
    except Exception as error:  # whatever a library, a driver or a compiler raises
        return f"its import fails with {first_line(error)}"
    return None


def start_backend(name: str, base: Base, recipe: Recipe) -> Backend:
    """Choose the training backend of this process and import what it needs.

    Args:
        name: "unsloth", "peft", or "auto": Unsloth where it loads the base, which is tried in a
            process of its own, because a process that has imported Unsloth can't train with plain
            PEFT any more. Where it doesn't, a line says why. Without a GPU, Unsloth is told to use
            the processor.
        base: the model that will be tuned.
        recipe: how.

    Raises:
        HubError: the base can't be had from the hub.
        RuntimeError: Unsloth was asked for and can't be used.
        ValueError: the name is none of these.
    """
    check_choice("backend", name, ("auto", *BACKENDS))
    if name == "peft":
        return Backend("peft")
    problem = why_not_unsloth()
    if name == "auto" and not problem and "unsloth" not in sys.modules:
        problem = why_not("unsloth", base, recipe)
    problem = problem or _import_unsloth()
    if problem and name == "unsloth":
        raise RuntimeError(f"backend unsloth can't be used: {problem}. Take backend 'peft'")
    if problem:
        print(f"Training with peft; Unsloth can't be used: {problem}.")
        return Backend("peft", problem)
    return Backend("unsloth")


def why_not(name: str, base: Base, recipe: Recipe) -> str | None:
    """Try a library in a process of its own; None where it works, else its error in a line.

    Args:
        name: a backend, which loads the base and gives it an adapter, or "transformers", which
            passes a batch through the model, as answering does.
        base: the model.
        recipe: says which adapter.

    Raises:
        HubError: the base can't be had from the hub.
        ValueError: the name is none of these.
    """
    check_choice("library", name, (*BACKENDS, "transformers"))
    base.folder  # noqa: B018, a download shows its progress here
    tried = subprocess.run(
        [sys.executable, "-m", "medinj_utils.training.attempt", name, base.name, base.revision,
         json.dumps(asdict(recipe))],
        capture_output=True, text=True, env=_alone())
    if tried.returncode == 0:
        return None
    said = tried.stderr.strip().rpartition("\n")[2]
    if tried.returncode < 0 or not said:  # a signal, such as that of a machine without memory
        return f"a process that tried it ended with status {tried.returncode}"
    return said


def _alone() -> dict[str, str]:
    """The environment of a trial: of several processes each tries on the GPU that it trains on."""
    environment = {key: value for key, value in os.environ.items() if key not in _OF_SEVERAL}
    if "LOCAL_RANK" in os.environ and (count := torch.cuda.device_count()):
        visible = environment.get("CUDA_VISIBLE_DEVICES") or ",".join(map(str, range(count)))
        own = visible.split(",")[int(os.environ["LOCAL_RANK"]) % count]
        environment["CUDA_VISIBLE_DEVICES"] = own
    return environment
