"""One module per source. Each defines ``SOURCE``; to add a source, add a file here."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules


@cache
def find_sources() -> dict:
    """All sources (`medinj_utils.data.sources.Source`) by name, in alphabetical order."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    sources = {module.SOURCE.name: module.SOURCE for module in modules}
    return dict(sorted(sources.items()))
