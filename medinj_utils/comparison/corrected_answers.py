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
from medinj_utils.comparison.shares import mean_with_interval, stratum_weights
from medinj_utils.comparison.tables import asked_items
from medinj_utils.core.judges import JudgeAsked
from medinj_utils.core.names import SYSTEMS, in_order
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.raters import is_binary
from medinj_utils.evaluation.triplets.judged import judged_answers, judged_triplets
from medinj_utils.evaluation.triplets.scorers import JUDGE as KIND
from medinj_utils.evaluation.triplets.scorers import given_scores, kind_of

#: Whose rated answers give the judge's sensitivity and specificity.
OWN, ALL = "this system", "all systems"
COLUMNS = ["judge", "system", "method", *Estimate._fields, "rates_of", "answers", "not_asked",
           "blank", "unreadable", "unrated", "rated", "rated_unreadable", "tied", "reason"]
NOTHING_LEFT = "humans rated all that the judge gave a verdict on: nothing is left to correct"
NO_VERDICT = "no answer but blank ones has a readable verdict"
ONE_CLASS = "humans found no answer right, or none wrong, among those rated"
CHANCE = "on the rated answers the judge is not clearly better than chance: any share is possible"
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


def shares_by_labels(tree: Tree, judges: Sequence[JudgeAsked | Mapping[str, Any]],
                     triplets: pd.DataFrame, resamples: int) -> pd.DataFrame:
    """`corrected_answers` of files of triplets of which humans labelled some.

    Args:
        tree: the output tree, with the verdicts of notebook 34.
        judges: whose verdicts are taken, beside those in the files.
        triplets: of `medinj_utils.evaluation.triplets.read_triplets`; the labelled ones must be a
            random sample of each generator's.
        resamples: draws of the bootstrap.

    Returns:
        As `corrected_answers`, with the generator for the system; empty where every triplet has a
        label, or none has.

    Raises:
        ValueError: a judge was asked about another text than a triplet has now.
    """
    labels = triplets.set_index("item")["label"]
    if labels.notna().all() or labels.isna().all():
        return pd.DataFrame(columns=COLUMNS)
    scores = pd.concat([given_scores(triplets), judged_triplets(tree, judges, triplets)], axis=1)
    blank = triplets["candidate"].str.strip().eq("")
    every = triplets.assign(system=triplets["run"], provenance="", blank=blank, asked=True)
    tables = [every.assign(judge=name, value=scores[name].mask(blank, 0.0))
              for name in scores if kind_of(name) == KIND and scores[name].notna().any()]
    if not tables:
        return pd.DataFrame(columns=COLUMNS)
    question = triplets["question_id"].unique()
    return corrected_answers(pd.concat(tables, ignore_index=True), labels.dropna(),
                             pd.Series(question, index=question), resamples)


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

    A rating sheet has as many answers of each provenance, and raters may stop within it. So each
    rated answer is weighted by how many of its provenance it stands for.

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
        systems = given["system"].unique()
        for system in [*in_order(systems), *(name for name in systems if name not in SYSTEMS)]:
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
    rated, not_blank = mine[mine["label"].notna()], len(mine) / len(read)
    lacks = _lacking(rated, mine)
    humans = _NONE if lacks else mean_with_interval(rated["label"], rated["cluster"], resamples,
                                                    weights=_stands_for(rated, mine))
    by_method[HUMANS] = (*_scaled(humans, not_blank), "", lacks)
    if mine["label"].notna().all():
        return by_method | {method: (*_NONE, "", NOTHING_LEFT) for method in _METHODS[2:]}
    lacks = _few(rated, "of the system rated") or lacks
    one_class = rated["label"].nunique() < 2
    if lacks:
        by_method[PREDICTION_POWERED] = (*_NONE, "", lacks)
    else:  # with labels of one class the judge's weight is 0: the human sample alone is left
        powered = humans if one_class else _powered(mine, rated, resamples)
        by_method[PREDICTION_POWERED] = (*_scaled(powered, not_blank), OWN, "")
    pooled = bool(lacks) or one_class
    sample = known[known["label"].notna()] if pooled else rated
    sample = sample[sample["provenance"].isin(mine["provenance"])]
    if lacks := _few(sample, "rated over all systems") or _lacking(sample, mine):
        by_method[ROGAN_GLADEN] = (*_NONE, "", lacks)
    else:
        share = _by_rates(mine, sample, resamples)
        by_method[ROGAN_GLADEN] = (*_scaled(share, not_blank), ALL if pooled else OWN,
                                   _undefined(share, sample))
    return by_method


