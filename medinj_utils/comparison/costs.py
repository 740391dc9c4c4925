"""What a gain costs: questions, tokens, hours, energy and, with the reader's prices, euros.

A question is bought once, however many epochs train on it. Costs of answering and testing are left
out, since every system has the same.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from medinj_utils.comparison.inference import interval
from medinj_utils.comparison.resampling import Resampled
from medinj_utils.comparison.unseen import unseen_reach
from medinj_utils.core.names import BASE, PARTS, PROVENANCES, Run, in_order
from medinj_utils.core.tree import Tree
from medinj_utils.data import load_mixture

#: A large and a small unit of each cost, as parts of the unit that its column has.
_UNITS = {"items": (("1,000 questions", 1e3), ("100 questions", 1e2)),
          "tokens": (("million tokens", 1e6), ("1,000 tokens", 1e3)),
          "hours": (("hour", 1), ("minute", 1 / 60)), "kwh": (("kWh", 1), ("Wh", 1e-3))}


def costs_of(tree: Tree, runs: Iterable[Run]) -> pd.DataFrame:
    """What each tuned system took, means over its seeds.

    Args:
        tree: the output tree, with cards of runs and mixtures.
        runs: the runs that are compared; the base costs nothing.

    Returns:
        By system, in the book's order: questions of each provenance, ``items`` (all of them),
        ``tokens`` and ``supervised_tokens`` over all epochs, ``hours`` and ``kwh`` of training.

    Raises:
        FileNotFoundError: a run's card or mixture is missing.
    """
    rows = []
    for run in runs:
        if run.system == BASE:
            continue
        card = tree.run_card(run)
        mixture = load_mixture(tree, run.system)
        counts = mixture.drop_duplicates("id")["provenance"].value_counts()
        rows.append({
            "system": run.system,
            **{name: int(counts.get(name, 0)) for name in PROVENANCES},
            "items": int(counts.sum()), "tokens": card["tokens"],
            "supervised_tokens": card["supervised_tokens"],
            "hours": card["training_seconds"] / 3600, "kwh": card["energy_kwh"]})
    costs = pd.DataFrame(rows).groupby("system").mean()
    return costs.loc[in_order(costs.index)]


def in_euros(costs: pd.DataFrame, prices: Mapping[str, float], hour: float = 0.0,
             kwh: float = 0.0) -> pd.Series:
    """Euros by system.

    Args:
        costs: of `costs_of`.
        prices: euros a question, by provenance.
        hour: euros an hour of the machine that trains.
        kwh: euros a kilowatt hour.

    Raises:
        ValueError: a provenance has no price, or a price is below zero or not a number.
    """
    used = {name for name in PROVENANCES if costs[name].any()}
    if not used <= set(prices) <= set(PROVENANCES):
        priced = ", ".join(name for name in PROVENANCES if name in used)
        raise ValueError(f"prices must give euros a question for {priced}; got: "
                         f"{', '.join(sorted(prices)) or 'none'}")
    all_prices = [*prices.items(), ("hour", hour), ("kwh", kwh)]
    if wrong := [name for name, price in all_prices if not price >= 0]:
        raise ValueError(f"the price of {wrong[0]} is below zero or not a number")
    questions = sum(costs[name] * price for name, price in prices.items())
    return questions + costs["hours"] * hour + costs["kwh"] * kwh


def with_euros(costs: pd.DataFrame, prices: Mapping[str, float], hour: float,
               kwh: float) -> pd.DataFrame:
    """The costs with a column ``euros`` of `in_euros`, where there are prices.

    Args:
        costs: of `costs_of`.
        prices, hour, kwh: as for `in_euros`; without prices of questions there are no euros.

    Raises:
        ValueError: as `in_euros`.
    """
    return costs.assign(euros=in_euros(costs, prices, hour, kwh)) if prices else costs


def _fitting(spent: pd.Series, large: tuple[str, float],
             small: tuple[str, float]) -> tuple[str, pd.Series]:
    """The unit that fits what was spent, and the costs in it."""
    unit, size = large if (spent >= large[1]).all() else small
    return unit, spent / size


def yields(resampled: Resampled, costs: pd.DataFrame) -> pd.DataFrame:
    """Points of exact match gained over the base, for what was spent.

    Costs are taken as known, without uncertainty.

    Args:
        resampled: the bootstrap of the systems' scores, the base included.
        costs: of `costs_of`, with the column ``euros`` where there are prices.

    Returns:
        Columns system, per (the unit), cost, points, low, high (95 %); what costs nothing has no
        yield. Questions, tokens, time and energy are in the larger of two units where every system
        spent at least one of it, else in the smaller.
    """
    units = dict(_fitting(costs[name], *sizes) for name, sizes in _UNITS.items())
    if "euros" in costs:
        units["euro"] = costs["euros"]
    rows = []
    for per, spent in units.items():
        for system, cost in spent.items():
            row = {"system": system, "per": per, "cost": cost, "points": np.nan, "low": np.nan,
                   "high": np.nan}
            if cost > 0:
                gain = resampled.contrast({system: 100 / cost, BASE: -100 / cost})
                row |= {"points": gain.estimate, "low": gain.low, "high": gain.high}
            rows.append(row)
    return pd.DataFrame(rows)


def break_even(resampled: Resampled, costs: pd.DataFrame, first: str, second: str,
               rest_of_first: float = 0.0) -> dict:
    """The price of a question of ``first`` at which it gains as much per euro as ``second`` does.

    Args:
        resampled: the bootstrap of the systems' scores, the base included.
        costs: of `costs_of`, with the column ``euros``.
        first: a pure mixture.
        second: another.
        rest_of_first: euros that ``first`` cost beside its questions.

    Returns:
        ``estimate``, ``low``, ``high`` (95 %) in euros a question, and the ``reason`` where there
        is none: where the interval of the gain of ``second`` includes zero, no price makes them
        even. A price below zero means that ``first`` never breaks even.

    Raises:
        ValueError: a system is missing.
    """
    means, draws = resampled.means, resampled.draws
    if missing := {first, second, BASE} - set(means.index):
        raise ValueError(f"no system {', '.join(sorted(missing))}; there are: "
                         f"{', '.join(means.index)}")
    if resampled.contrast({second: 1.0, BASE: -1.0}).low <= 0:
        return {"estimate": np.nan, "low": np.nan, "high": np.nan,
                "reason": f"the interval of the gain of {second} over the base includes zero, so "
                          "there is no break-even price"}

    def price(scores: pd.Series | pd.DataFrame) -> pd.Series | float:
        gained = (scores[first] - scores[BASE]) / (scores[second] - scores[BASE])
        return (gained * costs.loc[second, "euros"] - rest_of_first) / costs.loc[first, "items"]

    low, high = interval(price(draws))
    estimate = float(price(means))
    # At this price the gains per euro are equal. Unseen clusters may change their difference from
    # 0; the price changes by what offsets that.
    questions, spent = costs.loc[first, "items"], costs.loc[second, "euros"]
    cost = rest_of_first + estimate * questions
    even = {first: spent, second: -cost, BASE: cost - spent}
    a_point = (means[second] - means[BASE]) * questions
    down, up = (reach / a_point for reach in unseen_reach(resampled.scores, even))
    if down or up:
        low, high = min(low, estimate + down), max(high, estimate + up)
    return {"estimate": estimate, "low": low, "high": high, "reason": ""}


def break_even_table(resampled: Resampled, costs: pd.DataFrame,
                     prices: Mapping[str, float]) -> pd.DataFrame:
    """Break-even prices of translated and of synthetic questions with native ones.

    Args:
        resampled: the bootstrap of the systems' scores, the base included.
        costs: of `costs_of`, with the column ``euros`` where there are prices.
        prices: euros a question, by provenance; none where there are no prices.

    Returns:
        Columns question (provenance), price (its own), native_price, estimate, low, high, reason;
        empty where there are no prices, or the pure mixtures were not run.
    """
    rows = []
    for system in ("TRAD", "SYN"):
        if prices and {"NAT", system} <= set(costs.index):
            provenance = PARTS[system]
            questions = costs.loc[system, provenance] * prices[provenance]
            rest = costs.loc[system, "euros"] - questions
            rows.append({"question": provenance, "price": prices[provenance],
                         "native_price": prices["native"]}
                        | break_even(resampled, costs, system, "NAT", rest))
    return pd.DataFrame(rows, columns=["question", "price", "native_price", "estimate", "low",
                                       "high", "reason"])


def undominated(cost: pd.Series, score: pd.Series) -> list[str]:
    """The Pareto front: systems for which no other scores as much for less, or more for as much.

    Args:
        cost: by system.
        score: by system.

    Returns:
        From the cheapest.
    """
    front, best = [], -np.inf
    table = pd.DataFrame({"cost": cost, "score": -score}).sort_values(["cost", "score"])
    for system in table.index:
        if score[system] > best:
            front.append(system)
            best = score[system]
    return front


def score_and_cost(comparison: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """Scores beside what the systems cost: in euros where there are prices, else in questions.

    Args:
        comparison: of ``comparison.csv``.
        costs: of `costs_of`.

    Returns:
        Columns system, exact_match, low, high, cost; the base costs nothing.
    """
    cost = costs["euros" if "euros" in costs else "items"]
    table = comparison[["system", "exact_match", "low", "high"]]
    return table.assign(cost=table["system"].map(cost).fillna(0.0))
