"""A run's folder: the checkpoints of an unfinished run, and whether it may resume from them."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from medinj_utils.core.files import read_json, write_json


class OtherRunError(ValueError):
    """The folder holds an unfinished run with other parameters or inputs."""


class Checkpoint(NamedTuple):
    """The checkpoint that a run resumes from.

    Attributes:
        path: folder; None where a run starts from scratch.
        seconds: of training up to it.
    """

    path: Path | None = None
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """Name of the checkpoint; empty where a run starts from scratch."""
        return self.path.name if self.path else ""


class RunFolder:
    """The folder of a run, and the hidden one beside it that holds the run until it is finished.

    Args:
        folder: of the finished run. It appears whole or not at all.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.unfinished = folder.with_name(f".{folder.name}")
        self._begun_file = self.unfinished / "begun.json"

    def last_checkpoint(self) -> Checkpoint:
        """The last complete checkpoint of an unfinished run."""
        marks = list(self.unfinished.glob("checkpoint-*/whole.json"))
        if not marks:
            return Checkpoint()
        last = max(marks, key=lambda mark: int(mark.parent.name.rpartition("-")[2]))
        return Checkpoint(last.parent, read_json(last)["seconds"])

    def mark_whole(self, step: int, seconds: float) -> None:
        """Mark the checkpoint of a step as complete.

        Args:
            step: number of the step.
            seconds: of training up to it.
        """
        write_json({"seconds": seconds}, self.unfinished / f"checkpoint-{step}" / "whole.json")

    def begun_with(self) -> dict:
        """The settings of an unfinished run that can be resumed; empty if there is none."""
        if self._begun_file.exists() and self.last_checkpoint().path:
            return read_json(self._begun_file)
        return {}

    def begin(self, facts: Mapping) -> None:
        """Make the unfinished folder, or prepare the one that exists for resuming.

        Args:
            facts: the run's settings; an unfinished run must have the same.

        Raises:
            OtherRunError: it has others; the message names them.
        """
        before = self.begun_with()
        now = json.loads(json.dumps(facts))
        if not before:
            shutil.rmtree(self.unfinished, ignore_errors=True)
            write_json(now, self._begun_file)
        elif before != now:
            differing = [f"{name} {before.get(name)!r}, now {now.get(name)!r}"
                         for name in sorted(before.keys() | now.keys())
                         if before.get(name) != now.get(name)]
            raise OtherRunError(
                f"{self.unfinished} holds an unfinished run with other settings "
                f"({'; '.join(differing)}): restore them to resume it, or delete the folder "
                "to start over")
        for checkpoint in self.unfinished.glob("checkpoint-*"):
            if not (checkpoint / "whole.json").exists():
                shutil.rmtree(checkpoint)  # the run was stopped while this was written

    def finish(self) -> None:
        """Remove what only an unfinished run needs, and give the folder its final name."""
        for checkpoint in self.unfinished.glob("checkpoint-*"):
            shutil.rmtree(checkpoint)
        self._begun_file.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.unfinished.rename(self.folder)
