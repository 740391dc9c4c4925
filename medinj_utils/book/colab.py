"""Set the book up on Colab: the first code cell of each notebook runs this file.

It imports nothing of the book, which isn't there yet. A second run, also after a restart, fetches
and installs nothing. Packages that Colab has, torch above all, stay where the book supports their
version.
"""

import importlib
import os
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = "https://github.com/medinjection-fr/medinjection-fr-book"
_FOLDER = "book"
_DONE = ".installed-on-colab"
#: Modules whose name differs from their package's.
_MODULES = {"pyyaml": "yaml", "jupyter-book": "jupyter_book"}


def set_up() -> None:
    """Fetch the book, make it the working folder, and install what it needs.

    Raises:
        RuntimeError: git or pip fails; or the session has to be restarted, since it has loaded a
            version that was replaced.
    """
    root = _fetched()
    os.chdir(root)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    done = root / _DONE
    if done.exists():
        return
    needed = _needed(root)
    before = {name: _version(name) for name in needed}
    _install(root, needed, before)
    done.touch()
    importlib.invalidate_caches()
    replaced = [name for name in needed if before[name] and before[name] != _version(name)
                and _MODULES.get(name, name.replace("-", "_")) in sys.modules]
    if replaced:
        raise RuntimeError(f"{', '.join(replaced)}: this session has loaded another version than "
                           "is now installed: choose Runtime > Restart session, then run this "
                           "cell again, which installs nothing")


def _fetched() -> Path:
    """The book's folder, cloned where it isn't there; an interrupted clone leaves nothing."""
    here = Path.cwd()
    for folder in (here, *here.parents, here / _FOLDER):
        if (folder / "notebooks").is_dir() and (folder / "pyproject.toml").is_file():
            return folder
    unfinished = here / f".{_FOLDER}-unfinished"
    _run("rm", "-rf", str(unfinished))
    _run("git", "clone", "-q", "--depth", "1", REPOSITORY, str(unfinished))
    return unfinished.rename(here / _FOLDER)


def _needed(root: Path) -> dict[str, Requirement]:
    """What the book needs, by name, with the ranges that it supports."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = map(Requirement, project["dependencies"])
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def _version(name: str) -> str:
    """The installed version of a package; empty where there is none."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _install(root: Path, needed: dict[str, Requirement], installed: dict[str, str]) -> None:
    """Install the book, and what it needs where Colab lacks it or has a version out of range."""
    pins = _pins(root / "constraints.txt")
    fits = {name: bool(installed[name]) and requirement.specifier.contains(
        installed[name], prereleases=True) for name, requirement in needed.items()}
    versions = {name: installed[name] if fits[name] else pins[name] for name in needed}
    absent = {name: pin for name, pin in pins.items() if name not in needed and not _version(name)}
    constraints = root / f"{_DONE}.txt"
    constraints.write_text("".join(f"{name}=={version}\n"
                                   for name, version in (versions | absent).items()))
    packages = [str(root)]
    if not fits["torch"] and _version("torchvision"):  # it fits the torch that is replaced
        packages.append(f"torchvision==0.{int(pins['torch'].split('.')[1]) + 15}.*")
    pip = (sys.executable, "-m", "pip", "install", "-q")
    _run(*pip, "-c", str(constraints), *packages)
    _run(*pip, "--no-deps", "-r", str(root / "requirements-unsloth.txt"))


def _pins(path: Path) -> dict[str, str]:
    """Versions by name of the lines ``name==version``."""
    lines = (line.partition("#")[0].partition(";")[0].strip()
             for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("==") for line in lines if "==" in line)
    return {canonicalize_name(name): version for name, version in pairs}


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")


if __name__ == "__main__":
    set_up()
