"""What notebook 35 says in sentences, made from its tables."""

from collections.abc import Mapping

import pandas as pd

from medinj_utils.comparison.edited import FLIPS
from medinj_utils.comparison.prevalence import JUDGE as ALONE
from medinj_utils.comparison.prevalence import PREDICTION_POWERED, ROGAN_GLADEN
from medinj_utils.comparison.scorers import BASELINE, CONSTANT, POOLED, without_r
from medinj_utils.comparison.verbosity import BOTH
from medinj_utils.core.wording import agreeing, listed, number, percent, points, score
from medinj_utils.evaluation.triplets.columns import NAMES
from medinj_utils.evaluation.triplets.scorers import JUDGE, OVERLAP, kind_of

NO_LABELS = ("None of the triplets has a label. A label is 1 or 0 in a column named "
             f"{', '.join(NAMES['label'])}: agreement of judges and metrics with humans isn't "
             "measured here.")
NO_TRIPLETS = ("No answers with human labels were given (parameter `triplets`): agreement of "
               "judges and metrics with humans isn't measured here.")
NO_OWN_RATINGS = ("No ratings of the runs' own answers are taken (parameter `own_ratings`): the "
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
    counts = [f"{what} {int(own['inside'].dropna().sum())} of {int(own['inside'].notna().sum())}"
              for what, own in tables.items() if "inside" in own]
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


def judges_finding(agreement: pd.DataFrame, lengths: pd.DataFrame, changes: pd.DataFrame,
                   shares: pd.DataFrame, answers_corrected: pd.DataFrame) -> str:
    """Agreement of judges, metrics and the constant, effects of length, and corrected shares.

    Args:
        agreement: of ``judge_agreement.csv``.
        lengths: of ``judge_length.csv``.
        changes: of ``judge_edits.csv``.
        shares: of ``judge_corrected.csv``.
        answers_corrected: of ``judge_corrected_answers.csv``; it may be empty.
    """
    pooled = agreement[agreement["generator"] == POOLED]
    if pooled.empty:
        return NO_TRIPLETS
    r = pooled[pooled["figure"] == "pearson"].dropna(subset="estimate").set_index("scorer")
    judges = [name for name in r.index if kind_of(name) == JUDGE]
    metrics = r.loc[[name for name in r.index if name in OVERLAP]]
    accuracy = pooled[pooled["figure"] == "accuracy"].set_index("scorer")
    constant = pooled[pooled["figure"] == BASELINE].set_index("scorer")
    every_judge = [name for name in pooled["scorer"].unique()
                   if name != CONSTANT and kind_of(name) == JUDGE]
    sentences = [f"Pearson's r with the human label: {_each(r, judges) or 'no judge'}"
                 + (f"; the best overlap metric, {metrics['estimate'].idxmax()}, "
                    f"{_plain(metrics.loc[metrics['estimate'].idxmax()])}" if len(metrics) else "")
                 + "."]
    sentences += [f"{name} is right on {_shown(accuracy, name)} of the "
                  f"{number(accuracy.loc[name, 'n'])} answers on which it declares a verdict; "
                  "always giving the more frequent label is right on "
                  f"{_shown(constant, name)} of the same."
                  for name in judges]
    if not judges:
        sentences.append("Always giving the more frequent label is right on "
                         f"{_shown(accuracy, CONSTANT)}.")
    both = lengths[lengths["label"] == BOTH].dropna(subset="low").set_index("scorer")
    swayed = [f"{points(both.loc[name])} ({name})" for name in judges if name in both.index]
    if swayed:
        sentences.append("A doubling of the length, at a fixed human label, is associated with a "
                         f"change in the share of verdicts “right” of {'; '.join(swayed)}.")
    sentences += [without_r(name, accuracy.loc[name, "n"]) + "."
                  for name in every_judge if name not in judges]
    own = [] if answers_corrected.empty else [answers_corrected_in_words(answers_corrected, True)]
    return " ".join([*sentences, _edits(changes), *_corrected(shares), *own]).strip()


def _edits(changes: pd.DataFrame) -> str:
    """The edit that flips most verdicts."""
    flips = changes[changes["figure"] == FLIPS].dropna(subset="estimate")
    if flips.empty:
        return ""
    most = flips.loc[flips["estimate"].idxmax()]
    return (f"Of the edits that don't change whether an answer is right, “{most['edit']}” flips "
            f"most verdicts: {score(most, 'estimate')} of those of {most['scorer']}.")


def _corrected(shares: pd.DataFrame) -> list[str]:
    sentences = []
    for judge, rows in shares.groupby("judge", sort=False):
        rows = rows.set_index("method")
        sentences.append(f"{judge} alone calls {score(rows.loc[ALONE], 'estimate')} of the answers "
                         f"right, the humans {percent(rows['humans'].iloc[0])}; corrected by "
                         f"{number(rows['sample'].iloc[0])} of their labels, the share is "
                         f"{score(rows.loc[PREDICTION_POWERED], 'estimate')}.")
    return sentences


def answers_corrected_in_words(shares: pd.DataFrame, own_ratings: bool) -> str:
    """Each system's share of right answers by each judge, alone and corrected.

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
    return " ".join(_system_corrected(judge, rows)
                    for judge, rows in shares.groupby("judge", sort=False))


def _system_corrected(judge: str, rows: pd.DataFrame) -> str:
    """One judge: each system's prediction-powered correction, else Rogan and Gladen's."""
    shares, uncorrected = [], []
    for system, own in rows.groupby("system", sort=False):
        own = own.set_index("method")
        made = own.loc[[PREDICTION_POWERED, ROGAN_GLADEN]].dropna(subset="estimate")
        if made.empty:
            uncorrected.append(system)
            continue
        shares.append(f"{system} {percent(own.loc[ALONE, 'estimate'])}, corrected "
                      f"{score(made.iloc[0], 'estimate')} ({made.index[0]}, "
                      f"{number(made.iloc[0]['rated'])} rated)")
    text = (f"Share of the answers with a verdict that {judge} calls right, alone and corrected by "
            f"human ratings: {'; '.join(shares)}." if shares else "")
    lacks = (f"No correction of {judge} is possible for {listed(uncorrected)}." if uncorrected
             else "")
    return f"{text} {lacks}".strip()


def _each(rows: pd.DataFrame, names: list[str]) -> str:
    return "; ".join(f"{name} {_plain(rows.loc[name])}" for name in names)


def _plain(row: pd.Series) -> str:
    ends = "" if pd.isna(row["low"]) else f" [{number(row['low'], 2)}, {number(row['high'], 2)}]"
    return number(row["estimate"], 2) + ends


def _shown(rows: pd.DataFrame, name: str) -> str:
    return percent(rows.loc[name, "estimate"])
