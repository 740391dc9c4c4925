"""Where a source's files are: here, behind an address, or on the Hugging Face hub."""

import hashlib
import re
import unicodedata
from fnmatch import fnmatch
from pathlib import Path, PurePath
from typing import NamedTuple
from urllib.parse import unquote

from medinj_utils.core.hub import (
    HubError,
    commit_at,
    commit_of,
    file_names,
    first_line,
    snapshot,
)
from medinj_utils.data.files import MAPPINGS, TABLES, is_fork
from medinj_utils.data.formats import SourceError

_ON_HUB = re.compile(r"""
    hf://datasets/
    (?P<name>[^/@]+/[^/@]+)    # organisation/name
    (?:@(?P<commit>(?:refs/[^/]+/)?[^/]+))?
    (?:/(?P<within>.+))?       # a file or folder of the set
    """, re.VERBOSE)
_PAGE_OF_HUB = re.compile(r"""
    https://huggingface\.co/datasets/
    (?P<name>[^/?#@]+/[^/?#@]+)
    (?:/(?:tree|blob|resolve|raw)/(?P<commit>(?:refs/[^/]+/)?[^/?#]+)
       (?:/(?P<within>[^?#]+?))?)?
    /?(?:[?#].*)?
    """, re.VERBOSE)
#: What else may be meant for a set on the hub.
_MEANT = re.compile(r"""
    (?P<hub>(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/ | hf:/*)?
    (?:api/)?(?P<kind>datasets/)?
    (?!(?:api|datasets|models|spaces|collections)/)
    (?P<name>[^/?#@]+/[^/?#@]+)
    (?:@(?P<at>(?:refs/[^/]+/)?[^/?#]+))?
    (?:/(?:tree|blob|resolve|raw|commit)/(?P<commit>(?:refs/[^/]+/)?[^/?#]+)
       | /(?:viewer|discussions)\b[^?#]*)?
    (?:/(?P<within>[^?#]+?))?
    /?(?:[?#].*)?
    """, re.VERBOSE)
_NOTHING = "no such file or folder"


def resolve(location: str | Path, revision: str | None = None) -> Path:
    """The local path of a location, downloaded if it isn't on this disk.

    Args:
        location: a folder, a file, an address (``https://…``), a set on the hub
            (``organisation/name``), a part of one
            (``hf://datasets/organisation/name@commit/path``), or the address of its page there.
        revision: commit of the set on the hub.

    Raises:
        SourceError: nothing is there.
    """
    address = str(location)
    if path := local_path(location):
        return path
    if not (on_hub := _on_hub(address, revision)):
        meant = _spelt(address)
        if address.startswith("hf://") or (meant and "://" in address):
            raise SourceError(f"{address}: no set on the hub; need " + (
                meant or "hf://datasets/organisation/name, perhaps with @commit and /path behind "
                         "it"))
        if address.startswith(("https://", "http://127.0.0.1")):
            return _fetched(address)
        raise SourceError(f"{address}: {_NOTHING}; it is looked for from {Path.cwd()}"
                          + (f"; a set on the hub is written {meant}" if meant else ""))
    return _downloaded(address, on_hub)


def hub_commit(location: str, revision: str | None = None) -> str:
    """The current commit of a location's set on the hub; empty for other locations.

    Args:
        location, revision: as for `resolve`.

    Raises:
        SourceError: the location and the revision name different commits.
    """
    on_hub = None if local_path(location) else _on_hub(location, revision)
    return commit_at(on_hub.name, on_hub.revision, "dataset") if on_hub else ""


def set_name(location: str) -> str:
    """``organisation/name`` of the set on the hub that a location names; empty for others."""
    on_hub = None if local_path(location) else _on_hub(location, None)
    return on_hub.name if on_hub else ""


class _OnHub(NamedTuple):
    """A set on the hub, or a part of it."""

    name: str
    revision: str  # empty for the main branch
    within: str  # a file or folder of the set; empty for the whole

    @property
    def spelt(self) -> str:
        """The location in the form that says all."""
        return (f"hf://datasets/{self.name}" + f"@{self.revision}" * bool(self.revision)
                + f"/{self.within}" * bool(self.within))


def _on_hub(address: str, revision: str | None) -> _OnHub | None:
    match = _ON_HUB.fullmatch(address) or _PAGE_OF_HUB.fullmatch(unquote(address))
    if not match:
        return _OnHub(address, revision or "", "") if _may_be_on_hub(address) else None
    named = match["commit"] or ""
    if named and revision and named != revision:
        raise SourceError(f"{address}: the location says @{named} and the revision {revision}: "
                          "leave one of them out")
    return _OnHub(match["name"], named or revision or "", match["within"] or "")


