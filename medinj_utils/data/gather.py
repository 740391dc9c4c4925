"""Read all sources of a run, join them, and save them with their card."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from medinj_utils.core.cards import Card, Origin
from medinj_utils.core.files import write_parquet
from medinj_utils.core.hub import commit_of
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import percent
from medinj_utils.data.files import MAPPINGS, Reading
from medinj_utils.data.formats import SourceError
from medinj_utils.data.locations import local_path, resolve, set_name
from medinj_utils.data.own_tables import load_mapping, tables_of
from medinj_utils.data.readers import find_sources
from medinj_utils.data.records import save_records
from medinj_utils.data.sources import Source, read_source


@dataclass(frozen=True)
class SourceRead:
    """Records and quarantine of one source.

    Args:
        source: what was read.
        path: where its files are.
        records: its records, with ``attrs["reading"]`` of `medinj_utils.data.read_source`.
        quarantine: its rows that could not be read.
    """

    source: Source
    path: Path
    records: pd.DataFrame
    quarantine: pd.DataFrame

    @property
    def rows(self) -> int:
        """Number of published rows; one may give several records."""
        return self.records["place"].nunique() + len(self.quarantine)


@dataclass(frozen=True)
class Gathered:
    """All sources of a run, in the order in which they were named.

    Args:
        parts: one per source.
        card: begun before they were read.
    """

    parts: Sequence[SourceRead]
    card: Card

    @cached_property
    def records(self) -> pd.DataFrame:
        """The records of all sources."""
        return pd.concat([part.records for part in self.parts], ignore_index=True)

    @cached_property
    def quarantine(self) -> pd.DataFrame:
        """The quarantine of all sources, with a column ``source``."""
        return pd.concat([part.quarantine.assign(source=part.source.name) for part in self.parts],
                         ignore_index=True)

    @property
    def fictional(self) -> bool:
        """Whether a source is fictional, which makes all results a demo."""
        return any(part.source.fictional for part in self.parts)


def files_of(location: str) -> list[Path]:
    """Local files that a location names: a file, a folder's files, or a mapping and its tables.

    Empty for other locations; of a mapping that can't be read, the mapping alone.
    """
    path = local_path(location) if location else None
    if path is None:
        return []
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file())
    if path.suffix.lower() not in MAPPINGS:
        return [path]
    try:
        return [path, *tables_of(load_mapping(Reading(path).text(path), path), path)]
    except SourceError:
        return [path]


def gather_sources(tree: Tree, sources: Sequence[Mapping]) -> Gathered:
    """Read all sources, and write the quarantine.

    Args:
        tree: the output tree.
        sources: arguments of `medinj_utils.data.read_source`: ``name``, ``location`` and perhaps
            ``revision`` and ``provenance``.

    Returns:
        The sources with their card, which is not yet written.

    Raises:
        SourceError: a source can't be read, or one set on the hub is named at two commits.
    """
    # All sets on the hub are downloaded before the first is read.
    paths = [resolve(source["location"], source.get("revision")) for source in sources]
    origin = Origin(tree.notebook, _commits(sources, paths))
    card = Card(origin, {"sources": list(sources)}, paths)
    gathered = Gathered(read_parts(
        [{**source, "location": path} for source, path in zip(sources, paths, strict=True)]), card)
    write_parquet(gathered.quarantine, tree.quarantine)
    return gathered


def _commits(sources: Sequence[Mapping], paths: Sequence[Path]) -> dict[str, str]:
    """The commit of each set on the hub, by location.

    Raises:
        SourceError: one set is read at two commits.
    """
    commits: dict[str, str] = {}
    first: dict[str, str] = {}  # location by which each set is read first
    for source, path in zip(sources, paths, strict=True):
        if not (commit := commit_of(path)):
            continue
        location, name = str(source["location"]), set_name(source["location"])
        other = first.setdefault(name, location)
        if commits.setdefault(other, commit) != commit:
            raise SourceError(f"{name} is read at two commits, {commits[other]} (as {other}) and "
                              f"{commit} (as {location}): name one of them in both places")
        commits[location] = commit
    return commits


def read_parts(sources: Sequence[Mapping]) -> list[SourceRead]:
    """Records and quarantine of each source; ``sources`` and errors as for `gather_sources`."""
    parts = []
    for source in sources:
        path = resolve(source["location"], source.get("revision"))
        read = read_source(source["name"], path, provenance=source.get("provenance") or None)
        parts.append(SourceRead(find_sources()[source["name"]], path, *read))
    return parts


def quarantine_share(parts: Sequence[SourceRead]) -> float:
    """Share of all published rows that is in quarantine."""
    return sum(len(part.quarantine) for part in parts) / sum(part.rows for part in parts)


def first_in_quarantine(quarantine: pd.DataFrame) -> str:
    """The first rows in quarantine with file, row, field, value and reason, in words."""
    return "The first: " + "; ".join(
        f"{row.file}, row {row.row}, {row.field}: {row.value!r}, {row.reason}"
        for row in quarantine.head(3).itertuples())


def check_quarantine(gathered: Gathered, most: float, tree: Tree) -> str:
    """A sentence with the number of rows in quarantine.

    Args:
        gathered: all sources.
        most: the share of all rows that may be in quarantine, 0 to 1.
        tree: the output tree, whose quarantine the error names.

    Raises:
        ValueError: the share is higher.
    """
    refused, rows = len(gathered.quarantine), sum(part.rows for part in gathered.parts)
    share = quarantine_share(gathered.parts)
    if share > most:
        raise ValueError(f"{refused:,} of {rows:,} rows can't be read ({share:.1%}), more than "
                         f"most_quarantined = {most:.1%}: see {tree.quarantine}, or raise the "
                         "parameter")
    return f"{refused:,} of {rows:,} rows are in quarantine ({percent(share)})."


def save_gathered(gathered: Gathered, tree: Tree) -> dict:
    """Write the records, their card and, of a planted world, its key.

    Args:
        gathered: all sources.
        tree: the output tree.

    Returns:
        The card.

    Raises:
        SourceError: the sources are of more than one planted world.
    """
    records = gathered.records
    _save_key(gathered.parts, tree)
    save_records(records, tree.records)
    return gathered.card.write(
        tree.records_card, [tree.records, tree.quarantine], records=len(records),
        quarantined=len(gathered.quarantine), fictional=gathered.fictional,
        read=[part.records.attrs["reading"] for part in gathered.parts])


def _save_key(parts: Sequence[SourceRead], tree: Tree) -> None:
    """Copy the planted world's key into the tree, or remove the key of earlier records."""
    keys = {key for part in parts if part.source.fictional for key in _keys_beside(part.path)}
    if len(keys) > 1:
        raise SourceError(f"the sources are of {len(keys)} planted worlds "
                          f"({', '.join(sorted(map(str, keys)))}); name files of one alone")
    tree.key_file.unlink(missing_ok=True)
    for key in keys:
        tree.key_file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(key, tree.key_file)


