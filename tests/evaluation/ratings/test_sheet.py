import re

import numpy as np
import pandas as pd
import pytest

from medinj_utils.core.files import write_json
from medinj_utils.evaluation.ratings.sheet import RatingKey, check_rater, draw_sheet, written_out


def test_strata_are_of_equal_size_and_systems_share_their_questions(answers):
    key = draw_sheet(answers, 3, 4, 0).key.items
    first = key[~key["repeat"]]
    assert first.groupby(["system", "provenance"]).size().tolist() == [3] * 4
    assert first.groupby("question_id")["system"].nunique().tolist() == [2] * 6
    assert first["item"].is_unique


def test_another_run_of_a_question_comes_after_all_questions(answers):
    table = pd.concat([answers, answers.assign(run=answers["run"] + "b")])
    key = draw_sheet(table, 4, 0, 0).key.items
    assert len(key) == 16 and not key.duplicated(["system", "question_id"]).any()
    assert draw_sheet(table, 5, 0, 0).key.items.duplicated(["system", "question_id"]).sum() == 4


def test_a_repeated_answer_is_shown_again_much_later_under_another_id(answers):
    for seed in range(20):
        made = draw_sheet(answers, 4, 5, seed)
        key = made.key.items.reset_index()
        assert key["id"].is_unique and key["repeat"].sum() == 5 and len(key) == 21
        both = key[key["repeat"]].merge(key[~key["repeat"]], on="item")
        assert len(both) == 5 and ((both["index_x"] - both["index_y"]) >= 5).all()
        texts = made.items.set_index("id")["candidate"]
        assert texts[both["id_x"]].tolist() == texts[both["id_y"]].tolist()


def test_no_more_than_a_third_is_shown_again(answers):
    assert draw_sheet(answers, 4, 99, 0).key.items["repeat"].sum() == 5


def test_a_blank_answer_is_drawn_as_any_other_and_not_shown(answers, tmp_path):
    blank = answers.assign(candidate=answers["candidate"].where(answers["question_id"] != "q1",
                                                                " \n"))
    made = draw_sheet(blank, 4, 0, 0)
    assert len(made.items) == 14
    assert made.key.blank["question_id"].tolist() == ["q1"] * 2
    assert made.key.blank["provenance"].tolist() == ["native"] * 2
    assert "q1" not in set(made.key.items["question_id"])
    pd.testing.assert_frame_equal(RatingKey.load(made.key.save(tmp_path / "key.json")).blank,
                                  made.key.blank)
    nothing = draw_sheet(answers.assign(candidate=""), 4, 3, 0)
    assert nothing.items.empty and len(nothing.key.blank) == 16


def test_a_sheet_of_no_answers_is_empty(answers, tmp_path):
    made = draw_sheet(answers.head(0), 4, 3, 0)
    assert made.items.empty and made.key.items.empty and made.key.blank.empty
    assert RatingKey.load(made.key.save(tmp_path / "key.json")).items.empty


def test_what_raters_see_names_no_system_run_or_question(answers):
    made = draw_sheet(answers, 4, 0, 0)
    assert list(made.items) == ["id", "instruction", "context", "reference", "candidate"]
    assert not re.search("NAT|BASE|q\\d", made.items.to_csv())
    assert made.items["id"].str.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{6}").all()


def test_neither_ids_nor_order_nor_code_hang_on_the_systems(answers):
    """With the systems' names swapped, or other ones, all is the same that a rater sees."""
    other = answers.assign(system=answers["system"].map({"BASE": "NAT", "NAT": "BASE"}))
    one, same = draw_sheet(answers, 4, 3, 5), draw_sheet(other, 4, 3, 5)
    pd.testing.assert_frame_equal(one.items, same.items)
    assert one.key.code == same.key.code and not one.key.items.equals(same.key.items)
    first = np.mean(
        [draw_sheet(answers, 4, 0, seed).key.items["system"].iloc[0] == "NAT" for seed in range(60)]
    )
    assert 0.25 < first < 0.75


