"""Keys of several sheets in one output tree."""

import os

import pytest

from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.ratings import RatingKeys, draw_sheet


def test_all_keys_of_a_tree_are_found_the_newest_first(tmp_path, answers):
    tree = Tree(tmp_path, "36_rate_by_hand")
    assert RatingKeys.of(tree).by_code == {}
    assert RatingKeys.of(tree).items.empty
    assert RatingKeys.of(tree).systems == {}
    assert RatingKeys.of(tree).searched == str(tmp_path / "ratings" / "*" / "key.json")
    sheets = [
        draw_sheet(answers[answers["system"].isin(systems)], 4, 2, 0)
        for systems in (["BASE", "NAT"], ["NAT"])
    ]
    for age, sheet in enumerate(sheets):
        os.utime(sheet.key.save(tree.rating_key(sheet.key.code)), (1e9 - age, 1e9 - age))
    keys = RatingKeys.of(tree)
    assert list(keys.by_code) == [sheet.key.code for sheet in sheets]
    assert keys.systems == {"BASE-s1": "BASE", "NAT-s1": "NAT"}
    items = keys.items
    assert items.groupby("sheet", sort=False).size().tolist() == [
        len(sheet.items) for sheet in sheets
    ]
    assert not set(items[items["sheet"] == sheets[0].key.code]["item"]) & set(
        items[items["sheet"] == sheets[1].key.code]["item"]
    )


def test_a_key_in_another_sheets_folder_is_refused(tmp_path, sheet):
    tree = Tree(tmp_path, "36_rate_by_hand")
    sheet.key.save(tree.rating_key("F-other"))
    with pytest.raises(ValueError,
                       match=f"F-other/key.json: this is the key of sheet '{sheet.key.code}'"):
        RatingKeys.of(tree)
