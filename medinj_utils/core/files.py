"""Files that appear whole or not at all, their hashes, and progress in short lines.

A file is written under another name and renamed when it is whole, so that half a file never has a
final name.
"""

import hashlib
import json
import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd


def progress(work: Iterable | None, label: str, total: int | None = None, unit: str = "it"):
    """tqdm that prints a line every ten seconds at most, which keeps logs and notebooks short.

    Args:
        work: iterable to go through; None if the caller updates the bar.
        label: name of the work, shown in the line.
        total: number of units.
        unit: of the count.

    Returns:
        The bar, which iterates over ``work``.
    """
    from tqdm import tqdm
    return tqdm(work, desc=label, total=total, unit=unit, unit_scale=unit != "it", mininterval=10,
                maxinterval=10, file=sys.stdout, ascii=True)


def enter_root() -> None:
    """Make the project's root the working folder, from there or from a folder below it.

    Raises:
        FileNotFoundError: the working folder isn't inside the project.
    """
    root = _root_above(Path.cwd())
    if root is None:
        raise FileNotFoundError(f"{Path.cwd()} is not inside the book's folder: start the notebook "
                                f"in {_root_in_words()}")
    os.chdir(root)
    # tqdm warns that it has no widgets; the warning would stand in every executed notebook.
    warnings.filterwarnings("ignore", message="IProgress not found")


def not_in_root(missing: str | Path) -> str:
    """Error text for a folder that is missing from the working folder; says where the root is."""
    return (f"there is no folder {missing} in {Path.cwd()}: give the command in "
            f"{_root_in_words()}")


def _root_above(here: Path) -> Path | None:
    return next((folder for folder in (here, *here.parents) if (folder / "notebooks").is_dir()
                 and (folder / "pyproject.toml").is_file()), None)


def _root_in_words() -> str:
    """The root that the working folder or this package lies in."""
    root = _root_above(Path.cwd()) or _root_above(Path(__file__).resolve())
    return f"the book's root, {root}" if root else "the book's root, which holds notebooks/"


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a path to write to; rename it to ``path`` on success, remove it on failure."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_text(text: str, path: str | Path) -> Path:
    """Write UTF-8 text.

    Args:
        text: to write.
        path: of the file; folders are made.

    Returns:
        The path.
    """
    with replacing(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    return Path(path)


def write_json(content: object, path: str | Path) -> Path:
    """Write JSON with sorted keys, two spaces of indentation and accents as they are.

    Args:
        content: what JSON can hold.
        path: of the file; folders are made.

    Returns:
        The path.
    """
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
    return write_text(text + "\n", path)


def read_json(path: str | Path) -> dict:
    """Content of a JSON file in UTF-8."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_parquet(table: pd.DataFrame, path: str | Path) -> Path:
    """Write a table as parquet, without its index.

    Args:
        table: to write.
        path: of the file; folders are made.

    Returns:
        The path.
    """
    with replacing(path) as unfinished:
        table.to_parquet(unfinished, index=False)
    return Path(path)


def write_csv(table: pd.DataFrame, path: str | Path) -> Path:
    """Write a table as CSV in UTF-8 with a header and up to six significant digits.

    Args:
        table: to write, without its index.
        path: of the file; folders are made.

    Returns:
        The path.
    """
    with replacing(path) as unfinished:
        table.to_csv(unfinished, index=False, float_format="%.6g")
    return Path(path)


def need(path: str | Path, made_by: str) -> Path:
    """The path, if it exists.

    Args:
        path: of a file or folder.
        made_by: what makes it, for the message.

    Raises:
        FileNotFoundError: it doesn't; the message names what makes it.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist yet: run {made_by} first")
    return path


def sha256(path: str | Path) -> str:
    """SHA-256 of a file or of a folder.

    A folder's hash covers the names and contents of its files in order, except README.md, which
    changes no weights.
    """
    path, digest = Path(path), hashlib.sha256()
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        for file in (file for file in files if file.name != "README.md"):
            digest.update(f"{file.relative_to(path).as_posix()}\0{sha256(file)}\0".encode())
    else:
        with path.open("rb") as handle:
            while block := handle.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
