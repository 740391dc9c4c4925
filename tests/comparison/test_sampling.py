import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.sampling import sampled_answers, sampled_ranking, single_letters
from medinj_utils.core.names import Run


def test_drawn_answers_have_the_mean_and_spread_of_many_draws():
    rng = np.random.default_rng(2)
    p = rng.dirichlet([1, 1, 1], size=50)
    table = pd.DataFrame({"id": [f"i{i}" for i in range(50)], "mode": "likelihood",
                          "probabilities": list(p),
                          "raw": ["ABC"[i] for i in p.argmax(axis=1)]})
    right = rng.integers(3, size=50)
    gold = pd.Series(["ABC"[i] for i in right], table["id"])
    drawn = sampled_answers({Run("NAT"): table, Run("TRAD"): table.head(0)}, gold).set_index("run")
    draws = np.array(
        [
            [(rng.random() < p[i].cumsum()).argmax() == right[i] for i in range(50)]
            for _ in range(2000)
        ]
    ).mean(axis=1)
    assert drawn.index.tolist() == ["NAT-s0"] and drawn.loc["NAT-s0", "items"] == 50
    assert draws.mean() == pytest.approx(drawn.loc["NAT-s0", "drawn"], abs=0.01)
    assert draws.std() == pytest.approx(drawn.loc["NAT-s0", "sd"], rel=0.1)
    assert drawn.loc["NAT-s0", "likeliest"] == (p.argmax(axis=1) == right).mean()


def test_the_order_of_drawn_answers_is_that_of_the_likeliest_where_systems_differ():
    runs = pd.DataFrame({"system": ["BASE", "NAT", "NAT", "SYN"], "likeliest": [0.2, 0.8, 0.9, 0.5],
                         "sd": 0.01,
                         "drawn": [0.2, 0.8, 0.9, 0.5]})
    assert sampled_ranking(runs) == (1.0, 1.0, 1.0)
    alike = sampled_ranking(runs.assign(drawn=0.5))
    assert alike == (pytest.approx(0, abs=0.05), -1, 1)


def test_answers_without_probabilities_are_left_out():
    table = pd.DataFrame({"id": ["a", "b"], "mode": "likelihood", "raw": ["A", "B"],
                          "probabilities": [[0.7, 0.3], []]})
    sampled = sampled_answers({Run("NAT"): table}, pd.Series({"a": "A", "b": "B"})).iloc[0]
    assert sampled["items"] == 1 and sampled["drawn"] == 0.7


def test_single_letters_are_of_questions_with_one_right_answer():
    items = pd.DataFrame({"task": ["mcqu", "mcq"], "answer_letters": [["B"], ["A", "C"]]},
                         index=["a", "b"])
    assert single_letters(items).to_dict() == {"a": "B"}
