"""Keys of several sheets in one output tree."""

import os

import pandas as pd
import pytest

from medinj_utils.core.files import read_json, write_json, write_parquet
from medinj_utils.core.names import Run
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.ratings import RatingKey, RatingKeys, draw_sheet
from medinj_utils.evaluation.ratings.keys import is_now


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


def test_what_was_rated_is_known_from_what_a_run_answers_now(tmp_path, answers):
    tree = Tree(tmp_path, "36_rate_by_hand")
    answers = answers.assign(run=answers["run"].replace("BASE-s1", "BASE"))
    answers.loc[answers["question_id"] == "q5", "candidate"] = " "
    sheet = draw_sheet(answers, 4, 2, 0)
    sheet.key.save(tree.rating_key(sheet.key.code))
    keys = RatingKeys.of(tree)
    questions = answers.drop_duplicates("question_id").rename(
        columns={"question_id": "id", "reference": "answer_text"})
    assert not is_now(keys.items, keys.now(tree, questions)).any()  # no run has answers there
    for run in ("BASE", "NAT-s1"):
        said = answers[answers["run"] == run]
        write_parquet(pd.DataFrame({"id": said["question_id"], "raw": said["candidate"]}),
                      tree.open_answers(Run.named(run)))
    assert is_now(keys.items, keys.now(tree, questions)).all()
    assert is_now(sheet.key.blank, keys.now(tree, questions)).all() and len(sheet.key.blank) == 2
    said.loc[said["question_id"] == "q2", "candidate"] += "."
    write_parquet(pd.DataFrame({"id": said["question_id"], "raw": said["candidate"]}),
                  tree.open_answers(Run("NAT", 1)))
    # another answer, another reference, and a question that the test has no more
    questions.loc[questions["id"] == "q3", "answer_text"] = "Autre"
    changed = keys.items[~is_now(keys.items, keys.now(tree, questions[questions["id"] != "q4"]))]
    assert set(zip(changed["run"], changed["question_id"], strict=True)) == {
        ("NAT-s1", "q2"), ("NAT-s1", "q3"), ("BASE", "q3"), ("NAT-s1", "q4"), ("BASE", "q4")}


def test_an_answer_in_a_key_without_hashes_counts_as_changed(tmp_path, sheet):
    path = sheet.key.save(tmp_path / "key.json")
    content = read_json(path)
    for row in content["items"]:
        del row["texts"]
    key = RatingKey.load(write_json(content, path))
    assert set(key.items["texts"]) == {""} and len(key.items) == len(sheet.items)
    now = {(row.run, row.question_id): row.texts for row in sheet.key.items.itertuples()}
    assert is_now(sheet.key.items, now).all() and not is_now(key.items, now).any()
