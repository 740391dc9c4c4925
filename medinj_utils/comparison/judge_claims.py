"""The study's claims on judges and metrics, tested by the tables of notebook 35.

- *agree*: for each judge, its correlation with the human label less that of each overlap metric.
  All of these differences must be above zero, as for any claim of several differences.
- *length*: for each judge, the effect of a doubling of the length at a fixed human label.
  Supported if the interval excludes zero, contradicted if it lies within the smallest effect of
  interest on both sides, else undecided.

A claim is about any LLM judge: it is supported, or contradicted, if that is the verdict for every
judge. If verdicts differ, it is undecided, and the reason lists them.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pandas as pd

from medinj_utils.comparison.inference import adjust_holm
from medinj_utils.comparison.pairs import SMALLEST
from medinj_utils.comparison.scorers import without_r
from medinj_utils.comparison.verbosity import BOTH
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.triplets.scorers import JUDGE, OVERLAP, kind_of

#: Smallest difference of interest between two correlations. This book's, as `SMALLEST` is.
SMALLEST_R = 0.05
PAIRS, LENGTHS = "judge_pairs", "judge_length"


class Judged(NamedTuple):
    """What notebook 35 found.

    Attributes:
        pairs: of ``judge_pairs.csv``.
        lengths: of ``judge_length.csv``.
    """

    pairs: pd.DataFrame
    lengths: pd.DataFrame


def load_judged(tree: Tree) -> Judged | None:
    """The tables of notebook 35; None where there is no judge in them."""
    if not all(tree.table(name).exists() for name in (PAIRS, LENGTHS)):
        return None
    judged = Judged(tree.read_table(PAIRS), tree.read_table(LENGTHS))
    return None if judged.pairs.empty or judged.lengths.empty else judged


def judge_verdict(about: str, judged: Judged | None,
                  of_contrasts: Callable[[list[Mapping], float], dict]) -> dict:
    """The verdict on a claim about judges, with the figures that it rests on.

    Args:
        about: "agree" or "length".
        judged: of `load_judged`.
        of_contrasts: the rule for a claim of several differences, of these and of the smallest
            effect of interest.

    Returns:
        As a row of `medinj_utils.comparison.verdicts.verdicts`, of the judge with the smallest
        estimate; empty where there is no judge to test by. Judges that have no estimate are named
        in ``reason``.
    """
    if judged is None:
        return {}
    tested = (_agreeing(judged.pairs, of_contrasts) if about == "agree"
              else _swayed(judged.lengths))
    silent = _without_estimate(about, judged, tested)
    if not tested:
        return {"reason": silent} if silent else {}
    verdicts = {row["verdict"] for row in tested.values()}
    smallest = min(tested.values(), key=lambda row: row["estimate"])
    if len(verdicts) == 1:
        return smallest | {"reason": "; ".join(filter(None, (smallest["reason"], silent)))}
    by_judge = [f"{judge}: {row['verdict']}" for judge, row in tested.items()]
    return smallest | {"verdict": "undecided", "reason": "; ".join(filter(None, (*by_judge,
                                                                                 silent)))}


def _without_estimate(about: str, judged: Judged, tested: Mapping) -> str:
    """Judges that were asked for a verdict and can't be tested, and why."""
    table, name = ((judged.pairs, "first") if about == "agree" else (judged.lengths, "scorer"))
    most = table.groupby(name, sort=False)["n"].max()
    reasons = [without_r(judge, n) if about == "agree" or not n else
               f"{judge}: length and verdict don't vary enough for an estimate"
               for judge, n in most.items() if kind_of(judge) == JUDGE and judge not in tested]
    return "; ".join(reasons)


def _agreeing(pairs: pd.DataFrame,
              of_contrasts: Callable[[list[Mapping], float], dict]) -> dict[str, dict]:
    judges = pairs["first"].map(kind_of) == JUDGE
    own = pairs[judges & pairs["second"].isin(OVERLAP)].dropna(subset="low")
    own = own.rename(columns={"difference": "estimate"})
    if own.empty:
        return {}
    own = own.assign(p_adjusted=adjust_holm(own["p"]))
    return {judge: of_contrasts(rows.to_dict("records"), SMALLEST_R)
            for judge, rows in own.groupby("first", sort=False)}


def _swayed(lengths: pd.DataFrame) -> dict[str, dict]:
    judges = lengths["scorer"].map(kind_of) == JUDGE
    own = lengths[judges & (lengths["label"] == BOTH)].dropna(subset="low")
    return {row["scorer"]: {key: row[key] for key in ("estimate", "low", "high")}
            | {"verdict": _verdict_on_length(row), "reason": ""} for row in own.to_dict("records")}


def _verdict_on_length(row: Mapping) -> str:
    if row["low"] > 0 or row["high"] < 0:
        return "supported"
    return "contradicted" if row["low"] > -SMALLEST and row["high"] < SMALLEST else "undecided"
