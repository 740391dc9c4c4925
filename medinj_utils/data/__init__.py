"""The data room: sources to records, records to audited mixtures."""

from medinj_utils.data.formats import SourceError
from medinj_utils.data.locations import resolve
from medinj_utils.data.mixture_files import load_mixture, save_mixture
from medinj_utils.data.mixtures import build_mixture, part_of
from medinj_utils.data.readers import find_sources
from medinj_utils.data.records import load_records, save_records
from medinj_utils.data.sources import Source, read_source, read_texts

SOURCES: dict[str, Source] = find_sources()

__all__ = ["SOURCES", "SourceError", "build_mixture", "load_mixture", "load_records", "part_of",
           "read_source", "read_texts", "resolve", "save_mixture", "save_records"]
