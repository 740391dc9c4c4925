"""Check what a profile needs, before anything runs: ``python -m medinj_utils.book.check PROFILE``.

`medinj_utils.core.profiles` checks what a profile says; this module checks that its models and
files exist and that its sources hold what it asks for. It reads the sources on this disk. What has
to be downloaded, or made first, is checked as soon as notebook 10 has read it.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from medinj_utils.core.files import read_json, sha256
from medinj_utils.core.names import CONFIGURATIONS, provenances_of
from medinj_utils.core.parameters import SettingsError, notebook_names
from medinj_utils.core.profiles import Profile, add_profile_arguments, load_profile, parameters_of
from medinj_utils.core.tree import Tree
from medinj_utils.data.files import MAPPINGS
from medinj_utils.data.formats import SourceError
from medinj_utils.data.gather import files_of, first_in_quarantine, quarantine_share, read_parts
from medinj_utils.data.locations import is_elsewhere, local_path
from medinj_utils.data.mixtures import (
    ShortageError,
    Stratification,
    plan_budget,
    possible_configurations,
)
from medinj_utils.data.records import load_records
from medinj_utils.evaluation.questions import choose_examples, choose_questions
from medinj_utils.evaluation.triplets import read_triplets
from medinj_utils.models.loading import Base

_READ, _MIX, _TRAIN, _ASK = ("10_read_sources", "14_build_mixtures", "21_train_adapter",
                             "30_answer_questions")
#: Notebooks that ask test questions, and the parameter that makes them do so, where there is one.
_ASKING = {_ASK: "", "32_ask_otherwise": "orders", "50_vary_recipe": "learning_rates",
           "51_vary_budget": "budget_shares"}
#: Notebooks and their parameters that name files of triplets.
_TRIPLETS = (("34_judge_open_answers", "triplets"), ("35_judge_the_judge", "triplets"),
             ("35_judge_the_judge", "judge_training"))


def unmet(records: pd.DataFrame, parameters: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What the notebooks of a profile need and its records lack, in sentences.

    Budgets are checked against all training rows: only notebook 13 finds those that leak.

    Args:
        records: of all sources.
        parameters: of every notebook, by its name.

    Returns:
        A sentence for each; none where all is there.
    """
    return [*_unmet_mixtures(records, parameters), *_unmet_questions(records, parameters)]


def _training(records: pd.DataFrame, mixing: Mapping[str, Any]) -> pd.DataFrame:
    rows = records[(records["split"] == "train") & records["task"].isin(mixing["tasks"])]
    return rows.reset_index(drop=True)


def _unmet_mixtures(records: pd.DataFrame, parameters: Mapping) -> Iterator[str]:
    mixing = parameters[_MIX]
    training = _training(records, mixing)
    try:
        possible = possible_configurations(training)
    except ShortageError as error:
        yield (f"{_MIX}: {error}, with split train and a task of {', '.join(mixing['tasks'])}; "
               f"there are {_counts(records, ['split', 'task'])}")
        return
    wanted = {*mixing["configurations"], *parameters[_TRAIN]["configurations"]}
    if absent := [name for name in CONFIGURATIONS if name in wanted - {*possible}]:
        needed = {provenance for name in absent for provenance in provenances_of(name)}
        lacking = sorted(needed - set(training["provenance"]))
        yield (f"{', '.join(absent)} can't be built: no training rows are {' or '.join(lacking)} "
               f"({_counts(training, ['provenance'])}). Name a source that has some, or set under "
               f"`shared` configurations: [{', '.join(possible)}] and "
               f"systems: [BASE, {', '.join(possible)}]")
    else:
        try:
            _planned(training, mixing)
        except ShortageError as error:
            yield f"{_MIX}: {error}"


def _planned(training: pd.DataFrame, mixing: Mapping[str, Any]) -> int:
    """The budget that notebook 14 will take; unchanged where its unit isn't rows."""
    if mixing["budget_unit"] != "rows":
        return mixing["budget"]
    names = mixing["configurations"] or possible_configurations(training)
    shares = Stratification(mixing["by_source"], mixing["by_task"])
    return plan_budget(training, names, mixing["budget"], mixing["shortage"], shares)


