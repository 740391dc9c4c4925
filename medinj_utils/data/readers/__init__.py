"""One module a source. Each defines ``SOURCE``; adding a source is adding a file here."""

from importlib import import_module
from pkgutil import iter_modules


def find_sources() -> dict:
    """All sources by name, in alphabetical order."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    sources = {module.SOURCE.name: module.SOURCE for module in modules}
    return dict(sorted(sources.items()))
