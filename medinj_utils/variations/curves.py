"""How a score grows with the number of training questions, and what a source's questions are worth.

Scores are fitted by a straight line over the logarithm of the number of questions, the simplest
curve for few budgets.
"""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from medinj_utils.comparison.resampling import Estimate, resample
from medinj_utils.comparison.unseen import unseen_reach
from medinj_utils.core.names import in_order
from medinj_utils.core.style import MARKERS, percent_axis, system_colour
from medinj_utils.core.wording import number, percent


class Curves:
    """Scores of systems by number of training questions, with bootstrap draws of the same items.

    Args:
        matrices: by number of questions, items × (system, seed) scores with the same items and
            columns in all: at least two, or none, which leaves all tables empty.
        resamples: bootstrap draws.
        clusters: a label per item, see `medinj_utils.comparison.compare_pairs`.

    Raises:
        ValueError: there is one budget, or budgets that differ in items or columns.
    """

    def __init__(self, matrices: Mapping[int, pd.DataFrame], resamples: int = 10_000,
                 clusters: pd.Series | None = None):
        self.sizes = sorted(matrices)
        self.systems, self.means, self.draws = [], {}, {}
        if not matrices:
            return
        if len(matrices) < 2:
            raise ValueError(f"scores of {len(matrices)} budget; a curve needs at least two")
        self.log_sizes = np.log2(self.sizes)
        first = matrices[self.sizes[0]]
        for size in self.sizes:
            _check_alike(matrices[size], size, first, self.sizes[0])
        self.systems = in_order(first.columns.get_level_values(0))
        renamed = [matrices[size].loc[first.index].rename(
            columns={system: _column(system, size) for system in self.systems}, level=0)
                   for size in self.sizes]
        self._resampled = resample(pd.concat(renamed, axis=1), resamples, clusters=clusters)
        for system in self.systems:
            names = [_column(system, size) for size in self.sizes]
            self.means[system] = self._resampled.means[names].to_numpy()
            self.draws[system] = self._resampled.draws[names].to_numpy()

    def points(self) -> pd.DataFrame:
        """Columns system, questions, exact_match, low, high (95 %)."""
        rows = []
        for system in self.systems:
            for size in self.sizes:
                point = self._resampled.contrast({_column(system, size): 1.0})
                rows.append({"system": system, "questions": size, "exact_match": point.estimate,
                             "low": point.low, "high": point.high})
        return pd.DataFrame(rows, columns=["system", "questions", "exact_match", "low", "high"])

    def in_words(self) -> str:
        """The numbers of questions, in a sentence."""
        return f"Questions in the budgets: {', '.join(map(str, self.sizes)) or 'none'}."

    def _weights(self, system: str, by_size: np.ndarray) -> dict[str, float]:
        """Weights of a system's scores in a sum over budgets."""
        return {_column(system, size): float(weight)
                for size, weight in zip(self.sizes, by_size, strict=True)}

    def _slope(self, system: str) -> Estimate:
        x = self.log_sizes - self.log_sizes.mean()
        return self._resampled.contrast(self._weights(system, x / (x @ x)))

    def _line(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(height at the mean logarithm, slope) of least-squares lines through rows of scores."""
        x = self.log_sizes - self.log_sizes.mean()
        return scores.mean(axis=-1), scores @ x / (x @ x)

    def slopes(self) -> pd.DataFrame:
        """Points gained with every doubling of the questions: system, points, low, high (95 %)."""
        rows = []
        for system in self.systems:
            slope = self._slope(system)
            rows.append({"system": system, "points": 100 * slope.estimate, "low": 100 * slope.low,
                         "high": 100 * slope.high})
        return pd.DataFrame(rows, columns=["system", "points", "low", "high"])

    def exchange(self, source: str, currency: str) -> dict:
        """Questions of ``currency`` that are worth a thousand of ``source`` at the largest budget.

        They are worth as much where the line of ``currency`` reaches the score of ``source`` with
        the whole budget. Lines are not extrapolated beyond the budgets that were run: an end of the
        interval below the smallest or above the largest budget is −∞ or ∞.

        Args:
            source: system whose questions are exchanged.
            currency: system whose questions they are exchanged for.

        Returns:
            source, currency, estimate, low, high (95 %), and ``reason`` why there is no estimate.
        """
        answer = {"source": source, "currency": currency, "estimate": np.nan, "low": np.nan,
                  "high": np.nan}
        if self._slope(currency).low < 1e-9:
            reason = f"the interval of what {currency} gains from more questions includes zero"
            return answer | {"reason": reason}
        drawn = self._worth(self.draws[source][:, -1], self.draws[currency])
        low, high = np.quantile(drawn, [0.025, 0.975], method="inverted_cdf")
        estimate = float(self._worth(self.means[source][-1], self.means[currency]))
        reach = self._reach_to_line(source, currency)
        if any(reach):
            ends = self._worth(self.means[source][-1] + np.array(reach), self.means[currency])
            low, high = min(low, ends[0]), max(high, ends[1])
        reason = ""
        if estimate == -np.inf:
            reason = f"{source} scores less than {currency} does with the fewest questions"
        elif estimate == np.inf:
            reason = f"{source} scores more than {currency} does with all questions"
        interval_ends = {"low": float(low), "high": float(high)}
        return answer | {"estimate": estimate, "reason": reason} | interval_ends

    def _reach_to_line(self, source: str, currency: str) -> tuple[float, float]:
        """How far unseen clusters may move the score of ``source`` against the currency's line."""
        reached = float(self._reached(self.means[source][-1], self.means[currency]))
        x = self.log_sizes - self.log_sizes.mean()
        at = np.clip(reached, *self.log_sizes[[0, -1]]) - self.log_sizes.mean()
        weights = self._weights(currency, -(1 / len(x) + at * x / (x @ x)))
        last = _column(source, self.sizes[-1])
        return unseen_reach(self._resampled.scores, weights | {last: weights.get(last, 0) + 1.0})

    def _reached(self, target: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """Logarithm of the number of questions at which lines through ``scores`` reach ``target``.
        """
        height, slope = self._line(scores)
        with np.errstate(divide="ignore", invalid="ignore"):
            above = np.where(slope > 0, (target - height) / slope, np.inf)
        return above + self.log_sizes.mean()

    def _worth(self, target: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """Where lines through ``scores`` reach ``target``, in thousandths of the largest budget."""
        reached = self._reached(target, scores)
        first, last = self.log_sizes[0] - 1e-9, self.log_sizes[-1] + 1e-9  # an end may be rounded
        inside = (reached >= first) & (reached <= last)
        outside = np.where(reached < first, -np.inf, np.inf)
        return np.where(inside, 1000 * 2.0 ** np.clip(reached, 0, 60) / self.sizes[-1], outside)

    def exchange_table(self) -> pd.DataFrame:
        """`exchange` of every other system into native questions; empty where NAT wasn't run."""
        others = [system for system in self.systems if system != "NAT"]
        rates = [self.exchange(system, "NAT") for system in others] if "NAT" in self.systems else []
        columns = ["source", "currency", "estimate", "low", "high", "reason"]
        return pd.DataFrame(rates, columns=columns)


def _column(system: str, size: int) -> str:
    """Name of a system's runs on one budget in the joint bootstrap of all budgets."""
    return f"{system} on {size}"


def _check_alike(matrix: pd.DataFrame, size: int, first: pd.DataFrame, first_size: int) -> None:
    if set(matrix.columns) != set(first.columns) or set(matrix.index) != set(first.index):
        raise ValueError(f"{size} questions: {len(matrix)} items answered by "
                         f"{sorted(matrix.columns)}; of {first_size} questions there are "
                         f"{len(first)}, by {sorted(first.columns)}")


def shown_slopes(slopes: pd.DataFrame) -> pd.DataFrame:
    """`Curves.slopes` by system, with their intervals."""
    gains = [f"{number(points, 1, True)} [{number(low, 1, True)}, {number(high, 1, True)}]"
             for _, points, low, high in slopes.itertuples(index=False)]
    return pd.DataFrame({"points": gains}, index=pd.Index(slopes["system"], name="system"))


def shown_rates(rates: pd.DataFrame) -> pd.DataFrame:
    """`Curves.exchange_table` by source, with intervals, or the reason why there is no rate."""
    ends = rates[["estimate", "low", "high"]].astype(float)
    shown = ["" if not np.isfinite(estimate) else f"{number(estimate)} [{_end(low)}, {_end(high)}]"
             for estimate, low, high in ends.itertuples(index=False)]
    return pd.DataFrame({f"{currency} questions": shown for currency in rates["currency"].unique()}
                        | {"reason": rates["reason"].to_list()},
                        index=pd.Index(rates["source"], name="source"))


def _end(end: float) -> str:
    """An end of an interval in whole questions; beyond the budgets that were run, ∞ or −∞."""
    if np.isfinite(end):
        return number(end)
    return "∞" if end > 0 else "\u2212∞"


def curves_figure(points: pd.DataFrame) -> tuple[plt.Figure, str] | None:
    """Exact match over the number of training questions with 95 % intervals, a line per system.

    Args:
        points: of `Curves.points`.

    Returns:
        The figure and its alternative text; None without points.
    """
    if points.empty:
        return None
    figure, axes = plt.subplots()
    sizes, ends = sorted(points["questions"].unique()), []
    for i, system in enumerate(in_order(points["system"])):
        rows = points[points["system"] == system].sort_values("questions")
        bars = [rows["exact_match"] - rows["low"], rows["high"] - rows["exact_match"]]
        axes.errorbar(rows["questions"] * 1.02**i, rows["exact_match"], yerr=bars,
                      fmt=f"{MARKERS[system]}-", capsize=3, label=system,
                      color=system_colour(system))
        scores = rows["exact_match"]
        ends.append(f"{system} {percent(scores.iloc[0])} to {percent(scores.iloc[-1])}")
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.set_xlabel("Training questions")
    axes.set_ylabel("Exact match, %, with 95 % interval")
    percent_axis(axes.yaxis)
    axes.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    axes.set_title("Learning curves", pad=30)
    alt = (f"Exact match over {sizes[0]:,} to {sizes[-1]:,} training questions, with 95 % "
           f"intervals: {'; '.join(ends)}.")
    return figure, alt
