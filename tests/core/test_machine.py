"""Machine and software that a figure was made with."""

import resource
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from medinj_utils.core import machine
from medinj_utils.core.machine import (
    git_commit,
    hardware,
    hardware_in_words,
    peak_memory_gb,
    versions,
)


def test_a_package_that_is_not_installed_is_named_as_such():
    result = versions(["pandas", "no-such-package"])
    assert result["no-such-package"] == "not installed"
    assert result["pandas"][0].isdigit()
    assert "python" in result


def test_hardware_is_put_into_words():
    result = hardware()
    assert result["cores"] >= 1 and result["memory_gb"] > 0
    words = hardware_in_words()
    assert words == result["accelerator"] or words == f"{result['cores']} CPU cores, no GPU"


@pytest.mark.parametrize("system, counted", [
    ("darwin", 2_000_000_000), ("freebsd14", 2_000_000_000 // 1024)])
def test_memory_is_counted_in_the_systems_unit(monkeypatch, system, counted):
    """macOS counts bytes where other systems count kilobytes."""
    monkeypatch.setattr(machine, "Path", lambda name: Path("no such place"))
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(resource, "getrusage", lambda who: SimpleNamespace(ru_maxrss=counted))
    assert peak_memory_gb() == pytest.approx(2.0, rel=1e-5)


def test_memory_is_counted_where_the_system_leaves_its_peak_out(monkeypatch, tmp_path):
    """As some sandboxes do."""
    (tmp_path / "status").write_text("Name:\tpython\nVmRSS:\t1 kB\n")
    monkeypatch.setattr(machine, "Path", lambda name: tmp_path / "status")
    monkeypatch.setattr(resource, "getrusage", lambda who: SimpleNamespace(ru_maxrss=3_000_000))
    assert peak_memory_gb() == pytest.approx(3_000_000 * 1024 / 1e9)


def test_the_most_memory_held_is_that_of_this_process_and_grows_with_what_it_holds():
    before = peak_memory_gb()
    held = bytearray(b"x") * int(before * 1e9 + 50e6)
    assert 0.01 < before < peak_memory_gb() - 0.04 < 1000 and held


def test_the_commit_is_unknown_outside_a_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert git_commit() == "unknown"


def test_without_a_driver_torch_is_not_imported_to_look_for_a_gpu():
    import subprocess
    import sys

    from medinj_utils.core import machine

    code = ("import sys; from medinj_utils.core import machine; machine.hardware(); "
            "sys.exit('torch' in sys.modules)")
    loaded = subprocess.run([sys.executable, "-c", code]).returncode
    assert loaded == machine._driver_answers()


def test_what_torch_sees_is_what_is_told():
    import torch
    assert (hardware()["accelerator"] != "none") == torch.cuda.is_available()
