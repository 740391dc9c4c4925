import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.costs import (
    break_even,
    break_even_table,
    costs_of,
    in_euros,
    score_and_cost,
    undominated,
    yields,
)
from medinj_utils.comparison.resampling import resample
from medinj_utils.core.files import write_json
from medinj_utils.core.names import BASE, Run
from medinj_utils.core.tree import Tree
from medinj_utils.data import build_mixture, save_mixture


@pytest.fixture
def costs():
    return pd.DataFrame({"native": [100, 0], "synthetic": [0, 0], "translated": [0, 100],
                         "items": 100, "tokens": [1e6, 2e6],
                         "supervised_tokens": 1e5, "hours": 2.0, "kwh": 1.0}, index=["NAT", "TRAD"])


def draws_of(shares, n=4000, seed=0):
    rng = np.random.default_rng(seed)
    hard = rng.random(n)
    scores = pd.DataFrame({name: (hard < share).astype(float) for name, share in shares.items()})
    return resample(scores, 500)


def test_costs_come_from_cards_and_mixtures_and_a_repeated_question_is_bought_once(world, tmp_path):
    records = world["records"]
    training = records[(records["split"] == "train") & (records["task"] != "oeq")]
    mixture = build_mixture(training, "NAT-SYN", 20, 0)
    tree = Tree(tmp_path)
    save_mixture(pd.concat([mixture, mixture.head(5)]), "NAT-SYN", tree, seed=0)
    runs = [Run(BASE), Run("NAT-SYN", 0), Run("NAT-SYN", 1)]
    for run, seconds in zip(runs[1:], (3600, 1800), strict=True):
        write_json({"tokens": 1000, "supervised_tokens": 50, "training_seconds": seconds,
                    "energy_kwh": 0.2}, tree.run(run) / "card.json")
    result = costs_of(tree, runs)
    assert result.index.tolist() == ["NAT-SYN"]
    assert result.loc["NAT-SYN", ["native", "synthetic", "translated", "items"]].tolist() == [
        10,
        10,
        0,
        20,
    ]
    assert result.loc["NAT-SYN", "hours"] == 0.75 and result.loc["NAT-SYN", "kwh"] == 0.2
    with pytest.raises(FileNotFoundError, match="TRAD-s0.*21_train_adapter"):
        costs_of(tree, [Run("TRAD")])


def test_euros_by_hand_and_wrong_prices(costs):
    prices = {"native": 2.0, "synthetic": 0.1, "translated": 0.5}
    assert in_euros(costs, prices, hour=3.0, kwh=0.5).to_dict() == {"NAT": 206.5, "TRAD": 56.5}
    with pytest.raises(ValueError, match="euros a question for native, translated; got: native"):
        in_euros(costs, {"native": 1.0})
    with pytest.raises(ValueError, match="got: human, native"):
        in_euros(costs, prices | {"human": 1.0})
    with pytest.raises(ValueError, match="price of kwh is below zero"):
        in_euros(costs, prices, kwh=-1)


def test_points_for_what_was_spent(costs):
    resampled = draws_of({"BASE": 0.3, "NAT": 0.5, "TRAD": 0.4})
    means = resampled.means
    assert "euro" not in set(yields(resampled, costs)["per"])
    table = yields(resampled, costs.assign(euros=[0.0, 5.0])).set_index(["per", "system"])
    gain = 100 * (means["NAT"] - means["BASE"])
    assert table.loc[("100 questions", "NAT"), "points"] == pytest.approx(gain)
    assert table.loc[("million tokens", "TRAD"), "points"] == pytest.approx(
        50 * (means["TRAD"] - means["BASE"])
    )
    assert table.loc[("hour", "NAT"), "low"] < gain / 2 < table.loc[("hour", "NAT"), "high"]
    assert np.isnan(table.loc[("euro", "NAT"), "points"])
    assert table.loc[("euro", "TRAD"), "points"] > 0  # what costs nothing


def test_units_fit_what_was_spent(costs):
    resampled = draws_of({"BASE": 0.3, "NAT": 0.5, "TRAD": 0.4})
    large = costs.assign(items=2000, tokens=2e6)
    assert yields(resampled, large)["per"].unique().tolist() == [
        "1,000 questions", "million tokens", "hour", "kWh"]
    tiny = costs.assign(tokens=8e4, hours=0.005, kwh=[8e-5, 2.0])
    table = yields(resampled, tiny).set_index(["per", "system"])
    assert table.index.unique("per").tolist() == ["100 questions", "1,000 tokens", "minute", "Wh"]
    assert table.loc[("Wh", "TRAD"), "cost"] == 2000
    assert table.loc[("minute", "NAT"), "cost"] == pytest.approx(0.3)


def test_at_the_break_even_price_both_gain_as_much_for_a_euro(costs):
    costs["euros"] = [206.5, 56.5]
    resampled = draws_of({"BASE": 0.3, "NAT": 0.5, "TRAD": 0.4})
    means = resampled.means
    even = break_even(resampled, costs, "TRAD", "NAT", rest_of_first=6.5)
    cost = 100 * even["estimate"] + 6.5
    assert (means["TRAD"] - means["BASE"]) / cost == pytest.approx(
        (means["NAT"] - means["BASE"]) / 206.5
    )
    assert even["low"] < even["estimate"] < even["high"] and not even["reason"]
    table = break_even_table(resampled, costs, {"native": 2.0, "synthetic": 0.1, "translated": 0.5})
    assert table["question"].tolist() == ["translated"] and table["estimate"][0] == even["estimate"]
    assert table["native_price"].tolist() == [2.0]
    assert break_even_table(resampled, costs, {}).empty
    none = break_even(draws_of({"BASE": 0.5, "NAT": 0.5, "TRAD": 0.6}), costs, "TRAD", "NAT")
    assert np.isnan(none["estimate"])
    assert "gain of NAT over the base includes zero" in none["reason"]
    with pytest.raises(ValueError, match="no system SYN; there are: BASE, NAT, TRAD"):
        break_even(resampled, costs, "SYN", "NAT")


def test_the_front_holds_those_that_none_beats_on_both():
    cost = pd.Series({"BASE": 0.0, "NAT": 10.0, "SYN": 1.0, "TRAD": 5.0, "ALL": 5.0})
    score = pd.Series({"BASE": 0.3, "NAT": 0.5, "SYN": 0.2, "TRAD": 0.5, "ALL": 0.4})
    assert undominated(cost, score) == ["BASE", "TRAD"]


def test_scores_stand_beside_euros_or_else_questions(costs):
    comparison = pd.DataFrame({"system": ["BASE", "NAT", "TRAD"], "exact_match": [0.3, 0.5, 0.4],
                               "low": 0.2, "high": 0.6, "p": 0.5})
    assert score_and_cost(comparison, costs)["cost"].tolist() == [0, 100, 100]
    assert score_and_cost(comparison, costs.assign(euros=[7, 8]))["cost"].tolist() == [0, 7, 8]
