"""What human raters say of systems, and in a planted world what they should agree on."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from medinj_utils.comparison.raters import ALL
from medinj_utils.comparison.resampling import Estimate
from medinj_utils.comparison.shares import clusters_of, mean_with_interval, stratum_weights
from medinj_utils.core.names import Run, in_order
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import listed
from medinj_utils.demo.raters import expected_figures
from medinj_utils.evaluation.long_scores import LONG
from medinj_utils.evaluation.open_answers import load_open_answers
from medinj_utils.evaluation.ratings import RatingKeys, RatingSheet
from medinj_utils.evaluation.ratings.files import answers_to_rate
from medinj_utils.evaluation.ratings.keys import is_now

METRIC = "rating"
#: Columns of `answers_now`.
_FRAME = ["run", "item", "system", "provenance", "blank"]


def strata(sheet: RatingSheet) -> pd.DataFrame:
    """How many answers of each system and provenance were drawn, and how many of them are blank.

    Args:
        sheet: of `medinj_utils.evaluation.ratings.draw_sheet`.

    Returns:
        ``system``, ``provenance``, ``drawn``, ``blank`` (wrong by rule, not shown) and
        ``shown_twice``.
    """
    by = ["system", "provenance"]
    key = sheet.key.items
    again = key["repeat"].astype(bool)
    counts = pd.DataFrame({"shown": key[~again].groupby(by).size(),
                           "blank": sheet.key.blank.groupby(by).size(),
                           "shown_twice": key[again].groupby(by).size()})
    counts = counts.fillna(0).astype(int)
    counts.insert(0, "drawn", counts.pop("shown") + counts["blank"])
    table = counts.rename_axis(by).reset_index()
    order = {system: position for position, system in enumerate(in_order(table["system"]))}
    return table.sort_values(by, key=lambda values: values.map(order).fillna(values) if
                             values.name == "system" else values, ignore_index=True)


def long_ratings(ratings: pd.DataFrame, keys: RatingKeys,
                 now: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """First ratings as long scores; blank answers on a sheet are wrong for all who rated it.

    Of an answer that a rater rated on several sheets, the rating on the newest counts. A run,
    question and rater have one row there, beside those of metrics and judges: so ratings of what a
    run said at another time are left out.

    Args:
        ratings: of `medinj_utils.evaluation.ratings.read_ratings`.
        keys: by which they were resolved.
        now: what the runs answer now, of `medinj_utils.evaluation.ratings.RatingKeys.now`.

    Returns:
        The columns `medinj_utils.evaluation.long_scores.LONG`, with the metric "rating".
    """
    first = ratings[~ratings["repeat"].astype(bool)].rename(columns={"rating": "value"})
    rated = ratings[["sheet", "rater"]].drop_duplicates().itertuples(index=False)
    every = [first, *(keys.by_code[row.sheet].blank.assign(value=0.0, rater=row.rater,
                                                           sheet=row.sheet) for row in rated)]
    table = pd.concat(every, ignore_index=True).drop(columns="item")
    table = table[is_now(table, now)]
    table = table.rename(columns={"question_id": "item"}).assign(metric=METRIC)
    newest = table["sheet"].map({code: position for position, code in enumerate(keys.by_code)})
    table = table.loc[newest.sort_values(kind="stable").index]
    return table.drop_duplicates(["run", "item", "rater"], ignore_index=True)[LONG].astype(
        {"value": float})


def answers_now(tree: Tree, keys: RatingKeys, questions: pd.DataFrame) -> pd.DataFrame:
    """All answers of the runs that stand on a sheet, which the rated ones are a sample of.

    Args:
        tree: the output tree.
        keys: of the sheets.
        questions: records of the test's open questions.

    Returns:
        ``run``, ``item`` (the question), ``system``, ``provenance`` and ``blank``.
    """
    runs = [run for run in map(Run.named, keys.systems) if tree.open_answers(run).exists()]
    answers = answers_to_rate(load_open_answers(tree, runs, questions if runs else questions[:0]))
    answers = answers.rename(columns={"question_id": "item"})
    return answers.assign(blank=answers["candidate"].astype(str).str.strip().eq(""))[_FRAME]


def rated_shares(long: pd.DataFrame, answers: pd.DataFrame, clusters: pd.Series, resamples: int,
                 truth: pd.Series) -> pd.DataFrame:
    """The share of each system's answers that raters call right, with intervals.

    A sheet has as many answers of each provenance, and a rater may stop within it. So each rating
    counts as many times as there are answers of the system, of that provenance, that aren't blank,
    for one that was rated; blank ones are wrong. An answer that several raters rated counts once
    among "all raters", by the mean of its ratings.

    Args:
        long: of `long_ratings`.
        answers: of `answers_now`.
        clusters: label of each question's cluster, by item; one that isn't there is its own.
        resamples: number of draws.
        truth: by run and question, of a planted world; else empty.

    Returns:
        ``rater``, ``system``, ``answers`` (rated, or drawn and blank), ``estimate``, ``low``,
        ``high``, ``left_out``, the provenances of which no answer with a word was rated and which
        the share isn't of, and, in planted worlds, ``planted``, the same share by the truth.
    """
    columns = ["rater", "system", "answers", *Estimate._fields, "left_out", "planted"]
    mean = long.groupby(["run", "item"], as_index=False, sort=False)["value"].mean()
    several = long["rater"].nunique() > 1
    table = pd.concat([long, mean.assign(rater=ALL)]) if several else long
    table = table.merge(answers, on=["run", "item"])
    table["planted"] = truth.reindex(pd.MultiIndex.from_frame(table[["run", "item"]])).to_numpy()
    made = []
    for rater, own in table.groupby("rater", sort=False):
        for system in in_order(own["system"]):
            part, whole = (rows[rows["system"] == system] for rows in (own, answers))
            made.append((rater, system, len(part), *_share(part, whole, clusters, resamples)))
    shares = pd.DataFrame(made, columns=columns)
    return shares if len(truth) else shares.drop(columns="planted")


def _share(part: pd.DataFrame, whole: pd.DataFrame, clusters: pd.Series,
           resamples: int) -> tuple:
    """Of one rater and system, from ``estimate`` to ``planted``."""
    worded, rated = whole[~whole["blank"]], part[~part["blank"]]
    left_out = sorted(set(worded["provenance"]) - set(rated["provenance"]))
    worded, whole = (rows[~rows["provenance"].isin(left_out)] for rows in (worded, whole))
    if whole.empty:
        return np.nan, np.nan, np.nan, listed(left_out), np.nan
    if worded.empty:  # all its answers are blank, and so wrong
        wrong = pd.Series(0.0, index=whole.index)
        share = mean_with_interval(wrong, clusters_of(whole, clusters), resamples)
        return *share, listed(left_out), 0.0
    weights = stratum_weights(rated["provenance"], worded["provenance"].value_counts())
    share = mean_with_interval(rated["value"], clusters_of(rated, clusters), resamples,
                               weights=weights)
    planted = np.average(rated["planted"], weights=weights)
    not_blank = len(worded) / len(whole)
    return *(not_blank * end for end in share), listed(left_out), not_blank * planted


def beside_expected(agreement: pd.DataFrame, ratings: pd.DataFrame, truth: pd.Series,
                    errors: Mapping[str, float],
                    now: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """Agreement of raters, and for simulated ones what their planted errors let one expect.

    Args:
        agreement: of `medinj_utils.comparison.raters.rater_agreement`.
        ratings: that it is of.
        truth: by run and question, of a planted world; else empty.
        errors: by simulated rater, the share of answers that they rate wrongly.
        now: what the runs answer now, which the truth is of; see `long_ratings`.

    Returns:
        The same rows with ``expected``, NaN where a rater is no simulated one.
    """
    right = truth.reindex(pd.MultiIndex.from_frame(ratings[["run", "question_id"]]))
    known = ratings.assign(right=right.to_numpy())[is_now(ratings, now)].dropna(subset="right")
    share = {again: part.drop_duplicates("item")["right"].mean()
             for again, part in known.groupby(known["repeat"].astype(bool))}
    expected = []
    for row in agreement.itertuples():
        raters = list(ratings["rater"].unique()) if row.first == ALL else [row.first, row.second]
        self_agreement = row.first == row.second != ALL
        if len(raters) < 2 or not set(raters) <= set(errors) or self_agreement not in share:
            expected.append(float("nan"))
            continue
        figures = expected_figures([errors[rater] for rater in raters], share[self_agreement])
        expected.append(figures[row.figure])
    return agreement.assign(expected=pd.Series(expected, dtype=float, index=agreement.index))
