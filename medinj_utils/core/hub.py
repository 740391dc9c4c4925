"""Files of models and data sets on the Hugging Face hub, held to a commit.

Every failure raises a `HubError` that names the set, the revision, the reason and the remedy. If
the hub is busy or a connection drops, the request is repeated a few times.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

_PAUSES = (1, 3, 9)  # seconds before each further attempt
_BUSY = (408, 425, 429, 500, 502, 503, 504)  # statuses that may pass
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
#: Files of a model that are loaded: weights in a format without code, and what describes them.
MODEL_FILES = ("*.safetensors", "*.json", "*.txt", "*.model", "*.jinja")


class HubError(ValueError):
    """A model or data set can't be had from the hub; the message says why and what to do."""


def snapshot(name: str, revision: str, kind: str, patterns: Sequence[str]) -> Path:
    """The folder of a model or data set at one commit, downloaded where it isn't in the cache.

    If the hub can't be reached, the copy last read at this revision is used, with a message.

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

    fetch = partial(snapshot_download, name, repo_type=kind, revision=revision or None,
                    allow_patterns=list(patterns))

    def download() -> str:
        if not (_COMMIT.fullmatch(revision) or constants.is_offline_mode()):
            # `take` alone returns the cached commit when the hub fails for a moment.
            HfApi().repo_info(name, repo_type=kind, revision=revision or None)
        return fetch()

    subject = f"the {_KINDS[kind]} {name}" + (f" at {revision}" if revision else "")
    try:
        return Path(_tried_again(download, subject))
    except HubError as error:
        if not _may_pass(error.__cause__):
            raise
        try:
            folder = Path(fetch(local_files_only=True))
        except Exception:  # it isn't in the cache, or not whole
            raise error from error.__cause__
        print(f"{subject}: the hub can't be reached; using the copy read last, at commit "
              f"{commit_of(folder)}")
        return folder


_KINDS = {"model": "model", "dataset": "data set"}


def commit_at(name: str, revision: str, kind: str) -> str:
    """The current commit of a revision; the cached one if the hub doesn't answer.

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
    except Exception:  # mostly no network; reading the set reports the reason
        pass
    try:
        return commit_of(Path(snapshot_download(name, repo_type=kind, revision=revision or None,
                                                local_files_only=True)))
    except Exception:
        return ""


def file_names(name: str, revision: str, kind: str) -> list[str]:
    """Names of the first ten files of a model or data set, of any kind.

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


def with_address(text: str) -> str:
    """A text in which files of data sets in the hub's cache have their address on the hub."""
    from huggingface_hub import constants
    cache = re.escape(constants.HF_HUB_CACHE)
    cached = rf"{cache}/datasets--(.+?)--(.+?)/snapshots/([0-9a-f]{{40}})"
    return re.sub(cached, r"hf://datasets/\1/\2@\3", text)


def _tried_again(download: Callable[[], Any], subject: str) -> Any:
    """Result of the download, repeated while the hub is busy or the connection breaks."""
    for pause in (*_PAUSES, None):
        try:
            return download()
        except Exception as error:  # the client, its HTTP library and the disk have their own
            if pause is None or not _may_pass(error):
                raise HubError(f"{subject}: {_reason(error)}") from error
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


def _other_host(error: Exception) -> str:
    """The host that refused a file with status 403, where it isn't the hub's own; else empty."""
    from huggingface_hub import constants
    refused = [cause.response.request.url for cause in _chain(error)
               if getattr(getattr(cause, "response", None), "status_code", 0) == 403]
    other = refused and not str(refused[0]).startswith(constants.ENDPOINT)
    return refused[0].host if other else ""


def _is_offline(error: Exception) -> bool:
    from huggingface_hub.errors import OfflineModeIsEnabled
    return any(isinstance(cause, OfflineModeIsEnabled) for cause in _chain(error))


def _is_broken(error: Exception) -> bool:
    """Whether a connection failed, or broke in the middle of a file."""
    from httpx import TransportError, UnsupportedProtocol
    return _breaks_off(error) or any(
        isinstance(cause, TransportError | ConnectionError)
        and not isinstance(cause, UnsupportedProtocol) for cause in _chain(error))


