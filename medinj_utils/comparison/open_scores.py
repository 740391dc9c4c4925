"""Systems compared by the scores of their open answers, as by those of choice questions."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from medinj_utils.comparison.display import shown_pairs
from medinj_utils.comparison.pairs import PAIR_COLUMNS, compare_pairs
from medinj_utils.comparison.resampling import Resampled, resample
from medinj_utils.comparison.scores import SMALL, independent_units
from medinj_utils.comparison.tables import score_matrix
from medinj_utils.core.names import OF_HUNDRED, OPEN_METRICS, in_order
from medinj_utils.core.wording import agreeing, in_words, listed, with_interval
from medinj_utils.evaluation.long_scores import as_scores

ALL = "all"
#: Columns of `open_systems`.
OPEN_COLUMNS = ("metric", "provenance", "system", "questions", "runs", "estimate", "low", "high",
                "reason")
#: Highest score of metrics that don't go from 0 to 1.
_HIGHEST = dict.fromkeys(OF_HUNDRED, 100.0)
_AGAIN = "the same runs again"


def open_matrix(long: pd.DataFrame, metric: str) -> pd.DataFrame:
    """One metric of open answers as `medinj_utils.comparison.tables.score_matrix` gives scores.

    Args:
        long: of `medinj_utils.evaluation.long_scores.load_long`.
        metric: its name.

    Returns:
        Items × (system, seed), from 0 to 1 (of BLEU and chrF a hundredth). Questions on which some
        run has no score are left out for all; there may be none left.

    Raises:
        ValueError: as `as_scores` and `score_matrix`.
    """
    rows = as_scores(long, metric)
    if set(rows.loc[rows["set_aside"], "id"]) == set(rows["id"]):
        runs = pd.MultiIndex.from_frame(rows[["system", "seed"]].drop_duplicates())
        return pd.DataFrame(columns=runs, index=pd.Index([], name="id"), dtype=float)
    return score_matrix(rows, "value") / _HIGHEST.get(metric, 1.0)


def open_systems(long: pd.DataFrame, items: pd.DataFrame, clusters: pd.Series,
                 resamples: int) -> pd.DataFrame:
    """Mean of each metric by provenance of the question and by system, with intervals.

    Args:
        long: scores of metrics, of `medinj_utils.evaluation.long_scores.load_long`.
        items: the questions, by id.
        clusters: label of each, by id.
        resamples: draws of the bootstrap, which draws whole clusters.

    Returns:
        The columns `OPEN_COLUMNS`, on the metrics' own scales; the provenance "all" comes first.
        The estimate is NaN where no question has a score of every run (``questions`` is 0 then),
        the interval also where there are fewer than 20 independent questions; ``reason`` says so.
    """
    rows = [row for metric in OPEN_METRICS if (long["metric"] == metric).any()
            for row in _of_metric(metric, open_matrix(long, metric), items, clusters, resamples)]
    return pd.DataFrame(rows, columns=list(OPEN_COLUMNS))


def _of_metric(metric: str, matrix: pd.DataFrame, items: pd.DataFrame, clusters: pd.Series,
               resamples: int) -> Iterator[dict]:
    provenance = items["provenance"].reindex(matrix.index)
    parts = {ALL: matrix} | {name: matrix[provenance == name]
                             for name in sorted(items["provenance"].unique())}
    runs = matrix.columns.get_level_values("system").value_counts()
    for part, own in parts.items():
        estimates = _estimates(own, clusters, resamples) * _HIGHEST.get(metric, 1.0)
        for system in in_order(runs.index):
            yield {"metric": metric, "provenance": part, "system": system, "questions": len(own),
                   "runs": int(runs[system]), **estimates.loc[system].to_dict(),
                   "reason": _reason(own, clusters)}


def _estimates(matrix: pd.DataFrame, clusters: pd.Series, resamples: int) -> pd.DataFrame:
    """Estimate and interval of each system."""
    means = matrix.mean().groupby("system").mean() if len(matrix) else pd.Series(
        np.nan, matrix.columns.get_level_values("system").unique())
    table = pd.DataFrame({"estimate": means, "low": np.nan, "high": np.nan})
    if _enough(matrix, clusters):
        drawn = _draws(matrix, clusters, resamples)
        ends = {system: drawn.contrast({system: 1.0}) for system in means.index}
        table[["low", "high"]] = [(ends[name].low, ends[name].high) for name in table.index]
    return table


def _draws(matrix: pd.DataFrame, clusters: pd.Series, resamples: int) -> Resampled:
    """`resample`, which needs two systems: a single one enters twice, as the same runs."""
    systems, same = matrix.columns.get_level_values("system").unique(), {}
    if len(systems) == 1:
        again = matrix.rename(columns={systems[0]: _AGAIN}, level="system")
        matrix, same = pd.concat([matrix, again], axis=1), {_AGAIN: systems[0]}
    return resample(matrix, resamples, clusters=clusters.loc[matrix.index], same_runs=same)


def _enough(matrix: pd.DataFrame, clusters: pd.Series) -> bool:
    """Whether there are enough questions for intervals."""
    return not matrix.empty and independent_units(matrix.index, clusters) >= SMALL


def _reason(matrix: pd.DataFrame, clusters: pd.Series) -> str:
    """Why there is no estimate or no interval, if there is none."""
    if matrix.empty:
        return "no question has a score of every run"
    if _enough(matrix, clusters):
        return ""
    units = independent_units(matrix.index, clusters)
    return (f"only {units} independent {agreeing(units, 'question', 'questions')}; an interval "
            f"needs {SMALL}")


def _comparable(matrix: pd.DataFrame, clusters: pd.Series) -> bool:
    """Whether there are several systems, and enough questions to compare them."""
    return (not matrix.empty and matrix.columns.get_level_values("system").nunique() > 1
            and _enough(matrix, clusters))


def open_pairs(long: pd.DataFrame, metric: str, clusters: pd.Series,
               resamples: int) -> pd.DataFrame:
    """All pairs of systems by one metric of open answers.

    Args:
        long, clusters, resamples: as for `open_systems`.
        metric: one of `medinj_utils.core.names.OPEN_METRICS`.

    Returns:
        ``metric``, ``items``, and the columns of
        `medinj_utils.comparison.pairs.compare_pairs`, on a scale from 0 to 1. Empty where
        fewer than 20 independent questions have a score of every run, or of one system.
    """
    matrix = open_matrix(long, metric) if len(long) else pd.DataFrame()
    if not _comparable(matrix, clusters):
        return pd.DataFrame(columns=["metric", "items", *PAIR_COLUMNS])
    pairs = compare_pairs(matrix, resamples, clusters=clusters.loc[matrix.index])
    return pairs.assign(metric=metric, items=len(matrix))[["metric", "items", *PAIR_COLUMNS]]


def shown_open(scores: pd.DataFrame) -> pd.DataFrame:
    """`open_systems` as texts: metrics and provenances × systems, an estimate with its interval.

    Metrics by which every system scores 0, or that no question has, are left out:
    `left_out_in_words` names them.

    Args:
        scores: of `open_systems`, or of ``open_scores.csv``.
    """
    scores = scores[~scores["metric"].isin([*_zero(scores), *_unscored(scores)])]
    if scores.empty:
        return scores
    texts = scores.assign(shown=[_in_words(row) for row in scores.to_dict("records")])
    wide = texts.pivot(index=["metric", "provenance", "questions"], columns="system",
                       values="shown")
    order = texts[["metric", "provenance", "questions"]].drop_duplicates()
    return wide.loc[pd.MultiIndex.from_frame(order), in_order(wide.columns)]


def left_out_in_words(scores: pd.DataFrame, encoder: str) -> str:
    """Which metrics `shown_open` leaves out, and why; empty where it leaves out none.

    Args:
        scores: of `open_systems`.
        encoder: which encoder BERTScore is by, or that there is none.
    """
    zero, unscored = _zero(scores), _unscored(scores)
    sentences = [f"By {listed(map(in_words, zero))} every system scores 0."] if zero else []
    if "bertscore" in unscored:
        unscored.remove("bertscore")
        sentences.append(f"BERTScore: {encoder}.")
    if unscored:
        names = listed(map(in_words, unscored))
        sentences.append(f"No question has a score of every run by {names}.")
    return " ".join(sentences)


def _zero(scores: pd.DataFrame) -> list[str]:
    """Metrics by which every system scores 0 on all questions."""
    highest = scores[scores["provenance"] == ALL].groupby("metric", sort=False)["estimate"].max()
    return list(highest.index[highest == 0])


def _unscored(scores: pd.DataFrame) -> list[str]:
    """Metrics that no question has a score of."""
    questions = scores.groupby("metric", sort=False)["questions"].max()
    return list(questions.index[questions == 0])


def lacking_in_words(scores: pd.DataFrame) -> str:
    """Which estimates of `shown_open` have no interval, and why; empty where all have one.

    Args:
        scores: of `open_systems`.
    """
    shown = ~scores["metric"].isin(_zero(scores))
    lacking = scores[shown & scores["estimate"].notna() & scores["low"].isna()]
    reasons = [f"{'all questions' if part == ALL else part} ({listed(own['metric'].unique())}): "
               f"{reason}" for (part, reason), own in
               lacking.groupby(["provenance", "reason"], sort=False)]
    return f"Without intervals: {'; '.join(reasons)}." if reasons else ""


def _in_words(row: dict) -> str:
    """An estimate with its interval, if it has one: "0.25 [0.10, 0.61]", of BLEU "2.5 [1.0, 6.1]".
    """
    if pd.isna(row["estimate"]):
        return "no question"
    decimals = 1 if row["metric"] in _HIGHEST else 2
    return with_interval(row["estimate"], row["low"], row["high"], decimals)


def shown_open_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """`open_pairs` as `medinj_utils.comparison.display.shown_pairs`, in hundredths of the scale."""
    return shown_pairs(pairs).rename(columns={
        "difference, points": "difference, hundredths", "only first right": "first better",
        "only second right": "second better"})
