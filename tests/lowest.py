"""The lowest supported versions, as constraints for pip: ``python tests/lowest.py``."""

import re
import tomllib
from pathlib import Path


def lowest() -> dict[str, str]:
    """By package, the lowest version that pyproject.toml takes."""
    project = tomllib.loads(
        (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    )["project"]
    result = [
        re.fullmatch(r"([\w.-]+)(?:>=|==)([^,]+)(?:,.*)?", entry)
        for entry in project["dependencies"]
    ]
    return {match[1]: match[2] for match in result}


if __name__ == "__main__":
    print(*(f"{name}=={version}" for name, version in lowest().items()), sep="\n")
