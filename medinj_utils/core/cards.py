"""Cards: what a step read, with which parameters, on which machine, and what it wrote."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from medinj_utils.core.files import sha256, write_json
from medinj_utils.core.machine import git_commit, hardware, versions


def markdown_rows(rows: Iterable[Iterable]) -> str:
    """Rows of a Markdown table, with bars escaped and line ends replaced within cells."""
    written = ([" ".join(str(cell).split()).replace("|", "\\|") for cell in row] for row in rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in written)


def card_file(path: str | Path) -> Path:
    """Where the card of a file lies: beside it, with the ending ``.card.json``."""
    return Path(path).with_suffix(".card.json")


@dataclass(frozen=True)
class Origin:
    """Where a file comes from: the first fields of every card.

    Args:
        step: the notebook or command that writes the file.
        commits: of the sets on the hub that its data were read from, by location.
    """

    step: str
    commits: Mapping[str, str] = field(default_factory=dict)


class Card:
    """Collects what a step does from its start, and is written beside the step's outputs.

    Args:
        origin: of the step's outputs.
        parameters: what the result depends on, beside the inputs.
        inputs: files and folders whose SHA-256 the card keeps.
    """

    def __init__(self, origin: Origin, parameters: Mapping, inputs: Iterable[str | Path] = ()):
        self._began = time.monotonic()
        self.content = {
            **asdict(origin), "parameters": dict(parameters),
            "inputs": {str(path): sha256(path) for path in inputs}, "versions": versions(),
            "hardware": hardware(), "git_commit": git_commit(),
            "started": datetime.now(UTC).isoformat(timespec="seconds")}

    def write(self, path: str | Path, outputs: Iterable[str | Path] = (),
              **figures: object) -> dict:
        """Write the card, with the seconds since its start, and return its content.

        Args:
            path: JSON file to write.
            outputs: files and folders whose SHA-256 the card keeps, by name.
            figures: further entries.
        """
        hashes = {Path(output).name: sha256(output) for output in outputs}
        done = {"seconds": round(time.monotonic() - self._began, 2), "outputs": hashes}
        content = self.content | done | figures
        write_json(content, path)
        return content

