import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

from medinj_utils.comparison.figures import conditions_figure
from medinj_utils.comparison.probes import (
    all_orders,
    kendall,
    over_orders,
    preferred_positions,
    probe_means,
    sampled_answers,
    sampled_ranking,
)
from medinj_utils.evaluation.probes import AS_ASKED


def test_kendall_is_scipys_where_there_are_no_ties():
    rng = np.random.default_rng(0)
    one, other = rng.random((20, 8)), rng.random((20, 8))
    assert kendall(one, other) == pytest.approx([kendalltau(a, b).statistic for a, b in zip(one, other, strict=True)])
    assert kendall(one, one) == pytest.approx(np.ones(20)) and kendall(one, -one) == pytest.approx(-np.ones(20))
    assert kendall(np.array([[1.0, 1.0, 2.0]]), np.array([[1.0, 2.0, 3.0]]))[0] == pytest.approx(2 / 3)  # a tie is neither


def test_a_variant_that_turns_the_order_around_is_found_and_one_that_changes_nothing_too():
    rng = np.random.default_rng(1)
    hard = rng.random(800)
    abilities = {"BASE": 0.2, "NAT": 0.5, "SYN": 0.8}
    index = [f"i{i}" for i in range(800)]
    plain = pd.DataFrame({(name, 0): (hard < share).astype(float) for name, share in abilities.items()}, index=index)
    turned = pd.DataFrame({(name, 0): (hard < 1 - share).astype(float) for name, share in abilities.items()}, index=index)
    matrices = {AS_ASKED: plain, "same": plain, "turned": turned.head(500)}
    means, rankings = probe_means(matrices, 400, clusters=pd.Series(np.arange(800) // 2, index))
    assert rankings.set_index("variant")["tau"].to_dict() == {"same": 1.0, "turned": -1.0}
    assert rankings.set_index("variant")["items"].to_dict() == {"same": 800, "turned": 500}
    at = means.set_index(["variant", "system"])
    assert at.loc[("same", "NAT"), ["change", "change_low", "change_high"]].tolist() == [0, 0, 0]
    expected = turned["SYN"].head(500).to_numpy().mean() - plain["SYN"].head(500).to_numpy().mean()
    assert at.loc[("turned", "SYN"), "change"] == pytest.approx(expected) and at.loc[("turned", "SYN"), "change_high"] < 0
    axes = conditions_figure(means, "variant").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [AS_ASKED, "same", "turned"]


def rows(answers: dict, gold: dict) -> pd.DataFrame:
    """Answers by variant and item to one question each, as letters."""
    return pd.DataFrame([{"system": "NAT-s0", "variant": variant, "id": item, "letters": letter, "gold": gold[variant, item],
                          "exact_match": None if letter is None else int(letter == gold[variant, item])}
                         for (variant, item), letter in answers.items()])


def test_variants_of_few_questions_are_left_out():
    index = [f"i{i}" for i in range(60)]
    plain = pd.DataFrame(np.random.default_rng(0).random((60, 2)) < 0.5, index, columns=[("BASE", 0), ("NAT", 0)]).astype(float)
    plain.columns = pd.MultiIndex.from_tuples(plain.columns)
    clusters = pd.Series(np.arange(60) // 2, index)  # of two: 38 questions are 19 clusters
    matrices = {AS_ASKED: plain, "order 1": plain.head(38), "numbers": plain.head(40), "all or none": plain.head(1)}
    means, rankings = probe_means(matrices, 100, clusters=clusters)
    assert rankings["variant"].tolist() == ["numbers"] and set(means["variant"]) == {AS_ASKED, "numbers"}
    assert all_orders(matrices, 100, clusters=clusters) == {}
    assert probe_means({AS_ASKED: plain, "one": plain.head(1)}, 100, clusters=clusters)[1].empty


def test_orders_by_hand():
    gold = {(AS_ASKED, "a"): "A", ("order 1", "a"): "B", (AS_ASKED, "b"): "A", ("order 1", "b"): "D", (AS_ASKED, "c"): "B",
            ("no question", "a"): "A"}
    scores = rows({(AS_ASKED, "a"): "A", ("order 1", "a"): "B", (AS_ASKED, "b"): "A", ("order 1", "b"): "A",
                   (AS_ASKED, "c"): "B", ("no question", "a"): "C"}, gold)
    told = over_orders(scores).loc["NAT-s0"]  # c was not asked in another order, and no question is no order
    assert told.to_dict() == {"items": 2, "orders": 2, "worst": 0.5, "best": 1.0, "mean": 0.75, "all": 0.5, "any": 1.0}
    places = preferred_positions(scores).loc["NAT-s0"]
    assert places.loc["A"].tolist() == [pytest.approx(3 / 5), pytest.approx(2 / 5)]
    assert places.loc["D"].tolist() == [0, pytest.approx(1 / 5)] and places["named"].sum() == pytest.approx(1)


def test_drawn_answers_have_the_mean_and_spread_of_many_draws():
    rng = np.random.default_rng(2)
    p = rng.dirichlet([1, 1, 1], size=50)
    table = pd.DataFrame({"id": [f"i{i}" for i in range(50)], "mode": "likelihood", "probabilities": list(p),
                          "raw": ["ABC"[i] for i in p.argmax(axis=1)]})
    right = rng.integers(3, size=50)
    gold = pd.Series(["ABC"[i] for i in right], table["id"])
    told = sampled_answers({"NAT-s0": table, "TRAD-s0": table.head(0)}, gold).set_index("system")
    draws = np.array([[(rng.random() < p[i].cumsum()).argmax() == right[i] for i in range(50)] for _ in range(2000)]).mean(axis=1)
    assert told.index.tolist() == ["NAT-s0"] and told.loc["NAT-s0", "items"] == 50
    assert draws.mean() == pytest.approx(told.loc["NAT-s0", "drawn"], abs=0.01)
    assert draws.std() == pytest.approx(told.loc["NAT-s0", "sd"], rel=0.1)
    assert told.loc["NAT-s0", "likeliest"] == (p.argmax(axis=1) == right).mean()


def test_the_order_of_drawn_answers_is_that_of_the_likeliest_where_systems_differ():
    runs = pd.DataFrame({"system": ["BASE", "NAT-s0", "NAT-s1", "SYN-s0"], "likeliest": [0.2, 0.8, 0.9, 0.5], "sd": 0.01,
                         "drawn": [0.2, 0.8, 0.9, 0.5]})
    assert sampled_ranking(runs) == {"tau": 1.0, "low": 1.0, "high": 1.0}
    alike = sampled_ranking(runs.assign(drawn=0.5))
    assert alike["tau"] == pytest.approx(0, abs=0.05) and alike["low"] == -1 and alike["high"] == 1


def test_answers_without_probabilities_are_left_out():
    table = pd.DataFrame({"id": ["a", "b"], "mode": "likelihood", "raw": ["A", "B"], "probabilities": [[0.7, 0.3], []]})
    told = sampled_answers({"NAT-s0": table}, pd.Series({"a": "A", "b": "B"})).iloc[0]
    assert told["items"] == 1 and told["drawn"] == 0.7


def test_orders_taken_together_have_their_mean_change_and_ranking():
    rng = np.random.default_rng(3)
    hard, index = rng.random(600), [f"i{i}" for i in range(600)]
    matrices = {name: pd.DataFrame({(system, 0): (hard < share - fall).astype(float)
                                    for system, share in (("BASE", 0.3), ("NAT", 0.5), ("SYN", 0.8))}, index=index)
                for name, fall in ((AS_ASKED, 0), ("order 1", 0.1), ("order 2", 0.2), ("no question", 0.25))}
    matrices["order 2"] = matrices["order 2"].head(500)
    told = all_orders(matrices, 400)
    kept = index[:500]
    both = [matrices[name].loc[kept].to_numpy().mean() for name in (AS_ASKED, "order 1", "order 2")]
    assert told["change"] == pytest.approx((both[1] + both[2]) / 2 - both[0]) and told["change_high"] < 0
    assert told["tau"] == 1 and told["tau_low"] > 0.9
    assert all_orders({AS_ASKED: matrices[AS_ASKED]}) == {}
