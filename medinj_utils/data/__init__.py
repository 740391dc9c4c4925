"""The data room: sources to records, records to audited mixtures."""

from medinj_utils.data.mixtures import build_mixture, load_mixture
from medinj_utils.data.readers import find_sources
from medinj_utils.data.records import load_records, save_records
from medinj_utils.data.sources import Source, SourceError, read_source, read_texts, resolve

SOURCES: dict[str, Source] = find_sources()

__all__ = ["SOURCES", "SourceError", "build_mixture", "load_mixture", "load_records", "read_source", "read_texts",
           "resolve", "save_records"]
