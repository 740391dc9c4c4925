import pandas as pd
import pytest

from medinj_utils.core.files import write_json
from medinj_utils.core.names import BASE, Run
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.scoring import calibration, score_answers, summarise
from medinj_utils.evaluation.tables import (
    RUN_COLUMNS,
    across_cells,
    answers_in_scores,
    answers_to,
    calibration_by_source,
    calibration_errors,
    compliance,
    correctness,
    extraction_failures,
    failure_reasons,
    likelihood_scores,
    load_answers,
    summarise_cells,
    training_table,
)


def test_the_table_of_training_is_made_from_the_runs_cards(tmp_path):
    tree, run = Tree(tmp_path), Run("NAT", 1)
    numbers = {"rows": 3, "examples": 6, "steps": 2, "tokens": 60, "supervised_tokens": 12,
               "training_seconds": 1.5,
               "tokens_per_second": 40.0, "final_loss": 0.5}
    write_json({"parameters": {"backend": "peft"}} | numbers, tree.run(run) / "card.json")
    [row] = training_table(tree, [Run(BASE), run]).to_dict("records")
    assert row == {"run": "NAT-s1", "system": "NAT", "seed": 1, "backend": "peft"} | numbers
    assert training_table(tree, [Run(BASE)]).empty


def test_answers_to_one_question_stand_side_by_side():
    table = pd.DataFrame({"id": ["a", "a", "b"], "mode": ["greedy", "constrained", "greedy"],
                          "raw": ["A.", "A", "B"]})
    shown = answers_to({"id": "a"}, {Run(BASE): table, Run("NAT", 1): table.assign(raw="C")})
    assert shown.loc["BASE"].to_dict() == {"greedy": "A.", "constrained": "A"}
    assert shown.loc["NAT-s1", "greedy"] == "C"


def test_extraction_failures_are_counted_by_their_reasons(question):
    items = question(id=list("abcd"), task="mcqu", options=[["foie", "rein"]] * 4,
                     answer_letters=[["A"]] * 4)
    answers = pd.DataFrame({"id": list("abcd"), "mode": "greedy",
                            "raw": ["A", "Je ne sais pas.", "Bonjour", None],
                            "note": ["", "", "", "too long"]})
    failures = extraction_failures(score_answers(answers, items, Run(BASE)))
    assert failures["id"].tolist() == ["b", "c"]
    assert failure_reasons(failures)["answers"].sum() == 2
    assert failure_reasons(failures.head(0)).empty


def test_scores_are_shown_by_what_they_say(question):
    items = question(id=list("ab"), task="mcqu", options=[["foie", "rein"]] * 2,
                     answer_letters=[["A"]] * 2)
    answers = pd.DataFrame({"id": list("abab"),
                            "mode": ["greedy", "greedy", "likelihood", "likelihood"],
                            "raw": ["A", "Bonjour", "A", "B"], "note": "",
                            "probabilities": [None, None, [0.9, 0.1], [0.3, 0.7]]})
    scores = score_answers(answers, items, Run(BASE))
    summary = summarise(scores, [*RUN_COLUMNS, "mode"])
    assert correctness(summary).loc[("BASE", "greedy"), "exact_match"] == 0.5
    assert {"jaccard, several-answer", "f1, several-answer"} < set(correctness(summary))
    assert compliance(summary).loc["BASE", "extraction_failures"] == 0.5
    assert list(compliance(summary).index) == ["BASE"]
    assert answers_in_scores(scores, "a")["letters"].tolist() == ["A", "A"]
    errors = calibration_errors(calibration(likelihood_scores(scores)), summary)
    assert (
        errors.loc["BASE", "ece"]
        == pytest.approx((0.1 + 0.7) / 2)
        == calibration_by_source(scores)["ece"].item()
    )
    cells = across_cells(summarise_cells(scores), "exact_match")
    assert cells.loc[("BASE", "likelihood")].tolist() == [0.5]


def test_answers_of_before_that_do_not_say_why_they_ended_are_refused(tmp_path):
    tree = Tree(tmp_path)
    table = pd.DataFrame({"id": ["a"], "mode": "greedy", "raw": ["B"], "note": [""], "cut": [0]})
    tree.answers(Run(BASE)).parent.mkdir(parents=True)
    table.to_parquet(tree.answers(Run(BASE)))
    with pytest.raises(ValueError,
                       match=r"BASE.parquet: written by an earlier version.*Run notebook 30 again"):
        load_answers(tree, [Run(BASE)])
    table.assign(ended="stop").to_parquet(tree.answers(Run(BASE)))
    assert load_answers(tree, [Run(BASE)])[Run(BASE)]["ended"].tolist() == ["stop"]
