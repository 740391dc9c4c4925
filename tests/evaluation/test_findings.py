import pandas as pd

from medinj_utils.evaluation import findings


def test_what_was_asked_and_set_aside_is_counted():
    asked = pd.DataFrame({"answers": [900, 900], "open_answers": [0, 0], "set_aside": [3, 0]})
    assert findings.answers_finding(asked, 300, ["greedy", "constrained"], 0) == (
        "2 runs were asked 300 choice questions in the modes greedy and constrained: 1,797 answers, and 3 set aside because the "
        "prompt is too long.")
    also = findings.answers_finding(asked.assign(open_answers=40), 300, ["greedy"], 40)
    assert "in the modes greedy, and 40 open questions: 1,877 answers" in also


def test_scores_are_said_by_mode_beside_a_rule_that_sees_no_question():
    summary = pd.DataFrame({"run": ["BASE", "NAT-s0"], "mode": "greedy", "items": [100, 100], "exact_match": [0.2, 0.5],
                            "extraction_failures": [0.1, 0.0]})
    rules = pd.Series({"options alone": 0.34, "longest option": 0.2})
    assert findings.scores_finding(summary, rules) == (
        "Exact match goes from 20.0\u00a0% (BASE) to 50.0\u00a0% (NAT-s0) in the mode greedy. In 5.0\u00a0% of the answers no "
        "letter can be read. Over the same questions the rule “options alone”, which sees no question, is right on 34.0\u00a0%.")
    assert "rule" not in findings.scores_finding(summary, rules.head(0))


def test_variants_and_exchanged_figures_are_counted():
    scores = pd.DataFrame({"variant": ["order 1", "order 2"], "run": "BASE"})
    assert findings.variants_finding(scores) == "2 variants were put to 1 runs: 2 answers."
    assert findings.variants_finding(scores.head(0)) == "No question was asked in another way."
    figures = pd.DataFrame({"run": ["BASE", "NAT-s0"], "task": "medinj_mcqu", "metric": "acc", "value": [0.2, 0.5]})
    assert "acc of medinj_mcqu: 20.0\u00a0% to 50.0\u00a0%" in findings.exchange_finding(figures)
