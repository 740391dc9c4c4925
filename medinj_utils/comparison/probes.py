"""Whether what is found among systems survives when the same questions are asked in other ways."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from medinj_utils.comparison.resampling import SMALL, bootstrap_means, independent, interval, need_columns, system_means
from medinj_utils.core.names import run_parts
from medinj_utils.core.prompts import LETTERS
from medinj_utils.core.style import in_order
from medinj_utils.evaluation.probes import AS_ASKED, ORDER


def probe_means(matrices: dict[str, pd.DataFrame], resamples: int = 10_000, seed: int = 0,
                clusters: pd.Series | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(means, rankings) of the systems in each variant, by its matrix (items × (system, seed)).

    Each variant is held against the questions as they are asked, over the items that both have. Means: variant, items,
    system, exact_match, ``change`` (variant − as asked), low, high, change_low, change_high. Rankings: variant, items,
    ``tau`` (of `kendall`, of the systems' means in the two), low, high. Intervals are 95 % bootstrap intervals that draw the
    same items for both; changes are those of these runs. Variants with fewer than `SMALL` items or clusters are left out.
    """
    if AS_ASKED not in matrices:
        raise ValueError(f"no scores of the questions {AS_ASKED!r}; there are: {', '.join(matrices) or 'none'}")
    plain, means, rankings = matrices[AS_ASKED], [], []
    systems = in_order(plain.columns.get_level_values(0))
    for variant, matrix in matrices.items():
        items = plain.index.intersection(matrix.index)
        if variant != AS_ASKED and independent(items, clusters) < SMALL:
            continue
        both = pd.concat({"before": plain.loc[items], "after": matrix.loc[items, plain.columns]}, axis=1)
        both.columns = pd.MultiIndex.from_tuples([(f"{when} {system}", run) for when, system, run in both.columns])
        runs = {f"{when} {system}": system for when in ("before", "after") for system in systems}
        draws = bootstrap_means(both, resamples, seed, None if clusters is None else clusters.loc[items], runs)
        found = system_means(both)
        before, after = ([f"{when} {system}" for system in systems] for when in ("before", "after"))
        for system, old, new in zip(systems, before, after, strict=True):
            told = {"variant": variant, "items": len(items), "system": system, "exact_match": found[new],
                    "change": found[new] - found[old]}
            told["low"], told["high"] = interval(draws[new])
            told["change_low"], told["change_high"] = interval(draws[new] - draws[old])
            means.append(told)
        if variant != AS_ASKED:
            low, high = interval(kendall(draws[before].to_numpy(), draws[after].to_numpy()))
            tau = kendall(found[before].to_numpy()[None], found[after].to_numpy()[None])[0]
            rankings.append({"variant": variant, "items": len(items), "tau": tau, "low": low, "high": high})
    return pd.DataFrame(means), pd.DataFrame(rankings, columns=["variant", "items", "tau", "low", "high"])


