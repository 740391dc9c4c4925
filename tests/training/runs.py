"""Runs of one backend, some of them killed: ``python runs.py peft FOLDER``.

Each run is a fork of this process, which has imported the libraries once and computed nothing. What
becomes of each is written to ``outcomes.json``: its exit status (-9: killed) and its error.
"""

import json
import os
import signal
import sys
import traceback
from dataclasses import replace
from pathlib import Path

from tuning import PLANTED, RUN, Attention, quick_recipe

from medinj_utils.training import figures, model_card, start_backend, tables, train_runs  # noqa: F401

EARLY = sorted({"transformers", "trl", "peft"} & set(sys.modules))
backend = start_backend(sys.argv[1])

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


def start(label: str, tree: str, recipe=RECIPE, mark=mark_whole, save_seconds=0.0) -> None:
    """Train ``RUN`` in a tree, in a process of its own."""
    errors, written = os.pipe()
    child = os.fork()
    if child == 0:
        trainer.SAVE_SECONDS = save_seconds
        RunFolder.mark_whole = mark
        status = 1
        try:
            train.Validation = lambda *arguments: Attention()
            train_runs(Tree(root / tree, "21_train_adapter"), [RUN], recipe, backend, PLANTED)
            status = 0
        except Exception:
            os.write(written, traceback.format_exc()[-4000:].encode())
        os._exit(status)
    os.close(written)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    outcomes[label] = {"status": status, "error": os.read(errors, 5000).decode(),
                       "checkpoints": sorted(mark.parent.name for mark in
                                             root.glob(f"{tree}/runs/.*/checkpoint-*/whole.json"))}


if backend == "unsloth":  # that of PEFT is the fixture `plain`
    start("plain", "plain", quick_recipe())
start("whole", "whole", save_seconds=1e9)  # never saves on the way
start("first kill", "cut", mark=die_after(3))
start("second kill", "cut", mark=die_amid(8))
start("other recipe", "cut", replace(RECIPE, learning_rate=1e-3))
start("end", "cut")
(root / "outcomes.json").write_text(json.dumps(outcomes), encoding="utf-8")
