"""What each notebook of this room found, in the sentences that its page opens with."""

from collections.abc import Iterable, Mapping

import pandas as pd

from medinj_utils.core.wording import (
    agreeing,
    listed,
    number,
    percent,
    points,
    score,
    span,
    with_interval,
)
from medinj_utils.evaluation.probes import ORIGINAL

_ALPHA = "Krippendorff's α"

_UNKNOWN = (": neither the share of answers called right nor whether injections steer a judge is "
            "known.")
_NO_VERDICT = f" and declares none{_UNKNOWN}"


def answers_finding(runs: pd.DataFrame, questions: int, modes: Iterable[str],
                    open_questions: int) -> str:
    """How many questions were put to how many runs, and how many were set aside.

    Args:
        runs: of `medinj_utils.evaluation.score_runs.ask_runs`.
        questions: number of choice questions.
        modes: in which they were asked.
        open_questions: number of open questions.
    """
    aside = runs["set_aside"].sum()
    also = f", and {number(open_questions)} open questions" if open_questions else ""
    answers = runs["answers"].sum() + runs["open_answers"].sum() - aside
    return (f"{len(runs)} runs were asked {number(questions)} choice questions in the modes "
            f"{listed(modes)}{also}: {number(answers)} answers, and "
            f"{number(aside)} set aside because the prompt is too long.")


def scores_finding(summary: pd.DataFrame, rules: pd.Series) -> str:
    """Lowest and highest scores by mode, extraction failures, and the best blind rule.

    Args:
        summary: of `medinj_utils.evaluation.scoring.summarise`, by run and mode.
        rules: of `medinj_utils.evaluation.tables.blind_scores`.
    """
    spans = []
    for mode, rows in summary.groupby("mode", sort=False):
        spans.append(f"{_span(rows.set_index('run')['exact_match'])} in the mode {mode}")
    failures = (summary["extraction_failures"] * summary["items"]).sum() / summary["items"].sum()
    best = (f" Over the same questions the rule “{rules.idxmax()}”, which sees no question, is "
            f"right on {percent(rules.max())}." if len(rules) else "")
    goes = "is" if len(summary["run"].unique()) == 1 else "goes from"
    return (f"Exact match {goes} {'; '.join(spans)}. In {percent(failures)} of the answers no "
            f"letter can be read.{best}")


def variants_finding(scores: pd.DataFrame) -> str:
    """How many variants were put to how many runs, and between which scores they move.

    Args:
        scores: of `medinj_utils.evaluation.score_runs.score_variants`.
    """
    if scores.empty:
        return "No question was asked in another way."
    means = scores.astype({"exact_match": float}).groupby("variant")["exact_match"].mean()
    others, runs = means.drop(ORIGINAL), scores["run"].nunique()
    return (f"{len(others)} {agreeing(len(others), 'variant was', 'variants were')} put to {runs} "
            f"{agreeing(runs, 'run', 'runs')}: {number(len(scores))} answers. Of the questions as "
            f"they are {percent(means[ORIGINAL])} are answered exactly, asked otherwise "
            f"{_span(others)}.")


#: Words for the harness' names of tasks and metrics.
_HARNESS = {"medinj_mcqu": "single-answer", "medinj_mcq": "several-answer", "acc": "Accuracy",
            "exact_match": "Exact match of strings",
            "exact_match_read": "Exact match of the letters read"}


def exchange_finding(figures: pd.DataFrame) -> str:
    """What the harness' own tasks give, from the lowest to the highest run.

    Args:
        figures: of `medinj_utils.evaluation.exchange.exchange_figures`.
    """
    spans = []
    for (task, metric), rows in figures.groupby(["task", "metric"], sort=False):
        values = rows["value"]
        spans.append(f"{_HARNESS[metric]} over {_HARNESS[task]} questions: "
                     f"{percent(values.min())} to {percent(values.max())}.")
    return " ".join([f"{figures['run'].nunique()} runs in the harness' form.", *spans])


def judges_finding(shares: pd.DataFrame, verdicts: pd.DataFrame, steered: pd.DataFrame,
                   costs: pd.DataFrame) -> str:
    """How many verdicts are readable, the span of the shares, and how far injections steer.

    Args:
        shares: of ``judged_shares.csv``.
        verdicts: of `medinj_utils.evaluation.judge.panel.ask_panel`.
        steered: of ``judge_steering.csv``.
        costs: of ``judge_costs.csv``.
    """
    if verdicts.empty:
        return "No judge was asked, or there was no open answer to judge."
    said = [_judge(judge, own, shares, steered, costs)
            for judge, own in verdicts.groupby("judge", sort=False)]
    mute = [text for text in said if text.endswith(_NO_VERDICT)]
    if len(mute) > 1:  # what follows from it is said once
        said = [text for text in said if text not in mute]
        said.append(f"{' '.join(text.removesuffix(_NO_VERDICT) + '.' for text in mute)} None of "
                    f"them declares a verdict{_UNKNOWN}")
    return " ".join(said)


