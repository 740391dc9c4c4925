"""Work shared out among processes."""

import os

import pytest

from medinj_utils.data import workers
from medinj_utils.data.workers import shared_out


def square(number):
    if number < 0:
        raise ValueError(f"{number} is negative")
    return number**2, os.getpid()


@pytest.mark.parametrize("cores", [1, 3])
def test_results_are_in_order_whoever_does_the_work(monkeypatch, cores):
    monkeypatch.setattr(workers, "available_cores", lambda: cores)
    results = list(shared_out(square, range(20)))
    assert [result for result, _ in results] == [number**2 for number in range(20)]
    assert len({process for _, process in results}) == cores
    assert list(shared_out(square, [])) == []


def test_on_macos_no_process_is_forked(monkeypatch):
    """Its system libraries may end a forked process, which would look like a lack of memory."""
    monkeypatch.setattr(workers, "available_cores", lambda: 3)
    monkeypatch.setattr(workers.sys, "platform", "darwin")
    assert {process for _, process in shared_out(square, range(6))} == {os.getpid()}


def test_an_error_in_a_process_is_raised_here(monkeypatch):
    monkeypatch.setattr(workers, "available_cores", lambda: 2)
    with pytest.raises(ValueError, match="-1 is negative"):
        list(shared_out(square, [1, 2, 3, -1, 5]))


def test_a_process_that_dies_is_noticed(monkeypatch):
    monkeypatch.setattr(workers, "available_cores", lambda: 2)
    with pytest.raises(RuntimeError, match="ended before its work was done"):
        list(shared_out(lambda number: os._exit(1), [1, 2, 3]))
