"""Figures that the study (arXiv 2603.06905) states, each with a mark of how well it is known.

Marks: V read in the authors' repository, data set or model cards; 2 second-hand, from a third
party's reading of the paper; C computed from figures marked V; I inferred.
"""

import pandas as pd

from medinj_utils.comparison.scorers import POOLED
from medinj_utils.core.wording import number
from medinj_utils.evaluation.triplets.scorers import JUDGE, OVERLAP, kind_of

#: Exact match in per cent over single- and several-answer questions. The mode isn't stated.
EXACT_MATCH = {"BASE": 46.74, "NAT": 47.13, "TRAD": 45.66, "SYN": 38.23, "NAT-TRAD": 49.24,
               "NAT-SYN": 46.72, "TRAD-SYN": 45.09, "ALL": 48.46}
EXACT_MATCH_MARK = "2"
#: Correlation (Pearson's r) with the physician's labels: of the judge, MedGemma-27B, and from the
#: lowest to the highest overlap metric. Over how many answers isn't stated.
JUDGE_PEARSON, METRICS_PEARSON = 0.61, (0.02, 0.36)
JUDGE_MARK = "2"
#: Choice questions of the test set at most [C]: what its sources add up to [V], less the open
#: questions of MediQAl, which are all for testing [V].
MOST_ITEMS = 27_922 - 4_969
#: Numbers of choice questions that these means may be taken over: all, or fewer than half [I].
ITEMS = (MOST_ITEMS, 10_000)


def beside_paper(comparison: pd.DataFrame) -> pd.DataFrame:
    """The paper's means beside those of a run.

    Args:
        comparison: of ``comparison.csv``.

    Returns:
        By system, as shares: ``paper``, its mark and its gain over the base, ``here`` and its gain.
    """
    here = comparison.set_index("system")
    paper = pd.Series(EXACT_MATCH).reindex(here.index) / 100
    return pd.DataFrame({
        "paper": paper, "paper_mark": EXACT_MATCH_MARK,
        "paper, gain over base [C]": paper - EXACT_MATCH["BASE"] / 100,
        "here": here["exact_match"], "here, gain over base": here["difference"]})


def judges_beside_paper(agreement: pd.DataFrame) -> pd.DataFrame:
    """The paper's correlations of judge and metrics with a physician beside those of a run.

    Args:
        agreement: of ``judge_agreement.csv``.

    Returns:
        By kind of scorer, ``paper``, its ``mark``, and ``here``: from the lowest to the highest
        estimate over all generators, and how many scorers these are.
    """
    rows = agreement[(agreement["generator"] == POOLED) & (agreement["figure"] == "pearson")]
    rows = rows.dropna(subset="estimate").set_index("scorer")["estimate"]
    overlap = rows[[name for name in rows.index if name in OVERLAP]]
    judges = rows[[name for name in rows.index if kind_of(name) == JUDGE]]
    return pd.DataFrame({
        "paper": [number(JUDGE_PEARSON, 2), " to ".join(number(r, 2) for r in METRICS_PEARSON)],
        "mark": f"[{JUDGE_MARK}]", "here": [_span(judges), _span(overlap)],
        "scorers here": [len(judges), len(overlap)]},
        index=pd.Index(["judges", "overlap metrics"], name="Pearson's r with humans"))


def _span(values: pd.Series) -> str:
    if values.empty:
        return ""
    ends = dict.fromkeys((number(values.min(), 2), number(values.max(), 2)))
    return " to ".join(ends)
