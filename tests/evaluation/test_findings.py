import pandas as pd

from medinj_utils.evaluation import findings


def test_what_was_asked_and_set_aside_is_counted():
    asked = pd.DataFrame({"answers": [900, 900], "open_answers": [0, 0], "set_aside": [3, 0]})
    assert findings.answers_finding(asked, 300, ["greedy", "constrained"], 0) == (
        "2 runs were asked 300 choice questions in the modes greedy and constrained: 1,797 "
        "answers, and 3 set aside because the "
        "prompt is too long."
    )
    also = findings.answers_finding(asked.assign(open_answers=40), 300, ["greedy"], 40)
    assert "in the modes greedy, and 40 open questions: 1,877 answers" in also


def test_scores_are_said_by_mode_beside_a_rule_that_sees_no_question():
    summary = pd.DataFrame({"run": ["BASE", "NAT-s0"], "mode": "greedy", "items": [100, 100],
                            "exact_match": [0.2, 0.5],
                            "extraction_failures": [0.1, 0.0]})
    rules = pd.Series({"options alone": 0.34, "longest option": 0.2})
    assert findings.scores_finding(summary, rules) == (
        "Exact match goes from 20.0\u00a0% (BASE) to 50.0\u00a0% (NAT-s0) in the mode greedy. In "
        "5.0\u00a0% of the answers no "
        "letter can be read. Over the same questions the rule “options alone”, which sees no "
        "question, is right on 34.0\u00a0%."
    )
    assert "rule" not in findings.scores_finding(summary, rules.head(0))


def test_variants_and_exchanged_figures_are_counted():
    scores = pd.DataFrame({"variant": ["original", "order 1", "order 2"], "run": "BASE",
                           "exact_match": [1, 1, 0]})
    assert findings.variants_finding(scores) == (
        "2 variants were put to 1 run: 3 answers. Of the questions as they are 100.0\u00a0% are "
        "answered exactly, asked otherwise 0.0\u00a0% (order 2) to 100.0\u00a0% (order 1).")
    assert findings.variants_finding(scores.head(0)) == "No question was asked in another way."
    figures = pd.DataFrame({"run": ["BASE", "NAT-s0"], "task": "medinj_mcqu", "metric": "acc",
                            "value": [0.2, 0.5]})
    assert findings.exchange_finding(figures) == (
        "2 runs in the harness' form. Accuracy over single-answer questions: 20.0\u00a0% to "
        "50.0\u00a0%.")


def judged(values, judge="j") -> pd.DataFrame:
    return pd.DataFrame({"judge": judge, "raw": ["words"] * len(values), "value": values})


def calls(made, failed=0, judge="j") -> pd.DataFrame:
    return pd.DataFrame({"judge": [judge], "about": "answers", "calls": made,
                         "failed_calls": failed})


def test_judges_are_said_with_what_can_be_read_and_how_far_they_are_steered():
    shares = pd.DataFrame({"judge": "j", "system": ["BASE", "NAT"], "estimate": [0.25, 0.5]})
    steered = pd.DataFrame({"judge": "j", "kind": ["all", "fence"], "injections": [50, 6],
                            "plain_unreadable": [3, 0], "unreadable": [7, 0],
                            "difference": [0.1, 0.9], "low": [-0.05, 0.0], "high": [0.2, 1.0]})
    assert findings.judges_finding(shares, judged([1.0, 0.0, None]), steered, calls(4, 1)) == (
        "j was asked for 3 verdicts in 3 calls and declares 2; of the answers with a readable "
        "verdict it calls 25.0\u00a0% (BASE) to 50.0\u00a0% (NAT) right. "
        "Injections in wrong answers move the share it calls right by +10.0 points [\u22125.0, "
        "+20.0], over 40 of 50 whose verdicts can be read."
    )


def test_one_system_alone_has_no_range():
    shares = pd.DataFrame({"judge": "j", "system": ["BASE"], "estimate": [0.271]})
    text = findings.judges_finding(shares, judged([1.0, 0.0]),
                                   pd.DataFrame(columns=["judge", "kind"]), calls(1))
    assert text.endswith("it calls 27.1\u00a0% (BASE) right.") and " to " not in text
    agreement = pd.DataFrame({"figure": ["alpha"], "estimate": [float("nan")], "items": 0})
    rated = shares.assign(rater="R1", low=0.2, high=0.3)
    assert findings.ratings_finding(agreement, rated, shares) == (
        "There is one rater, so Krippendorff's α is unknown. "
        "R1 calls 27.1\u00a0% [20.0, 30.0] of the answers of BASE right.")


