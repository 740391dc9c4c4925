"""Where a run's files lie, how they appear, and the cards that say how they came about.

Everything that a profile makes stands under ``outputs/<profile>/``. A file is written under another name and
renamed when whole, so half a file never has a final name.
"""

import hashlib
import json
import os
import platform
import subprocess
import sys
import time
import warnings
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

CONFIGURATIONS = ("NAT", "SYN", "TRAD", "NAT-SYN", "NAT-TRAD", "TRAD-SYN", "ALL")
BASE = "BASE"
SYSTEMS = (BASE, *CONFIGURATIONS)  # in the order of every figure and table
_CARD_PACKAGES = ("medinj_utils", "torch", "transformers", "trl", "peft", "unsloth", "pandas", "numpy", "datasets")


def progress(work: Iterable | None, what: str, total: int | None = None, unit: str = "it"):
    """tqdm that writes a line every ten seconds at most, so that logs and executed notebooks stay short."""
    from tqdm import tqdm
    return tqdm(work, desc=what, total=total, unit=unit, unit_scale=unit != "it", mininterval=10, maxinterval=10,
                file=sys.stdout, ascii=True)


def seen(system: str) -> frozenset[str]:
    """Provenances (NAT, SYN, TRAD) that a system has seen in tuning; none for the base."""
    if system not in SYSTEMS:
        raise ValueError(f"unknown system {system!r}; accepted: {', '.join(SYSTEMS)}")
    if system == BASE:
        return frozenset()
    return frozenset(("NAT", "SYN", "TRAD") if system == "ALL" else system.split("-"))


def run_names(systems: Iterable[str], seeds: Iterable[int]) -> list[str]:
    """Names of the runs of the systems: the base answers once, each tuned system once per seed, as ``NAT-s42``."""
    seeds = list(seeds)
    return [name for system in systems
            for name in ([BASE] if system == BASE else [f"{system}-s{seed}" for seed in seeds])]


def run_parts(name: str) -> tuple[str, int]:
    """System and seed of a run's name; the base has seed 0."""
    system, _, seed = name.rpartition("-s")
    if name != BASE and not (system in CONFIGURATIONS and seed.isdecimal()):
        raise ValueError(f"{name!r} is no run's name: need {BASE} or <configuration>-s<seed>, such as NAT-s42")
    return (BASE, 0) if name == BASE else (system, int(seed))


def enter_root() -> Path:
    """Make the project's root the working folder, from it or from a folder below it, and return it."""
    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if (folder / "notebooks").is_dir()
                 and (folder / "pyproject.toml").is_file()), None)
    if root is None:
        raise FileNotFoundError(f"{here} is not inside the book's folder: start the notebook from there")
    os.chdir(root)
    # Progress is shown in lines here; tqdm's remark that it has no widgets would stand in every executed notebook.
    warnings.filterwarnings("ignore", message="IProgress not found")
    return root


