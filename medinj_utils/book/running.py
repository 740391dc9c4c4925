"""One run of a profile at a time, and nothing left of a run that was killed.

A run holds a lock of the system on ``outputs/.<profile>.lock``. The system releases it when the
process ends, however it ends, so there is no stale lock to find and remove; it holds between
containers on one machine, whose process numbers are unrelated, and between machines
where a shared disk passes locks on (NFS 4 does). The text in the file only names the run to
whoever finds it locked.
"""

import contextlib
import fcntl
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import psutil

from medinj_utils.core.tree import OUTPUTS

_LOCK = ".{}.lock"
#: Name of a file that is being written, see `medinj_utils.core.files.replacing`: by which process.
_UNFINISHED = re.compile(r"\.(\d+)-.")
_HELD: list[int] = []


class RunningError(RuntimeError):
    """Another run of the profile is alive, or none can be written; the message says which."""


def hold(profiles: Iterable[str]) -> None:
    """Let this process alone run these profiles until it ends, and clear what dead runs left.

    Raises:
        RunningError: a process that is alive runs one of them, or ``outputs/`` can't be written.
    """
    for profile in profiles:
        lock = OUTPUTS / _LOCK.format(profile)
        try:
            OUTPUTS.mkdir(exist_ok=True)
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:  # a link to a disk that isn't there, or one without room
            raise RunningError(f"{lock} can't be written ({error.strerror}): nothing was run. "
                               f"{OUTPUTS}/ leads to {OUTPUTS.resolve()}") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(handle, 1000).decode("utf-8", "replace") or "a process that is starting"
            os.close(handle)
            raise RunningError(f"the profile {profile!r} is being run by {owner}: wait until it "
                               "ends, or end it first") from None
        except OSError as error:
            print(f"outputs/ is on a disk without locks ({error.strerror}): don't run the profile "
                  f"{profile!r} twice at a time", file=sys.stderr)
        _HELD.append(handle)
        owner = (f"process {os.getpid()} on {socket.gethostname()}, "
                 f"since {datetime.now():%Y-%m-%d %H:%M:%S}")
        os.ftruncate(handle, 0)
        os.pwrite(handle, owner.encode(), 0)
        _clear_unfinished(OUTPUTS / profile)


def _let_go() -> None:
    """In a process forked off a run: it must not hold the run's locks when the run is dead."""
    while _HELD:
        os.close(_HELD.pop())


os.register_at_fork(after_in_child=_let_go)


def _clear_unfinished(root: Path) -> None:
    """Remove half files of processes that are gone."""
    for path in root.rglob(".*-*"):
        match = _UNFINISHED.match(path.name)
        if match and path.is_file() and not psutil.pid_exists(int(match[1])):
            path.unlink(missing_ok=True)


def end_with(pid: int) -> None:
    """End this process, and all that it has started, when the process ``pid`` ends.

    A notebook's process is in a session of its own, and so outlives a run that is killed. A
    signal that ends this process ends it as well.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:  # what nohup ignores stays ignored
            signal.signal(number, _end_whole)
    threading.Thread(target=_watch, args=(psutil.Process(pid),), daemon=True).start()


def _watch(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def _end_whole(number: int, _frame: object) -> None:
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    os._exit(128 + number)  # at once: the next run clears half-written files


def _main() -> None:
    """Refuse, naming the run, while any profile is being run; called before runs are deleted."""
    before, after = _LOCK.split("{}")
    locks = sorted(OUTPUTS.glob(_LOCK.format("*")))
    try:
        hold(path.name.removeprefix(before).removesuffix(after) for path in locks)
    except RunningError as error:
        sys.exit(f"Nothing was deleted: {error}")


if __name__ == "__main__":
    _main()
