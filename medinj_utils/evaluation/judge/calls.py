"""Calls of a judge that are kept: a line of JSON each, so that a killed run loses none."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from medinj_utils.models.replies import Reply


class KeptCalls:
    """A file to which each reply is added as it comes, under its call's key.

    Args:
        path: of the file. A line that a killed run left unfinished is cut off.

    Raises:
        ValueError: a line of it is no reply.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.replies: dict[str, Reply] = {}
        if not self.path.exists():
            return
        whole, end, _ = self.path.read_bytes().rpartition(b"\n")
        if (size := len(whole) + len(end)) < self.path.stat().st_size:
            with self.path.open("r+b") as file:
                file.truncate(size)
        for number, line in enumerate(whole.split(b"\n") if end else [], 1):
            try:
                content = json.loads(line)
                key = content.pop("key")
                self.replies[key] = Reply(**content)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise ValueError(f"{self.path}, line {number}: no reply of a judge ({error}); "
                                 "correct the line or remove it") from error

    @contextmanager
    def adding(self) -> Iterator:
        """Yield a function that keeps a reply under a key."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            def add(key: str, reply: Reply) -> None:
                file.write(json.dumps({"key": key} | asdict(reply)) + "\n")
                file.flush()
                self.replies[key] = reply
            yield add

    def lacks(self, key: str) -> bool:
        """Whether a call was not made yet, or failed."""
        return key not in self.replies or self.replies[key].text is None
