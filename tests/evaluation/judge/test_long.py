import pandas as pd

from medinj_utils.evaluation.judge.long import long_verdicts
from medinj_utils.evaluation.long_scores import LONG


def test_answers_and_wins_are_taken_and_injections_are_not():
    row = {"run": "NAT-s0", "item": "q0", "metric": "judge_essential", "rater": "j@1", "value": 1.0}
    given = pd.DataFrame([row | {"about": "answers"},
                          row | {"about": "injections", "run": "closed_fence"}])
    orders = pd.DataFrame({"judge": ["p"], "tuned": ["NAT-s0"], "item": ["q0"], "win": [0.5]})
    verdicts = pd.DataFrame({"judge": ["p"], "metric": ["judge_pairwise"], "rater": ["j@1"]})
    long = long_verdicts(given, orders, verdicts)
    assert long.to_dict("records") == [row, row | {"metric": "judge_pairwise", "value": 0.5}]
    assert list(long) == LONG
