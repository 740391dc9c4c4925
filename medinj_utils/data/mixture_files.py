"""A mixture as a file, its manifest, and its card in the form of the Hugging Face hub."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd
import yaml

from medinj_utils.core.cards import markdown_rows
from medinj_utils.core.files import read_json, sha256, write_json, write_text
from medinj_utils.core.machine import versions
from medinj_utils.core.names import CONFIGURATIONS
from medinj_utils.core.tree import Tree
from medinj_utils.data.records import load_records, save_records

_SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M")  # the hub's words
_NOT_LISTED = ("configuration", "counts", "versions", "sha256", "commits")
_CARD = """---
{head}---

# Training mixture {configuration}

French medical questions for instruction tuning, mixed by provenance. Not a medical device, and not
medical advice.

| provenance | task | source | rows |
|---|---|---|---:|
{counts}

{entries}
- sets on the hub: {sets}
- SHA-256 of the parquet file: {sha256}
- licences of the sources: {licences}
"""


def save_mixture(mixture: pd.DataFrame, configuration: str, tree: Tree, **entries: object) -> dict:
    """Write a mixture, its manifest (``.json``) and its card (``.md``).

    Args:
        mixture: what `medinj_utils.data.build_mixture` gave.
        configuration: its name.
        tree: the output tree.
        entries: further entries of the manifest.

    Returns:
        The manifest: the notebook that wrote it (``step``), numbers of rows, counts by provenance,
        task and source, hashes, and ``entries``.
    """
    path = save_records(mixture, tree.mixture(configuration))
    counts = mixture.groupby(["provenance", "task", "source"]).size().reset_index(name="rows")
    ids = "\n".join(mixture["id"])
    manifest = {
        **asdict(tree.origin), "configuration": configuration, "rows": len(mixture),
        "distinct_rows": int(mixture["id"].nunique()),
        "rows_sha256": hashlib.sha256(ids.encode()).hexdigest(),
        "counts": counts.to_dict("records"), "sha256": sha256(path),
        "versions": versions(["pandas", "numpy", "pyarrow"]), **entries}
    write_json(manifest, tree.manifest(configuration))
    write_text(data_card(mixture, manifest), tree.mixture_card(configuration))
    return manifest


def remove_mixture(tree: Tree, configuration: str) -> None:
    """Remove a mixture, its manifest and its card, where they are.

    Args:
        tree: the output tree.
        configuration: its name.
    """
    for path in (tree.mixture, tree.manifest, tree.mixture_card):
        path(configuration).unlink(missing_ok=True)


def load_mixtures(tree: Tree) -> dict[str, pd.DataFrame]:
    """All mixtures of a tree by configuration, in the book's order.

    Raises:
        FileNotFoundError: there is none; names the notebook that makes them.
        ValueError: as `load_mixture`.
    """
    built = [name for name in CONFIGURATIONS if tree.mixture(name).exists()]
    return {name: load_mixture(tree, name) for name in built or CONFIGURATIONS}


def load_mixture(tree: Tree, configuration: str) -> pd.DataFrame:
    """A mixture whose file is the one that its manifest describes.

    Args:
        tree: the output tree.
        configuration: its name.

    Raises:
        FileNotFoundError: there is no such mixture; names the notebook that makes it.
        ValueError: the file has changed since, or a row breaks a rule of the record.
    """
    path = tree.need(tree.mixture(configuration))
    manifest = read_json(tree.need(tree.manifest(configuration)))
    if manifest["sha256"] != sha256(path):
        raise ValueError(f"{path} is not the file that its manifest describes (SHA-256 differs): "
                         "build it again")
    return load_records(path)


def data_card(mixture: pd.DataFrame, manifest: Mapping) -> str:
    """A card in the form that the hub reads: a head in YAML, then a description of the mixture.

    Args:
        mixture: its records.
        manifest: of `save_mixture`.
    """
    licences = sorted(mixture["licence"].unique())
    digits = len(str(manifest["rows"]))
    head = {"language": ["fr"], "license": licences[0].lower() if len(licences) == 1 else "other",
            "task_categories": ["question-answering", "multiple-choice"], "tags": ["medical"],
            "size_categories": [_SIZES[max(0, digits - 3)]],
            "pretty_name": f"Mixture {manifest['configuration']}"}
    counts = markdown_rows([row[name] for name in ("provenance", "task", "source", "rows")]
                           for row in manifest["counts"])
    entries = [f"- {key}: {value}" for key, value in manifest.items() if key not in _NOT_LISTED]
    sets = [f"{location} at {commit}" for location, commit in manifest["commits"].items()]
    return _CARD.format(
        head=yaml.safe_dump(head, allow_unicode=True, sort_keys=False), counts=counts,
        configuration=manifest["configuration"], entries="\n".join(entries),
        sets=", ".join(sets) or "none", sha256=manifest["sha256"], licences=", ".join(licences))