def kendall(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Kendall's tau (1938) of each row of two arrays (draws × systems): pairs in the same order less pairs in the other,
    over all pairs; a tie in either counts as neither."""
    a, b = np.triu_indices(one.shape[1], 1)
    return (np.sign((one[:, a] - one[:, b]).round(12)) * np.sign((other[:, a] - other[:, b]).round(12))).mean(axis=1)


def _in_some_order(scores: pd.DataFrame) -> pd.Series:
    """Whether the question was asked as it is or with its options in another order."""
    return (scores["variant"] == AS_ASKED) | scores["variant"].str.startswith(f"{ORDER} ")


def over_orders(scores: pd.DataFrame) -> pd.DataFrame:
    """How much hangs on the order of the options. ``scores``: rows of `score_answers` with their ``variant``, of the
    questions as they are and in other orders.

    By run (``system``): ``items`` that were asked in all orders, ``orders``, ``worst`` and ``best`` exact match of an order,
    ``mean`` over all, and shares of items right under ``all`` orders and under ``any``.
    """
    need_columns(scores, {"system", "id", "variant", "exact_match"}, "scores")
    chosen = scores[_in_some_order(scores)]
    table = chosen.pivot(index=["system", "id"], columns="variant", values="exact_match").astype(float).dropna()
    right, by_order = table.eq(1), table.groupby("system").mean()
    told = pd.DataFrame({
        "items": table.groupby("system").size(), "orders": table.shape[1], "worst": by_order.min(axis=1),
        "best": by_order.max(axis=1), "mean": by_order.mean(axis=1),
        "all": right.all(axis=1).groupby("system").mean(), "any": right.any(axis=1).groupby("system").mean()})
    return told.loc[[name for name in dict.fromkeys(scores["system"]) if name in told.index]]


def all_orders(matrices: Mapping[str, pd.DataFrame], resamples: int = 10_000, seed: int = 0,
               clusters: pd.Series | None = None) -> dict[str, float]:
    """What the other orders of the options, taken together, do: ``change`` of the mean score over all systems, with
    ``change_low`` and ``change_high``, and ``tau`` of the systems' order with ``tau_low`` and ``tau_high`` (95 %).
    ``matrices`` as for `probe_means`; the change is that of these runs. Empty where other orders were asked of fewer than
    `SMALL` items or clusters."""
    orders = [matrix for name, matrix in matrices.items() if name.startswith(f"{ORDER} ")]
    plain = matrices[AS_ASKED]
    items = sorted(set(plain.index).intersection(*(matrix.index for matrix in orders))) if orders else []
    if independent(items, clusters) < SMALL:
        return {}
    own = None if clusters is None else clusters.loc[items]
    plain, mixed = plain.loc[items], sum(matrix.loc[items, plain.columns] for matrix in orders) / len(orders)
    both = pd.DataFrame({AS_ASKED: plain.mean(axis=1), ORDER: mixed.mean(axis=1)})
    draws, change = bootstrap_means(both, resamples, seed, own), both[ORDER].mean() - both[AS_ASKED].mean()
    low, high = interval(draws[ORDER] - draws[AS_ASKED])
    ranking = probe_means({AS_ASKED: plain, ORDER: mixed}, resamples, seed, own)[1].iloc[0]
    return {"change": float(change), "change_low": low, "change_high": high, "tau": float(ranking["tau"]),
            "tau_low": float(ranking["low"]), "tau_high": float(ranking["high"])}


def preferred_positions(scores: pd.DataFrame) -> pd.DataFrame:
    """How often single answers name a letter and how often it is right, as shares by run (``system``) and letter: ``named``,
    ``right``. A run without a preference names each as often as it is right. ``scores`` as for `over_orders`, with the right
    letter as ``gold``; answers of several letters are left out."""
    told = scores[_in_some_order(scores) & scores["letters"].str.len().eq(1) & scores["gold"].str.len().eq(1)]
    shares = {name: told.groupby("system", sort=False)[column].value_counts(normalize=True)
              for name, column in (("named", "letters"), ("right", "gold"))}
    return pd.DataFrame({name: table.rename_axis(["system", "letter"]) for name, table in shares.items()}).fillna(0.0)


def sampled_ranking(sampled: pd.DataFrame, draws: int = 10_000, seed: int = 0) -> dict[str, float]:
    """Kendall's tau of the systems' order by one drawn test with that by the likeliest answers, over many such draws: mean
    ``tau``, and ``low`` and ``high``, between which 95 % of them lie. ``sampled``: see `sampled_answers`."""
    system = sampled["system"].map(lambda run: run_parts(run)[0])
    one = np.random.default_rng(seed).normal(sampled["drawn"], sampled["sd"], size=(draws, len(sampled)))
    drawn = pd.DataFrame(one).T.groupby(system.to_numpy()).mean().T
    likeliest = sampled["likeliest"].groupby(system).mean()[drawn.columns].to_numpy()
    taus = kendall(drawn.to_numpy(), np.tile(likeliest, (draws, 1)))
    low, high = interval(taus)
    return {"tau": float(taus.mean()), "low": low, "high": high}


def sampled_answers(answers: Mapping[str, pd.DataFrame], gold: pd.Series) -> pd.DataFrame:
    """What answers drawn from the letters' probabilities would score, from ``answers`` by run in the mode "likelihood";
    ``gold``: the right letter by item. Answers without probabilities, as a server may give them, are left out.

    By ``system``: ``items``, exact match of the ``likeliest`` letters, the mean over ``drawn`` ones (at temperature 1), and
    ``sd``, the standard deviation of one draw of the whole test, which is that of a sum of independent draws.
    """
    rows = []
    for name, table in answers.items():
        told = table[(table["mode"] == "likelihood") & table["id"].isin(gold.index)]
        told = told[told["raw"].notna() & told["probabilities"].map(len).gt(0)]
        right = gold.loc[told["id"]].to_list()
        p = np.array([row[LETTERS.index(letter)] for row, letter in zip(told["probabilities"], right, strict=True)])
        if len(p):
            rows.append({"system": name, "items": len(p), "likeliest": (told["raw"].to_numpy() == np.array(right)).mean(),
                         "drawn": p.mean(), "sd": np.sqrt((p * (1 - p)).sum()) / len(p)})
    return pd.DataFrame(rows, columns=["system", "items", "likeliest", "drawn", "sd"])
