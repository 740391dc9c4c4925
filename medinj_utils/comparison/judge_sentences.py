"""What notebook 35 says in sentences, made from its tables."""

from collections.abc import Iterable, Mapping

import pandas as pd

from medinj_utils.comparison.edited import FLIPS
from medinj_utils.comparison.prevalence import JUDGE as ALONE
from medinj_utils.comparison.prevalence import PREDICTION_POWERED, ROGAN_GLADEN
from medinj_utils.comparison.scorers import BASELINE, CONSTANT, POOLED, without_r
from medinj_utils.comparison.verbosity import BOTH
from medinj_utils.core.wording import (
    agreeing,
    listed,
    number,
    percent,
    points,
    score,
    span,
    spelled,
)
from medinj_utils.evaluation.triplets.columns import NAMES
from medinj_utils.evaluation.triplets.scorers import JUDGE, OVERLAP, kind_of

_DIGITS = 9  # beyond which two figures are the same
NO_LABELS = ("None of the triplets has a label. A label is 1 or 0 in a column named "
             f"{', '.join(NAMES['label'])}: agreement of judges and metrics with humans isn't "
             "measured here.")
NO_TRIPLETS = ("No answers with human labels were given (parameter `triplets`): agreement of "
               "judges and metrics with humans isn't measured here.")
NO_OWN_RATINGS = ("No ratings of the runs' own answers are taken (parameter own_ratings): the "
                  "judges' shares of right answers aren't corrected here.")
NO_VERDICTS = ("None of the judges in the parameter `judges` has verdicts of notebook 34 on the "
               "runs' own answers: there is nothing to correct.")


def triplets_in_words(triplets: pd.DataFrame, labelled: pd.DataFrame,
                      quarantine: pd.DataFrame) -> str:
    """How many triplets there are, of whom, and what was left out.

    Args:
        triplets: of `medinj_utils.evaluation.triplets.read_triplets`.
        labelled: those with a label.
        quarantine: what could not be read.
    """
    if triplets.empty:
        return NO_TRIPLETS
    if labelled.empty:
        return NO_LABELS
    generators, questions = labelled["run"].unique(), labelled["question_id"].nunique()
    return (f"{number(len(labelled))} answers to {number(questions)} "
            f"{agreeing(questions, 'question', 'questions')} by {len(generators)} "
            f"{agreeing(len(generators), 'generator', 'generators')} ({listed(generators)}), "
            f"{percent(labelled['label'].mean())} of them right by the human label. Left out: "
            f"{number(len(triplets) - len(labelled))} without a label. In quarantine: "
            f"{number(len(quarantine))} rows or scores that can't be read.")


def planted_in_words(tables: Mapping[str, pd.DataFrame]) -> str:
    """How many planted values lie inside their intervals.

    Args:
        tables: with ``inside``, by what they are of; where nothing was planted, without it.
    """
    counts = [f"{subject} {int(own['inside'].dropna().sum())} of {int(own['inside'].notna().sum())}"
              for subject, own in tables.items() if "inside" in own]
    if not counts:
        return "Nothing was planted in these answers: there is no truth to compare estimates with."
    return (f"Planted values inside their 95 % intervals: {'; '.join(counts)}. The figures of one "
            "scorer are correlated, so these counts vary more than those of independent intervals.")


def leaks_in_words(leaks: pd.DataFrame, planted: Mapping[str, int] | None) -> str:
    """How much of the evaluated answers a judge may have seen when it was tuned.

    Args:
        leaks: of `medinj_utils.evaluation.triplets.leaks.leak_table`.
        planted: how many are in a planted world's file of training, or None.
    """
    if not leaks.attrs["training"]:
        return "No training file of a judge is named (parameter `judge_training`)."
    count = leaks["answers"]
    sure = count["same answer"] + count["same question"]
    known = (f" Planted: {planted['question']} share a question, {planted['answer']} of them the "
             "answer, too." if planted else "")
    return (f"{number(sure)} of {number(count.sum())} evaluated answers are to a question that "
            f"stands in the judge's {number(leaks.attrs['training'])} training triplets, "
            f"{number(count['same answer'])} of them with the same answer; "
            f"{number(count['nearly the same question'])} more, to nearly the same question, "
            f"are suspected.{known}")


def judges_finding(agreement: pd.DataFrame, changes: pd.DataFrame, shares: pd.DataFrame,
                   *answers_corrected: pd.DataFrame) -> str:
    """Agreement of judges and metrics, and behind it what sways judges and corrects their shares.

    Args:
        agreement: of ``judge_agreement.csv``.
        changes: of ``judge_edits.csv``.
        shares: of ``judge_corrected.csv``.
        answers_corrected: of ``judge_corrected_answers.csv`` and ``judge_corrected_triplets.csv``;
            they may be empty.

    Returns:
        One paragraph, or two.
    """
    pooled = agreement[agreement["generator"] == POOLED]
    if pooled.empty:
        return NO_TRIPLETS
    r = pooled[pooled["figure"] == "pearson"].dropna(subset="estimate").set_index("scorer")
    judges, metrics = _judges(r.index), r.loc[[name for name in r.index if name in OVERLAP]]
    n = pooled[pooled["figure"] == "accuracy"].set_index("scorer")["n"]
    said = [f"{name} {_plain(r.loc[name])}" for name in judges]
    if len(metrics):
        best = metrics["estimate"].round(_DIGITS).idxmax()
        said.append(f"the best overlap metric, {spelled(best)}, {_plain(metrics.loc[best])}")
    first = [f"Pearson's r with the human label: {'; '.join(said)}."] if said else []
    first += [without_r(name, n[name]) + "." for name in _judges(pooled["scorer"].unique())
              if name not in judges]
    known = [table for table in answers_corrected if len(table)]
    corrected = (answers_corrected_in_words(pd.concat(known), True) if known else
                 _farthest(shares))
    then = " ".join(filter(None, (_edits(changes), corrected)))
    return "\n\n".join(filter(None, (" ".join(first), then)))


