"""CasiMedicos against independently normalised rows."""

from medinj_utils.data import SOURCES

from ..published_files import read_and_normalised


def test_raw_files_read_as_the_normalised_rows(shared_data):
    records, quarantine, read, expected = read_and_normalised("casimedicos",
                                                              shared_data / "casimedicos-fr")
    assert len(records) + len(quarantine) == len(expected)
    assert len(quarantine) <= 3 and set(quarantine["reason"]) <= {"two options are the same text"}
    assert read <= set(expected)
    assert set(records["provenance"]) == {SOURCES["casimedicos"].provenance}
