"""Whether differences between systems persist when the same questions are asked in other ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from medinj_utils.comparison.inference import interval
from medinj_utils.comparison.resampling import Resampled, resample
from medinj_utils.comparison.scores import SMALL, independent_units, need_columns
from medinj_utils.comparison.tables import asked_items, score_matrix
from medinj_utils.comparison.unseen import unseen_reach
from medinj_utils.core.names import in_order
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import number
from medinj_utils.evaluation.probes import ORIGINAL

_NOTHING = pd.DataFrame({
    "run": [], "system": [], "seed": [], "id": [], "task": [], "variant": [], "gold": [],
    "letters": [], "exact_match": []}).astype(str).assign(reordered=pd.Series(dtype=bool))
_MEANS = ["variant", "items", "system", "exact_match", "change", "low", "high", "change_low",
          "change_high"]


@dataclass(frozen=True)
class Probed:
    """Questions asked in other ways, without those on general knowledge.

    Where notebook 32 asked no variant, it is empty, and so are the tables made from it.

    Args:
        scores: a row per run, variant and question.
        matrices: by variant, items × (system, seed).
        items: records of the original questions, by id.
        clusters: label of each item, by id.
    """

    scores: pd.DataFrame
    matrices: dict[str, pd.DataFrame]
    items: pd.DataFrame
    clusters: pd.Series

    @property
    def original(self) -> pd.DataFrame:
        """Scores of the original questions, items × (system, seed)."""
        return self.matrices.get(ORIGINAL, pd.DataFrame())

    @property
    def orders(self) -> list[str]:
        """Names of the variants whose options stand in another order."""
        return list(self.scores.loc[self.scores["reordered"], "variant"].unique())

    def in_words(self) -> str:
        """How many answers there are, or why there are none."""
        if self.scores.empty:
            return "Notebook 32 asked no variant (its parameter orders is 0): all tables are empty."
        return f"{number(len(self.scores))} answers."


def load_probed(tree: Tree) -> Probed:
    """What notebook 32 asked in other ways; empty where it asked nothing.

    Raises:
        ValueError: the scores lack a column, as those of earlier versions.
    """
    scores = _NOTHING
    if tree.probe_scores.exists():
        scores = pd.read_parquet(tree.probe_scores)
        need_columns(scores, {*_NOTHING, "general"}, f"{tree.probe_scores} (of notebook 32)")
        scores = scores[~scores["general"]]
    matrices = variant_matrices(scores)
    ids = matrices[ORIGINAL].index if matrices else pd.Index([])
    return Probed(scores, matrices, *asked_items(tree, ids))


def variant_matrices(scores: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """By variant, items × (system, seed)."""
    return {variant: score_matrix(part) for variant, part in scores.groupby("variant", sort=False)}


def probe_means(matrices: Mapping[str, pd.DataFrame], resamples: int = 10_000,
                clusters: pd.Series | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mean scores and ranking of the systems in each variant, beside the original questions.

    A variant is compared over the items that both have; the bootstrap draws the same items for
    both, and changes are those of these runs. Variants of fewer than `SMALL` items or clusters are
    left out.

    Args:
        matrices: by variant, the original included, items × (system, seed).
        resamples: draws of each bootstrap.
        clusters: label of each item, by the items' index.

    Returns:
        Means (variant, items, system, exact_match, ``change`` from the original, low, high,
        change_low, change_high) and rankings (variant, items, ``tau`` of `kendall` between the
        systems' means in the two, low, high), with 95 % intervals. Both are empty without variants.

    Raises:
        ValueError: there are no scores of the original questions.
    """
    if matrices and ORIGINAL not in matrices:
        raise ValueError(f"no scores of the variant {ORIGINAL!r}; there are: {', '.join(matrices)}")
    means, rankings = [], []
    for variant, matrix in matrices.items():
        original = matrices[ORIGINAL]
        systems = in_order(original.columns.get_level_values(0))
        items = original.index.intersection(matrix.index)
        if variant != ORIGINAL and independent_units(items, clusters) < SMALL:
            continue
        before, after = original.loc[items], matrix.loc[items, original.columns]
        own = None if clusters is None else clusters.loc[items]
        both = _resample_both(before, after, resamples, own)
        label = {"variant": variant, "items": len(items)}
        rows = [label | _mean_row(both, system) for system in systems]
        if variant == ORIGINAL:  # the change to itself is zero, whatever clusters there are
            rows = [row | {"change_low": 0.0, "change_high": 0.0} for row in rows]
        means += rows
        if variant != ORIGINAL:
            rankings.append(label | _ranking(both, systems))
    return (pd.DataFrame(means, columns=_MEANS),
            pd.DataFrame(rankings, columns=["variant", "items", "tau", "low", "high"]))


def _before(system: str) -> str:
    return f"before {system}"


def _after(system: str) -> str:
    return f"after {system}"


def _resample_both(before: pd.DataFrame, after: pd.DataFrame, resamples: int,
                   clusters: pd.Series | None) -> Resampled:
    """One bootstrap of two matrices of the same runs; systems named by `_before`, `_after`."""
    both = pd.concat([before.rename(columns=_before, level=0),
                      after.rename(columns=_after, level=0)], axis=1)
    same_runs = {name(system): system for name in (_before, _after)
                 for system in before.columns.get_level_values(0)}
    return resample(both, resamples, clusters=clusters, same_runs=same_runs)


def _mean_row(both: Resampled, system: str) -> dict:
    mean = both.contrast({_after(system): 1.0})
    change = both.contrast({_after(system): 1.0, _before(system): -1.0})
    return {"system": system, "exact_match": mean.estimate, "change": change.estimate,
            "low": mean.low, "high": mean.high,
            "change_low": change.low, "change_high": change.high}


