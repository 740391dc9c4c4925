"""What the notebooks on open answers found, in the sentences that their pages open with."""

import pandas as pd

from medinj_utils.core.wording import agreeing, listed, number, percent, with_interval

_MUCH = 0.05  # share of answers from which on it is said to limit a comparison


def open_scores_finding(scores: pd.DataFrame, pairs: pd.DataFrame, ends: pd.DataFrame,
                        metric: str) -> str:
    """Lowest and highest mean by one metric, how many pairs differ, and what limits that.

    Args:
        scores: of `medinj_utils.comparison.open_scores.open_systems`.
        pairs: of `medinj_utils.comparison.open_scores.open_pairs`, by the same metric.
        ends: of `medinj_utils.evaluation.open_answers.why_ended`.
        metric: one of `medinj_utils.core.names.OPEN_METRICS`.
    """
    if ends.empty:
        return "No open question was asked."
    whole = scores[(scores["metric"] == metric) & (scores["provenance"] == "all")
                   & scores["estimate"].notna()].set_index("system")
    name = metric.replace("_", " ")
    if whole.empty:
        return f"No question has a score of every run by {name}. {limits_in_words(ends)}"
    low, high = whole["estimate"].idxmin(), whole["estimate"].idxmax()
    span = f"Over {number(whole['questions'].iloc[0])} open questions {name} "
    if whole.loc[low, "estimate"] == whole.loc[high, "estimate"]:
        span += f"is {_shown(whole.loc[low])} for every system."
    else:
        span += f"goes from {_shown(whole.loc[low])} ({low}) to {_shown(whole.loc[high])} ({high})."
    differing = int((pairs["p_holm"] < 0.05).sum())
    compared = (f"{differing} of {len(pairs)} {agreeing(len(pairs), 'pair', 'pairs')} of systems "
                f"{agreeing(differing, 'differs', 'differ')} at 5 % after Holm's adjustment."
                if len(pairs) else "No pairs are compared: that takes two systems and 20 "
                                   "independent questions.")
    return f"{span} {compared} {limits_in_words(ends)}"


def _shown(row: pd.Series) -> str:
    return with_interval(row["estimate"], row["low"], row["high"])


def limits_in_words(ends: pd.DataFrame) -> str:
    """What share of the answers is blank or cut off, and whether that limits a comparison.

    Args:
        ends: of `medinj_utils.evaluation.open_answers.why_ended`.
    """
    given = (ends["answers"] - ends["not_asked"]).sum()
    if not given:
        return "No open question was asked."
    said, much = [], []
    for what, words, limit in (("blank", "blank", "a blank answer scores 0 whatever its system "
                                                  "knows"),
                               ("cut_off", "cut off", "of a cut answer only the beginning is "
                                                      "scored")):
        share = ends[what].sum() / given
        own = ends[f"share_{what}"]
        said.append(f"{percent(share)} are {words} ({percent(own.min())} to "
                    f"{percent(own.max())} by system)")
        much += [limit] if own.max() >= _MUCH else []
    verdict = (f"That limits what the scores say of the systems: {listed(much)}." if much else
               "That is too little to limit the comparison much.")
    return f"Of {number(given)} answers {listed(said)}. {verdict}"
