"""Which library loads a base model and gives it an adapter: Unsloth, or plain PEFT.

Unsloth rewrites parts of transformers, TRL and PEFT when it is imported, and must be imported
before them. So a process chooses its backend once, before anything else, by `start_backend`. The
modules of this room that import those libraries at their top (adapters, dora, estimate, memory,
trainer, tune) are imported only after it.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile

import torch

from medinj_utils.core.names import BACKENDS, check_choice


def why_not_unsloth() -> str | None:
    """None where Unsloth can be used in this process, else the reason why not."""
    missing = [name for name in ("unsloth", "unsloth_zoo")
               if importlib.util.find_spec(name) is None]
    if missing:
        return f"{' and '.join(missing)} not installed"
    if "unsloth" not in sys.modules and {"trl", "peft"} & set(sys.modules):
        return "trl or peft was imported first in this process"
    return None


def start_backend(name: str = "auto") -> str:
    """Choose the training backend of this process and import what it needs.

    Args:
        name: "unsloth", "peft", or "auto": Unsloth where it can be used. Without a GPU, Unsloth is
            told to use the processor.

    Returns:
        "unsloth" or "peft".

    Raises:
        RuntimeError: Unsloth was asked for and can't be used.
        ValueError: the name is none of these.
    """
    check_choice("backend", name, ("auto", *BACKENDS))
    problem = why_not_unsloth()
    if name == "unsloth" and problem:
        raise RuntimeError(f"backend unsloth can't be used: {problem}. Take backend 'peft'")
    if name == "peft" or problem:
        return "peft"
    if not torch.cuda.is_available():
        os.environ.setdefault("UNSLOTH_FORCE_CPU", "1")
    os.environ.setdefault("UNSLOTH_DISABLE_STATISTICS", "1")  # its start would ask a hub
    # The code that it generates would lie in the working folder, where two runs side by side would
    # overwrite each other's.
    os.environ.setdefault("UNSLOTH_COMPILE_LOCATION", tempfile.mkdtemp(prefix="unsloth_"))
    import unsloth  # noqa: F401
    return "unsloth"


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
