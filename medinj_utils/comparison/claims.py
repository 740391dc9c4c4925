"""The study's claims, and what runs, or the study's own published figures, say of them.

The claims stand in ``claims.yaml``. A claim is a set of contrasts of two systems' mean scores, and holds if each of them is
above zero. Its verdict, from the contrasts' 95 % intervals and from p-values adjusted over all contrasts of all claims (Holm
1979), with a declared smallest effect of interest:

- *supported*: every contrast's interval is above zero, and its adjusted p below 5 % (where a contrast is surely smaller
  than the smallest effect of interest all the same, ``why`` says so);
- *contradicted*: else, where a contrast's interval is below the smallest effect of interest, so that whatever difference
  there may be in the claimed direction is too small to matter; it is widened for as many contrasts as the claim has;
- *undecided*: neither;
- *not testable here*: the claim is of something that these scores don't hold, or a system wasn't run.
"""

from collections.abc import Mapping
from importlib.resources import files
from itertools import chain
from typing import Annotated, Literal

import numpy as np
import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from medinj_utils.comparison.pairs import compare_pairs
from medinj_utils.comparison.paper import EXACT_MATCH
from medinj_utils.core.names import SYSTEMS


class Contrast(BaseModel):
    """Mean score of ``first`` minus that of ``second``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    first: Literal[SYSTEMS]
    second: Literal[SYSTEMS]

    def __str__(self) -> str:
        return f"{self.first} − {self.second}"


class Claim(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    claim: str
    where: Literal["abstract", "results"]
    mark: Literal["V", "2"]
    contrasts: list[Contrast] = []
    orders: bool = False
    needs: str = ""

    @model_validator(mode="after")
    def _one_of_them(self):
        if bool(self.contrasts) + self.orders + bool(self.needs) != 1:
            raise ValueError("a claim has either contrasts or orders or needs")
        return self


class Claims(BaseModel):
    model_config = ConfigDict(extra="forbid")
    smallest: Annotated[float, Field(gt=0, lt=1)]
    order_stays: Annotated[float, Field(gt=-1, lt=1)]
    claims: Annotated[list[Claim], Field(min_length=1)]

    @property
    def contrasts(self) -> list[Contrast]:
        """Each once, in order of appearance: the family over which p-values are adjusted."""
        return list(dict.fromkeys(chain.from_iterable(claim.contrasts for claim in self.claims)))


def load_claims(path=None) -> Claims:
    """The claims of a file, or the study's. Raises ValueError that names file, claim and field."""
    path = path or files("medinj_utils.comparison") / "claims.yaml"
    try:
        return Claims.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}, got {one['input']!r}" for one in error.errors()
                         ) if isinstance(error, ValidationError) else str(error)
        raise ValueError(f"{path}: {told}") from None


def contrasts_here(claims: Claims, scores: pd.DataFrame, resamples: int = 10_000, seed: int = 0,
                   clusters=None) -> pd.DataFrame:
    """By contrast (first, second): estimate, low, high (95 %), p, p_adjusted, from ``scores`` as `compare_pairs` takes them.
    Contrasts with a system that wasn't run are left out."""
    systems = set(scores.columns.get_level_values(0))
    family = [c for c in claims.contrasts if {c.first, c.second} <= systems]
    if not family:
        return pd.DataFrame(columns=["first", "second", "estimate", "low", "high", "p", "p_adjusted"])
    pairs = compare_pairs(scores, resamples, seed, clusters).rename(columns={"difference": "estimate"})
    turned = pairs.assign(first=pairs["second"], second=pairs["first"], estimate=-pairs["estimate"], low=-pairs["high"],
                          high=-pairs["low"])
    both_ways = pd.concat([pairs, turned]).set_index(["first", "second"])[["estimate", "low", "high", "p"]]
    return _adjusted(both_ways.loc[[(c.first, c.second) for c in family]].reset_index())


