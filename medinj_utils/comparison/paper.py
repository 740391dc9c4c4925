"""Figures that the study (arXiv 2603.06905) states, each with the mark of how well we know it.

Marks: V read in the authors' repository, data set or model cards; 2 second-hand, from a third party's reading
of the paper; C computed from figures marked V; I inferred.
"""

import pandas as pd

#: Exact match in per cent over single- and several-answer questions, greedy or constrained not told.
EXACT_MATCH = {"BASE": 46.74, "NAT": 47.13, "TRAD": 45.66, "SYN": 38.23, "NAT-TRAD": 49.24, "NAT-SYN": 46.72,
               "TRAD-SYN": 45.09, "ALL": 48.46}
EXACT_MATCH_MARK = "2"


def paper_table() -> pd.DataFrame:
    """System, the paper's exact match (share, 0 to 1), and its mark."""
    return pd.DataFrame([{"system": system, "paper": value / 100, "paper_mark": EXACT_MATCH_MARK}
                         for system, value in EXACT_MATCH.items()])