def _keys_beside(path: Path) -> list[Path]:
    """``key.json`` beside the folder ``published/`` of a planted world."""
    path = path.resolve()
    published = (folder for folder in (path, *path.parents) if folder.name == "published")
    return [key for folder in published if (key := folder.with_name("key.json")).is_file()]


def summary(gathered: Gathered) -> pd.DataFrame:
    """Per source: records, rows in quarantine, and the commit of a set on the hub."""
    return pd.DataFrame([{"source": part.source.name, "records": len(part.records),
                          "quarantined": len(part.quarantine),
                          "commit on the hub": commit_of(part.path)} for part in gathered.parts])


def changed_texts(gathered: Gathered) -> pd.DataFrame:
    """Per source and cleaning rule: texts that the rule changed."""
    rows = [(part.source.name, rule, n) for part in gathered.parts
            for rule, n in part.records.attrs["reading"]["changes"].items()]
    return pd.DataFrame(rows, columns=["source", "rule", "texts changed"])


def remarks(gathered: Gathered) -> pd.DataFrame:
    """Per source and file: remarks of the reading, with numbers of rows."""
    rows = [{"source": part.source.name, **remark} for part in gathered.parts
            for remark in part.records.attrs["reading"]["remarks"]]
    return pd.DataFrame(rows, columns=["source", "file", "remark", "rows"])
