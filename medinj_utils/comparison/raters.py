"""Agreement of human raters with each other and with themselves, and how many ratings it takes.

Intervals are by bootstrap of whole questions, since answers to one question are alike. Where raters
differ, or agree, on a few questions alone, or agree on one of the two ratings on a few alone, an
interval also reaches as far as unseen questions may take it (`medinj_utils.comparison.unseen`).
"""

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from medinj_utils.comparison.inference import interval_where_defined
from medinj_utils.comparison.resampling import widening
from medinj_utils.comparison.unseen import agreement_ends
from medinj_utils.comparison.weighted import BINARY

ALL = "all raters"
_COLUMNS = ["first", "second", "figure", "estimate", "low", "high", "items", "questions"]


def rater_agreement(ratings: pd.DataFrame, resamples: int = 2_000, seed: int = 0) -> pd.DataFrame:
    """Krippendorff's α of all raters, Cohen's κ of each pair, and each rater's self-agreement.

    α (Krippendorff 2004, nominal, by the library krippendorff) allows gaps; κ (1960) takes items
    that both rated. Of an item shown twice the first showing counts, and both are compared for the
    rater's agreement with themselves.

    Args:
        ratings: a row per rater and showing with ``rater``, ``item``, ``repeat``, ``question_id``
            and ``rating`` (0 or 1), as `medinj_utils.evaluation.ratings.read_ratings` gives them.
        resamples: number of draws.
        seed: of the random numbers.

    Returns:
        Rows of ``first`` and ``second`` rater (both "all raters" for α, the same rater for
        self-agreement), ``figure`` (``alpha``; ``kappa`` and ``accuracy``, the share of equal
        ratings), ``estimate``, ``low`` and ``high`` (95 %), and the numbers of ``items`` with two
        ratings and of their ``questions``. NaN where a figure is undefined, as κ where all ratings
        are equal; no interval where it is so in over a tenth of the draws, or of one question.

    Raises:
        ValueError: a rating is neither 0 nor 1, or a rater rated a showing twice.
    """
    if (bad := ratings[~ratings["rating"].isin((0, 1))]).size:
        raise ValueError(f"ratings, row {bad.index[0]}: rating {bad['rating'].iloc[0]} is neither "
                         "0 nor 1")
    if (bad := ratings[ratings.duplicated(["rater", "item", "repeat"])]).size:
        raise ValueError(f"ratings, row {bad.index[0]}: rater {bad['rater'].iloc[0]} rated item "
                         f"{bad['item'].iloc[0]} twice")
    repeat = ratings["repeat"].astype(bool)
    first, again = (rows.pivot(index=["question_id", "item"], columns="rater", values="rating")
                    .astype(float) for rows in (ratings[~repeat], ratings[repeat]))
    draws = (resamples, seed)
    rows = [(ALL, ALL, *_alpha(first, draws))]
    for one, other in combinations(first, 2):
        rows += [(one, other, *row) for row in _pair(first[one], first[other], draws)]
    for rater in again:
        shown = first[rater] if rater in first else again[rater] * np.nan
        rows += [(rater, rater, *row) for row in _pair(shown, again[rater], draws)]
    return pd.DataFrame(rows, columns=_COLUMNS)


def more_items(agreement: pd.DataFrame, half_width: float) -> pd.Series:
    """How many more items the same raters have to rate for an interval of a wanted half-width.

    Widths shrink with the square root of the number of questions. So the number holds for further
    questions with as many answers each, rated by the same raters. An interval that hangs on the few
    answers that all call right shrinks faster, and takes fewer.

    Args:
        agreement: of `rater_agreement`.
        half_width: wanted, in the figure's unit.

    Returns:
        A number per row, 0 where the interval is narrow enough; missing where there is none.

    Raises:
        ValueError: the half-width doesn't lie between 0 and 1.
    """
    if not 0 < half_width < 1:
        raise ValueError(f"half_width is {half_width}: need a number between 0 and 1")
    widths = (agreement["high"] - agreement["low"]) / 2
    more = np.ceil(agreement["items"] * ((widths / half_width) ** 2 - 1)).clip(lower=0)
    return more.astype("Int64").rename("more_items")


def _alpha(wide: pd.DataFrame, draws: tuple[int, int]) -> tuple:
    from krippendorff import alpha
    wide = wide[wide.notna().sum(axis=1) > 1]
    counts = np.stack([(wide == value).sum(axis=1) for value in (0, 1)], axis=1)

    def alpha_of(times: np.ndarray) -> float:
        drawn = np.repeat(counts, times, axis=0)
        if not drawn.any(axis=0).all():
            return np.nan  # all ratings equal: no chance agreement to compare with
        return alpha(value_counts=drawn, level_of_measurement="nominal")

    n = counts.sum()
    expected = 2 * counts[:, 0].sum() * counts[:, 1].sum() / (n * (n - 1)) if n else np.nan
    disagreement = counts.all(axis=1), expected, wide.mean(axis=1).to_numpy()
    return _row("alpha", lambda weights: np.array([alpha_of(times) for times in weights]),
                wide.index, disagreement, draws)


def _pair(one: pd.Series, other: pd.Series, draws: tuple[int, int]) -> Iterator[tuple]:
    both = pd.concat([one, other], axis=1, keys=["one", "other"]).dropna()
    first, second = both["one"].to_numpy(), both["other"].to_numpy()
    x, y = (values.mean() if len(values) else np.nan for values in (first, second))
    by_chance = x * (1 - y) + y * (1 - x)
    for figure, expected, ones in (("kappa", by_chance, (first + second) / 2),
                                   ("accuracy", 1.0, None)):
        def figure_of(weights: np.ndarray, figure: str = figure) -> np.ndarray:
            return BINARY[figure](first, second, weights.astype(float))
        yield _row(figure, figure_of, both.index, (first != second, expected, ones), draws)


def _row(figure: str, statistic: Callable[[np.ndarray], np.ndarray], index: pd.MultiIndex,
         disagreement: tuple[np.ndarray, float, np.ndarray | None],
         draws: tuple[int, int]) -> tuple:
    """A figure with its interval and numbers of items and questions.

    Args:
        figure: its name.
        statistic: the figure by weights, draws × items.
        index: question and item of each item.
        disagreement: whether raters differ on each item, the share expected by chance, and the mean
            rating of each item where that share hangs on it.
        draws: their number and seed.
    """
    question, known = pd.factorize(index.get_level_values("question_id"))
    n, items = len(known), len(index)
    if not items:
        return figure, np.nan, np.nan, np.nan, 0, 0
    estimate = float(statistic(np.ones((1, items), dtype=int))[0])
    if np.isnan(estimate) or n < 2:
        return figure, estimate, np.nan, np.nan, items, n
    rng = np.random.default_rng([draws[1], 6])
    drawn = statistic(rng.multinomial(n, np.full(n, 1 / n), size=draws[0])[:, question])
    low, high = interval_where_defined(estimate + widening(n) * (drawn - estimate))
    if np.isnan(low):
        return figure, estimate, np.nan, np.nan, items, n
    differs, expected, ones = disagreement
    low, high = agreement_ends((low, high), estimate, expected, differs, question, ones)
    bottom = 0 if figure == "accuracy" else -1
    return figure, estimate, max(low, bottom), min(high, 1.0), items, n
