import json

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.costs import (
    break_even,
    costs_of,
    in_euros,
    pareto_figure,
    undominated,
    yields,
)
from medinj_utils.comparison.resampling import bootstrap_means
from medinj_utils.data import build_mixture
from medinj_utils.data.mixtures import save_mixture


@pytest.fixture
def costs():
    return pd.DataFrame({"native": [100, 0], "synthetic": [0, 0], "translated": [0, 100], "items": 100, "tokens": [1e6, 2e6],
                         "tokens_taught": 1e5, "hours": 2.0, "kwh": 1.0}, index=["NAT", "TRAD"])


def draws_of(shares, n=4000, seed=0):
    rng = np.random.default_rng(seed)
    hard = rng.random(n)
    scores = pd.DataFrame({name: (hard < share).astype(float) for name, share in shares.items()})
    return scores.mean(), bootstrap_means(scores, 500)


def test_costs_come_from_cards_and_mixtures_and_a_repeated_question_is_bought_once(world, tmp_path):
    records = world["records"]
    training = records[(records["split"] == "train") & (records["task"] != "oeq")]
    mixture = build_mixture(training, "NAT-SYN", 20, 0)
    save_mixture(pd.concat([mixture, mixture.head(5)]), "NAT-SYN", tmp_path / "mixtures", seed=0)
    for seed, seconds in ((0, 3600), (1, 1800)):
        folder = tmp_path / "runs" / f"NAT-SYN-s{seed}"
        folder.mkdir(parents=True)
        card = {"tokens": 1000, "tokens_taught": 50, "training_seconds": seconds, "energy_kwh": 0.2}
        (folder / "card.json").write_text(json.dumps(card))
    told = costs_of(tmp_path, ["BASE", "NAT-SYN-s0", "NAT-SYN-s1"])
    assert told.index.tolist() == ["NAT-SYN"]
    assert told.loc["NAT-SYN", ["native", "synthetic", "translated", "items"]].tolist() == [10, 10, 0, 20]
    assert told.loc["NAT-SYN", "hours"] == 0.75 and told.loc["NAT-SYN", "kwh"] == 0.2
    with pytest.raises(FileNotFoundError, match="TRAD-s0.*21_train_adapter"):
        costs_of(tmp_path, ["TRAD-s0"])


def test_euros_by_hand_and_wrong_prices(costs):
    prices = {"native": 2.0, "synthetic": 0.1, "translated": 0.5}
    assert in_euros(costs, prices, hour=3.0, kwh=0.5).to_dict() == {"NAT": 206.5, "TRAD": 56.5}
    with pytest.raises(ValueError, match="prices are of native; need one of each of native, synthetic, translated"):
        in_euros(costs, {"native": 1.0})
    with pytest.raises(ValueError, match="prices are of .*human"):
        in_euros(costs, prices | {"human": 1.0})
    with pytest.raises(ValueError, match="price of kwh is below zero"):
        in_euros(costs, prices, kwh=-1)


def test_points_for_what_was_spent(costs):
    means, draws = draws_of({"BASE": 0.3, "NAT": 0.5, "TRAD": 0.4})
    table = yields(means, draws, costs, pd.Series({"NAT": 0.0, "TRAD": 5.0})).set_index(["per", "system"])
    gain = 100 * (means["NAT"] - means["BASE"])
    assert table.loc[("1,000 questions", "NAT"), "points"] == pytest.approx(gain / 0.1)
    assert table.loc[("million tokens", "TRAD"), "points"] == pytest.approx(50 * (means["TRAD"] - means["BASE"]))
    assert table.loc[("hour", "NAT"), "low"] < gain / 2 < table.loc[("hour", "NAT"), "high"]
    assert np.isnan(table.loc[("euro", "NAT"), "points"]) and table.loc[("euro", "TRAD"), "points"] > 0  # what costs nothing


def test_at_the_break_even_price_both_gain_as_much_for_a_euro(costs):
    means, draws = draws_of({"BASE": 0.3, "NAT": 0.5, "TRAD": 0.4})
    even = break_even(means, draws, costs, "TRAD", "NAT", second_euros=206.5, rest_of_first=6.5)
    cost = 100 * even["estimate"] + 6.5
    assert (means["TRAD"] - means["BASE"]) / cost == pytest.approx((means["NAT"] - means["BASE"]) / 206.5)
    assert even["low"] < even["estimate"] < even["high"] and not even["why"]
    means, draws = draws_of({"BASE": 0.5, "NAT": 0.5, "TRAD": 0.6})
    untold = break_even(means, draws, costs, "TRAD", "NAT", 206.5)
    assert np.isnan(untold["estimate"]) and "NAT is not surely better than the base" in untold["why"]


def test_the_front_holds_those_that_none_beats_on_both():
    cost = pd.Series({"BASE": 0.0, "NAT": 10.0, "SYN": 1.0, "TRAD": 5.0, "ALL": 5.0})
    score = pd.Series({"BASE": 0.3, "NAT": 0.5, "SYN": 0.2, "TRAD": 0.5, "ALL": 0.4})
    assert undominated(cost, score) == ["BASE", "TRAD"]
    table = pd.DataFrame({"system": cost.index, "exact_match": score.to_numpy(), "low": 0.1, "high": 0.6})
    figure = pareto_figure(table, cost.drop("BASE"), "Euros")
    assert sorted(text.get_text() for text in figure.axes[0].texts) == sorted(cost.index)