def _breaks_off(error: Exception) -> bool:
    """Whether a download broke off before the end of its file."""
    return any(sign in str(cause) for cause in _chain(error)
               for sign in ("complete message body", "Consistency check failed"))


def _may_pass(error: Exception) -> bool:
    status = _status(error)
    if status == 403:  # a link to the files' own server that has expired; the hub gives another
        return bool(_other_host(error))
    return status in _BUSY if status else _is_broken(error) and not _is_offline(error)


def _reason(error: Exception) -> str:
    """Why a download failed, in words, and what to do."""
    from huggingface_hub import errors, get_token
    status = _status(error)
    if isinstance(error, errors.DisabledRepoError):
        return "the hub has closed it to everybody; its page on the hub may say why"
    if host := _other_host(error):
        return (f"{host}, to which the hub leads on for its files, refuses them, "
                f"{len(_PAUSES) + 1} times in a row: try again later, and check whether the "
                "network lets it through")
    if isinstance(error, errors.GatedRepoError) or status == 403:
        return ("its authors give access on request: ask for it on its page on the hub, and set "
                "HF_TOKEN to a token of that account")
    if isinstance(error, errors.RevisionNotFoundError):
        return "the hub has it, but not this revision: name a commit, tag or branch of it"
    if status == 401 and get_token():
        return ("the hub rejects the token of HF_TOKEN or of a login on this machine: renew it, or "
                "unset it to read what is public")
    if isinstance(error, errors.RepositoryNotFoundError) or status == 401:
        return ("the hub has none of this name, or it is private: check the name, or set HF_TOKEN "
                "to a token that may read it")
    if isinstance(error, errors.HFValidationError):
        return "this can't be a name on the hub, which has the form organisation/name"
    if status in _BUSY:
        return (f"the hub is busy (status {status}), {len(_PAUSES) + 1} times in a row: try again "
                "later; what was downloaded is kept")
    if status:
        return f"the hub refuses it or a file of it, with status {status}"
    return _reason_without_answer(error)


def _reason_without_answer(error: Exception) -> str:
    """Why a download failed without an answer from the hub."""
    import httpx
    from huggingface_hub.errors import LocalEntryNotFoundError
    if _is_offline(error):
        return ("it isn't in the cache, and HF_HUB_OFFLINE keeps the hub from being asked: "
                "unset it, or copy the cache here")
    if _breaks_off(error):
        return (f"a download broke off, {len(_PAUSES) + 1} times in a row: try again later; what "
                "was downloaded is kept")
    if "CERTIFICATE_VERIFY_FAILED" in "".join(map(str, _chain(error))):
        return ("the server's certificate isn't trusted here, as behind a proxy that decrypts "
                "connections: set SSL_CERT_FILE to a file of certificates that has it")
    if _is_broken(error) or isinstance(error, LocalEntryNotFoundError):
        proxies = {name.upper() for name in os.environ
                   if name.lower() in _PROXIES and os.environ[name]}
        through = f", and the proxy in {' and '.join(sorted(proxies))}" if proxies else ""
        return (f"the hub doesn't answer, and it isn't in the cache: check the network{through} "
                "(HF_HOME names the cache, HF_ENDPOINT another hub)")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return f"the hub's address is not valid ({first_line(error)}): check HF_ENDPOINT"
    if isinstance(error, httpx.TooManyRedirects):
        return ("its address redirects in a circle: check HF_ENDPOINT, or look up its current "
                "address on its page on the hub")
    if isinstance(error, UnicodeEncodeError):
        return "HF_TOKEN holds a character that no token has: copy the token again"
    if isinstance(error, ImportError):  # of what a SOCKS proxy needs
        return f"a package that the connection to the hub needs is missing ({first_line(error)})"
    if isinstance(error, json.JSONDecodeError | TypeError | KeyError | AttributeError
                  | AssertionError):
        return (f"the server that answers is not a hub ({first_line(error)}): check HF_ENDPOINT, "
                "and whether the network asks for a login first")
    if isinstance(error, OSError):
        return (f"it can't be written into the cache ({first_line(error)}): set HF_HOME to a "
                "writable folder with enough space")
    return f"the hub refuses it ({first_line(error)})"


def first_line(error: Exception) -> str:
    """An error in one line: its kind, and the first line of its message."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"
