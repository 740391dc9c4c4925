"""Whether an order of systems depends on the recipe: planted orders that reverse, and one that does
not."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison.display import shown_pairs
from medinj_utils.core.style import captioned
from medinj_utils.variations.recipes import (
    compare_recipes,
    decided_order,
    order_in_words,
    recipes_figure,
)


def matrix(seed, runs=("s0",), **shares):
    """0/1 scores of 400 items by systems that are right with these shares."""
    rng = np.random.default_rng(seed)
    columns = {
        (system, int(run[1:])): (rng.random(400) < share).astype(float)
        for system, share in shares.items()
        for run in runs
    }
    return pd.DataFrame(columns, index=[f"item-{n}" for n in range(400)])


def test_a_pair_that_turns_round_is_named_and_one_inside_its_interval_is_not():
    matrices = {"rate-0.001-epochs-2": matrix(0, NAT=0.7, SYN=0.4, TRAD=0.41),
                "rate-0.01-epochs-2": matrix(1, NAT=0.4, SYN=0.7, TRAD=0.69)}
    means, pairs = compare_recipes(matrices, 500)
    counts = decided_order(pairs)
    assert counts.loc[("NAT", "SYN")].tolist() == [1, 1, 0, True]
    assert counts.loc[("SYN", "TRAD"), "undecided"] == 2
    assert not counts.loc[("SYN", "TRAD"), "reverses"]
    assert (counts[["first_ahead", "second_ahead", "undecided"]].sum(axis=1) == 2).all()
    assert (means["low"] < means["exact_match"]).all()
    assert (means["exact_match"] < means["high"]).all()
    own = means.set_index(["recipe", "system"]).loc[("rate-0.001-epochs-2", "NAT"), "exact_match"]
    assert own == pytest.approx(matrices["rate-0.001-epochs-2"]["NAT"].to_numpy().mean())
    assert order_in_words(counts, means).startswith(
        "2 of 3 pairs reverse over 2 recipes: NAT and SYN, NAT and TRAD."
    )
    figure, alt = recipes_figure(means)
    axes = figure.axes[0]
    assert "rate-0.001-epochs-2: NAT > " in alt
    assert [tick.get_text() for tick in axes.get_yticklabels()] == list(matrices)
    assert "interval" in axes.get_xlabel()


def test_many_systems_of_a_recipe_stay_in_its_place():
    shares = dict.fromkeys(["NAT", "SYN", "TRAD", "NAT-SYN", "NAT-TRAD", "TRAD-SYN", "ALL"], 0.5)
    means, _ = compare_recipes({"r1": matrix(0, **shares), "r2": matrix(1, **shares)}, 50)
    places = [line[0].get_ydata() for line in recipes_figure(means)[0].axes[0].containers]
    assert max(y[0] for y in places) < min(y[1] for y in places)


def test_without_recipes_all_is_empty():
    means, pairs = compare_recipes({})
    counts = decided_order(pairs)
    assert means.empty
    assert counts.empty
    assert shown_pairs(pairs).empty
    assert recipes_figure(means) is None
    assert captioned(counts, "nothing").data
    assert order_in_words(counts, means).startswith("0 of 0 pairs")


def test_one_order_throughout_turns_nowhere():
    _, pairs = compare_recipes(
        {f"r{n}": matrix(n, runs=("s0", "s1"), NAT=0.8, SYN=0.3) for n in range(3)}, 300
    )
    counts = decided_order(pairs)
    assert counts["first_ahead"].tolist() == [3] and not counts["reverses"].any()
    assert pairs["recipe"].tolist() == ["r0", "r1", "r2"]


def test_recipes_of_other_items_or_runs_are_refused():
    whole = matrix(0, NAT=0.5, SYN=0.5)
    for other in (whole.head(399), matrix(0, NAT=0.5, SYN=0.5, TRAD=0.5),
                  matrix(0, runs=("s1",), NAT=0.5, SYN=0.5)):
        with pytest.raises(ValueError, match="rate-2: .* under the first recipe"):
            compare_recipes({"rate-1": whole, "rate-2": other}, 100)
