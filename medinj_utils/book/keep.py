"""Keep the results of a run, without texts and weights: ``python -m medinj_utils.book.keep``.

What is kept stands in ``results/<name>/``; `medinj_utils.book.results` shows it again.
"""

import argparse
import hashlib
import shutil
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from medinj_utils.book.results import NOTEBOOKS, RESULTS, ResultError
from medinj_utils.core.files import read_json, sha256, write_json, write_parquet
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

_TABLES = ("training", "mixtures", "scores", "baselines", "scores_by_item", "comparison", "pairs",
           "effects", "train_test_interactions", "pairs_by_part")


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
        raise ResultError(f"{tree.root}: a planted world is made again in minutes; only "
                          "results on real questions are kept")
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
    """Copy what the comparison needs of a tree, and the cards behind it, without texts."""
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
    """A card's content without the folders of the machine it was made on.

    Args:
        card: what JSON can hold.
        data: folder of the sources, which is written as profiles have it: ``{data}``.

    Returns:
        The same, with paths of the project's files relative to its root, and only the last name of
        other absolute paths.
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
    """Records with hashes in place of questions and contexts, and letters in place of options.

    Ids, letters and what is compared stay: equal contexts stay equal.
    """
    def hashed(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""

    letters = [list(LETTERS[:len(options)]) for options in records["options"]]
    return records.assign(
        instruction=records["instruction"].map(hashed), context=records["context"].map(hashed),
        options=pd.Series(letters, index=records.index), explanation="",
        answer_text=records["answer_letters"].map(", ".join))


def _main() -> None:
    parser = argparse.ArgumentParser(description="Keep the results of a run, without texts.")
    add_profile_arguments(parser)
    parser.add_argument("--name", default="", help="of the results; else the profile's")
    chosen = parser.parse_args()
    try:
        print(keep(chosen.profile, chosen.data, chosen.base, chosen.name))
    except (FileNotFoundError, ResultError, SettingsError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main()
