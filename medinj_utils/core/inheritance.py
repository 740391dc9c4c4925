"""What a profile inherits from the profile named by ``like``, and what it does not."""

from typing import Any

#: Keys that describe a profile's data, or were measured on them.
_OF_THE_DATA = ("title", "world", "beside", "results", "minutes")
#: Parameters that name parts of the data, or what belongs to them.
_NAMING_DATA = ("test_sources", "triplets", "judge_training", "harness_logs", "null_output",
                "prices", "rating_files", "simulated_raters", "own_ratings")


def inherit(parent: Any, child: Any, name: str) -> Any:
    """The content of a profile's file, completed from the profile named by ``like``.

    The child's values win; its ``shared`` parameters also replace those that the parent sets for
    single notebooks. If the child names sources, but not all of the parent's (`_sources`), it does
    not inherit what only makes sense with the parent's data (`_OF_THE_DATA`, `_NAMING_DATA`), and
    its title is ``name`` unless it has one.

    Args:
        parent: content of the parent's file, itself complete.
        child: content of the profile's own file.
        name: of the profile.
    """
    if not (isinstance(parent, dict) and isinstance(child, dict)):
        return child
    own = _dict(child.get("shared"))
    dropped = set(own)
    own_sources = _sources(child)
    if own_sources and not own_sources >= _sources(parent):
        dropped.update(_NAMING_DATA)
        parent = {key: value for key, value in parent.items() if key not in _OF_THE_DATA}
        parent["title"] = name
        parent["shared"] = _without(parent.get("shared"), dropped)
    notebooks = {notebook: _without(values, dropped)
                 for notebook, values in _dict(parent.get("notebooks")).items()}
    return _merged(parent | {"notebooks": notebooks}, child)


def _sources(content: dict) -> set:
    """All sources that a profile's content lists.

    A published set counts as the same at every location, a table of one's own does not.
    """
    parts = [_dict(content.get("shared")), *_dict(content.get("notebooks")).values()]
    lists = [_dict(part).get("sources") for part in parts]
    listed = [_dict(source) for sources in lists if isinstance(sources, list) for source in sources]
    return {(str(source.get("name")), str(source.get("location")) if source.get("name") == "own"
             else "") for source in listed}


def _dict(value: Any) -> dict:
    """The value if it is a dict, else an empty one; wrong values are refused after merging."""
    return value if isinstance(value, dict) else {}


def _without(values: Any, keys: set) -> dict:
    return {key: value for key, value in _dict(values).items() if key not in keys}


def _merged(below: Any, above: Any) -> Any:
    """``above``, completed key by key from ``below``."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: _merged(below.get(key), value) for key, value in above.items()}
