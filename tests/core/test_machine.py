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
