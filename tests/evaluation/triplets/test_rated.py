"""Answers of one's own runs, rated and judged, on their way to notebook 35."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.corrected_answers import shares_by_ratings
from medinj_utils.comparison.judging import agreement_table
from medinj_utils.comparison.rated import long_ratings
from medinj_utils.core.files import write_parquet
from medinj_utils.core.identity import texts_hash
from medinj_utils.core.names import Run
from medinj_utils.core.tree import Tree
from medinj_utils.data import read_source
from medinj_utils.data.records import save_records
from medinj_utils.evaluation.judge.asking import VERDICTS
from medinj_utils.evaluation.long_scores import save_long
from medinj_utils.evaluation.open_answers import load_open_answers
from medinj_utils.evaluation.ratings import RatingKeys, draw_sheet
from medinj_utils.evaluation.ratings.files import answers_to_rate
from medinj_utils.evaluation.triplets import labelled_triplets
from medinj_utils.evaluation.triplets.judged import JUDGED, judged_answers, judged_triplets
from medinj_utils.evaluation.triplets.rated import (
    RATED,
    of_files,
    rated_triplets,
    triplets_and_rated,
)
from medinj_utils.evaluation.triplets.reading import TRIPLETS
from medinj_utils.evaluation.triplets.scorers import triplet_scores

RUNS = [Run("BASE"), Run("NAT", 1)]
JUDGE = {"name": "tiny", "base_model": "planted", "prompt": "essential", "repeats": 1,
         "temperature": 0.0, "max_tokens": 4}


def answer(tree, run, questions, texts):
    write_parquet(pd.DataFrame({"id": questions["id"], "raw": texts, "ended": "stop"}),
                  tree.open_answers(run))


@pytest.fixture
def questions(tmp_path):
    rows = [f'native,oeq,mine,test,Que fait l\'organe {i} ?,La substance {i}.' for i in range(12)]
    (tmp_path / "own.csv").write_text("\n".join(
        ["provenance,task,source,split,instruction,answer_text", *rows]), encoding="utf-8")
    records, quarantine = read_source("own", tmp_path / "own.csv")
    assert quarantine.empty
    return records


@pytest.fixture
def tree(tmp_path, questions):
    """The base says nothing of use, but once nothing at all; NAT is right."""
    tree = Tree(tmp_path / "out", "35_judge_the_judge")
    save_records(questions, tree.records)
    answer(tree, RUNS[0], questions, ["", *["Je ne sais pas."] * 11])
    answer(tree, RUNS[1], questions, questions["answer_text"].tolist())
    return tree


@pytest.fixture
def rated(tree, questions):
    """A function that lets three raters rate all answers, as notebook 36 keeps it."""
    sheet = draw_sheet(answers_to_rate(load_open_answers(tree, RUNS, questions)), 12, 4, 0)
    sheet.key.save(tree.rating_key(sheet.key.code))

    def rate(**wrong) -> pd.DataFrame:
        keys, right = RatingKeys.of(tree), sheet.key.items["system"] == "NAT"
        ratings = pd.concat([sheet.key.items.assign(
            rater=rater, sheet=sheet.key.code, rating=(right != flip).astype(int))
            for rater, flip in wrong.items()])
        return save_long(tree, "humans", long_ratings(ratings, keys, keys.now(tree, questions)))
    return rate


def judged(tree, questions, name="tiny"):
    """Verdicts of notebook 34 on the answers: the judge calls all of NAT's but one right."""
    answers = load_open_answers(tree, RUNS, questions)
    value = (answers["system"] == "NAT") & (answers["item"] != questions["id"].iloc[3])
    table = answers.assign(metric="judge_essential", rater="m@1", repeat=0, raw="Score",
                           value=value.astype(float), reason="",
                           texts=[texts_hash(row) for row in answers.to_dict("records")])
    write_parquet(table[VERDICTS], tree.verdicts(name))


def test_what_most_raters_say_is_the_label_and_a_tie_is_none(tree, rated, questions):
    rated(R1=False, R2=False, R3=True)
    table = rated_triplets(tree)
    assert list(table) == list(TRIPLETS) and len(table) == 23  # the blank one was rated by nobody
    assert (table["label"] == (table["run"] == "NAT-s1")).all()
    assert set(table["labels_by"]) == {"R1, R2, R3"} and table["item"].is_unique
    row = table[table["run"] == "NAT-s1"].iloc[0]
    assert row["item"] == f"{RATED}/NAT-s1/{row['question_id']}"
    assert row["candidate"] == row["reference"] == "La substance 0."
    rated(R1=False, R2=True)
    assert rated_triplets(tree)["label"].isna().all()


