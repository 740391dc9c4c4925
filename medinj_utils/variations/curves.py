"""How a score grows with the number of training questions, and what one source's questions are worth in another's."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from medinj_utils.comparison.resampling import bootstrap_means, interval, system_means
from medinj_utils.core.style import in_order, system_colour


class Curves:
    """Scores of systems by number of training questions, and bootstrap draws of them that take the same items for all.

    ``matrices``: by number of questions (two at least), items × (system, seed), with the same items and columns in all.
    """

    def __init__(self, matrices: Mapping[int, pd.DataFrame], resamples: int = 10_000, seed: int = 0, clusters=None):
        if len(matrices) < 2:
            raise ValueError(f"scores of {len(matrices)} budget; a curve needs two at least")
        self.sizes = sorted(matrices)
        first = matrices[self.sizes[0]]
        for size in self.sizes:
            if set(matrices[size].columns) != set(first.columns) or set(matrices[size].index) != set(first.index):
                raise ValueError(f"{size} questions: {len(matrices[size])} items answered by "
                                 f"{sorted(matrices[size].columns)}; of {self.sizes[0]} questions there are {len(first)}, "
                                 f"by {sorted(first.columns)}")
        wide = pd.concat([matrices[size].loc[first.index].rename(columns=lambda name, s=size: f"{name}\n{s}", level=0)
                          for size in self.sizes], axis=1)
        draws = bootstrap_means(wide, resamples, seed, clusters)
        means = system_means(wide)
        self.systems = in_order(first.columns.get_level_values(0))
        self.means = {name: means[[f"{name}\n{size}" for size in self.sizes]].to_numpy() for name in self.systems}
        self.draws = {name: draws[[f"{name}\n{size}" for size in self.sizes]].to_numpy() for name in self.systems}
        self.log_sizes = np.log2(self.sizes)

    def points(self) -> pd.DataFrame:
        """system, questions, exact_match, low, high (95 %)."""
        rows = []
        for name in self.systems:
            for i, size in enumerate(self.sizes):
                low, high = interval(self.draws[name][:, i])
                rows.append({"system": name, "questions": size, "exact_match": self.means[name][i], "low": low,
                             "high": high})
        return pd.DataFrame(rows)

    def _line(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(height at the mean of the logarithms, slope) of least-squares lines through rows of scores."""
        x = self.log_sizes - self.log_sizes.mean()
        return scores.mean(axis=-1), scores @ x / (x @ x)

    def slopes(self) -> pd.DataFrame:
        """Points gained with every doubling of the questions, by a straight line over their logarithm: system, points, low,
        high (95 %)."""
        rows = []
        for name in self.systems:
            low, high = interval(self._line(self.draws[name])[1])
            rows.append({"system": name, "points": 100 * float(self._line(self.means[name])[1]), "low": 100 * low,
                         "high": 100 * high})
        return pd.DataFrame(rows)

    def exchange(self, of: str, into: str) -> dict:
        """How many questions of ``into`` are worth a thousand of ``of``, at the largest budget: those at which the line of
        ``into`` reaches what ``of`` scores there.

        Returns estimate, low, high (95 %) and ``why`` there is none. Lines are not followed beyond what was run: an end
        below the smallest budget or above the largest is −∞ or ∞. Where the line of ``into`` doesn't surely rise nothing
        can be told.
        """
        told = {"of": of, "into": into, "estimate": np.nan, "low": np.nan, "high": np.nan}
        if interval(self._line(self.draws[into])[1])[0] < 1e-9:
            return told | {"why": f"{into} doesn't surely gain from more questions"}

        def worth(target: np.ndarray, scores: np.ndarray) -> np.ndarray:
            height, slope = self._line(scores)
            with np.errstate(divide="ignore", invalid="ignore"):
                at = np.where(slope > 0, (target - height) / slope, np.inf) + self.log_sizes.mean()
            inside = (at >= self.log_sizes[0]) & (at <= self.log_sizes[-1])
            beyond = np.where(at < self.log_sizes[0], -np.inf, np.inf)
            return np.where(inside, 1000 * 2.0 ** np.clip(at, 0, 60) / self.sizes[-1], beyond)

        drawn = worth(self.draws[of][:, -1], self.draws[into])
        low, high = np.quantile(drawn, [0.025, 0.975], method="inverted_cdf")
        estimate = float(worth(self.means[of][-1], self.means[into]))
        why = "" if np.isfinite(estimate) else (
            f"{of} scores {'less' if estimate < 0 else 'more'} than {into} does with "
            f"{'the fewest' if estimate < 0 else 'all'} questions that were run")
        return told | {"estimate": estimate, "low": float(low), "high": float(high), "why": why}


def curves_figure(points: pd.DataFrame, title: str = "") -> plt.Figure:
    """Exact match over the number of training questions, with 95 % intervals, a line for each system."""
    figure, axes = plt.subplots()
    for number, system in enumerate(in_order(points["system"])):
        rows = points[points["system"] == system]
        bars = [rows["exact_match"] - rows["low"], rows["high"] - rows["exact_match"]]
        axes.errorbar(rows["questions"] * 1.02**number, rows["exact_match"], yerr=bars, fmt="o-", capsize=3, label=system,
                      color=system_colour(system))
    axes.set_xscale("log", base=2)
    sizes = sorted(points["questions"].unique())
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.set_xlabel("Training questions")
    axes.set_ylabel("Exact match, 95 % interval")
    axes.legend(frameon=False)
    axes.set_title(title)
    return figure