@contextmanager
def replacing(path: str | Path):
    """Yield a path to write to; on success it is renamed to ``path``, on failure it is removed."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_text(text: str, path: str | Path) -> Path:
    with replacing(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    return Path(path)


def write_json(content: object, path: str | Path) -> Path:
    return write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n", path)


def write_parquet(table: pd.DataFrame, path: str | Path) -> Path:
    with replacing(path) as unfinished:
        table.to_parquet(unfinished, index=False)
    return Path(path)


def write_csv(table: pd.DataFrame, path: str | Path) -> Path:
    """UTF-8 with a header, numbers with up to six significant digits."""
    with replacing(path) as unfinished:
        table.to_csv(unfinished, index=False, float_format="%.6g")
    return Path(path)


def need(path: str | Path, made_by: str) -> Path:
    """The path if it exists; else a FileNotFoundError that says what makes it."""
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist yet: run {made_by} first")
    return path


def sha256(path: str | Path) -> str:
    """Of a file, or of a folder: names and contents of its files, in order, but for a README, which changes no weights."""
    path, digest = Path(path), hashlib.sha256()
    if path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.is_file() and p.name != "README.md"):
            digest.update(f"{file.relative_to(path).as_posix()}\0{sha256(file)}\0".encode())
    else:
        with path.open("rb") as handle:
            while block := handle.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def local_base(base_model: str, revision: str = "") -> str:
    """A base model's name as the loaders take it: "planted" is the tiny model that the package ships.

    Raises FileNotFoundError for a folder without safetensors, ValueError for a hub id without its ``revision``: what
    a bare id means changes with the hub.
    """
    if base_model == "planted":
        return str(Path(__file__).parent / "demo" / "base")
    folder = Path(base_model)
    if not folder.is_dir() and not revision:
        raise ValueError(f"model {base_model!r}: no such folder here; if it is a model on the hub, say at which commit "
                         f"(for the base model BASE={base_model}@commit or base_revision, for an encoder encoder_revision)")
    if folder.is_dir() and not list(folder.glob("*.safetensors")):
        raise FileNotFoundError(f"{folder}: no *.safetensors there; pickled weights are not loaded")
    return base_model


def versions(packages: Iterable[str] = _CARD_PACKAGES) -> dict[str, str]:
    """Installed versions; "not installed" where so."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def hardware() -> dict:
    """What this run has: processor cores it may use, memory in GB, and the accelerator if torch sees one."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9 if hasattr(os, "sysconf") else None
    found = {"machine": platform.machine(), "system": platform.system(), "cores": available_cores(),
             "memory_gb": memory and round(memory, 1), "accelerator": "none"}
    import torch  # here, so that reading records needs no torch
    if torch.cuda.is_available():
        found["accelerator"] = f"{torch.cuda.device_count()} x {torch.cuda.get_device_name(0)}"
    return found


def available_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def label(output: str | Path) -> str:
    """The words that every number and figure of an output tree wears, by what its records are: fictional or real."""
    card = need(Path(output) / "data" / "records.card.json", "notebook 10_read_sources")
    if json.loads(card.read_text(encoding="utf-8"))["fictional"]:
        return "demo: shows that the machinery works, says nothing about medicine"
    return f"run here on {_hardware_in_words()}"


def _hardware_in_words() -> str:
    found = hardware()
    gpu = found["accelerator"]
    return gpu if gpu != "none" else f"{found['cores']} CPU cores, no GPU"


def git_commit() -> str:
    """Commit of the working tree, marked when there are uncommitted changes; "unknown" outside a repository."""
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout.strip()
    try:
        return git("rev-parse", "HEAD") + (" (with changes)" if git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


class Card:
    """Collects what a step did and writes it beside the step's outputs when the step is done.

    ``inputs`` and ``outputs`` are paths; their SHA-256 go into the card.
    """

    def __init__(self, step: str, parameters: Mapping, inputs: Iterable[str | Path] = ()):
        self._began = time.monotonic()
        self.content = {
            "step": step, "parameters": dict(parameters), "inputs": {str(p): sha256(p) for p in inputs},
            "versions": versions(), "hardware": hardware(), "git_commit": git_commit(),
            "started": datetime.now(UTC).isoformat(timespec="seconds")}

    def write(self, path: str | Path, outputs: Iterable[str | Path] = (), **figures: object) -> dict:
        """Write the card with the time since its start and any ``figures``; returns its content."""
        done = {"seconds": round(time.monotonic() - self._began, 2), "outputs": {Path(p).name: sha256(p) for p in outputs}}
        content = self.content | done | figures
        write_json(content, path)
        return content


def show_p(p: float) -> str:
    """A p-value in words: never 0 or 1, empty where there is none."""
    if pd.isna(p):
        return ""
    return "<\u00a00.001" if p < 0.001 else ">\u00a00.99" if p > 0.99 else f"{p:.3f}"
