"""What human raters say of systems, and in a planted world what they should agree on."""

from collections.abc import Mapping

import pandas as pd

from medinj_utils.comparison.raters import ALL
from medinj_utils.comparison.resampling import Estimate
from medinj_utils.comparison.shares import mean_with_interval
from medinj_utils.core.names import in_order
from medinj_utils.demo.raters import expected_figures
from medinj_utils.evaluation.long_scores import LONG
from medinj_utils.evaluation.ratings import RatingKeys, RatingSheet
from medinj_utils.evaluation.ratings.keys import is_now

METRIC = "rating"


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


def rated_shares(long: pd.DataFrame, systems: Mapping[str, str], clusters: pd.Series,
                 resamples: int, truth: pd.Series) -> pd.DataFrame:
    """The share of each system's answers that raters call right, with intervals.

    Equally many answers were drawn from each provenance, so provenances have equal weight. An
    answer that several raters rated counts once among "all raters", by the mean of its ratings.

    Args:
        long: of `long_ratings`.
        systems: by run.
        clusters: label of each question's cluster, by item; one that isn't there is its own.
        resamples: number of draws.
        truth: by run and question, of a planted world; else empty.

    Returns:
        ``rater``, ``system``, ``answers``, ``estimate``, ``low``, ``high`` and, in planted worlds,
        ``planted``, the share of the same answers that are right.
    """
    columns = ["rater", "system", "answers", *Estimate._fields, "planted"]
    mean = long.groupby(["run", "item"], as_index=False, sort=False)["value"].mean()
    several = long["rater"].nunique() > 1
    table = pd.concat([long, mean.assign(rater=ALL)]) if several else long
    table = table.assign(system=table["run"].map(systems))
    pairs = pd.MultiIndex.from_frame(table[["run", "item"]])
    table["planted"] = truth.reindex(pairs).to_numpy()
    made = []
    for rater, own in table.groupby("rater", sort=False):
        for system in in_order(own["system"]):
            part = own[own["system"] == system]
            whole = part["item"].map(clusters).fillna(part["item"])
            estimate = mean_with_interval(part["value"], whole, resamples)
            made.append((rater, system, len(part), *estimate, part["planted"].mean()))
    shares = pd.DataFrame(made, columns=columns)
    return shares if len(truth) else shares.drop(columns="planted")


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
        who = list(ratings["rater"].unique()) if row.first == ALL else [row.first, row.second]
        self_agreement = row.first == row.second != ALL
        if len(who) < 2 or not set(who) <= set(errors) or self_agreement not in share:
            expected.append(float("nan"))
            continue
        figures = expected_figures([errors[rater] for rater in who], share[self_agreement])
        expected.append(figures[row.figure])
    return agreement.assign(expected=pd.Series(expected, dtype=float, index=agreement.index))
