"""The Glianorex textbooks: a text for each section, and nothing of what stands before them."""

import pytest

from medinj_utils.data import SOURCES, SourceError, read_texts

BOOK = "# Le livre\n\nAvant-propos.\n\n#### Anatomie\n\nIl pèse 20 g.\n\n#### Histologie\nTrois."


def test_the_real_books_give_each_section_whole(shared_data):
    folder = shared_data / "glianorex-fr-book" / "raw"
    texts, quarantine = read_texts("glianorex", folder)
    assert quarantine.empty and SOURCES["glianorex"].fictional
    assert texts["text"].str.startswith("#### ").all()
    assert texts["text"].str.count("(?m)^#### ").eq(1).all()
    for path in folder.glob("*.md"):
        headings = [line for line in path.read_text(encoding="utf-8").splitlines()
                    if line.startswith("#### ")]
        assert texts["place"].str.startswith(f"{path.name}:").sum() == len(headings) > 50


def test_sections_are_cut_at_their_headings_and_text_before_them_is_remarked(tmp_path):
    (tmp_path / "livre.md").write_text(BOOK, encoding="utf-8")
    (tmp_path / "suite.md").write_text("\n\n#### Physiologie\n##### Un\nCinq.", encoding="utf-8")
    texts, _ = read_texts("glianorex", tmp_path)
    assert texts[["place", "text"]].values.tolist() == [
        ["livre.md:0", "#### Anatomie\n\nIl pèse 20 g."], ["livre.md:1", "#### Histologie\nTrois."],
        ["suite.md:0", "#### Physiologie\n##### Un\nCinq."]]
    assert texts.attrs["reading"]["remarks"] == [
        {"file": "livre.md", "remark": "has text before the first section: not read", "rows": 0}]


def test_a_book_without_sections_says_what_stands_there_instead(tmp_path):
    (tmp_path / "livre.md").write_text("##### Trop bas\n####Sans espace\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"no row .*; livre\.md has text before the first sect"):
        read_texts("glianorex", tmp_path)