def test_an_answer_that_has_changed_since_has_no_label(tree, rated, questions):
    rated(R1=False)
    texts = questions["answer_text"].tolist()
    answer(tree, RUNS[1], questions, [texts[0] + " Ou non.", *texts[1:]])
    left = rated_triplets(tree)
    assert len(left) == 22
    assert ("NAT-s1", questions["id"].iloc[0]) not in set(zip(left["run"], left["question_id"],
                                                              strict=True))


def test_own_answers_stand_among_triplets_only_where_they_are_asked_for(tree, rated, tmp_path):
    with pytest.raises(FileNotFoundError, match="run notebook 36_rate_by_hand first"):
        triplets_and_rated(tree, [], True)
    assert triplets_and_rated(tree, [], False)[0].empty
    save_long(tree, "humans", pd.DataFrame(
        columns=["run", "item", "metric", "rater", "value"]))
    assert triplets_and_rated(tree, [], True)[0].empty
    rated(R1=False)
    (tmp_path / "t.csv").write_text("question;reference;candidate;label;judge_a\nQ ?;r;c;1;1\n",
                                    encoding="utf-8")
    asked = [{"name": "s", "location": str(tmp_path / "t.csv")}]
    table, quarantine = triplets_and_rated(tree, asked, True)
    assert len(table) == 24 and quarantine.empty and table["score_judge_a"].notna().sum() == 1
    assert len(triplets_and_rated(tree, asked, False)[0]) == 1
    assert of_files(table)["item"].tolist() == ["s/t.csv:0"]


def test_a_judge_is_calibrated_by_ratings_of_ones_own_answers_without_a_call(tree, rated,
                                                                           questions):
    rated(R1=False, R2=False)
    judged(tree, questions)
    answers = labelled_triplets(triplets_and_rated(tree, [], True)[0])
    found = judged_triplets(tree, [JUDGE], answers)
    assert list(found) == ["tiny"] and found["tiny"].notna().all()
    assert (found["tiny"] != answers["label"]).sum() == 1
    table = agreement_table(answers, triplet_scores(answers, found), None, 20)
    accuracy = table.query("scorer == 'tiny' and generator == 'pooled' and figure == 'accuracy'")
    np.testing.assert_allclose(accuracy["estimate"], [22 / 23])
    assert judged_triplets(tree, [], answers).empty
    answer(tree, RUNS[0], questions, ["", *["Autre chose."] * 11])
    rated(R1=False)
    left = labelled_triplets(rated_triplets(tree))
    assert set(left["run"]) == {"NAT-s1"}
    judged(tree, questions.assign(answer_text="D'avant"))
    with pytest.raises(ValueError, match="tiny/answers.parquet: .* had other texts when they"):
        judged_triplets(tree, [JUDGE], left)


def test_all_answers_that_were_judged_stand_beside_those_that_were_rated(tree, rated, questions):
    rated(R1=False, R2=False)
    assert judged_answers(tree, [JUDGE]).empty
    read, _ = triplets_and_rated(tree, [], True)
    assert shares_by_ratings(tree, [JUDGE], read, True, 20).empty
    judged(tree, questions)
    table = judged_answers(tree, [JUDGE])
    assert list(table) == JUDGED and len(table) == 24 and table["asked"].all()
    assert table["blank"].sum() == 1 and table["value"].sum() == 11
    assert shares_by_ratings(tree, [JUDGE], read, False, 20).empty
    assert shares_by_ratings(tree, [], read, True, 20).empty
    shares = shares_by_ratings(tree, [JUDGE], read, True, 20).set_index(["system", "method"])
    base = shares.loc[("BASE", "judge alone")]
    assert base[["estimate", "answers", "blank", "rated", "unrated"]].tolist() == [0, 12, 1, 11, 0]
    assert shares.loc[("NAT", "human sample alone"), "estimate"] == 1
    assert shares.loc[("NAT", "Rogan–Gladen"), "reason"].startswith("humans rated all")
    answer(tree, RUNS[0], questions, ["", *["Autre chose."] * 11])
    with pytest.raises(ValueError, match="other texts when they"):
        judged_answers(tree, [JUDGE])