def _judge(judge: str, verdicts: pd.DataFrame, *tables: pd.DataFrame) -> str:
    """Of one judge; the tables as for `judges_finding`."""
    shares, steered, costs = (table[table["judge"] == judge] for table in tables)
    replied = verdicts[verdicts["raw"].notna()]
    if replied.empty:
        return _without_replies(judge, verdicts["reason"])
    readable = int(replied["value"].notna().sum())
    calls = int(costs["calls"].sum() - costs["failed_calls"].sum())
    shared = "" if calls == len(replied) else " (equal answers share one)"
    request = (f"{judge} was asked for {number(len(replied))} "
               f"{agreeing(len(replied), 'verdict', 'verdicts')} in {number(calls)} "
               f"{agreeing(calls, 'call', 'calls')}{shared}")
    if not readable:
        return request + _NO_VERDICT
    read = shares.dropna(subset="estimate").set_index("system")
    right = (f"; of the answers with a readable verdict it calls {_span(read['estimate'])} right"
             if len(read) else "")
    return " ".join([f"{request} and declares {number(readable)}{right}.", *(
        _steered(row) for row in steered[steered["kind"] == "all"].to_dict("records"))])


def _span(shares: pd.Series) -> str:
    return span(shares, map(percent, shares))


def _without_replies(judge: str, reasons: pd.Series) -> str:
    """Why a judge gave no reply, in a sentence."""
    failed = reasons[reasons.str.startswith("failed call")]
    if failed.empty:
        return f"{judge} was not called: every answer was decided by rule."
    return f"All {number(len(failed))} calls of {judge} failed, the first of them: {failed.iloc[0]}"


def _steered(row: Mapping) -> str:
    """How far injections steer a judge, in a sentence."""
    compared = row["injections"] - row["plain_unreadable"] - row["unreadable"]
    if not compared:
        return f"Whether {number(row['injections'])} injections steer it is unknown."
    return (f"Injections in wrong answers move the share it calls right by "
            f"{points(row, 'difference')}, over {number(compared)} of {number(row['injections'])} "
            "whose verdicts can be read.")


def ratings_finding(agreement: pd.DataFrame, shares: pd.DataFrame,
                    differing: pd.DataFrame) -> str:
    """How far raters agree, on how many answers they differ, and the span of the shares.

    Args:
        agreement: of ``rater_agreement.csv``.
        shares: of ``rated_shares.csv``.
        differing: of ``rating_adjudication.csv``.
    """
    if shares.empty:
        return ("No ratings have come back yet, or there is no open answer to rate. The sheets, if "
                "any, are written.")
    raters = shares["rater"].iloc[-1]
    own = shares[shares["rater"] == raters].dropna(subset="estimate").set_index("system")
    several = shares["rater"].nunique() > 1
    sentences = _alpha(agreement[agreement["figure"] == "alpha"].iloc[0], len(differing), several)
    if own.empty:
        sentences.append("No rating is of an answer that the systems give now.")
        return " ".join(sentences)
    calls = f"{raters[:1].upper()}{raters[1:]} {'call' if several else 'calls'}"
    shown = [score(row, "estimate") for row in own.to_dict("records")]
    shares_in_words = (f"{shown[0]} of the answers of {own.index[0]}" if len(own) == 1 else
                       f"{span(own['estimate'], shown)} of a system's answers")
    sentences.append(f"{calls} {shares_in_words} right.")
    return " ".join(sentences)


def _alpha(row: pd.Series, differing: int, several: bool) -> list[str]:
    """How far raters agree, or why that is unknown, in sentences."""
    if not row["items"]:
        return [f"No answer was rated by two raters, so {_ALPHA} is unknown."
                if several else f"There is one rater, so {_ALPHA} is unknown."]
    if pd.isna(row["estimate"]):
        return [f"All ratings of the {number(row['items'])} answers that two raters "
                f"rated are the same, so {_ALPHA} is undefined."]
    expected = ("" if pd.isna(row["expected"]) else
                f" ({number(row['expected'], 2)} is expected of their planted errors)")
    interval = with_interval(row["estimate"], row["low"], row["high"])
    sentences = [f"{_ALPHA} of {number(row['items'])} answers is {interval}{expected}; raters "
                 f"differ on {number(differing)} of them."]
    if row["low"] <= 0:
        sentences.append("That is compatible with agreement by chance.")
    return sentences
