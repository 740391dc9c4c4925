"""The study's claims, as contrasts of two systems' mean scores.

The claims stand in ``claims.yaml``. A claim holds if each of its contrasts is above zero.
Contrasts are estimated from runs, or bounded from the study's published means.
"""

from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from scipy.special import ndtr, ndtri

from medinj_utils.comparison.inference import adjust_holm
from medinj_utils.comparison.paper import EXACT_MATCH
from medinj_utils.comparison.unseen import reach, too_few, unseen_share
from medinj_utils.core.names import SYSTEMS


class Contrast(BaseModel):
    """Mean score of ``first`` minus that of ``second``.

    Attributes:
        first: a system.
        second: the system whose score is subtracted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    first: Literal[SYSTEMS]
    second: Literal[SYSTEMS]

    def __str__(self) -> str:
        return f"{self.first} − {self.second}"


class Claim(BaseModel):
    """A claim of the study: contrasts of systems, or another statement that needs its own test.

    Attributes:
        name: short name.
        claim: what the study says, in a sentence.
        french: the same in French.
        where: part of the paper.
        mark: how well the claim is known, see `medinj_utils.comparison.paper`.
        contrasts: all of them are above zero if the claim holds.
        orders: whether it is about the order of the options.
        judges: the rule of `medinj_utils.comparison.judge_claims` that tests it.
        needs: why choice questions can't test it; for claims about judges, what a test needs.
    """

    model_config = ConfigDict(extra="forbid")
    name: str
    claim: str
    french: str
    where: Literal["abstract", "results"]
    mark: Literal["V", "2"]
    contrasts: list[Contrast] = []
    orders: bool = False
    judges: Literal["", "agree", "length"] = ""
    needs: str = ""

    @model_validator(mode="after")
    def _has_one_kind(self):
        if bool(self.contrasts) + self.orders + bool(self.needs) != 1:
            raise ValueError("a claim has either contrasts or orders or needs")
        if self.judges and not self.needs:
            raise ValueError("a claim about judges says what it needs")
        return self


class Claims(BaseModel):
    """All claims, and the tau above which an order of systems counts as unchanged.

    Attributes:
        order_stays: Kendall's tau above which an order of systems counts as unchanged.
        claims: the claims.
    """

    model_config = ConfigDict(extra="forbid")
    order_stays: Annotated[float, Field(gt=-1, lt=1)]
    claims: Annotated[list[Claim], Field(min_length=1)]

    @property
    def contrasts(self) -> list[Contrast]:
        """Each once, in order of appearance: the family over which p-values are adjusted."""
        return list(dict.fromkeys(chain.from_iterable(claim.contrasts for claim in self.claims)))


def load_claims(path: Path | None = None) -> Claims:
    """The claims of a file, or the study's.

    Raises:
        ValueError: the file is wrong; the message names file, claim and field.
    """
    path = path or files("medinj_utils.comparison") / "claims.yaml"
    try:
        return Claims.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: {error}") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}, got {fault['input']!r}"
                  for fault in error.errors()]
        raise ValueError(f"{path}: {'; '.join(faults)}") from None


def contrasts_here(claims: Claims, pairs: pd.DataFrame) -> pd.DataFrame:
    """The claims' contrasts from runs.

    Args:
        claims: the claims.
        pairs: of `medinj_utils.comparison.pairs.pair_table`.

    Returns:
        Columns first, second, estimate, low, high (95 %), p, p_adjusted (Holm 1979, over all
        contrasts). Contrasts with a system that wasn't run are left out.
    """
    columns = ["first", "second", "estimate", "low", "high", "p", "p_adjusted"]
    pairs = pairs.rename(columns={"difference": "estimate"})
    turned = pairs.assign(first=pairs["second"], second=pairs["first"], estimate=-pairs["estimate"],
                          low=-pairs["high"], high=-pairs["low"])
    both_ways = pd.concat([pairs, turned]).set_index(["first", "second"])
    family = [(contrast.first, contrast.second) for contrast in claims.contrasts]
    family = [pair for pair in family if pair in both_ways.index]
    if not family:
        return pd.DataFrame(columns=columns)
    return _adjusted(both_ways.loc[family].reset_index())[columns]


def _adjusted(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(p_adjusted=adjust_holm(table["p"]))


def contrasts_published(claims: Claims, items: int,
                        pairing: Literal["worst", "best"]) -> pd.DataFrame:
    """The claims' contrasts from the paper's published means alone, as of one run each.

    How often two systems are right on the same items is not published. Of two shares a and b,
    between |a − b| and min(a + b, 2 − a − b) of the items can be answered right by exactly one of
    them; the variance of a difference is that share less the difference squared, over the number
    of items.

    Args:
        claims: the claims.
        items: number of test items that the means are taken over.
        pairing: "best" takes the lowest discordance rate, which gives the narrowest interval,
            "worst" the highest.

    Returns:
        As `contrasts_here`; how runs with other seeds would differ is not in the intervals.

    Raises:
        ValueError: there are no items.
    """
    if items < 1:
        raise ValueError(f"items is {items}; need how many items the means are taken over")
    rows = []
    for contrast in claims.contrasts:
        a, b = EXACT_MATCH[contrast.first] / 100, EXACT_MATCH[contrast.second] / 100
        discordance = abs(a - b) if pairing == "best" else min(a + b, 2 - a - b)
        error = np.sqrt((discordance - (a - b) ** 2) / items)
        down, up = -ndtri(0.975) * error, ndtri(0.975) * error
        if too_few(discordance * items):
            ends = reach(a - b, (-1.0, 1.0), unseen_share(items), 0.0)
            down, up = min(down, ends[0]), max(up, ends[1])
        rows.append({"first": contrast.first, "second": contrast.second, "estimate": a - b,
                     "low": max(a - b + down, -1.0), "high": min(a - b + up, 1.0),
                     "p": 2 * ndtr(-abs(a - b) / error) if error else 1.0})
    return _adjusted(pd.DataFrame(rows))


def both_contrasts(published: pd.DataFrame, here: pd.DataFrame) -> pd.DataFrame:
    """Contrasts from the paper's figures and from runs, one below the other, by ``basis``.

    Args:
        published: of `contrasts_published`.
        here: of `contrasts_here`.

    Returns:
        As `contrasts_here`, with ``basis``: "paper" or "here".
    """
    return pd.concat({"paper": published, "here": here}, names=["basis"]).reset_index("basis")
