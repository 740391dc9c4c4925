"""Work distributed over processes, with results in order."""

import gc
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import TypeVar

from medinj_utils.core.machine import available_cores

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def shared_out(work: Callable[[Piece], Result], pieces: Sequence[Piece]) -> Iterator[Result]:
    """Results of ``work(piece)`` for each piece, in the order of the pieces.

    Processes are forked, one per core, if the system supports it: they share ``work`` and its data
    without a copy, and only results pass between processes. Elsewhere one process does all.

    Args:
        work: function of a piece; its exceptions are raised here.
        pieces: arguments, each of about the same amount of work.
    """
    can_fork = _can_fork()
    processes = min(available_cores(), len(pieces)) if can_fork else 1
    if processes < 2:
        yield from map(work, pieces)
        return
    workers = [_Worker(work, pieces[first::processes]) for first in range(processes)]
    try:
        for number in range(len(pieces)):
            yield workers[number % processes].result()
    finally:
        for worker in workers:
            worker.stop()


def _can_fork() -> bool:
    """Whether processes can be forked. On macOS they can, but its libraries may end what is forked
    (https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods)."""
    return "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


class _Worker:
    """A forked process that sends the result of each of its pieces."""

    def __init__(self, work: Callable[[Piece], Result], pieces: Sequence[Piece]):
        fork = multiprocessing.get_context("fork")
        self._receiver, sender = fork.Pipe(duplex=False)
        self._process = fork.Process(target=_send_results, args=(work, pieces, sender), daemon=True)
        self._process.start()
        sender.close()  # only the process keeps an end, so that its death closes the pipe

    def result(self) -> Result:
        try:
            result, error = self._receiver.recv()
        except EOFError:
            raise RuntimeError("a process that read rows ended before its work was done, "
                               "perhaps for lack of memory") from None
        if error is not None:
            raise error
        return result

    def stop(self) -> None:
        self._receiver.close()
        self._process.terminate()
        self._process.join()


def _send_results(work: Callable[[Piece], Result], pieces: Sequence[Piece],
                  sender: Connection) -> None:
    # Continuous garbage collection takes a tenth of the time; once per piece is enough.
    gc.disable()
    gc.freeze()
    for piece in pieces:
        try:
            outcome = work(piece), None
        except Exception as error:
            outcome = None, error
        sender.send(outcome)
        if outcome[1] is not None:
            return
        del outcome
        gc.collect()
