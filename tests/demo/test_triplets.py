"""The planted triplets: truth, kinds and leaks are what the key says."""

import json

import numpy as np

from medinj_utils.demo.facts import all_facts
from medinj_utils.demo.simulated import JUDGES, RATERS
from medinj_utils.demo.triplets import EVALUATED, GENERATORS, KINDS, RIGHT, TRAINING, write_triplets


def written(folder, seed=1):
    general, taught = all_facts()
    key = write_triplets(folder, taught[:32], general, seed)
    return key, *(
        json.loads((folder / name).read_text(encoding="utf-8")) for name in (EVALUATED, TRAINING)
    )


def test_answers_are_of_every_kind_and_generator_and_the_key_knows_which(tmp_path):
    key, rows, _ = written(tmp_path)
    kinds = [key["answers"][f"{EVALUATED}:{i}"]["kind"] for i in range(len(rows))]
    assert len(rows) >= 300 and set(kinds) == set(KINDS)
    assert {row["generator"] for row in rows} == {generator.name for generator in GENERATORS}
    for row, kind in zip(rows, kinds, strict=True):
        values = row["reference"].split(" et ")
        named = [value.casefold() in row["candidate"].casefold() for value in values]
        if kind in RIGHT:
            assert all(named), row
        elif kind == "partly right":
            assert named[0], row
    words = {
        kind: np.mean(
            [
                len(row["candidate"].split())
                for row, own in zip(rows, kinds, strict=True)
                if own == kind
            ]
        )
        for kind in KINDS
    }
    assert words["terse right"] < 3 and words["verbose wrong"] > 2 * words["wrong"]


def test_labels_and_verdicts_err_as_planted(tmp_path):
    key, rows, _ = written(tmp_path)
    truth = np.array([key["answers"][f"{EVALUATED}:{i}"]["truth"] for i in range(len(rows))])
    labels = np.array([row["label"] for row in rows])
    assert abs((labels == truth).mean() - RATERS[0].sensitivity) < 0.03
    assert key["judges"] == [judge.planted | {"seed": 1} for judge in JUDGES]
    none = sum(row["judge_swayed"] is None for row in rows)
    assert 0 < none < 30


def test_the_key_counts_what_leaks(tmp_path):
    key, rows, chats = written(tmp_path)
    texts = [chat[1]["content"] for chat in chats]
    shared = [
        row for row in rows if any(f"Question : {row['question']}, " in text for text in texts)
    ]
    copied = [
        row
        for row in shared
        if any(
            f"Question : {row['question']}, " in text
            and text.endswith(f"candidate answer : {row['candidate']}")
            for text in texts
        )
    ]
    assert key["leaked"] == {"question": len(shared), "answer": len(copied)} and len(copied) >= 6


def test_the_files_are_the_same_at_every_writing(tmp_path):
    assert written(tmp_path / "one") == written(tmp_path / "other")
    assert written(tmp_path / "one")[1] != written(tmp_path / "third", seed=2)[1]
