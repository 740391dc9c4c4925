"""One run of a profile at a time; what a killed one leaves is no hindrance."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from medinj_utils.book import running
from medinj_utils.book.running import RunningError, hold

ROOT = Path(__file__).parents[2]
HOLD = (
    "import time; from medinj_utils.book.running import hold; hold(['demo', 'null']); "
    "print('held', flush=True); "
    "time.sleep(100)"
)
#: Starts a notebook's process in a session of its own, as papermill does, and ends with its
# argument.
UNDER = """import subprocess, sys, time
from medinj_utils.book.running import end_with
end_with(int(sys.argv[1]))
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"],
                         start_new_session=True)
print(child.pid, flush=True)
time.sleep(100)"""


def started(code, *words, **options):
    """A Python process in the working folder, once it has printed a line; the process and the
    line."""
    process = subprocess.Popen([sys.executable, "-c", code, *map(str, words)],
                               stdout=subprocess.PIPE, text=True,
                               env=os.environ | {"PYTHONPATH": str(ROOT)}, **options)
    return process, process.stdout.readline().strip()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "_HELD", [])
    yield tmp_path
    for handle in running._HELD:
        os.close(handle)


def test_a_living_run_is_named_and_another_profile_runs_beside_it(folder):
    other, _ = started(HOLD)
    try:
        for profile in ("demo", "null"):
            with pytest.raises(
                RunningError,
                match=rf"'{profile}' is being run by process {other.pid} on .+, since 20",
            ):
                hold([profile])
        hold(["small"])
        assert (folder / "outputs/.small.lock").read_text().startswith(f"process {os.getpid()} on ")
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_ended_in_any_way_holds_nothing(folder, number):
    # What starts these tests in the background may ignore signals, and children inherit that.
    heeded = f"import signal; signal.signal({int(number)}, signal.SIG_DFL)\n"
    other, _ = started(heeded * (number != signal.SIGKILL) + HOLD)
    other.send_signal(number)
    assert other.wait() == -number
    hold(["demo", "null"])
    assert (folder / "outputs/.demo.lock").read_text().startswith(f"process {os.getpid()} on ")


def test_what_a_dead_run_has_forked_holds_nothing(folder):
    fork = "import os, time\nfrom medinj_utils.book.running import hold\nhold(['demo'])\n" \
        "pid = os.fork()\nif pid:\n    print(pid, flush=True)\ntime.sleep(100)"
    run, child = started(fork)
    with pytest.raises(RunningError, match=f"process {run.pid} on"):
        hold(["demo"])
    run.kill()
    run.wait()
    try:
        assert psutil.pid_exists(int(child))
        hold(["demo"])
    finally:
        os.kill(int(child), signal.SIGKILL)


@pytest.mark.parametrize("make", [
    lambda outputs: outputs.symlink_to("/nowhere/disk"), lambda outputs: outputs.write_text("x"),
    lambda outputs: (outputs / ".demo.lock").mkdir(parents=True)])
def test_outputs_that_cant_be_written_are_named(folder, make):
    make(folder / "outputs")
    with pytest.raises(RunningError, match=r"outputs/\.demo\.lock can't be written \(.+\): nothing "
                                           "was run. outputs/ leads to /"):
        hold(["demo"])


def test_a_lock_that_names_a_living_process_but_is_not_held_is_no_lock(folder):
    """A number of a process that has been given anew, or one of another container."""
    (folder / "outputs").mkdir()
    (folder / "outputs/.demo.lock").write_text("process 1 on elsewhere, since 2020-01-01 00:00:00")
    hold(["demo"])


def test_a_disk_without_locks_is_told_of_and_the_run_goes_on(folder, monkeypatch, capsys):
    def refuse(*_):
        raise OSError(95, "Operation not supported")
    monkeypatch.setattr(running.fcntl, "flock", refuse)
    hold(["demo"])
    assert (
        "a disk without locks (Operation not supported): don't run the profile 'demo' twice"
        in capsys.readouterr().err
    )


def test_half_files_of_dead_processes_go_and_no_others(folder):
    ended = subprocess.Popen(["true"])
    ended.wait()
    kept = [f".{os.getpid()}-records.parquet", "records.parquet", ".hidden-file", ".12.parquet",
            "1-2.json"]
    for name in [f".{ended.pid}-records.parquet", *kept]:
        path = folder / "outputs/demo/data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    hold(["demo"])
    assert sorted(path.name for path in (folder / "outputs/demo/data").iterdir()) == sorted(kept)


def gone(*pids):
    for _ in range(200):
        if not any(
            psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
            for pid in pids
        ):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("how", ["the run is killed", "terminated", "hung up"])
def test_a_notebooks_process_ends_with_its_run(how):
    run, _ = started("import time; print(flush=True); time.sleep(100)")
    # These tests may themselves have been started by nohup.
    process, child = started(
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)\n" + UNDER, run.pid
    )
    {"the run is killed": run.kill, "terminated": process.terminate,
     "hung up": lambda: process.send_signal(signal.SIGHUP)}[how]()
    assert process.wait(20) > 128 and gone(int(child))
    run.kill()
    run.wait()


def test_what_ignores_a_hangup_goes_on(folder):
    run, _ = started("import time; print(flush=True); time.sleep(100)")
    process, child = started(
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + UNDER, run.pid
    )
    process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert process.poll() is None and psutil.pid_exists(int(child))
    run.kill()
    run.wait()
    assert process.wait(20) > 128 and gone(int(child))


def test_runs_are_not_deleted_while_one_is_alive(folder):
    other, _ = started(HOLD)
    asked = [sys.executable, "-m", "medinj_utils.book.running"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    refused = subprocess.run(asked, capture_output=True, text=True, env=environment)
    assert refused.returncode
    assert (
        f"Nothing was deleted: the profile 'demo' is being run by process {other.pid}"
        in refused.stderr
    )
    other.kill()
    other.wait()
    assert subprocess.run(asked, env=environment).returncode == 0
