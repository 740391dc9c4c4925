"""TICO-19 against independently read pairs, and units that are none."""

import pytest

from medinj_utils.core.identity import normalise
from medinj_utils.data import SourceError, read_texts
from medinj_utils.data.text import clean

from ..published_files import normalised

TMX = """<?xml version="1.0"?><tmx version="1.4"><body>
<tu tuid="1"><tuv xml:lang="en"><seg>Wash your <it>hands</it>.</seg></tuv>
<tuv xml:lang="fr"><seg>Lavez-vous les <it>mains</it> &amp; attendez.</seg></tuv></tu>
{}</body></tmx>"""


def unit(*variants):
    texts = "".join(f'<tuv xml:lang="{language}">{text}</tuv>' for language, text in variants)
    return f'<tu tuid="2">{texts}</tu>\n'


def read(folder, *units):
    (folder / "all.tmx").write_text(TMX.format("".join(units)), encoding="utf-8")
    return read_texts("tico19", folder)


def test_the_real_pairs_agree_with_the_independently_read_ones(shared_data):
    pairs, quarantine = read_texts("tico19", shared_data / "tico19-en-fr" / "raw")
    expected = normalised(shared_data / "tico19-en-fr" / "en_fr.jsonl")
    assert len(pairs) == len(expected) == 3071 and quarantine.empty
    assert {(normalise(clean(row["en"])), normalise(clean(row["fr"]))) for row in expected} == {
        (normalise(row.english), normalise(row.text)) for row in pairs.itertuples()}


def test_marks_within_a_sentence_are_no_end_of_it_and_any_french_is_french(tmp_path):
    pairs, _ = read(tmp_path, unit(("EN-us", "<seg> Stay. </seg>"), ("fr-CA", "<seg>Restez.</seg>"),
                                   ("es", "<seg>Quédate.</seg>")))
    assert pairs[["english", "text", "parent"]].values.tolist() == [
        ["Wash your hands.", "Lavez-vous les mains & attendez.", "tico19/1"],
        ["Stay.", "Restez.", "tico19/2"]]


@pytest.mark.parametrize("variants, field", [
    ([("en", "<seg>Stay.</seg>")], "fr"), ([("fr", "<seg>Restez.</seg>")], "en"), ([], "en"),
    ([("en", "<seg>Stay.</seg>"), ("fr", "<seg> </seg>")], "fr"),
    ([("en", "<seg/>"), ("fr", "<seg>Restez.</seg>")], "en"),
    ([("en", "<seg>Stay.</seg>"), ("fr", "Restez.")], "row")])
def test_a_unit_without_one_of_the_languages_is_refused_by_its_place(tmp_path, variants, field):
    pairs, quarantine = read(tmp_path, unit(*variants))
    assert len(pairs) == 1
    assert quarantine[["file", "row", "field"]].values.tolist() == [["all.tmx", 1, field]]
    if field != "row":
        assert quarantine["reason"].item() == "a unit without a text in this language"


def test_a_file_cut_off_is_named_with_the_place_of_its_end(tmp_path):
    (tmp_path / "all.tmx").write_text(TMX.format("")[:120], encoding="utf-8")
    with pytest.raises(SourceError, match=r"all\.tmx: not whole TMX \(line 2, column \d+\)"):
        read_texts("tico19", tmp_path)
