"""What an unfinished run has kept, and whether it may go on from there."""

import json
import shutil
from pathlib import Path

from medinj_utils.core.files import write_json


class OtherRunError(ValueError):
    """An unfinished run stands in the folder that was begun with other parameters or inputs."""


def mark_whole(checkpoint: Path, seconds: float) -> None:
    """Say that a checkpoint is whole, and how many seconds of training led to it."""
    write_json({"seconds": seconds}, checkpoint / "whole.json")


def last_checkpoint(unfinished: Path) -> tuple[Path | None, float]:
    """The last whole checkpoint of an unfinished run, and the seconds of training that led to it."""
    marks = sorted(unfinished.glob("checkpoint-*/whole.json"), key=lambda mark: int(mark.parent.name.rpartition("-")[2]))
    if not marks:
        return None, 0.0
    return marks[-1].parent, json.loads(marks[-1].read_text(encoding="utf-8"))["seconds"]


def begun_with(unfinished: Path) -> dict:
    """What an unfinished run that can go on was begun with; empty if there is none."""
    key = unfinished / "begun.json"
    return json.loads(key.read_text(encoding="utf-8")) if key.exists() and last_checkpoint(unfinished)[0] else {}


def begin(unfinished: Path, begun: dict) -> None:
    """Make the folder of a run, or make the one that stands there ready to go on.

    Raises `OtherRunError` if the run was begun otherwise than ``begun`` says.
    """
    before = begun_with(unfinished)
    told = json.loads(json.dumps(begun))
    if not before:
        shutil.rmtree(unfinished, ignore_errors=True)
        write_json(begun, unfinished / "begun.json")
    elif before != told:
        differing = [f"{name} {before.get(name)!r}, now {told.get(name)!r}" for name in sorted(before.keys() | told.keys())
                     if before.get(name) != told.get(name)]
        raise OtherRunError(f"{unfinished}: an unfinished run stands there that was begun otherwise "
                            f"({'; '.join(differing)}): go on with what it was begun with, or delete the folder to "
                            "begin anew")
    for folder in unfinished.glob("checkpoint-*"):
        if not (folder / "whole.json").exists():
            shutil.rmtree(folder)  # the run was stopped while this was written
