"""Whether the order of the systems depends on the recipe that tuned them."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.comparison.figures import conditions_figure
from medinj_utils.comparison.pairs import PAIR_COLUMNS, pair_table
from medinj_utils.comparison.resampling import resample
from medinj_utils.core.names import in_order


def compare_recipes(matrices: Mapping[str, pd.DataFrame], resamples: int = 10_000,
                    clusters=None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare the systems under each recipe, on the same items.

    Args:
        matrices: by recipe, items × (system, seed) scores with the same items and columns in all.
        resamples: bootstrap and permutation draws.
        clusters: a label per item, see `medinj_utils.comparison.compare_pairs`.

    Returns:
        means: recipe, system, exact_match, low, high (95 %).
        pairs: recipe and the columns of `compare_pairs`; p-values are adjusted within a recipe.
        Both are empty without recipes.

    Raises:
        ValueError: a recipe has other systems or items than the first.
    """
    means, pairs = [], [pd.DataFrame(columns=[*PAIR_COLUMNS, "recipe"])]
    first = next(iter(matrices.values()), None)
    for recipe, matrix in matrices.items():
        if set(matrix.columns) != set(first.columns) or set(matrix.index) != set(first.index):
            raise ValueError(f"{recipe}: {len(matrix)} items answered by the runs "
                             f"{sorted(matrix.columns)}; under the first recipe there are "
                             f"{len(first)}, answered by {sorted(first.columns)}")
        systems = in_order(matrix.columns.get_level_values(0))
        resampled = resample(matrix[systems], resamples, clusters=clusters)
        for system in systems:
            own = resampled.contrast({system: 1.0})
            means.append({"recipe": recipe, "system": system, "exact_match": own.estimate,
                          "low": own.low, "high": own.high})
        pairs.append(pair_table(resampled).assign(recipe=recipe))
    means = pd.DataFrame(means, columns=["recipe", "system", "exact_match", "low", "high"])
    return means, pd.concat(pairs[1:] or pairs, ignore_index=True)


def decided_order(pairs: pd.DataFrame) -> pd.DataFrame:
    """By pair of systems, under how many recipes the interval of the difference excludes zero.

    Args:
        pairs: of `compare_recipes`.

    Returns:
        By first and second: ``first_ahead``, ``second_ahead`` and ``undecided``, numbers of
        recipes, and ``reverses``: whether two recipes contradict each other, each with an interval
        that excludes zero.
    """
    ends = pairs[["low", "high"]].astype(float)
    decided = pairs.assign(first_ahead=ends["low"] > 0, second_ahead=ends["high"] < 0)
    decided["undecided"] = ~(decided["first_ahead"] | decided["second_ahead"])
    columns = ["first_ahead", "second_ahead", "undecided"]
    counts = decided.groupby(["first", "second"], sort=False)[columns].sum()
    return counts.assign(reverses=(counts["first_ahead"] > 0) & (counts["second_ahead"] > 0))


def orders_by_estimate(means: pd.DataFrame) -> pd.Series:
    """By recipe, the systems from best to worst by point estimate, as ``NAT > SYN > TRAD``."""
    best_first = means.sort_values("exact_match", ascending=False, kind="stable")
    orders = best_first.groupby("recipe", sort=False)["system"].agg(" > ".join)
    return orders.loc[list(dict.fromkeys(means["recipe"]))]


def order_in_words(counts: pd.DataFrame, means: pd.DataFrame) -> str:
    """What `decided_order` and the point estimates say, in two sentences.

    Args:
        counts: of `decided_order`.
        means: of `compare_recipes`.
    """
    turning = [" and ".join(pair) for pair in counts.index[counts["reverses"]]]
    named = f": {', '.join(turning)}" if turning else ""
    orders = orders_by_estimate(means)
    return (f"{len(turning)} of {len(counts)} pairs reverse over {len(orders)} recipes{named}. "
            f"The point estimates give {orders.nunique()} different orders.")


def recipes_figure(means: pd.DataFrame) -> tuple[plt.Figure, str] | None:
    """Exact match of each system, with its 95 % interval, under each recipe; None for none.

    Returns:
        (figure, its alt text), or None.
    """
    if means.empty:
        return None
    figure, _ = conditions_figure(means, "recipe", "Exact match by recipe")
    orders = orders_by_estimate(means)
    alt = (f"Exact match of {means['system'].nunique()} systems under {len(orders)} recipes, with "
           "95 % intervals. Their order by point estimates: "
           + "; ".join(f"{recipe}: {order}" for recipe, order in orders.items()) + ".")
    return figure, alt
