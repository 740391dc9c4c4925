"""What a gain costs: questions, tokens, hours, energy and, with prices that the reader enters, euros.

What is bought is a question once, however many epochs teach it. Costs of answering and testing are left out, since every
system has the same.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from medinj_utils.comparison.resampling import interval
from medinj_utils.core.files import need
from medinj_utils.core.names import BASE, run_parts
from medinj_utils.core.style import system_colour
from medinj_utils.data import load_mixture

PROVENANCES = ("native", "synthetic", "translated")


def costs_of(output: str | Path, runs: Sequence[str]) -> pd.DataFrame:
    """By system of the runs (means over its seeds): questions of each provenance, ``items`` (all of them), ``tokens`` and
    ``tokens_taught`` over all epochs, ``hours`` and ``kwh`` of training."""
    rows = []
    for run in runs:
        system, _ = run_parts(run)
        if system == BASE:
            continue
        card = json.loads(need(Path(output) / "runs" / run / "card.json", "notebook 21_train_adapter").read_text("utf-8"))
        mixture = load_mixture(Path(output) / "mixtures", system)
        counts = mixture.drop_duplicates("id")["provenance"].value_counts()
        rows.append({"system": system} | {name: int(counts.get(name, 0)) for name in PROVENANCES} | {
            "items": int(counts.sum()), "tokens": card["tokens"], "tokens_taught": card["tokens_taught"],
            "hours": card["training_seconds"] / 3600, "kwh": card["energy_kwh"]})
    return pd.DataFrame(rows).groupby("system", sort=False).mean()


def in_euros(costs: pd.DataFrame, prices: Mapping[str, float], hour: float = 0.0, kwh: float = 0.0) -> pd.Series:
    """Euros by system: ``prices`` of a question by provenance, and of an ``hour`` of the machine and a ``kwh``."""
    unknown, missing = set(prices) - set(PROVENANCES), set(PROVENANCES) - set(prices)
    if unknown or missing:
        raise ValueError(f"prices are of {', '.join(sorted(prices)) or 'nothing'}; need one of each of "
                         f"{', '.join(PROVENANCES)}, in euros a question")
    if wrong := [name for name, price in (*prices.items(), ("hour", hour), ("kwh", kwh)) if not price >= 0]:
        raise ValueError(f"the price of {wrong[0]} is below zero or no number")
    return sum(costs[name] * price for name, price in prices.items()) + costs["hours"] * hour + costs["kwh"] * kwh


def yields(means: pd.Series, draws: pd.DataFrame, costs: pd.DataFrame, euros: pd.Series | None = None) -> pd.DataFrame:
    """Points of exact match gained over the base for what was spent: system, per, cost, points, low, high (95 %).

    ``means`` and ``draws`` (of `bootstrap_means`) are shares by system. What a system cost is taken as it was.
    """
    units = {"1,000 questions": costs["items"] / 1e3, "million tokens": costs["tokens"] / 1e6, "hour": costs["hours"],
             "kWh": costs["kwh"]} | ({} if euros is None else {"euro": euros})
    rows = []
    for per, spent in units.items():
        for system, cost in spent.items():
            gain = 100 * (draws[system] - draws[BASE])
            low, high = interval(gain / cost) if cost > 0 else (np.nan, np.nan)
            rows.append({"system": system, "per": per, "cost": cost, "low": low, "high": high,
                         "points": 100 * (means[system] - means[BASE]) / cost if cost > 0 else np.nan})
    return pd.DataFrame(rows)[["system", "per", "cost", "points", "low", "high"]]


def break_even(means: pd.Series, draws: pd.DataFrame, costs: pd.DataFrame, first: str, second: str,
               second_euros: float, rest_of_first: float = 0.0) -> dict:
    """The price of a question of ``first`` at which it gains as many points for a euro as ``second`` does.

    Both are pure mixtures. ``second_euros`` is what ``second`` cost in all, ``rest_of_first`` what ``first`` cost beside its
    questions. Returns estimate, low and high (95 %) in euros a question, and ``why`` it can't be told: where the gain of
    ``second`` isn't surely above zero, no price makes them even. A price below zero means that ``first`` never is.
    """
    if missing := {first, second, BASE} - set(means.index):
        raise ValueError(f"no system {', '.join(sorted(missing))}; there are: {', '.join(means.index)}")
    gains = [told[first] - told[BASE] for told in (means, draws)], [told[second] - told[BASE] for told in (means, draws)]
    if interval(gains[1][1])[0] <= 0:
        return {"estimate": np.nan, "low": np.nan, "high": np.nan,
                "why": f"{second} is not surely better than the base, so nothing can be even with it"}
    price, drawn = ((a / b * second_euros - rest_of_first) / costs.loc[first, "items"] for a, b in zip(*gains, strict=True))
    low, high = interval(drawn)
    return {"estimate": float(price), "low": low, "high": high, "why": ""}


def undominated(cost: pd.Series, score: pd.Series) -> list[str]:
    """Systems for which no other scores as much for less, or more for as much (the Pareto front), from the cheapest."""
    front, best = [], -np.inf
    for system in pd.DataFrame({"cost": cost, "score": -score}).sort_values(["cost", "score"]).index:
        if score[system] > best:
            front.append(system)
            best = score[system]
    return front


def pareto_figure(table: pd.DataFrame, cost: pd.Series, unit: str, title: str = "") -> plt.Figure:
    """Exact match with intervals over what a system cost; a line joins those that none other beats on both.

    ``table`` has the columns of ``comparison.csv``, ``cost`` is by tuned system; the base costs nothing.
    """
    rows = table.set_index("system")
    spent = cost.reindex(rows.index).fillna(0.0)
    figure, axes = plt.subplots()
    for system, row in rows.iterrows():
        axes.errorbar(spent[system], row["exact_match"], yerr=[[row["exact_match"] - row["low"]],
                                                              [row["high"] - row["exact_match"]]],
                      fmt="o", markersize=8, capsize=4, color=system_colour(system))
        axes.annotate(system, (spent[system], row["exact_match"]), xytext=(6, 5), textcoords="offset points", fontsize=9)
    front = undominated(spent, rows["exact_match"])
    axes.step(spent[front], rows.loc[front, "exact_match"], "--", where="post", color="#444444", linewidth=1, zorder=0)
    axes.set_xlabel(unit)
    axes.set_ylabel("Exact match, 95 % interval")
    axes.set_title(title)
    return figure
