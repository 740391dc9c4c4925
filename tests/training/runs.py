"""Runs of one backend, some of them killed: ``python runs.py peft FOLDER``.

Each run is a fork of this process, which has imported the libraries once and computed nothing. CUDA
can't be forked: where torch sees a GPU, each run is a process that imports them anew, ``python
runs.py peft FOLDER LABEL``. What becomes of each is written to ``outcomes.json``: its exit status
(-9: killed) and its error.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from dataclasses import replace
from pathlib import Path

from tuning import PLANTED, RUN, Attention, quick_recipe

from medinj_utils.training import figures, model_card, start_backend, tables, train_runs  # noqa: F401

EARLY = sorted({"transformers", "trl", "peft"} & set(sys.modules))
backend = start_backend(sys.argv[1], PLANTED, quick_recipe())

import torch  # noqa: E402

from medinj_utils.core.tree import Tree  # noqa: E402
from medinj_utils.training import train, trainer, tune  # noqa: E402, F401
from medinj_utils.training.checkpoints import RunFolder  # noqa: E402

root = Path(sys.argv[2])
RECIPE = quick_recipe(dropout=0.1, validations=4, keep="best", patience=9)
mark_whole = RunFolder.mark_whole
outcomes = {"imported too early": EARLY}


def die_after(step: int):
    """Kill the process once the checkpoint of a step is whole."""
    def mark(self, number, seconds):
        mark_whole(self, number, seconds)
        if number == step:
            os.kill(os.getpid(), signal.SIGKILL)
    return mark


def die_amid(step: int):
    """Kill the process while the checkpoint of a step is written."""
    def mark(self, number, seconds):
        if number == step:
            os.kill(os.getpid(), signal.SIGKILL)
        mark_whole(self, number, seconds)
    return mark


def train_here(tree: str, recipe, mark, save_seconds: float) -> None:
    """Train ``RUN`` in a tree."""
    trainer.SAVE_SECONDS = save_seconds
    RunFolder.mark_whole = mark
    train.Validation = lambda *arguments: Attention()
    train_runs(Tree(root / tree, "21_train_adapter"), [RUN], recipe, backend, PLANTED)


def forked(label: str) -> tuple[int, str]:
    """Exit status and error of a run in a fork of this process."""
    errors, written = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            train_here(*STARTS[label])
            status = 0
        except Exception:
            os.write(written, traceback.format_exc()[-4000:].encode())
        os._exit(status)
    os.close(written)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status, os.read(errors, 5000).decode()


def anew(label: str) -> tuple[int, str]:
    """Exit status and error of a run in a process of its own."""
    ended = subprocess.run([sys.executable, *sys.argv, label], stderr=subprocess.PIPE, text=True)
    return ended.returncode, ended.stderr[-4000:] if ended.returncode else ""


#: By label, in order: tree, recipe, what marks a checkpoint as whole, seconds between checkpoints.
STARTS = {
    "whole": ("whole", RECIPE, mark_whole, 1e9),  # never saves on the way
    "first kill": ("cut", RECIPE, die_after(3), 0.0),
    "second kill": ("cut", RECIPE, die_amid(8), 0.0),
    "other recipe": ("cut", replace(RECIPE, learning_rate=1e-3), mark_whole, 0.0),
    "end": ("cut", RECIPE, mark_whole, 0.0)}
if backend.name == "unsloth":  # that of PEFT is the fixture `plain`
    STARTS = {"plain": ("plain", quick_recipe(), mark_whole, 0.0)} | STARTS
if sys.argv[3:]:
    train_here(*STARTS[sys.argv[3]])
    sys.exit()
for name, (tree, *_) in STARTS.items():
    status, error = anew(name) if torch.cuda.is_available() else forked(name)
    outcomes[name] = {"status": status, "error": error,
                      "checkpoints": sorted(mark.parent.name for mark in
                                            root.glob(f"{tree}/runs/.*/checkpoint-*/whole.json"))}
(root / "outcomes.json").write_text(json.dumps(outcomes), encoding="utf-8")
