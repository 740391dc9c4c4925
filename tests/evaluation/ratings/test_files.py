"""Sheets are handed out, filled in by simulated raters, and read again."""

import pandas as pd
import pytest

from medinj_utils.core.files import write_json
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.ratings import RatingKey, draw_sheet, read_ratings
from medinj_utils.evaluation.ratings.files import (
    answers_to_rate,
    hand_out,
    read_all,
    simulated_files,
    truth_of,
)

ERRORS = {"R1": 0.0, "R2": 0.5, "R3": 1.0}


@pytest.fixture
def tree(tmp_path):
    tree = Tree(tmp_path / "out", "36_rate_by_hand")
    write_json({"fictional": True}, tree.records_card)
    return tree


def truth(sheet) -> pd.Series:
    """Right are the answers to q0 to q3."""
    key = sheet.key.items.drop_duplicates(["run", "question_id"])
    return pd.Series((key["question_id"] < "q4").astype(float).to_numpy(),
                     index=pd.MultiIndex.from_frame(key[["run", "question_id"]]))


def test_each_rater_gets_three_files_and_the_key_lies_apart(tree, sheet):
    files = hand_out(tree, sheet, ["R1", "R2", "R1"])
    assert files["rater"].tolist() == ["", "R1", "R1", "R1", "R2", "R2", "R2"]
    folders = {path.rpartition("/")[0] for path in files["file"][1:]}
    assert folders == {str(tree.rating_sheet(sheet.key.code, "R1", "csv").parent)}
    assert str(tree.rating_key(sheet.key.code).parent) not in folders
    assert (
        RatingKey.load(tree.rating_key(sheet.key.code)).items["id"].tolist()
        == sheet.key.items["id"].tolist()
    )


def test_an_answer_that_no_cell_holds_leaves_the_other_files(tree, answers):
    sheet = draw_sheet(answers.assign(candidate="mot " * 10_000), 4, 2, 0)
    files = hand_out(tree, sheet, ["R1"])["file"].tolist()
    assert "no xlsx: " in files[1]
    assert "use the HTML form" in files[1]
    assert [file.rpartition(".")[2] for file in files[2:]] == ["csv", "html"]
    assert sorted(
        path.suffix for path in tree.rating_sheet(sheet.key.code, "R1", "csv").parent.iterdir()
    ) == [".csv", ".html"]


def test_another_draw_replaces_no_sheet(tree, answers):
    codes = {
        draw.key.code
        for seed in (0, 1)
        if len(hand_out(tree, draw := draw_sheet(answers, 4, 2, seed), ["R1"]))
    }
    assert len(codes) == 2 and all(tree.rating_key(code).exists() for code in codes)


def test_of_no_answers_nothing_is_written(tree, answers, keys_of):
    sheet = draw_sheet(answers.head(0), 4, 2, 0)
    assert hand_out(tree, sheet, ["R1"]).empty
    assert simulated_files(tree, sheet, pd.Series(dtype=float), ERRORS) == []
    ratings, quarantine = read_ratings([], keys_of(sheet))
    assert ratings.empty and quarantine.empty and not list(tree.root.glob("ratings/**"))


def test_simulated_raters_err_as_often_as_they_are_told_and_come_back_by_the_files(tree, sheet,
                                                                                   keys_of):
    hand_out(tree, sheet, ERRORS)
    files = simulated_files(tree, sheet, truth(sheet), ERRORS)
    assert [path.suffix for path in files] == [".xlsx", ".csv", ".json"]
    ratings, quarantine = read_ratings(files, keys_of(sheet))
    assert quarantine.empty and ratings.groupby("rater").size().tolist() == [len(sheet.items)] * 3
    right = ratings["question_id"] < "q4"
    agree = (ratings["rating"] == right).groupby(ratings["rater"]).mean()
    assert agree["R1"] == 1 and agree["R3"] == 0 and 0.1 < agree["R2"] < 0.9
    again, _ = read_ratings(simulated_files(tree, sheet, truth(sheet), ERRORS), keys_of(sheet))
    pd.testing.assert_frame_equal(again, ratings)


def test_a_human_and_a_simulated_rater_of_one_code_are_not_mixed(tree, sheet, keys_of, tmp_path):
    hand_out(tree, sheet, ERRORS)
    simulated = simulated_files(tree, sheet, truth(sheet), {"R2": 0.5})
    human = tmp_path / "back.csv"
    for code in ("H1", "R2"):
        human.write_text(f"feuille;annotateur;id;note\n{sheet.key.code};{code};"
                         f"{sheet.items['id'][0]};1\n", encoding="utf-8")
        if code == "H1":
            ratings, quarantine = read_all([human], simulated, keys_of(sheet))
            assert ratings.groupby("rater").size().to_dict() == {"H1": 1, "R2": len(sheet.items)}
            assert quarantine.empty
    with pytest.raises(ValueError, match="back.csv has ratings by R2, which is also the code of a"):
        read_all([human], simulated, keys_of(sheet))
    assert len(read_all([human], [], keys_of(sheet))[0]) == 1
    assert len(read_all([], simulated, keys_of(sheet))[0]) == len(sheet.items)
    assert read_all([], [], keys_of(sheet))[0].empty


def test_nobody_invents_ratings_of_real_answers(tree, sheet):
    write_json({"fictional": False}, tree.records_card)
    hand_out(tree, sheet, ["R1"])
    with pytest.raises(ValueError,
                       match="simulated_raters are R1, R2, R3: these questions are real"):
        simulated_files(tree, sheet, truth(sheet), ERRORS)
    assert simulated_files(tree, sheet, truth(sheet), {}) == []


def test_answers_that_were_not_given_are_left_out_and_blank_ones_are_not(answers):
    table = answers.rename(columns={"question_id": "item"}).assign(ended="stop")
    table["candidate"] = table["candidate"].where(table.index > 1, None)
    table.loc[2, "candidate"], table.loc[3, "reference"] = "", " "
    found = answers_to_rate(table)
    assert len(found) == len(answers) - 3
    assert (found["candidate"] == "").sum() == 1
    assert "question_id" in found


def test_truth_is_the_planted_keys_and_of_real_questions_there_is_none(tree, answers):
    from medinj_utils.demo.vocabulary import RELATIONS
    value, other = RELATIONS["indication"].values[:2]
    assert truth_of(tree, answers).empty
    key = {"tests": {}, "open_tests": {f"q{i}": {"fact": "x/indication"} for i in range(8)},
           "facts": {"x/indication": [value]}}
    write_json(key, tree.key_file)
    said = answers.assign(candidate=[value, other] * 8)
    del tree.__dict__["key"]
    assert truth_of(tree, said).tolist() == [1, 0] * 8
