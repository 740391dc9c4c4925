"""Strict reading of YAML: repeated keys and parts that contain themselves are refused."""

import unicodedata
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml


def parse_yaml(text: str | bytes, where: str, loader: type = yaml.SafeLoader) -> Any:
    """The value of a YAML text.

    Args:
        text: YAML; bytes are UTF-8, or UTF-16 with its mark.
        where: it comes from, for the messages.
        loader: PyYAML loader class.

    Raises:
        ValueError: it isn't YAML, a key stands twice in one mapping, or a part contains itself;
            names ``where`` and the line.
    """
    try:
        parser = loader(text)
        node = parser.get_single_node()
        if node is not None:
            _check(node, where, (), set())
        return None if node is None else _constructed(parser, node)
    except RecursionError:
        raise ValueError(f"{where}: not YAML: nested too deep") from None
    except yaml.reader.ReaderError as error:
        if error.encoding != "utf-8":
            raise ValueError(f"{where}: not YAML: {error}") from None
        line = text.count(b"\n", 0, error.position) + 1
        raise ValueError(f"{where}, line {line}: not UTF-8; save the file as UTF-8") from None
    except yaml.YAMLError as error:
        raise ValueError(f"{where}: not YAML: {error}") from None


def _constructed(parser: yaml.SafeLoader, node: yaml.Node) -> Any:
    try:
        return parser.construct_document(node)
    except ValueError as error:  # a date that does not exist
        raise yaml.YAMLError(str(error)) from None


def read_yaml(path: Path) -> Any:
    """The value of a YAML file.

    Raises:
        ValueError: as `parse_yaml`.
    """
    return parse_yaml(path.read_bytes(), str(path))


def _check(node: yaml.Node, where: str, above: Collection, done: set) -> None:
    line = f"{where}, line {node.start_mark.line + 1}"
    if node in above:
        raise ValueError(f"{line}: this part contains itself, by an alias (*)")
    if node in done or isinstance(node, yaml.ScalarNode):
        return
    done.add(node)
    keys = set()
    for part in node.value:
        key, *values = part if isinstance(part, tuple) else (part,)
        for inner in (key, *values):
            _check(inner, where, (*above, node), done)
        if values and isinstance(key, yaml.ScalarNode):
            name = unicodedata.normalize("NFC", key.value)
            if (key.tag, name) in keys:
                line = key.start_mark.line + 1
                raise ValueError(f"{where}, line {line}: the key {name!r} stands twice; leave one "
                                 "of them out")
            keys.add((key.tag, name))
