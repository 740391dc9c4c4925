"""The sources: one for each file of readers, and what each says of itself."""

from pathlib import Path

from medinj_utils.core.names import PROVENANCES
from medinj_utils.data import SOURCES, readers


def test_each_file_of_readers_is_a_source_of_its_name_in_alphabetical_order():
    files = sorted(path.stem for path in Path(readers.__file__).parent.glob("[!_]*.py"))
    assert len(files) > 10
    assert list(SOURCES) == [source.name for source in SOURCES.values()] == files


def test_every_source_says_what_it_is():
    for source in SOURCES.values():
        assert source.title and source.licence and source.citation, source.name
        assert source.provenance in (None, *PROVENANCES) and source.gives in ("records", "texts")
    assert {source.name for source in SOURCES.values() if source.gives == "texts"} == {
        "e3c", "glianorex", "tico19"}


def test_only_what_is_made_up_is_fictional():
    assert {source.name for source in SOURCES.values() if source.fictional} == {"glianorex",
                                                                               "planted"}