def _few(rated: pd.DataFrame, what: str) -> str:
    """Why so many rated answers are too few, if they are."""
    units = rated["cluster"].nunique()
    return "" if units >= SMALL else (f"only {units} independent questions {what}; at least "
                                      f"{SMALL} are needed")


def _lacking(rated: pd.DataFrame, answers: pd.DataFrame) -> str:
    """Of which provenance no answer was rated, if there is one."""
    if rated.empty:
        return "none of its answers with a verdict was rated"
    lacking = sorted(set(answers["provenance"]) - set(rated["provenance"]))
    return (f"no answer with a verdict to a {' or '.join(lacking)} question was rated" if lacking
            else "")


def _stands_for(rated: pd.DataFrame, answers: pd.DataFrame) -> np.ndarray:
    """Weights of rated answers, by which provenances count as among these answers."""
    return stratum_weights(rated["provenance"], answers["provenance"].value_counts())


def _powered(mine: pd.DataFrame, rated: pd.DataFrame, resamples: int) -> Estimate:
    """Prediction-powered mean of a system's answers."""
    rest, whole = mine[mine["label"].isna()], mine["provenance"].value_counts()
    left = rest["provenance"].value_counts()
    # Of a provenance that was rated to the last answer, no verdict is left to look at.
    in_rest = rated["provenance"].isin(left.index)
    return _clustered(
        prediction_powered, rest.assign(weight=(
            rest["provenance"].map(whole / left) * len(rest) / len(mine)).astype(float)),
        rated.assign(value=rated["value"] * in_rest, weight=_stands_for(rated, mine)), resamples)


def _by_rates(mine: pd.DataFrame, sample: pd.DataFrame, resamples: int) -> Estimate:
    """Rogan and Gladen's share of a system's answers; none where any is possible."""
    share = _clustered(
        lambda judged, ours, theirs, _, weights: rogan_gladen(judged, ours, theirs, weights),
        mine.assign(weight=1.0), sample.assign(weight=_stands_for(sample, mine)), resamples)
    return _NONE if share.low <= 0 and share.high >= 1 else share


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
        estimator: of verdicts, of the sample's verdicts and labels, and of the weights of both.
        judged: answers that the judge's share is of, with ``weight``.
        sample: rated answers, with ``weight``.
        resamples: number of draws.
    """
    parts = [table[name].to_numpy(dtype=float) for table, name in (
        (judged, "value"), (sample, "value"), (sample, "label"), (judged, "weight"),
        (sample, "weight"))]
    share = Estimate(*map(float, estimator(*parts)))
    several = judged["cluster"].duplicated().any() or sample["cluster"].duplicated().any()
    if np.isnan(share.estimate) or not several:
        return share
    numbers, known = pd.factorize(pd.concat([judged["cluster"], sample["cluster"]]))
    first, second, n = numbers[:len(judged)], numbers[len(judged):], len(known)
    draws = []
    for times in np.random.default_rng([0, 7]).multinomial(n, np.full(n, 1 / n), size=resamples):
        again = [np.repeat(values, times[cluster]) for values, cluster in
                 zip(parts, (first, second, second, first, second), strict=True)]
        draws.append(estimator(*again)[0] if all(map(len, again)) else np.nan)
    low, high = interval_where_defined(share.estimate + widening(n)
                                       * (np.array(draws) - share.estimate))
    ends = np.clip([np.nanmin([share.low, low]), np.nanmax([share.high, high])], 0, 1)
    return Estimate(share.estimate, *map(float, ends))
