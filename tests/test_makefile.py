"""The Makefile by itself, with a program in place of the environment's Python that says what it was
given."""

import os
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAYS = """#!/bin/sh
printf 'PYTHON [%s] [%s] [%s]' "$PROFILE" "$DATA" "$BASE"
printf ' (%s)' "$@"
echo
"""
#: What a folder may be called. Blanks before it are lost to make itself.
ODD = ["l'été", 'say "hi"', "a  b ", "$HOME", "$(shell echo made)", "${PATH}", "$$", "a#b", "2024",
       "1e5", "true", "null", "no",
       ".5", "-x", "--help", unicodedata.normalize("NFD", "é"), "日本", "{x}", "{", "a;b|c>d&e",
       "`id`", "a\\b", "a%b", "*?[x]",
       "two\nlines", "~", "x=y", "@a:b", "!x", "''\"'"]


@pytest.fixture
def project(tmp_path):
    """A folder, with a blank in its path, in which make finds all that it needs."""
    folder = tmp_path / "the book"
    (folder / ".venv/bin").mkdir(parents=True)
    for name in ("Makefile", "Snakefile", "requirements.txt", "requirements-unsloth.txt",
                 "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    for name in ("python", "ruff", "lint-imports"):
        (folder / ".venv/bin" / name).write_text(SAYS)
        (folder / ".venv/bin" / name).chmod(0o755)
    (folder / ".venv/installed").touch()
    return folder


def make(folder, *words, **options):
    left = {key: value for key, value in os.environ.items()
            if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PROFILE", "DATA", "BASE")}
    return subprocess.run(["make", *words], cwd=folder, capture_output=True, text=True,
                          env=left | options.pop("env", {}), **options)


@pytest.mark.parametrize("given", ODD)
def test_data_base_and_profile_arrive_as_they_were_given(project, given):
    for words, env in (((f"DATA={given}", f"BASE={given}"), {}),
                       ((), {"DATA": given, "BASE": given})):
        made = make(project, "book", "PROFILE=1e5", *words, env=env)
        *checks, snakemake = re.findall(r"PYTHON (.*?)(?=\nPYTHON|\nNothing)", made.stdout, re.S)
        assert checks == [
            f"[1e5] [{given}] [{given}] (-m) ({module}) (--data={given}) (--base={given}) (--) "
            f"(1e5)"
            for module in ("medinj_utils.core.profiles", "medinj_utils.book.check")
        ]
        assert snakemake.startswith(f"[1e5] [{given}] [{given}] (-m) (snakemake) (--cores)")
        assert made.returncode == 0


def test_python_may_keep_what_it_compiles(project):
    """Else each process compiles all libraries anew, which takes longer than most notebooks."""
    (project / ".venv/bin/python").write_text("#!/bin/sh\nenv\n")
    made = make(project, "test", env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert "OMP_NUM_THREADS=1" in made.stdout and "PYTHONDONTWRITE" not in made.stdout


@pytest.mark.parametrize("target", [
    "book", "figures", "test", "validate", "worlds", "lint", "check-profile"])
def test_programs_are_the_environments_whatever_make_looks_in(project, tmp_path, target):
    """make 3.81 ignores the PATH that a Makefile exports: without that line other programs must not
    run either."""
    other = tmp_path / "other"
    other.mkdir()
    for name in ("python", "python3", "pip", "snakemake", "ruff", "lint-imports", "pytest",
                 "jupyter-book", "papermill"):
        (other / name).write_text("#!/bin/sh\necho ANOTHER\nexit 1\n")
        (other / name).chmod(0o755)
    text = (project / "Makefile").read_text(encoding="utf-8")
    assert text.count("\nexport PATH ") == 1
    (project / "Makefile").write_text(re.sub("\nexport PATH .*", "", text), encoding="utf-8")
    made = make(project, target, env={"PATH": f"{other}:/usr/bin:/bin"})
    assert made.returncode == 0 and "PYTHON" in made.stdout and "ANOTHER" not in made.stdout, (
        made.stdout + made.stderr
    )


FAKES = {
    "torch.py": "class cuda:\n    is_available = staticmethod(lambda: 'GPU' not in HIDDEN)\n",
    "sitecustomize.py": "import importlib.util\nimportlib.util.find_spec = (\n"
                        "    lambda name, *more: None if name in HIDDEN else name)\n"}


@pytest.mark.parametrize("hidden, says", [
    (["GPU"], "torch sees no GPU: nothing was tested"),
    (["unsloth"], "unsloth: not installed (pip install --no-deps -r requirements-unsloth.txt); "),
    (["liger_kernel", "bitsandbytes"],
     "bitsandbytes, liger_kernel: not installed (pip install --no-deps"),
    ([], "")])
def test_what_only_a_gpu_shows_is_not_green_where_something_is_missing(
    project, tmp_path, hidden, says
):
    for name, text in FAKES.items():
        (tmp_path / name).write_text(f"HIDDEN = {hidden}\n{text}")
    python = project / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\ncase "$1" in -c) exec "{sys.executable}" "$@";; esac\necho "$@"')
    made = make(project, "test-gpu", env={"PYTHONPATH": str(tmp_path)})
    ran = re.findall("-m pytest .*tests/training |benchmarks/(?:training|evaluation)", made.stdout)
    assert (made.returncode == 0, len(ran)) == ((False, 0) if says else (True, 3))
    assert says in made.stderr


def test_installing_calls_the_new_environments_pip_by_its_path():
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("$(VENV)/installed: ")[2]
    assert recipe.count("pip install") == recipe.count("$(BIN)/python -m pip install") == 3


def with_runs(project):
    for path in ("outputs/demo/runs", ".snakemake", "build"):
        (project / path).mkdir(parents=True, exist_ok=True)


@pytest.mark.parametrize("words, answer, deleted", [
    ((), "y\n", True), ((), "yes\n", True), (("YES=1",), None, True), (("YES=yes",), "", True),
    ((), "n\n", False), ((), "\n", False),
    ((), "", False), ((), None, False), ((), "why\n", False), (("YES=0",), "", False),
    (("YES=",), "", False)])
def test_clean_asks_before_it_deletes(project, words, answer, deleted):
    with_runs(project)
    options = {"stdin": subprocess.DEVNULL} if answer is None else {"input": answer}
    made = make(project, "clean", *words, **options)
    assert (made.returncode == 0) == deleted and (project / "outputs/demo").exists() != deleted
    assert (project / ".snakemake").exists() != deleted and (project / ".venv/installed").exists()
    assert "outputs/demo" in made.stdout
    assert ("Without a terminal: make clean YES=1" in made.stdout) != deleted


def test_clean_deletes_nothing_while_a_run_lives(project):
    with_runs(project)
    (project / ".venv/bin/python").write_text('#!/bin/sh\necho "Nothing was deleted: $*"\nexit 1\n')
    made = make(project, "clean", "YES=1")
    assert made.returncode and "Nothing was deleted: -m medinj_utils.book.running" in made.stdout
    assert (project / "outputs/demo").exists()


def test_from_another_folder_the_root_is_named(project, tmp_path):
    made = make(tmp_path, "-f", str(ROOT / "Makefile"), "book")
    assert made.returncode and f"This is not the book's root: make -C {ROOT}/ book" in made.stderr
