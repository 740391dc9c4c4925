"""The hardware and the software behind a result."""

import os
import platform
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

_CARD_PACKAGES = ("medinj_utils", "torch", "transformers", "trl", "peft", "unsloth", "pandas",
                  "numpy", "datasets")


def available_cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def versions(packages: Iterable[str] = _CARD_PACKAGES) -> dict[str, str]:
    """Installed versions by package, Python's first; "not installed" for a package that isn't."""
    installed = {"python": platform.python_version()}
    for package in packages:
        try:
            installed[package] = version(package)
        except PackageNotFoundError:
            installed[package] = "not installed"
    return installed


def hardware() -> dict:
    """Architecture, system, usable cores, memory in GB, and the accelerator, if torch sees one."""
    machine = {"machine": platform.machine(), "system": platform.system(),
               "cores": available_cores(),
               "memory_gb": round(psutil.virtual_memory().total / 1e9, 1), "accelerator": "none"}
    if _driver_answers():
        import torch  # here alone: most steps need no torch, and its import takes seconds
        if torch.cuda.is_available():
            name = torch.cuda.get_device_name(0)
            machine["accelerator"] = f"{torch.cuda.device_count()} x {name}"
    return machine


def _driver_answers() -> bool:
    """Whether a GPU's driver is installed, without which torch can't see one."""
    devices = ("/dev/nvidia0", "/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
    return any(Path(device).exists() for device in devices) or bool(
        shutil.which("nvidia-smi") or shutil.which("rocm-smi"))


def peak_memory_gb() -> float:
    """The most memory that this process has held so far, in GB."""
    status = Path("/proc/self/status")
    # Linux, where ru_maxrss would count the process that started this one; not in every sandbox
    if status.exists() and (most := status.read_text().partition("VmHWM:")[2].split()):
        return int(most[0]) * 1024 / 1e9
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, others kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def hardware_in_words() -> str:
    """The accelerator, or the number of cores: what a label says of the machine."""
    machine = hardware()
    gpu = machine["accelerator"]
    return gpu if gpu != "none" else f"{machine['cores']} CPU cores, no GPU"


def git_commit() -> str:
    """Commit of the working tree, marked if files have changed; "unknown" outside a repository."""
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()
    try:
        changes = " (with changes)" if git("status", "--porcelain") else ""
        return git("rev-parse", "HEAD") + changes
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