def _lowered(training: pd.DataFrame, mixing: Mapping[str, Any]) -> str:
    """A sentence saying that the budget will be lowered; empty where the rows fill it."""
    budget, planned = mixing["budget"], _planned(training, mixing)
    if planned == budget:
        return ""
    return (f" The rows don't fill the budget of {budget:,}: with shortage: lower, notebook 14 "
            f"takes {planned:,} for all mixtures. To avoid this, set under {_MIX} budget to "
            f"{planned:,} or less, or shortage to refuse (stop) or repeat (repeat rows).")


def _counts(records: pd.DataFrame, by: list[str]) -> str:
    sizes = records.groupby(by).size()
    words = (" ".join(key) if isinstance(key, tuple) else key for key in sizes.index)
    return ", ".join(f"{n} {word}" for word, n in zip(words, sizes, strict=True)) or "none"


def _unmet_questions(records: pd.DataFrame, parameters: Mapping) -> Iterator[str]:
    for notebook, switch in _ASKING.items():
        asking = parameters[notebook]
        if switch and not asking[switch]:
            continue
        try:
            items = choose_questions(records, asking["test_sources"], asking["most_items"])
            choose_examples(records, asking.get("shots", 0))
        except ValueError as error:
            yield f"{notebook}, {error}"
            continue
        compared = items[~items["general"]]
        alone = compared["context"] == ""
        clusters = alone.sum() + compared.loc[~alone, "context"].nunique()
        if clusters < 2:
            yield (f"{notebook} asks {len(compared)} test questions on {clusters} contexts, and a "
                   "comparison needs at least two: records need rows with split test and task "
                   f"mcqu or mcq; there are {_counts(records, ['split', 'task'])}")


def _missing(parameters: Mapping) -> Iterator[str]:
    """Named models and files that are missing on this disk."""
    audit = parameters["13_audit_records"]
    models = {_TRAIN: (parameters[_TRAIN]["base_model"], parameters[_TRAIN]["base_revision"])}
    if audit["encoder"]:
        models["13_audit_records"] = (audit["encoder"], audit["encoder_revision"])
    for notebook, (model, revision) in models.items():
        try:
            Base(model, revision)
        except (ValueError, FileNotFoundError) as error:
            yield f"{notebook}: {error}"
    for run, log in parameters["37_exchange_with_harness"]["harness_logs"].items():
        if not Path(log).is_file():
            yield f"37_exchange_with_harness, harness_logs, {run}: no such file, {log}"


def _unread_triplets(parameters: Mapping) -> Iterator[str]:
    """Files of triplets on this disk that can't be read."""
    for notebook, name in _TRIPLETS:
        for one in parameters[notebook][name]:
            try:
                if not is_elsewhere(one["location"]):
                    read_triplets([one])
            except SourceError as error:
                yield f"{notebook}, {name}: {error}"


def known_records(sources: Sequence[Mapping], most_quarantined: float,
                  tree: Tree) -> pd.DataFrame | None:
    """The records of sources on this disk; None where one of them has to be downloaded first.

    Their ``attrs["unread"]`` says in a sentence which rows can't be read, if any.

    Args:
        sources: as for `medinj_utils.data.gather.gather_sources`.
        most_quarantined: share of rows that may be unreadable.
        tree: the output tree, whose records are taken if these sources haven't changed since.

    Raises:
        SourceError: a source isn't there or can't be read, or too many of its rows can't.
    """
    if any(is_elsewhere(source["location"]) for source in sources):
        return None
    if _are_read(sources, tree):
        records, refused = load_records(tree.records), pd.read_parquet(tree.quarantine)
    else:
        parts = read_parts(sources)
        refused = pd.concat([part.quarantine for part in parts])
        if quarantine_share(parts) > most_quarantined:
            raise SourceError(
                f"{len(refused)} of {sum(part.rows for part in parts)} rows can't be read, more "
                f"than most_quarantined = {most_quarantined:.1%}. {first_in_quarantine(refused)}. "
                "Correct the rows or what the YAML file says of them, or raise most_quarantined")
        records = pd.concat([part.records for part in parts], ignore_index=True)
    if len(refused):
        records.attrs["unread"] = f" Can't be read: {len(refused)}. {first_in_quarantine(refused)}."
    return records


