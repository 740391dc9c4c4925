"""Where a source's files are: here, behind an address, or on the Hugging Face hub."""

import hashlib
import re
from pathlib import Path

from medinj_utils.data.files import TABLES
from medinj_utils.data.formats import SourceError

_ON_HUB = re.compile(r"""
    hf://datasets/
    (?P<name>[^/@]+/[^/@]+)    # organisation/name
    (?:@(?P<commit>[^/]+))?
    (?:/(?P<within>.+))?       # a file or folder of the set
    """, re.VERBOSE)
_SNAPSHOT = re.compile(r"/snapshots/([0-9a-f]{40})(?:/|$)")


def resolve(location: str | Path, revision: str | None = None) -> Path:
    """The local path of a location; what is elsewhere is downloaded first.

    Args:
        location: a folder, a file, an address (``https://…``), a set on the hub
            (``organisation/name``), or a part of one
            (``hf://datasets/organisation/name@commit/path``).
        revision: commit of the set on the hub.

    Raises:
        SourceError: nothing is there.
    """
    path, address = Path(location), str(location)
    if path.exists():
        return path
    if address.startswith(("https://", "http://127.0.0.1")):
        return _fetched(address)
    if found := _ON_HUB.fullmatch(address):
        return _downloaded(address, found["name"], found["within"], found["commit"] or revision)
    if address.count("/") != 1 or address.startswith((".", "/", "~")):
        raise SourceError(f"{location}: no such file or folder")
    return _downloaded(address, address, None, revision)


def commit_of(path: Path) -> str:
    """Commit of a set that `resolve` downloaded from the hub; empty for other paths."""
    found = _SNAPSHOT.search(path.as_posix())
    return found[1] if found else ""


def _downloaded(address: str, name: str, within: str | None, commit: str | None) -> Path:
    """Folder of a set on the hub at a commit, or the file or folder ``within`` it."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    patterns = [within, f"{within}/*"] if within else [f"*{ending}" for ending in TABLES]
    try:
        folder = Path(snapshot_download(name, repo_type="dataset", revision=commit or None,
                                        allow_patterns=patterns))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise SourceError(f"{address}: neither a local path nor a data set that the hub gives "
                          f"({_first_line(error)})") from error
    if within and not (folder / within).exists():
        raise SourceError(f"{address}: the data set holds no {within}")
    return folder / within if within else folder


def _fetched(address: str) -> Path:
    """The file behind an address, kept in the user's cache under its own name."""
    import fsspec
    key = hashlib.sha256(address.encode()).hexdigest()[:16]
    cache = Path.home() / ".cache" / "medinjection-fr-book" / key
    options = {"cache_storage": str(cache), "same_names": True}
    try:
        return Path(fsspec.open_local(f"filecache::{address}", filecache=options))
    except (OSError, ValueError, ImportError) as error:
        raise SourceError(f"{address}: can't be fetched ({_first_line(error)})") from error


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0]}"
