"""Results of a run, kept without texts and weights: ``python -m medinj_utils.book.results``.

``results/<name>/`` is an output tree of which the comparison can be made anew on any machine: the
scores of each answer, questions with hashes in place of texts, cards and tables. A profile that
names it in ``results`` shows it beside its own; a file that has changed since is refused.
"""

import argparse
import hashlib
import shutil
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from medinj_utils.core.files import need, read_json, sha256, write_json, write_parquet
from medinj_utils.core.names import BASE, Run, runs_in
from medinj_utils.core.parameters import SettingsError
from medinj_utils.core.profiles import (
    Profile,
    add_profile_arguments,
    load_profile,
    parameters_of,
)
from medinj_utils.core.prompts import LETTERS
from medinj_utils.core.tree import OUTPUTS, Tree
from medinj_utils.data.records import load_records, save_records

RESULTS = Path("results")
#: Notebooks that are run anew on kept results, the first before the others.
NOTEBOOKS = ("40_compare_provenances", "44_check_claims", "46_separate_effects",
             "48_compare_parts")
_TABLES = ("training", "mixtures", "scores", "baselines", "scores_by_item", "comparison", "pairs",
           "effects", "train_test_interactions", "pairs_by_part")


class ResultError(ValueError):
    """Results can't be kept, or are not those that were kept; the message says why."""


def keep(profile_name: str, data: str = "", base: str = "", name: str = "") -> Path:
    """Keep the results of a profile's run in ``results/<name>``, which appears whole.

    Args:
        profile_name: of a profile that was run to its end.
        data: folder that its sources lie in; empty where it names them.
        base: base model instead of its own.
        name: of the results; empty for the profile's.

    Returns:
        The folder.

    Raises:
        FileNotFoundError: the profile wasn't run; names the notebook that is missing.
        ResultError: the questions are those of a planted world.
        SettingsError: as `load_profile`.
    """
    profile, tree = load_profile(profile_name, data, base), Tree(OUTPUTS / profile_name)
    if tree.fictional:
        raise ResultError(f"{tree.root}: a planted world is made again in minutes; results are "
                          "kept of real questions")
    folder = RESULTS / (name or profile_name)
    unfinished = folder.with_name(f".{folder.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    _copy(tree, Tree(unfinished))
    for card in unfinished.rglob("*.json"):
        write_json(without_folders(read_json(card), data), card)
    files = {path.relative_to(unfinished).as_posix(): sha256(path)
             for path in sorted(unfinished.rglob("*")) if path.is_file()}
    card = read_json(Tree(unfinished).answers_card(Run(BASE)))
    write_json({
        "title": profile.title, "profile": profile_name, "files": files, "made": card["started"],
        "label": f"{tree.label}, kept from {card['started'][:10]}",
        "git_commit": card["git_commit"], "model": card["parameters"]["model_id"],
        "parameters": {notebook: _parameters(profile_name, profile, notebook)
                       for notebook in NOTEBOOKS}}, Tree(unfinished).kept)
    shutil.rmtree(folder, ignore_errors=True)
    return unfinished.rename(folder)


def _parameters(profile_name: str, profile: Profile, notebook: str) -> dict[str, Any]:
    """Parameters of a notebook, without what is the profile's own: its tree, and a null world."""
    own = parameters_of(profile_name, profile, notebook)
    return {key: value for key, value in own.items() if key not in ("output", "null_output")}


def _copy(tree: Tree, kept: Tree) -> None:
    """What the comparison needs of a tree, and how it came about, without texts."""
    scores = pd.read_parquet(tree.need(tree.scores))
    write_parquet(scores.assign(raw=""), kept.scores)
    records = load_records(tree.need(tree.records))
    questions = records[(records["split"] == "test") & records["id"].isin(scores["id"])]
    save_records(without_texts(questions), kept.records)
    write_json(read_json(tree.need(tree.records_card)), kept.records_card)
    for run in runs_in(scores):
        card = read_json(tree.need(tree.answers_card(run)))
        write_json(card | {"first_prompt": ""}, kept.answers_card(run))
        if run.system != BASE:
            write_json(read_json(tree.need(tree.manifest(run.system))), kept.manifest(run.system))
            files, into = tree.run_files(run), kept.run_files(run)
            write_json(tree.run_card(run), into.card)
            shutil.copyfile(tree.need(files.curve), into.curve)
    tables = [(tree.table(name), kept.table(name)) for name in _TABLES]
    for path, target in [(tree.environment, kept.environment), *tables]:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(tree.need(path), target)


def without_folders(card: Any, data: str) -> Any:
    """A card's content that names no folder of the machine it was made on.

    Args:
        card: what JSON can hold.
        data: folder of the sources, which is written as profiles have it: ``{data}``.

    Returns:
        The same, in which files of the project stand relative to its root, and of other absolute
        paths the last name alone.
    """
    if isinstance(card, dict):
        return {without_folders(key, data): without_folders(value, data)
                for key, value in card.items()}
    if isinstance(card, list):
        return [without_folders(value, data) for value in card]
    if not isinstance(card, str):
        return card
    path = Path(card)
    if data and path.is_relative_to(data):
        return (Path("{data}") / path.relative_to(data)).as_posix()
    if not path.is_absolute():
        return card
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.name


def without_texts(records: pd.DataFrame) -> pd.DataFrame:
    """Records in which hashes take the place of questions and contexts, and letters of options.

    Ids, letters and what is compared stay: equal contexts stay equal.
    """
    def hashed(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""

    letters = [list(LETTERS[:len(options)]) for options in records["options"]]
    return records.assign(
        instruction=records["instruction"].map(hashed), context=records["context"].map(hashed),
        options=pd.Series(letters, index=records.index), explanation="",
        answer_text=records["answer_letters"].map(", ".join))


def lay_out(name: str, target: Path) -> Path:
    """Copy ``results/<name>`` to ``target``, once each file is found to be the one that was kept.

    Args:
        name: of the results.
        target: folder that they are worked on in.

    Returns:
        The target's list of files, which is written last.

    Raises:
        FileNotFoundError: there are no such results.
        ResultError: a file has changed, is missing, or is none of them.
    """
    folder = RESULTS / name
    kept = Tree(folder).kept
    files = list_of(name)["files"]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for file in sorted({*files, *there} - {kept.name}):
        if file not in there:
            raise ResultError(f"{folder / file} is missing, which {kept} names")
        if file not in files:
            raise ResultError(f"{folder / file} is none of the files that {kept} names: "
                              "take it away")
        if sha256(folder / file) != files[file]:
            raise ResultError(f"{folder / file} is not the file that was kept (SHA-256 differs "
                              f"from {kept}): restore it, or keep the run's results "
                              "again")
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / file, target / file)
    return Path(shutil.copyfile(kept, Tree(target).kept))


def list_of(name: str) -> dict[str, Any]:
    """What kept results are: the content of ``results/<name>/result.json``.

    Raises:
        FileNotFoundError: there are no such results.
    """
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
    parser = argparse.ArgumentParser(description="Keep the results of a run, without texts.")
    add_profile_arguments(parser)
    parser.add_argument("--name", default="", help="of the results; else the profile's")
    parser.add_argument("--lay-out", metavar="NAME", help="copy results to the profile's outputs")
    chosen = parser.parse_args()
    try:
        if chosen.lay_out:
            lay_out(chosen.lay_out, Tree(OUTPUTS / chosen.profile).results(chosen.lay_out).root)
        else:
            print(keep(chosen.profile, chosen.data, chosen.base, chosen.name))
    except (FileNotFoundError, ResultError, SettingsError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main()