def test_a_judge_that_declares_nothing_is_said_to_tell_nothing():
    steered = pd.DataFrame({"judge": ["j"], "kind": "all", "injections": 55, "plain_unreadable": 55,
                            "unreadable": 0})
    none = pd.DataFrame(columns=["judge", "system", "estimate"])
    assert findings.judges_finding(none, judged([None, None]), steered, calls(1)) == (
        "j was asked for 2 verdicts in 1 call (equal answers share one) and declares none: neither "
        "the share of answers called right nor whether injections steer a judge is known.")
    two = pd.concat([judged([None, None]), judged([None]).assign(judge="k"),
                     judged([1.0]).assign(judge="l")])
    said = findings.judges_finding(none, two, steered, pd.concat(
        calls(number).assign(judge=name) for name, number in (("j", 2), ("k", 1), ("l", 1))))
    assert said.startswith("l was asked for 1 verdict in 1 call and declares 1.")
    assert said.endswith("j was asked for 2 verdicts in 2 calls. k was asked for 1 verdict in 1 "
                         "call. None of them declares a verdict: neither the share of answers "
                         "called right nor whether injections steer a judge is known.")
    unknown = findings.judges_finding(none, judged([1.0, None]), steered, calls(2))
    assert unknown.endswith("Whether 55 injections steer it is unknown.")
    assert (
        findings.judges_finding(none, judged([]), steered, calls(0))
        == "No judge was asked, or there was no open answer to judge."
    )


def test_a_judge_without_replies_is_not_judged():
    gone = judged([None, None, 0.0]).assign(
        raw=None, reason=["failed call: no reply"] * 2 + ["empty candidate: 0 by rule"]
    )
    none = pd.DataFrame(columns=["judge", "system", "estimate", "kind"])
    assert (
        findings.judges_finding(none, gone, none, calls(2, 2))
        == "All 2 calls of j failed, the first of them: failed call: no reply"
    )
    assert findings.judges_finding(none, gone.tail(1), none, calls(0)).startswith(
        "j was not called: every answer was decided by rule")


def test_raters_are_said_with_their_agreement_and_the_span_of_the_shares():
    agreement = pd.DataFrame({"figure": ["alpha"], "estimate": [0.5], "low": [0.3], "high": [0.7],
                              "items": [54], "expected": [0.48]})
    shares = pd.DataFrame({"rater": ["R1", "R1", "all raters", "all raters"],
                           "system": ["BASE", "NAT"] * 2, "estimate": [0.0, 1.0, 0.2, 0.4],
                           "low": 0.1, "high": 0.5})
    assert findings.ratings_finding(agreement, shares, pd.DataFrame(index=range(9))) == (
        "Krippendorff's \u03b1 of 54 answers is 0.50 [0.30, 0.70] (0.48 is expected of their "
        "planted errors); raters differ on 9 of them. "
        "All raters call 20.0\u00a0% [10.0, 50.0] (BASE) to 40.0\u00a0% [10.0, 50.0] (NAT) of a "
        "system's answers right."
    )
    undefined = agreement.assign(estimate=float("nan"))
    assert findings.ratings_finding(undefined, shares, shares.head(0)).startswith(
        "All ratings of the 54 answers that two raters rated are the same, so Krippendorff's α is "
        "undefined. All raters call")
    apart = findings.ratings_finding(undefined.assign(items=0), shares, shares.head(0))
    assert apart.startswith("No answer was rated by two raters, so Krippendorff's α is unknown.")
    alike = findings.ratings_finding(undefined, shares.head(2).assign(estimate=0.5), shares.head(0))
    assert alike.endswith("R1 calls 50.0\u00a0% [10.0, 50.0] (all alike) of a system's answers "
                          "right.")
    gone = findings.ratings_finding(undefined, shares.assign(estimate=float("nan")), shares)
    assert gone.endswith("No rating is of an answer that the systems give now.")
    empty = findings.ratings_finding(undefined, shares.head(0), shares)
    assert "No ratings have come back yet" in empty