def _spelt(address: str) -> str:
    """The location of a set on the hub that an address may mean; empty where it means none."""
    match = _MEANT.fullmatch(unquote(address))
    if not (match and _may_be_on_hub(match["name"])
            and (match["hub"] or match["kind"] or match["at"])):
        return ""
    return _OnHub(match["name"], match["at"] or match["commit"] or "", match["within"] or "").spelt


def is_elsewhere(location: str) -> bool:
    """Whether a location that isn't on this disk may be an address or a set on the hub."""
    remote = location.startswith(("https://", "http://127.0.0.1")) or _ON_HUB.fullmatch(location)
    return local_path(location) is None and bool(remote or _may_be_on_hub(location))


def _may_be_on_hub(address: str) -> bool:
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id
    if address.count("/") != 1 or address.lower().endswith((*TABLES, *MAPPINGS)):
        return False
    try:
        validate_repo_id(address)
    except HFValidationError:
        return False
    return True


def local_path(location: str | Path) -> Path | None:
    """The file or folder of a location on this disk, in any Unicode form of its accents.

    Raises:
        SourceError: the location is empty or can't be accessed.
    """
    path = Path(location)
    if not str(location).strip():
        raise SourceError("a source's location is empty: name its file or folder")
    try:
        if path.exists():
            return path
        return None if str(path).isascii() else _in_any_form(path)
    except (OSError, ValueError) as error:  # a name too long, a folder without permission, NUL
        raise SourceError(f"{location}: {_NOTHING} ({error})") from None


def _in_any_form(path: Path) -> Path | None:
    folder = Path(path.anchor)
    for part in path.relative_to(path.anchor).parts:
        matches = [folder / part] if (folder / part).exists() else _named(folder, part)
        if not matches:
            return None
        folder = matches[0]
    return folder


def _named(folder: Path, pattern: str) -> list[Path]:
    """Entries of a folder whose names match the pattern, accents composed or not."""
    composed = unicodedata.normalize("NFC", pattern)
    entries = folder.iterdir() if folder.is_dir() else ()
    return [path for path in entries if fnmatch(unicodedata.normalize("NFC", path.name), composed)]


def files_below(folder: Path, pattern: str) -> list[Path]:
    """Files below a folder whose paths match a pattern, accents composed or not, in order.

    Args:
        folder: to look in.
        pattern: as `pathlib.Path.glob` takes it, or the name of a file.

    Raises:
        ValueError: the pattern is invalid.
    """
    if not PurePath(pattern).parts:
        raise ValueError(f"{pattern!r} names no file")
    if (folder / pattern).is_file():  # a name may contain pattern characters
        return [folder / pattern]
    paths = set(folder.glob(pattern))  # compares names as the file system does
    if not pattern.isascii():
        steps = {folder}
        for part in PurePath(pattern).parts:
            if part == "**":
                below = {path for step in steps for path in step.rglob("*") if path.is_dir()}
                steps |= below
            else:
                steps = {path for step in steps for path in _named(step, part)}
        paths |= steps
    return sorted(path for path in paths if path.is_file() and not is_fork(path))


def _downloaded(address: str, on_hub: _OnHub) -> Path:
    """Folder of a set on the hub at a commit, or the file or folder ``within`` it."""
    name, revision, within = on_hub
    patterns = [f"*{written}" for ending in TABLES for written in (ending, ending.upper())]
    if within:
        patterns = [within, f"{within}/*"]
    try:
        folder = snapshot(name, revision, "dataset", patterns)
    except HubError as error:
        prefix = f"{address}: {_NOTHING}; and of " if address == name else ""
        if address.startswith("https://"):
            prefix = f"{address}, which is {on_hub.spelt}: "
        raise SourceError(f"{prefix}{error}") from error
    if within and not (folder / within).exists():
        raise SourceError(f"{address}: the data set holds no {within}")
    if not within and not files_below(folder, "**/*"):
        files = file_names(name, commit_of(folder), "dataset")
        raise SourceError(f"{address}: no file of this data set ends with {', '.join(TABLES)}; it "
                          f"holds {', '.join(files) or 'no file at all'}")
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
        raise SourceError(f"{address}: can't be fetched ({first_line(error)})") from error
