"""Whether what is found among systems depends on the recipe that tuned them."""

from collections.abc import Mapping

import pandas as pd

from medinj_utils.comparison.pairs import compare_pairs
from medinj_utils.comparison.resampling import bootstrap_means, interval
from medinj_utils.core.style import in_order


def compare_recipes(matrices: Mapping[str, pd.DataFrame], resamples: int = 10_000,
                    clusters=None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(means, pairs) of the systems under each recipe, in the order of ``matrices``: by recipe, items × systems as
    `medinj_utils.comparison.compare_pairs` takes them, ``clusters`` likewise.

    Means: recipe, system, exact_match, low, high (95 %). Pairs: recipe and the columns of `compare_pairs`; p-values are
    adjusted within a recipe. Raises ValueError where a recipe has other systems or items than the first.
    """
    if not matrices:
        raise ValueError("no recipe to compare")
    means, pairs, first = [], [], next(iter(matrices.values()))
    for recipe, matrix in matrices.items():
        systems = in_order(matrix.columns.get_level_values(0))
        if set(matrix.columns) != set(first.columns) or set(matrix.index) != set(first.index):
            raise ValueError(f"{recipe}: {len(matrix)} items answered by the runs {sorted(matrix.columns)}; under the first "
                             f"recipe there are {len(first)}, answered by {sorted(first.columns)}")
        draws = bootstrap_means(matrix, resamples, clusters=clusters)
        for system in systems:
            low, high = interval(draws[system])
            means.append({"recipe": recipe, "system": system, "exact_match": matrix[system].to_numpy().mean(), "low": low,
                          "high": high})
        pairs.append(compare_pairs(matrix[systems], resamples, clusters=clusters).assign(recipe=recipe))
    return pd.DataFrame(means), pd.concat(pairs, ignore_index=True)


def decided_order(pairs: pd.DataFrame) -> pd.DataFrame:
    """For each two systems, under how many recipes the interval of their difference shows the first ahead, the second ahead,
    or neither; ``turns``: whether recipes contradict each other, each with an interval that excludes zero."""
    told = pairs.assign(first_ahead=pairs["low"] > 0, second_ahead=pairs["high"] < 0)
    told["undecided"] = ~(told["first_ahead"] | told["second_ahead"])
    counts = told.groupby(["first", "second"], sort=False)[["first_ahead", "second_ahead", "undecided"]].sum()
    return counts.assign(turns=(counts["first_ahead"] > 0) & (counts["second_ahead"] > 0))
