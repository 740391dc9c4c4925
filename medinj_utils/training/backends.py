"""Which library loads a base model and gives it an adapter: Unsloth, or plain PEFT.

Unsloth rewrites parts of transformers, TRL and PEFT when it is imported, and must be imported
before them. So a process chooses its backend once, before anything else, by `start_backend`. The
modules of this room that import those libraries at their top (adapters, dora, estimate, memory,
trainer, tune) are imported only after it.
"""

import importlib.util
import io
import os
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from importlib import metadata

import torch
from packaging.requirements import Requirement

from medinj_utils.core.names import BACKENDS, check_choice


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
        first_line = str(error).strip().partition("\n")[0]
        return f"its import fails with {type(error).__name__}: {first_line}"
    return None


def start_backend(name: str = "auto") -> str:
    """Choose the training backend of this process and import what it needs.

    Args:
        name: "unsloth", "peft", or "auto": Unsloth where it can be used; where it can't, a line
            says why. Without a GPU, Unsloth is told to use the processor.

    Returns:
        "unsloth" or "peft".

    Raises:
        RuntimeError: Unsloth was asked for and can't be used.
        ValueError: the name is none of these.
    """
    check_choice("backend", name, ("auto", *BACKENDS))
    if name == "peft":
        return "peft"
    problem = why_not_unsloth() or _import_unsloth()
    if problem and name == "unsloth":
        raise RuntimeError(f"backend unsloth can't be used: {problem}. Take backend 'peft'")
    if problem:
        print(f"Training with peft; Unsloth can't be used: {problem}.")
    return "peft" if problem else "unsloth"


def why_not(name: str) -> str | None:
    """Try a library in a process of its own; None where it works, else the last line of its error.

    Args:
        name: a backend, which gives the shipped tiny model an adapter, or "transformers", which
            passes a batch through the model, as answering does.

    Raises:
        ValueError: the name is none of these.
    """
    check_choice("library", name, (*BACKENDS, "transformers"))
    tried = subprocess.run([sys.executable, "-m", "medinj_utils.training.attempt", name],
                           capture_output=True, text=True)
    return None if tried.returncode == 0 else tried.stderr.strip().rpartition("\n")[2]