def _ranking(both: Resampled, systems: list[str]) -> dict:
    """Kendall's tau of the order before and after, with its interval.

    A pair whose order rests on so few clusters that unseen ones could reverse it
    (`medinj_utils.comparison.unseen`) may agree or not.
    """
    before = [_before(system) for system in systems]
    after = [_after(system) for system in systems]
    tau = kendall(both.means[before].to_numpy()[None], both.means[after].to_numpy()[None])[0]
    agree = _agreement(both.draws[before].to_numpy(), both.draws[after].to_numpy())
    open_pairs = [_may_turn(both, before[a], before[b]) or _may_turn(both, after[a], after[b])
                  for a, b in combinations(range(len(systems)), 2)]
    low, _ = interval(np.where(open_pairs, -1, agree).mean(axis=1))
    _, high = interval(np.where(open_pairs, 1, agree).mean(axis=1))
    return {"tau": tau, "low": low, "high": high}


def _may_turn(both: Resampled, first: str, second: str) -> bool:
    """Whether unseen clusters could reverse the order of two systems."""
    weights = {first: 1.0, second: -1.0}
    gap = abs(both.means[first] - both.means[second])
    return gap < max(np.abs(unseen_reach(both.scores, weights)))


def kendall(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Kendall's tau (1938) of each row of two arrays, draws × systems.

    Pairs in the same order less pairs in the other, over all pairs; a tie in either counts as
    neither.

    Args:
        one: scores, draws × systems.
        other: scores, draws × systems.

    Returns:
        One tau per draw, shape (draws,).
    """
    return _agreement(one, other).mean(axis=1)


def _agreement(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Of each row and pair of systems whether their order is the same: 1, −1, or 0 for a tie."""
    a, b = np.triu_indices(one.shape[1], 1)
    order = np.sign((one[:, a] - one[:, b]).round(12))
    return order * np.sign((other[:, a] - other[:, b]).round(12))


_ALL_ORDERS = ("change", "change_low", "change_high", "tau", "tau_low", "tau_high")


def all_orders(matrices: Mapping[str, pd.DataFrame], orders: Sequence[str],
               resamples: int = 10_000, clusters: pd.Series | None = None) -> pd.DataFrame:
    """The effect of all other orders of the options together.

    Args:
        matrices, resamples, clusters: as for `probe_means`.
        orders: names of the variants whose options stand in another order.

    Returns:
        A row with ``change`` of the mean score over all runs, ``change_low``, ``change_high``,
        ``tau`` of the systems' order, ``tau_low``, ``tau_high`` (95 %). The change is that of these
        runs. No row where fewer than `SMALL` items or clusters were asked in other orders.
    """
    in_each = [matrices[name].index for name in (ORIGINAL, *orders)] if orders else [[]]
    items = sorted(set(in_each[0]).intersection(*in_each))
    if independent_units(items, clusters) < SMALL:
        return pd.DataFrame(columns=_ALL_ORDERS)
    original = matrices[ORIGINAL]
    own = None if clusters is None else clusters.loc[items]
    after = sum(matrices[name].loc[items, original.columns] for name in orders) / len(orders)
    both = _resample_both(original.loc[items], after, resamples, own)
    systems = original.columns.get_level_values(0)
    share = systems.value_counts(normalize=True)  # of the runs: the change is that over all of them
    change = both.contrast(share.rename(_after).to_dict() | (-share).rename(_before).to_dict())
    ranking = _ranking(both, in_order(systems))
    return pd.DataFrame([[*change, *map(float, ranking.values())]], columns=_ALL_ORDERS)


def _in_some_order(scores: pd.DataFrame) -> pd.Series:
    """Whether the question was asked as it is or with its options in another order."""
    return (scores["variant"] == ORIGINAL) | scores["reordered"]


def over_orders(scores: pd.DataFrame) -> pd.DataFrame:
    """How much a run's score depends on the order of the options.

    Args:
        scores: of `Probed`, of the original questions and of other orders among others.

    Returns:
        By run ``items`` that were asked in all orders, ``orders``, ``worst`` and ``best`` exact
        match of an order, ``mean`` over all, and shares of items right under ``all`` orders and
        under ``any``.
    """
    need_columns(scores, {"run", "id", "variant", "reordered", "exact_match"}, "scores")
    chosen = scores[_in_some_order(scores)]
    table = chosen.pivot(index=["run", "id"], columns="variant", values="exact_match")
    table = table.astype(float).dropna()
    right = table.eq(1)
    by_order = table.groupby("run").mean()
    summary = pd.DataFrame({
        "items": table.groupby("run").size(), "orders": table.shape[1],
        "worst": by_order.min(axis=1), "best": by_order.max(axis=1), "mean": by_order.mean(axis=1),
        "all": right.all(axis=1).groupby("run").mean(),
        "any": right.any(axis=1).groupby("run").mean()})
    return summary.loc[[run for run in dict.fromkeys(scores["run"]) if run in summary.index]]


def preferred_positions(scores: pd.DataFrame) -> pd.DataFrame:
    """How often answers to single-answer questions name a letter, and how often it is right.

    Args:
        scores: as for `over_orders`, with ``task`` and the right letters as ``gold``; answers of
            several letters are left out.

    Returns:
        Shares ``named`` and ``right`` by run and letter. A run without a preference names each
        letter as often as it is right.
    """
    single = scores["letters"].str.len().eq(1) & scores["gold"].str.len().eq(1)
    single &= scores["task"].eq("mcqu")
    chosen = scores[_in_some_order(scores) & single].groupby("run", sort=False)
    shares = {name: chosen[column].value_counts(normalize=True).rename_axis(["run", "letter"])
              for name, column in (("named", "letters"), ("right", "gold"))}
    return pd.DataFrame(shares).fillna(0.0)