def _are_read(sources: Sequence[Mapping], tree: Tree) -> bool:
    """Whether the records were read from these sources, and the files haven't changed since.

    Contents are compared: a file from an archive may be older than the one it replaces.
    """
    if not (tree.records_card.exists() and tree.records.exists()):
        return False
    card = read_json(tree.records_card)
    paths = [local_path(source["location"]) for source in sources]
    if None in paths or card["parameters"]["sources"] != list(sources):
        return False
    unchanged = card["inputs"] == {str(path): sha256(path) for path in paths}
    return unchanged and all(_tables_are(path, read["files"]) for path, read
                             in zip(paths, card["read"], strict=True))


def _tables_are(path: Path, hashes: Mapping[str, str]) -> bool:
    """Whether the tables that a mapping names have these hashes; true for any other path."""
    return path.suffix.lower() not in MAPPINGS or path.is_dir() or hashes == {
        file.relative_to(path.parent).as_posix(): sha256(file) for file in files_of(str(path))}


def check_data(name: str, data: str = "", base: str = "") -> str:
    """Check that a profile's data hold what it asks for, and say what it will compare.

    Args:
        name: of the profile.
        data: folder that its sources lie in; empty where it names them.
        base: base model instead of its own: a folder, or ``organisation/model@commit``.

    Raises:
        SettingsError: they don't, or a model or file is missing, or the profile reads no ``data``.
        SourceError: as `known_records`.
    """
    profile, parameters = _load(name, data, base)
    if data and not _reads_data(name, base):
        raise SettingsError(f"DATA={data}: profile {name} doesn't read it; its sources stand in "
                            f"profiles/{name}.yaml, under {_READ}")
    _refuse(name, _missing(parameters))
    systems, read = ", ".join(parameters[_ASK]["systems"]), parameters[_READ]
    records = None
    if not profile.world:
        _refuse(name, _unread_triplets(parameters))
        try:
            records = known_records(read["sources"], read["most_quarantined"], Tree(read["output"]))
        except SourceError as error:
            raise SourceError(f"profiles/{name}.yaml, {_READ}, sources: {error}") from error
    if records is None:
        return f"The profile compares {systems}. Its data are checked after notebook 10."
    _refuse(name, unmet(records, parameters))
    training = _training(records, parameters[_MIX])
    possible = possible_configurations(training)
    impossible = [name for name in CONFIGURATIONS if name not in possible]
    left = f" Can't be built, for lack of training rows: {', '.join(impossible)}."
    return (f"{len(records):,} records ({_counts(records, ['provenance', 'split'])}). The "
            f"profile compares {systems}.{left if impossible else ''}"
            f"{_lowered(training, parameters[_MIX])}{records.attrs.get('unread', '')}")


def check_records(name: str, data: str = "", base: str = "") -> None:
    """Check a profile against the records that notebook 10 wrote.

    Args:
        name: of the profile.
        data: folder that its sources lie in; empty where it names them.
        base: base model instead of its own: a folder, or ``organisation/model@commit``.

    Raises:
        SettingsError: they lack what notebooks ask for.
    """
    _, parameters = _load(name, data, base)
    records = load_records(Tree(parameters[_READ]["output"]).records)
    _refuse(name, unmet(records, parameters))


def _load(name: str, data: str, base: str) -> tuple[Profile, dict[str, dict[str, Any]]]:
    profile = load_profile(name, data, base)
    return profile, {notebook: parameters_of(name, profile, notebook)
                     for notebook in notebook_names()}


def _reads_data(name: str, base: str) -> bool:
    try:
        load_profile(name, "", base)
    except SettingsError:
        return True
    return False


def _refuse(name: str, problems: Iterable[str]) -> None:
    if problems := list(problems):
        raise SettingsError("\n".join(f"profiles/{name}.yaml: {problem}" for problem in problems))


def _main() -> None:
    parser = argparse.ArgumentParser(description="Check a profile against its data.")
    add_profile_arguments(parser)
    chosen = parser.parse_args()
    try:
        print(check_data(chosen.profile, chosen.data, chosen.base))
    except (SettingsError, SourceError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main()
