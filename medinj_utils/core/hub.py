"""Files of models and data sets on the Hugging Face hub, held to a commit.

Whatever goes wrong there is a `HubError` that names the set, the revision, the reason and what to
do. A busy hub and a dropped connection are tried again a few times.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

_PAUSES = (1, 3, 9)  # seconds before each further attempt
_BUSY = (408, 425, 429, 500, 502, 503, 504)  # statuses that may pass
_COMMIT = re.compile(r"[0-9a-f]{40}")
#: Of a model, what is loaded: weights that hold no code, and all that describes them.
MODEL_FILES = ("*.safetensors", "*.json", "*.txt", "*.model", "*.jinja")


class HubError(ValueError):
    """A model or data set can't be had from the hub; the message says why and what to do."""


def snapshot(name: str, revision: str, kind: str, patterns: Sequence[str]) -> Path:
    """The folder of a model or data set at one commit, downloaded where it isn't in the cache.

    Args:
        name: ``organisation/name``.
        revision: commit, tag or branch; empty for the main branch.
        kind: "model" or "dataset".
        patterns: names of the files that are wanted, as for `fnmatch.fnmatch`.

    Returns:
        A folder of the hub's cache whose path holds the commit; see `commit_of`.

    Raises:
        HubError: see the module.
    """
    from huggingface_hub import HfApi, constants, snapshot_download

    def download() -> str:
        commit = revision or None
        if not (_COMMIT.fullmatch(revision) or constants.is_offline_mode()):
            commit = HfApi().repo_info(name, repo_type=kind, revision=commit).sha
        return snapshot_download(name, repo_type=kind, revision=commit,
                                 allow_patterns=list(patterns))

    return Path(_tried_again(download, f"the {_KINDS[kind]} {name}"
                             + (f" at {revision}" if revision else "")))


_KINDS = {"model": "model", "dataset": "data set"}


def commit_at(name: str, revision: str, kind: str) -> str:
    """The commit that a revision is at now; by the cache where the hub doesn't answer.

    Args:
        name, revision, kind: as for `snapshot`.

    Returns:
        The commit; empty where neither the hub nor the cache knows one.
    """
    from huggingface_hub import HfApi, snapshot_download
    if _COMMIT.fullmatch(revision):
        return revision
    try:
        return HfApi().repo_info(name, repo_type=kind, revision=revision or None).sha
    except Exception:  # no network, above all; what reads the set says what is wrong
        pass
    try:
        return commit_of(Path(snapshot_download(name, repo_type=kind, revision=revision or None,
                                                local_files_only=True)))
    except Exception:
        return ""


def file_names(name: str, revision: str, kind: str) -> list[str]:
    """Names of the first ten files of a model or data set; what they are is not looked at.

    Args:
        name, revision, kind: as for `snapshot`.

    Raises:
        HubError: see the module.
    """
    from huggingface_hub import HfApi
    names = _tried_again(
        lambda: HfApi().list_repo_files(name, repo_type=kind, revision=revision or None),
        f"the {_KINDS[kind]} {name}")
    return [*names[:10], *(["…"] if len(names) > 10 else [])]


def commit_of(path: Path) -> str:
    """Commit of a path in the hub's cache, as `snapshot` returns it; empty for other paths."""
    match = re.search(r"/snapshots/([0-9a-f]{40})(?:/|$)", path.as_posix())
    return match[1] if match else ""


def _tried_again(download: Callable[[], Any], what: str) -> Any:
    """What the download gives, tried again while the hub is busy or the connection breaks."""
    for pause in (*_PAUSES, None):
        try:
            return download()
        except Exception as error:  # the client, its HTTP library and the disk have their own
            if pause is None or not _may_pass(error):
                raise HubError(f"{what}: {_reason(error)}") from error
        time.sleep(pause)
    raise AssertionError("unreachable")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what caused it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _status(error: Exception) -> int:
    """HTTP status of an error or of what caused it; 0 where there is none."""
    statuses = (getattr(getattr(cause, "response", None), "status_code", 0)
                for cause in _chain(error))
    return next(filter(None, statuses), 0)


def _is_offline(error: Exception) -> bool:
    from huggingface_hub.errors import OfflineModeIsEnabled
    return any(isinstance(cause, OfflineModeIsEnabled) for cause in _chain(error))


def _is_broken(error: Exception) -> bool:
    """Whether a connection failed, or broke in the middle of a file."""
    from httpx import TransportError
    return any(isinstance(cause, TransportError | ConnectionError)
               or "Consistency check failed" in str(cause) for cause in _chain(error))


def _may_pass(error: Exception) -> bool:
    status = _status(error)
    return status in _BUSY if status else _is_broken(error) and not _is_offline(error)


def _reason(error: Exception) -> str:
    """Why a download failed, in words, and what to do."""
    from huggingface_hub import errors
    status = _status(error)
    if isinstance(error, errors.GatedRepoError) or status == 403:
        return ("its authors give access on request: ask for it on its page on the hub, and set "
                "HF_TOKEN to a token of that account")
    if isinstance(error, errors.RevisionNotFoundError):
        return "the hub has it, but not this revision: name a commit, tag or branch of it"
    if isinstance(error, errors.RepositoryNotFoundError) or status == 401:
        return ("the hub has no such one, or it is private: look at the name, or set HF_TOKEN to "
                "a token that may read it")
    if isinstance(error, errors.HFValidationError):
        return "this can't be a name on the hub, which has the form organisation/name"
    if status in _BUSY:
        return (f"the hub is busy (status {status}), {len(_PAUSES) + 1} times in a row: try again "
                "later; what was downloaded is kept")
    if status:
        return f"the hub refuses it or a file of it, with status {status}"
    if _is_offline(error):
        return ("it isn't in the cache, and HF_HUB_OFFLINE forbids to ask the hub: unset it, or "
                "copy the cache here")
    if _is_broken(error) or isinstance(error, errors.LocalEntryNotFoundError):
        return ("the hub doesn't answer, and it isn't in the cache: look at the network (HF_HOME "
                "names the cache, HF_ENDPOINT another hub)")
    if isinstance(error, OSError):
        return f"it can't be written into the cache ({first_line(error)})"
    return f"the hub refuses it ({first_line(error)})"


def first_line(error: Exception) -> str:
    """An error in one line: its kind, and the first line of its message."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"
