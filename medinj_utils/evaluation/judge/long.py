"""Verdicts as long scores."""

import pandas as pd

from medinj_utils.evaluation.long_scores import LONG


def long_verdicts(per_answer: pd.DataFrame, orders: pd.DataFrame,
                  verdicts: pd.DataFrame) -> pd.DataFrame:
    """One verdict per answer, metric and judge, and the wins of pairs, as long scores.

    Args:
        per_answer: of `medinj_utils.evaluation.judge.votes.one_each`; answers alone are taken.
        orders: of `medinj_utils.evaluation.judge.pairs.both_orders`.
        verdicts: of `medinj_utils.evaluation.judge.panel.ask_panel`, for the judges' names.

    Returns:
        The columns `medinj_utils.evaluation.long_scores.LONG`; a win is the tuned run's.
    """
    named = verdicts.drop_duplicates("judge").set_index("judge")
    won = orders.rename(columns={"tuned": "run", "win": "value"})
    won = won.assign(**{name: won["judge"].map(named[name]) for name in ("metric", "rater")})
    answers = per_answer[per_answer["about"] == "answers"]
    return pd.concat([answers[LONG], won[LONG]], ignore_index=True)
