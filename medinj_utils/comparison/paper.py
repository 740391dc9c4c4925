"""Figures that the study (arXiv 2603.06905) states, each with the mark of how well we know it.

Marks: V read in the authors' repository, data set or model cards; 2 second-hand, from a third
party's reading of the paper; C computed from figures marked V; I inferred.
"""

import pandas as pd

#: Exact match in per cent over single- and several-answer questions. The mode isn't said.
EXACT_MATCH = {"BASE": 46.74, "NAT": 47.13, "TRAD": 45.66, "SYN": 38.23, "NAT-TRAD": 49.24,
               "NAT-SYN": 46.72, "TRAD-SYN": 45.09, "ALL": 48.46}
EXACT_MATCH_MARK = "2"
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