def test_the_draw_hangs_on_the_seed_alone(answers):
    one, same, other = (
        draw_sheet(answers, 3, 2, 1),
        draw_sheet(answers.sample(frac=1, random_state=1), 3, 2, 1),
        draw_sheet(answers, 3, 2, 2),
    )
    pd.testing.assert_frame_equal(one.items, same.items)
    assert one.key.code != other.key.code and not set(one.items["id"]) & set(other.items["id"])


def test_a_key_is_stored_and_read(sheet, tmp_path):
    read = RatingKey.load(sheet.key.save(tmp_path / "key.json"))
    assert read.code == sheet.key.code
    pd.testing.assert_frame_equal(read.items, sheet.key.items, check_dtype=False)
    assert read.blank.empty and list(read.blank) == list(sheet.key.blank)


@pytest.mark.parametrize("content", [
    [], {"sheet": "F-1"}, {"sheet": "F-1", "items": [{"id": "A"}]}, "twice", "no"])
def test_what_is_no_key_is_refused(sheet, tmp_path, content):
    path = tmp_path / "key.json"
    if content == "twice":
        write_json({"sheet": "F-1",
                    "items": sheet.key.items.iloc[[0, 0]].astype(object).to_dict("records")}, path)
    elif content == "no":
        path.write_text("id;item", encoding="utf-8")
    else:
        write_json(content, path)
    with pytest.raises(ValueError, match="key.json"):
        RatingKey.load(path)


@pytest.mark.parametrize(("text", "shown"), [
    ("a\u202eb", "a[U+202E]b"), ("\x00\x1b", "[U+0000][U+001B]"), ("\ud800", "[U+D800]"),
    ("\ufffe", "[U+FFFE]"), ("\u200f\u00ad", "[U+200F][U+00AD]"),
    ("\u2028", "[U+2028]"), ("a\r\nb\rc\td", "a\nb\nc\td"),
    ("5 µg/mL – œdème 日本 مرحبا", "5 µg/mL – œdème 日本 مرحبا"), ("\U000e0041", "[U+E0041]")])
def test_invisible_signs_are_written_out(text, shown):
    assert written_out(text) == shown


@pytest.mark.parametrize(("change", "message"), [
    (lambda t: t.drop(columns="context"), "no column context"),
    (lambda t: t.assign(candidate=t["candidate"].where(t.index != 3)), "row 3, candidate: nan"),
    (lambda t: t.assign(reference=t["reference"].where(t.index != 2, "")), "row 2, reference: ''"),
    (lambda t: t.assign(question_id=7), "row 0, question_id: 7"),
    (lambda t: pd.concat([t, t.iloc[[4]]]), "row 4: run 'BASE-s1' answers question 'q2' twice"),
    (lambda t: t.assign(reference=t["reference"].where(t.index != 0, "x")),
     "question_id 'q0' has 2 different values of reference"),
    (lambda t: t.assign(run=t["run"].where(t.index != 0, "NAT-s1").where(t.index != 1, "BASE-s1")),
     "run 'BASE-s1' has 2 different values of system"),
    (lambda t: t.iloc[1:], "BASE has 3 answers to translated questions: draw fewer"),
    (lambda t: t[(t["system"] == "NAT") | (t["provenance"] == "native")],
     "BASE has 0 answers to translated")])
def test_what_cannot_be_drawn_is_named(answers, change, message):
    with pytest.raises(ValueError, match=message):
        draw_sheet(change(answers), 4, 0, 0)


@pytest.mark.parametrize(("per_stratum", "repeated"), [(0, 0), (5, 0), (4, -1)])
def test_sizes_out_of_range_are_refused(answers, per_stratum, repeated):
    with pytest.raises(ValueError, match="per_stratum is|repeated is"):
        draw_sheet(answers, per_stratum, repeated, 0)


@pytest.mark.parametrize("rater", ["", "1", "=R1", "R 1", "Zoé", "a" * 21, "R1\n", None, 1])
def test_a_rater_is_a_code(rater):
    assert check_rater("R1") == "R1"
    with pytest.raises(ValueError, match="rater is"):
        check_rater(rater)
