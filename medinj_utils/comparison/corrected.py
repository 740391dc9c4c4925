"""The share of right answers that humans would find, from a judge and a few ratings."""

import numpy as np
import pandas as pd

from medinj_utils.comparison.prevalence import corrected_prevalence
from medinj_utils.comparison.scores import SMALL
from medinj_utils.evaluation.raters import is_binary

NOTHING = ("No judge's share is corrected: that takes verdicts of 0 and 1 on answers to 20 "
           "questions, with two answers to some.")
COLUMNS = ["judge", "method", "estimate", "low", "high", "sample", "rest", "unreadable", "humans"]


def corrected_shares(triplets: pd.DataFrame, scores: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Each judge's share of right answers, corrected as if humans had rated one per question.

    Of each question one answer, drawn at random, is taken as rated by humans; of the others the
    judge's verdict alone is known. The human labels of these serve only as ``humans``, the
    reference for the corrected shares. Unreadable verdicts are left out; no interval covers the
    error if their answers are better or worse than the others. Of fewer than 20 questions nothing
    is corrected.

    Args:
        triplets: with ``question_id`` and ``label``, of 0 and 1.
        scores: triplets × scorers; those whose scores are all 0 or 1 are judges.
        seed: of the draw.

    Returns:
        A row per judge and method, as `medinj_utils.comparison.prevalence.corrected_prevalence`,
        with ``sample`` (answers rated by humans), ``rest``, ``unreadable`` and ``humans``, the
        share that they found among all that the judge gave a verdict on.
    """
    tables = []
    order = np.random.default_rng([seed, 7]).permutation(len(triplets))
    for name in scores:
        given = scores[name]
        if not given.notna().any() or not is_binary(given.dropna().to_numpy(dtype=float)):
            continue
        known = triplets.iloc[order][given.iloc[order].notna().to_numpy()]
        rated = ~known["question_id"].duplicated()
        if rated.all() or rated.sum() < SMALL:
            continue
        sample, rest = known[rated], known[~rated]
        table = corrected_prevalence(given[rest.index], given[sample.index], sample["label"])
        table.insert(0, "judge", name)
        tables.append(table.assign(sample=len(sample), rest=len(rest),
                                   unreadable=int(given.isna().sum()),
                                   humans=known["label"].mean()))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)
