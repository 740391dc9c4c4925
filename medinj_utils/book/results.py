"""Kept results of a run: ``python -m medinj_utils.book.results PROFILE NAME``.

``results/<name>/`` is an output tree from which the comparison can be redone on any machine: the
scores of each answer, questions with hashes in place of texts, cards and tables
(`medinj_utils.book.keep`). A profile that names it in ``results`` shows it beside its own; a file
that has changed since is refused.
"""

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

from medinj_utils.core.files import need, not_in_root, read_json, sha256
from medinj_utils.core.profiles import PROFILES, load_profile
from medinj_utils.core.tree import OUTPUTS, Tree

RESULTS = Path("results")
#: Notebooks that are rerun on kept results, the first before the others.
NOTEBOOKS = ("40_compare_provenances", "44_check_claims", "46_separate_effects",
             "48_compare_parts")


class ResultError(ValueError):
    """Results can't be kept, or have changed since; the message says why."""


def lay_out(name: str, target: Path) -> Path:
    """Copy ``results/<name>`` to ``target``, after checking that no file has changed.

    Args:
        name: of the results.
        target: folder that they are copied to.

    Returns:
        The target's list of files, which is written last.

    Raises:
        FileNotFoundError: there are no such results.
        ResultError: a file has changed, is missing, or isn't in the list.
    """
    folder = RESULTS / name
    kept = Tree(folder).kept
    files = list_of(name)["files"]
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for file in sorted({*files, *present} - {kept.name}):
        if file not in present:
            raise ResultError(f"{folder / file} is missing, though {kept} lists it")
        if file not in files:
            raise ResultError(f"{folder / file} is not among the files that {kept} lists: "
                              "remove it")
        if sha256(folder / file) != files[file]:
            raise ResultError(f"{folder / file} has changed since it was kept (SHA-256 differs "
                              f"from {kept}): restore it, or keep the run's results "
                              "again")
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / file, target / file)
    return Path(shutil.copyfile(kept, Tree(target).kept))


def list_of(name: str) -> dict[str, Any]:
    """What kept results are: the content of ``results/<name>/result.json``.

    Raises:
        FileNotFoundError: there are no such results, or the working folder isn't the book's root.
    """
    if not PROFILES.is_dir():
        raise FileNotFoundError(not_in_root(PROFILES))
    return read_json(need(Tree(RESULTS / name).kept,
                          f"make keep PROFILE={name}, or copy the results to {RESULTS / name}"))


def executions_of_results(profile_name: str, data: str = "",
                          base: str = "") -> dict[str, tuple[str, dict[str, Any]]]:
    """Executions of notebooks on the results that a profile shows.

    Args:
        profile_name: of the profile.
        data: folder that its sources lie in; empty where it names them.
        base: base model instead of its own.

    Returns:
        ``<name>/<notebook>`` → (notebook, parameters), as `all_executions`.

    Raises:
        SettingsError: as `load_profile`.
        FileNotFoundError: there are no such results.
    """
    made = {}
    for name in load_profile(profile_name, data, base).results:
        parameters = list_of(name)["parameters"]
        output = {"output": str(Tree(OUTPUTS / profile_name).results(name).root)}
        for notebook in NOTEBOOKS:
            made[f"{name}/{notebook}"] = (notebook, parameters[notebook] | output)
    return made


def _main() -> None:
    parser = argparse.ArgumentParser(description="Lay out kept results in a profile's outputs.")
    parser.add_argument("profile")
    parser.add_argument("name", help="of the results")
    chosen = parser.parse_args()
    try:
        lay_out(chosen.name, Tree(OUTPUTS / chosen.profile).results(chosen.name).root)
    except (FileNotFoundError, ResultError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main()
