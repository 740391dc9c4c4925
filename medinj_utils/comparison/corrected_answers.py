"""A system's share of right answers as humans would find it, from a judge and ratings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from medinj_utils.comparison.inference import interval_where_defined
from medinj_utils.comparison.prevalence import (
    HUMANS,
    JUDGE,
    PREDICTION_POWERED,
    ROGAN_GLADEN,
    prediction_powered,
    rogan_gladen,
)
from medinj_utils.comparison.resampling import Estimate, widening
from medinj_utils.comparison.scores import SMALL
from medinj_utils.comparison.shares import mean_with_interval
from medinj_utils.comparison.tables import asked_items
from medinj_utils.core.judges import JudgeAsked
from medinj_utils.core.names import in_order
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.raters import is_binary
from medinj_utils.evaluation.triplets.judged import judged_answers

#: Whose rated answers give the judge's sensitivity and specificity.
OWN, ALL = "this system", "all systems"
COLUMNS = ["judge", "system", "method", *Estimate._fields, "rates_of", "answers", "not_asked",
           "blank", "unreadable", "unrated", "rated", "rated_unreadable", "tied", "reason"]
NOTHING_LEFT = "humans rated all that the judge gave a verdict on: nothing is left to correct"
NO_VERDICT = "no answer but blank ones has a readable verdict"
ONE_CLASS = "humans found no answer right, or none wrong, among those rated"
CHANCE = "on the rated answers the judge is no better than chance"
GRADES = "the judge gives grades, which are no share of right answers"


def shares_by_ratings(tree: Tree, judges: Sequence[JudgeAsked | Mapping[str, Any]],
                      triplets: pd.DataFrame, own_ratings: bool, resamples: int) -> pd.DataFrame:
    """`corrected_answers` of what judges and humans said of the runs' answers in an output tree.

    Args:
        tree: the output tree.
        judges: whose verdicts are taken.
        triplets: of `medinj_utils.evaluation.triplets.rated.triplets_and_rated`.
        own_ratings: whether ratings of the runs' answers are taken.
        resamples: draws of the bootstrap.

    Returns:
        As `corrected_answers`; empty without own ratings or without verdicts on answers.

    Raises:
        FileNotFoundError: answers that were judged are missing.
        ValueError: a judge was asked about another text than an answer has now.
    """
    judged = judged_answers(tree, judges) if own_ratings else pd.DataFrame()
    if judged.empty:
        return pd.DataFrame(columns=COLUMNS)
    _, clusters = asked_items(tree, pd.Index(judged["question_id"].unique()))
    rated = triplets[triplets["item"].isin(judged["item"])].set_index("item")["label"]
    return corrected_answers(judged, rated, clusters, resamples)


def corrected_answers(judged: pd.DataFrame, labels: pd.Series, clusters: pd.Series,
                      resamples: int) -> pd.DataFrame:
    """The share of right answers of each system, as each judge says and as humans would say.

    Shares are of the answers on which the judge's verdict can be read. Blank ones among them are
    wrong by rule, for judge and humans, and nobody rates them: the others are corrected, and the
    blank ones added as wrong.

    Prediction-powered correction rests on answers of the system itself. Rogan and Gladen's needs
    the judge's sensitivity and specificity alone. Where fewer than 20 independent questions of a
    system were rated, or its rated answers lack a class, these are estimated from the rated answers
    of all systems, assuming that the judge errs alike on all (``rates_of``).

    Args:
        judged: of `medinj_utils.evaluation.triplets.judged.judged_answers`.
        labels: of humans, 0 or 1, by item; NaN for a tie.
        clusters: label of each question's cluster, by question.
        resamples: draws of the bootstrap, which draws whole clusters.

    Returns:
        A row per judge, system and method of
        `medinj_utils.comparison.prevalence.corrected_prevalence`: ``estimate``, ``low`` and
        ``high`` (95 %); ``rates_of``; how many ``answers`` there are, of these ``not_asked`` and
        ``blank``, of the others ``unreadable`` (no verdict), and of those with a verdict
        ``unrated`` and ``rated``; ``rated_unreadable`` (a label and no verdict) and ``tied``; and
        where there is no estimate the ``reason``.
    """
    judged = judged.assign(label=judged["item"].map(labels),
                           tied=judged["item"].isin(labels.index[labels.isna()]),
                           cluster=judged["question_id"].map(clusters))
    rows = []
    for judge, given in judged.groupby("judge", sort=False):
        known = given[given["value"].notna() & ~given["blank"]]
        binary = is_binary(known["value"].to_numpy(dtype=float))
        for system in in_order(given["system"].unique()):
            own = given[given["system"] == system]
            shares = _shares(own, known, resamples) if binary else {
                method: (*_NONE, "", GRADES) for method in _METHODS}
            rows += [(judge, system, method, *shares[method][:4], *_counts(own), shares[method][4])
                     for method in _METHODS]
    return pd.DataFrame(rows, columns=COLUMNS)


_METHODS = (JUDGE, HUMANS, ROGAN_GLADEN, PREDICTION_POWERED)
_NONE = Estimate(np.nan, np.nan, np.nan)


def _counts(own: pd.DataFrame) -> tuple[int, ...]:
    """From ``answers`` to ``tied``."""
    sent = own["asked"] & ~own["blank"]
    read, rated = sent & own["value"].notna(), sent & own["label"].notna()
    flags = (~own["asked"], own["blank"], sent & ~read, read & ~rated, read & rated,
             rated & ~read, own["tied"])
    return (len(own), *(int(flag.sum()) for flag in flags))


def _shares(own: pd.DataFrame, known: pd.DataFrame, resamples: int) -> dict[str, tuple]:
    """By method: estimate, low, high, whose rates, and why there is no estimate.

    Args:
        own: answers of the system.
        known: answers of all systems that aren't blank and have a verdict.
        resamples: number of draws.
    """
    read, mine = own[own["value"].notna()], known[known["system"] == own["system"].iloc[0]]
    alone = mean_with_interval(read["value"], read["cluster"], resamples)
    by_method = {JUDGE: (*alone, "", "" if len(read) else NO_VERDICT)}
    if mine.empty:
        return by_method | {method: (*_NONE, "", NO_VERDICT) for method in _METHODS[1:]}
    rated, rest = mine[mine["label"].notna()], mine[mine["label"].isna()]
    not_blank = len(mine) / len(read)
    humans = mean_with_interval(rated["label"], rated["cluster"], resamples)
    by_method[HUMANS] = (*_scaled(humans, not_blank), "",
                     "" if len(rated) else "none of its answers with a verdict was rated")
    if rest.empty:
        return by_method | {method: (*_NONE, "", NOTHING_LEFT) for method in _METHODS[2:]}
    few = rated["cluster"].nunique() < SMALL
    lent = few or rated["label"].nunique() < 2
    sample = known[known["label"].notna()] if lent else rated
    units = sample["cluster"].nunique()
    if units < SMALL:
        rates = (*_NONE, "", f"only {units} independent questions rated over all systems; at least "
                             f"{SMALL} are needed")
    else:
        share = _clustered(rogan_gladen, mine, sample, resamples)
        rates = (*_scaled(share, not_blank), ALL if lent else OWN, _undefined(share, sample))
    by_method[ROGAN_GLADEN] = rates
    if few:
        by_method[PREDICTION_POWERED] = (
            *_NONE, "", f"only {rated['cluster'].nunique()} independent questions of the system "
                        f"rated; at least {SMALL} are needed")
    else:  # with labels of one class the judge's weight is 0: the human sample alone is left
        powered = (humans if rated["label"].nunique() < 2 else
                   _clustered(prediction_powered, rest, rated, resamples))
        by_method[PREDICTION_POWERED] = (*_scaled(powered, not_blank), OWN, "")
    return by_method


def _undefined(share: Estimate, sample: pd.DataFrame) -> str:
    """Why `rogan_gladen` has no estimate, if it has none."""
    if not np.isnan(share.estimate):
        return ""
    return ONE_CLASS if sample["label"].nunique() < 2 else CHANCE


def _scaled(share: Estimate, by: float) -> Estimate:
    return Estimate(*(float(end * by) for end in share))


def _clustered(estimator: Callable, judged: pd.DataFrame, sample: pd.DataFrame,
               resamples: int) -> Estimate:
    """An estimator of `medinj_utils.comparison.prevalence`, its interval by whole clusters.

    Its own interval assumes independent answers. Where a cluster has several, each end is widened
    to that of a cluster bootstrap if this one reaches further.

    Args:
        estimator: `rogan_gladen` or `prediction_powered`.
        judged: answers that the judge's share is of.
        sample: rated answers.
        resamples: number of draws.
    """
    parts = [judged["value"].to_numpy(dtype=float), sample["value"].to_numpy(dtype=float),
             sample["label"].to_numpy(dtype=float)]
    share = Estimate(*map(float, estimator(*parts)))
    several = judged["cluster"].duplicated().any() or sample["cluster"].duplicated().any()
    if np.isnan(share.estimate) or not several:
        return share
    numbers, known = pd.factorize(pd.concat([judged["cluster"], sample["cluster"]]))
    first, second, n = numbers[:len(judged)], numbers[len(judged):], len(known)
    draws = []
    for times in np.random.default_rng([0, 7]).multinomial(n, np.full(n, 1 / n), size=resamples):
        again = [np.repeat(values, times[cluster]) for values, cluster in
                 zip(parts, (first, second, second), strict=True)]
        draws.append(estimator(*again)[0] if all(map(len, again)) else np.nan)
    low, high = interval_where_defined(share.estimate + widening(n)
                                       * (np.array(draws) - share.estimate))
    ends = np.clip([np.nanmin([share.low, low]), np.nanmax([share.high, high])], 0, 1)
    return Estimate(share.estimate, *map(float, ends))