def _adjusted(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(p_adjusted=multipletests(table["p"], method="holm")[1])


def contrasts_published(claims: Claims, items: int, pairing: Literal["worst", "best"]) -> pd.DataFrame:
    """The same columns from the paper's published means alone, as of one run each on so many items; how runs with other
    seeds would differ is not in them.

    How often two systems are right on the same items is not published. Of two shares a and b, between |a − b| and
    min(a + b, 2 − a − b) of the items can be answered right by one of them alone; the variance of a difference is that share
    less its square, over the number of items. "best" takes the least, which a comparison is surest with, "worst" the most.
    """
    if items < 1:
        raise ValueError(f"items is {items}; need how many items the published means are taken over")
    rows = []
    for contrast in claims.contrasts:
        a, b = EXACT_MATCH[contrast.first] / 100, EXACT_MATCH[contrast.second] / 100
        one_alone = abs(a - b) if pairing == "best" else min(a + b, 2 - a - b)
        error = np.sqrt((one_alone - (a - b) ** 2) / items)
        rows.append({"first": contrast.first, "second": contrast.second, "estimate": a - b,
                     "low": a - b - norm.ppf(0.975) * error, "high": a - b + norm.ppf(0.975) * error,
                     "p": 2 * norm.sf(abs(a - b) / error) if error else 1.0})
    return _adjusted(pd.DataFrame(rows))


def verdicts(claims: Claims, contrasts: pd.DataFrame, orders: Mapping[str, float] | None = None) -> pd.DataFrame:
    """One row per claim: name, claim, where, mark, estimand, and of its smallest contrast estimate, low, high; the largest
    p_adjusted; verdict, with the rule at the head of this module; why, where it can't be tested. ``orders``: what
    `medinj_utils.comparison.probes.all_orders` found."""
    by = {(row["first"], row["second"]): row for row in contrasts.to_dict("records")}
    rows = []
    for claim in claims.claims:
        told = {"name": claim.name, "claim": claim.claim, "where": claim.where, "mark": claim.mark,
                "estimand": "; ".join(map(str, claim.contrasts))}
        if claim.orders:
            rows.append(told | _of_orders(claims, orders))
            continue
        own = [by.get((c.first, c.second)) for c in claim.contrasts]
        if not own or None in own:
            missing = ", ".join(str(c) for c, row in zip(claim.contrasts, own, strict=True) if row is None)
            rows.append(told | {"verdict": "not testable here", "why": claim.needs or f"not run: {missing}"})
            continue
        least = min(own, key=lambda row: row["estimate"])
        sure = all(row["low"] > 0 and row["p_adjusted"] < 0.05 for row in own)
        # One of several upper ends is looked for, and with each at its own 97.5 % one lies too low more often (Bonferroni).
        wider = norm.isf(0.025 / len(own)) / norm.isf(0.025)
        small = any(row["estimate"] + wider * (row["high"] - row["estimate"]) < claims.smallest for row in own)
        rows.append(told | {key: least[key] for key in ("estimate", "low", "high")} | {
            "p_adjusted": max(row["p_adjusted"] for row in own),
            "why": "true, but by less than the smallest effect of interest" if sure and small else "",
            "verdict": "supported" if sure else "contradicted" if small else "undecided"})
    order = ["name", "claim", "where", "mark", "estimand", "estimate", "low", "high", "p_adjusted", "verdict", "why"]
    return pd.DataFrame(rows).reindex(columns=order)


def _of_orders(claims: Claims, found: Mapping[str, float] | None) -> dict:
    """The claim that in other orders of the options scores fall and systems keep theirs: supported where the intervals of
    the fall and of tau say so, contradicted where one of them excludes it."""
    told = {"estimand": f"change in other orders < 0; tau > {claims.order_stays:g}"}
    if not found or np.isnan(found["tau"]):
        return told | {"verdict": "not testable here", "why": "no answers to questions with their options in other orders"}
    holds = found["change_high"] < 0 and found["tau_low"] > claims.order_stays
    fails = found["change_low"] > -claims.smallest or found["tau_high"] < claims.order_stays
    return told | {"estimate": found["change"], "low": found["change_low"], "high": found["change_high"],
                   "verdict": "supported" if holds else "contradicted" if fails else "undecided",
                   "why": f"tau {found['tau']:.2f} [{found['tau_low']:.2f}, {found['tau_high']:.2f}]"}


def verdicts_published(claims: Claims, items: int) -> pd.DataFrame:
    """`verdicts` on the paper's own figures. Where they hang on the unknown pairing the verdict is "undecided", and ``why``
    says so. Estimates and intervals are those of the worst pairing."""
    worst, best = (verdicts(claims, contrasts_published(claims, items, pairing)) for pairing in ("worst", "best"))
    differ = worst["verdict"] != best["verdict"]
    worst.loc[differ, "why"] = "hangs on how often the systems are right on the same items: " + best["verdict"] + " at best"
    worst.loc[differ, "verdict"] = "undecided"
    return worst
