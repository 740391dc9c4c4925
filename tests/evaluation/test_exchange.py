"""Answers of an output tree as the harness' logs, and its logs as answers of a tree."""

import json

import pandas as pd
import pytest

from medinj_utils.core.files import read_json, write_parquet
from medinj_utils.core.names import BASE, Run
from medinj_utils.core.prompts import LETTERS, user_turn
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.exchange import adopt_logs, exchange_figures, write_exchange
from medinj_utils.evaluation.scoring import score_answers

NAT, SYN = Run("NAT", 1), Run("SYN", 0)


@pytest.fixture
def asked(items):
    """Four questions with one right answer, and two with several."""
    return pd.concat([items[items["task"] == task].head(number)
                      for task, number in (("mcqu", 4), ("mcq", 2))])


@pytest.fixture
def tree(asked, tmp_path) -> Tree:
    """Answers of a run that is always right, and of one that says A to what it was asked."""
    tree = Tree(tmp_path, "37_exchange_with_harness")
    for run, given in ((NAT, asked["answer_letters"].str.join(", ")), (SYN, "A")):
        answers = asked[["id", "task"]].assign(raw=given, note="", cut=0, ended="stop")
        answers["mode"] = answers.pop("task").map({"mcqu": "likelihood", "mcq": "greedy"})
        answers["probabilities"] = [
            [float(letter == raw) for letter in LETTERS[:len(options)]]
            for raw, options in zip(answers["raw"], asked["options"], strict=True)]
        write_parquet(answers if run == NAT else answers.head(3), tree.answers(run))
    return tree


def log_of(tree, run, task="mcqu"):
    return str(tree.harness_logs(run) / f"samples_medinj_{task}.jsonl")


def test_tasks_hold_what_any_run_was_asked_and_logs_what_each_was(tree, items):
    made = write_exchange(tree, [NAT, SYN], items, 8)
    assert [path.name for path in made] == ["medinj_mcqu.yaml", "medinj_mcq.yaml",
                                            *["results.json"] * 2]
    assert made[2:] == [tree.harness_results(NAT), tree.harness_results(SYN)]
    lines = (tree.harness / "medinj_mcqu.jsonl").read_text(encoding="utf-8").splitlines()
    logged = [read_lines(log_of(tree, run)) for run in (NAT, SYN)]
    assert [len(lines), *map(len, logged)] == [4, 4, 3]


def read_lines(path):
    with open(path, encoding="utf-8") as handle:
        return [json.loads(line) for line in handle]


def test_figures_of_each_run_are_those_of_its_scores(tree, items, asked):
    write_exchange(tree, [NAT, SYN], items, 8)
    figures = exchange_figures(tree, [NAT, SYN]).set_index(["run", "task", "metric"])["value"]
    assert figures["NAT-s1"].to_dict() == {
        ("medinj_mcqu", "acc"): 1, ("medinj_mcq", "exact_match"): 1,
        ("medinj_mcq", "exact_match_read"): 1}
    right = asked["answer_letters"].head(3).map(lambda letters: letters == ["A"])
    assert figures["SYN-s0"].to_dict() == {("medinj_mcqu", "acc"): pytest.approx(right.mean())}


def test_a_log_becomes_a_runs_answers_with_a_card_that_names_it(tree, items, asked):
    write_exchange(tree, [NAT], items, 8)
    log = log_of(tree, NAT)
    [row] = adopt_logs(tree, [NAT, SYN], {"SYN-s0": log}, items).to_dict("records")
    assert row == {"run": "SYN-s0", "log": log, "answers": 4}
    adopted = pd.read_parquet(tree.answers(SYN))  # in place of the three of another answer
    assert adopted["raw"].tolist() == asked["answer_letters"].str[0].head(4).tolist()
    assert score_answers(adopted, items, SYN)["exact_match"].eq(1).all()
    card = read_json(tree.answers_card(SYN))
    assert (card["step"], card["questions"]) == ("37_exchange_with_harness", 4)
    assert card["parameters"]["backend"] == "lm-evaluation-harness" and log in card["inputs"]
    assert card["first_question"] == asked["id"].iloc[0]
    assert card["first_prompt"] == user_turn(asked.iloc[0])


def test_logs_of_other_runs_and_of_other_questions_are_refused_and_replace_nothing(tree, items,
                                                                                   asked):
    write_exchange(tree, [NAT], items, 8)
    before, log = tree.answers(SYN).read_bytes(), log_of(tree, NAT)
    with pytest.raises(ValueError, match="harness_logs is 'TRAD-s0'; accepted: NAT-s1, SYN-s0"):
        adopt_logs(tree, [NAT, SYN], {"TRAD-s0": log}, items)
    others = sorted(asked["id"][1:4])
    message = f"^{log}: 3 answers .* the test doesn't have, the first {others[0]}"
    with pytest.raises(ValueError, match=message):
        adopt_logs(tree, [NAT, SYN], {"SYN-s0": log}, asked.head(1))
    assert tree.answers(SYN).read_bytes() == before and not tree.answers_card(SYN).exists()


def test_without_logs_nothing_is_adopted(tree, items):
    assert adopt_logs(tree, [NAT], {}, items).columns.tolist() == ["run", "log", "answers"]


def test_a_run_without_answers_is_missing_by_its_notebook(tree, items):
    with pytest.raises(FileNotFoundError, match="30_answer_questions"):
        write_exchange(tree, [NAT, Run(BASE)], items, 8)
