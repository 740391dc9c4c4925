"""Our questions as tasks of lm-evaluation-harness, run by it, and logs of samples in both
directions."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from medinj_utils.core.names import BASE, Run
from medinj_utils.data import read_source
from medinj_utils.evaluation.harness import (
    read_results,
    read_samples,
    write_samples,
    write_tasks,
)
from medinj_utils.evaluation.scoring import score_answers
from medinj_utils.models.answers import Asking
from medinj_utils.models.loading import Base


@pytest.fixture(scope="module")
def items(shared_data):
    records, _ = read_source("frenchmedmcqa", shared_data / "frenchmedmcqa" / "raw")
    test = records[records["split"] == "test"].assign(general=False)
    return pd.concat([test[test["task"] == task].head(16) for task in ("mcqu", "mcq")])


@pytest.fixture(scope="module")
def answers(items, ask, tmp_path_factory):
    return ask(items, tmp_path_factory.mktemp("ours") / "a.parquet", Asking(8),
               ["greedy", "likelihood"])


@pytest.fixture(scope="module")
def logged(items, tmp_path_factory):
    """What the harness itself logs of our tasks."""
    folder = tmp_path_factory.mktemp("harness")
    assert [path.name for path in write_tasks(items, folder, 8)] == ["medinj_mcqu.yaml",
                                                                     "medinj_mcq.yaml"]
    command = [sys.executable, "-m", "lm_eval", "run", "--model", "hf", "--model_args",
               f"pretrained={Base('planted').folder},dtype=float32", "--include_path", str(folder),
               "--tasks",
               "medinj_mcqu,medinj_mcq", "--apply_chat_template", "--batch_size", "16", "--device",
               "cpu",
               "--log_samples", "--output_path", str(folder / "out")]
    run = subprocess.run(command, capture_output=True, text=True, env=os.environ | {
        "HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(folder / "cache")})
    assert run.returncode == 0, run.stderr[-3000:]
    return folder / "out"


def one(folder, pattern):
    result, = folder.rglob(pattern)
    return result


def test_the_harness_gives_the_same_answers_to_our_tasks(logged, items, answers):
    theirs = read_samples(one(logged, "samples_medinj_mcqu_*.jsonl")).set_index("id")
    ours = answers[answers["mode"] == "likelihood"].set_index("id")
    assert len(theirs) == 16 and theirs["raw"].equals(ours["raw"].reindex(theirs.index))
    for question, row in theirs.iterrows():
        assert row["probabilities"] == pytest.approx(list(ours.loc[question, "probabilities"]),
                                                     abs=1e-4)
    free = read_samples(one(logged, "samples_medinj_mcq_*.jsonl")).set_index("id")
    greedy = answers[answers["mode"] == "greedy"].set_index("id")["raw"]
    assert len(free) == 16 and free["raw"].equals(greedy.reindex(free.index))
    scores = score_answers(read_samples(one(logged, "samples_medinj_mcqu_*.jsonl")), items,
                           Run(BASE))
    results = read_results(one(logged, "results_*.json")).set_index(["task", "metric"])
    assert results.loc[("medinj_mcqu", "acc"), "value"] == pytest.approx(
        scores["exact_match"].mean()
    )


def test_our_answers_written_as_its_logs_are_read_again(logged, items, answers, tmp_path):
    scores = score_answers(answers, items, Run(BASE))
    write_samples(answers, items, Run(BASE), tmp_path)
    for task, mode in (("mcqu", "likelihood"), ("mcq", "greedy")):
        ours = [
            json.loads(line)
            for line in (tmp_path / f"samples_medinj_{task}.jsonl").read_text("utf-8").splitlines()
        ]
        theirs = [
            json.loads(line)
            for line in one(logged, f"samples_medinj_{task}_*.jsonl")
            .read_text("utf-8")
            .splitlines()
        ]
        assert ours[0].keys() == theirs[0].keys()
        for field in ("doc", "target", "doc_hash", "target_hash", "doc_id", "filter", "metrics"):
            assert [sample[field] for sample in ours] == [sample[field] for sample in theirs], field
        again = read_samples(tmp_path / f"samples_medinj_{task}.jsonl").set_index("id")
        own = (
            answers[(answers["mode"] == mode) & answers["id"].isin(again.index)]
            .set_index("id")
            .reindex(again.index)
        )
        assert again["raw"].equals(own["raw"])
    rescored = score_answers(read_samples(tmp_path / "samples_medinj_mcqu.jsonl"), items, Run(BASE))
    ours = read_results(tmp_path / "results.json").set_index(["task", "metric"])
    theirs = read_results(one(logged, "results_*.json")).set_index(["task", "metric"])
    assert ours.loc[("medinj_mcqu", "acc"), "value"] == pytest.approx(
        rescored["exact_match"].mean()
    )
    for figure in ("value", "standard error"):
        assert ours.loc[theirs.index, figure].tolist() == pytest.approx(theirs[figure].tolist(),
                                                                        nan_ok=True)
    several = scores[(scores["task"] == "mcq") & (scores["mode"] == "greedy")]
    assert ours.loc[("medinj_mcq", "exact_match_read"), "value"] == pytest.approx(
        several["exact_match"].mean()
    )


def test_texts_with_any_line_end_and_answers_without_probabilities_go_out_and_come_back(
    items, tmp_path
):
    own = items[items["task"] == "mcqu"].head(2).copy()
    own["instruction"] = "Q\u2028suite\x85fin"
    answers = pd.DataFrame({"id": own["id"], "mode": "likelihood", "raw": ["", "A"],
                            "probabilities": [[], [1.0, *[0.0] * (
        len(own["options"].iloc[1]) - 1)]], "note": "", "cut": 0})
    write_samples(answers, own, Run(BASE), tmp_path)
    log = tmp_path / "samples_medinj_mcqu.jsonl"
    assert "Infinity" not in log.read_text("utf-8")
    log.write_text("\ufeff" + log.read_text("utf-8") + "\n", "utf-8")
    again = read_samples(log)
    assert again["id"].tolist() == own["id"].tolist() and again["raw"][1] == "A"
    lines = log.read_text("utf-8-sig").strip().split("\n")
    log.write_text("\n".join([*lines, lines[-1]]), "utf-8")
    with pytest.raises(ValueError, match="a second time"):
        read_samples(log)


def test_a_likelihood_answer_without_probabilities_keeps_its_letter_or_stays_without_one(
    items, tmp_path
):
    own = items[items["task"] == "mcqu"].head(4)
    raw = ["C", "", "B", "A"]
    answers = pd.DataFrame({"id": own["id"], "mode": "likelihood", "raw": raw,
                            "probabilities": [[], [], [], []], "note": "", "cut": 0})
    write_samples(answers, own, Run(BASE), tmp_path)
    again = read_samples(tmp_path / "samples_medinj_mcqu.jsonl")
    assert again["raw"].tolist() == raw
    assert again["probabilities"].map(sum).tolist() == pytest.approx([1, 1, 1, 1])
    scores = score_answers(answers, own, Run(BASE))
    again = score_answers(again, own, Run(BASE))
    assert again["exact_match"].tolist() == scores["exact_match"].tolist()
    assert again["letters"].isna().tolist() == [False, True, False, False]


def test_questions_without_a_usable_gold_are_no_task(items, tmp_path):
    own = items[items["task"] == "mcqu"].head(3).copy()
    own["answer_letters"] = [[], ["Z"], ["A"]]
    [made] = write_tasks(own, tmp_path, 32)
    file = yaml.safe_load(made.read_text("utf-8"))["dataset_kwargs"]["data_files"]["test"]
    [line] = Path(file).read_text("utf-8").splitlines()
    assert Path(file).is_absolute() and json.loads(line)["id"] == own["id"].iloc[2]


@pytest.mark.parametrize("line", ["{", '{"resps": [["A"]], "doc": {"query": "?"}}', "[]",
                                  '{"resps": [[["-1", true]]], "doc": {"id": "x", "choices": ["A", '
                                  '"B"]}}',
                                  '{"resps": [[["nan", true]], [["-1", true]]], "doc": {"id": "x", '
                                  '"choices": ["A", "B"]}}'])
def test_a_foreign_log_is_refused_with_its_line(tmp_path, line):
    good = '{"resps": [["A"]], "doc": {"id": "x", "choices": ["A", "B"]}}\n'
    (tmp_path / "samples.jsonl").write_text(good + line + "\n")
    with pytest.raises(ValueError, match="line 2: no sample of a task medinj_mcqu"):
        read_samples(tmp_path / "samples.jsonl")


def test_results_of_another_form_are_refused(tmp_path):
    (tmp_path / "r.json").write_text("[]")
    with pytest.raises(ValueError, match="no results of lm-evaluation-harness"):
        read_results(tmp_path / "r.json")
