"""Machine and software that a figure was made with."""

from medinj_utils.core.machine import git_commit, hardware, hardware_in_words, versions


def test_a_package_that_is_not_installed_is_named_as_such():
    found = versions(["pandas", "no-such-package"])
    assert found["no-such-package"] == "not installed" and found["pandas"][0].isdigit() and "python" in found


def test_hardware_is_put_into_words():
    found = hardware()
    assert found["cores"] >= 1 and found["memory_gb"] > 0
    words = hardware_in_words()
    assert words == found["accelerator"] or words == f"{found['cores']} CPU cores, no GPU"


def test_the_commit_is_unknown_outside_a_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert git_commit() == "unknown"


def test_without_a_driver_torch_is_not_imported_to_look_for_a_gpu():
    import subprocess
    import sys

    from medinj_utils.core import machine
    code = "import sys; from medinj_utils.core import machine; machine.hardware(); sys.exit('torch' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code]).returncode
    assert loaded == machine._driver_answers()


def test_what_torch_sees_is_what_is_told():
    import torch
    assert (hardware()["accelerator"] != "none") == torch.cuda.is_available()