def accuracies_in_words(agreement: pd.DataFrame) -> str:
    """On how many answers each judge is right, beside the constant baseline on the same.

    Args:
        agreement: of ``judge_agreement.csv``.
    """
    pooled = agreement[agreement["generator"] == POOLED]
    accuracy = pooled[pooled["figure"] == "accuracy"].dropna(subset="estimate").set_index("scorer")
    constant = pooled[pooled["figure"] == BASELINE].set_index("scorer")
    if accuracy.empty:
        return ""
    sentences = [f"{name} is right on {_shown(accuracy, name)} of the "
                 f"{number(accuracy.loc[name, 'n'])} answers on which it declares a verdict; "
                 "always giving the more frequent label is right on "
                 f"{_shown(constant, name)} of the same."
                 for name in _judges(accuracy.index)]
    return " ".join(sentences) or ("Always giving the more frequent label is right on "
                                   f"{_shown(accuracy, CONSTANT)}.")


def lengths_in_words(lengths: pd.DataFrame) -> str:
    """What a doubling of the length goes with in the verdicts of each judge.

    Args:
        lengths: of ``judge_length.csv``.
    """
    both = lengths[lengths["label"] == BOTH].dropna(subset="low").set_index("scorer")
    swayed = [f"{points(both.loc[name])} ({name})" for name in _judges(both.index)]
    return ("A doubling of the length, at a fixed human label, is associated with a change in the "
            f"share of verdicts “right” of {'; '.join(swayed)}." if swayed else "")


def _judges(scorers: Iterable[str]) -> list[str]:
    return [name for name in scorers if name != CONSTANT and kind_of(name) == JUDGE]


def _edits(changes: pd.DataFrame) -> str:
    """The edit that flips most verdicts."""
    flips = changes[changes["figure"] == FLIPS].dropna(subset="estimate")
    if flips.empty:
        return ""
    most = flips.loc[flips["estimate"].idxmax()]
    return (f"Of the edits that don't change whether an answer is right, “{most['edit']}” flips "
            f"most verdicts: {score(most, 'estimate')} of those of {most['scorer']}.")


def shares_in_words(shares: pd.DataFrame) -> str:
    """Each judge's share of right answers beside the humans', alone and corrected.

    Args:
        shares: of ``judge_corrected.csv``.
    """
    return " ".join(_share(rows) for _, rows in shares.groupby("judge", sort=False))


def _farthest(shares: pd.DataFrame) -> str:
    """`shares_in_words` of the judge whose own share is farthest from the humans'."""
    alone = shares[shares["method"] == ALONE].set_index("judge")
    if alone.empty:
        return ""
    judge = (alone["estimate"] - alone["humans"]).abs().idxmax()
    return _share(shares[shares["judge"] == judge])


def _share(rows: pd.DataFrame) -> str:
    """One judge's share, alone and corrected."""
    rows = rows.set_index("method")
    return (f"{rows['judge'].iloc[0]} alone calls {score(rows.loc[ALONE], 'estimate')} of the "
            f"answers right, the humans {percent(rows['humans'].iloc[0])}; corrected by "
            f"{number(rows['sample'].iloc[0])} of their labels, the share is "
            f"{score(rows.loc[PREDICTION_POWERED], 'estimate')}.")


def answers_corrected_in_words(shares: pd.DataFrame, own_ratings: bool) -> str:
    """Between which shares the systems lie by each judge, alone and corrected.

    Args:
        shares: of ``judge_corrected_answers.csv``.
        own_ratings: whether ratings of the runs' own answers are taken.

    Returns:
        Why there is nothing to say, where there is nothing.
    """
    if not own_ratings:
        return NO_OWN_RATINGS
    if shares.empty:
        return NO_VERDICTS
    sentences, lacking, reasons = [], [], []
    for judge, rows in shares.groupby("judge", sort=False):
        made, reason = _corrected(judge, rows)
        sentences.append(made)
        if len(reason):
            lacking.append(f"{judge} ({listed(reason.index)})")
            reasons += list(reason)
    if lacking:
        sentences.append(f"No correction of {listed(lacking)}: {reasons[0]}"
                         f"{' (the table has all reasons)' if len(set(reasons)) > 1 else ''}.")
    return " ".join(filter(None, sentences))


def _corrected(judge: str, rows: pd.DataFrame) -> tuple[str, pd.Series]:
    """One judge: prediction-powered corrections, else Rogan and Gladen's; by system why none."""
    by_method = {method: own.set_index("system") for method, own in rows.groupby("method")}
    made = pd.concat([by_method[PREDICTION_POWERED], by_method[ROGAN_GLADEN]])
    made = made.dropna(subset="estimate")
    made = made[~made.index.duplicated()]
    lacking = by_method[PREDICTION_POWERED].drop(made.index)["reason"]
    if made.empty:
        return "", lacking
    alone = by_method[ALONE].loc[made.index, "estimate"]
    shown = [score(row, "estimate") for row in made.to_dict("records")]
    return (f"{judge} calls {span(alone, map(percent, alone))} of the answers with a verdict right"
            f"; corrected by human ratings {span(made['estimate'], shown)}."), lacking


def _plain(row: pd.Series) -> str:
    ends = "" if pd.isna(row["low"]) else f" [{number(row['low'], 2)}, {number(row['high'], 2)}]"
    return number(row["estimate"], 2) + ends


def _shown(rows: pd.DataFrame, name: str) -> str:
    return percent(rows.loc[name, "estimate"])
