"""Findings of this room's notebooks, as sentences that open their pages."""

from collections.abc import Mapping

import pandas as pd

from medinj_utils.core.wording import agreeing, listed, number, percent, spelled
from medinj_utils.data.published import counted_here
from medinj_utils.data.tables import sure_leaks


def records_finding(records: pd.DataFrame, quarantine: pd.DataFrame) -> str:
    """Numbers of records, sources and rows in quarantine.

    Args:
        records: a records table.
        quarantine: the quarantine.
    """
    by_provenance = records["provenance"].value_counts()
    counts = listed(f"{number(n)} {provenance}" for provenance, n in by_provenance.items())
    refused = len(quarantine) / max(len(records) + len(quarantine), 1)
    return (f"{records['source'].nunique()} sources give {number(len(records))} records: {counts}. "
            f"{number(len(quarantine))} rows ({percent(refused)}) can't be read and are in "
            "quarantine, each with its reason.")


def audit_finding(records: pd.DataFrame, leaks: pd.DataFrame, conflicts: pd.DataFrame) -> str:
    """Share of training rows that ask what the test asks, and questions with two answers.

    Args:
        records: a records table.
        leaks: of `medinj_utils.data.overlap.find_leaks`.
        conflicts: of `medinj_utils.data.tables.conflicts`.
    """
    training = int((records["split"] == "train").sum())
    sure = sure_leaks(leaks)["id"].nunique()
    suspected = leaks["id"].nunique() - sure
    if not training:
        return "There are no training rows."
    times = len(conflicts)
    disagree = (f" {number(times)} {agreeing(times, 'question occurs', 'questions occur')} more "
                "than once with answers that disagree." if times else "")
    return (f"Of {number(training)} training rows {number(sure)} ({percent(sure / training)}) ask "
            f"what a test question asks, and {number(suspected)} more may do so in other words."
            f"{disagree}")


def mixtures_finding(mixtures: Mapping[str, pd.DataFrame]) -> str:
    """Budgets are equal; the share of single-answer questions is not.

    Args:
        mixtures: records by configuration.
    """
    rows = {name: len(mixture) for name, mixture in mixtures.items()}
    single = pd.Series({name: (mixture["task"] == "mcqu").mean()
                        for name, mixture in mixtures.items()})
    sizes = listed(dict.fromkeys(number(n) for n in rows.values()))
    same = (f"{len(rows)} mixtures of {sizes} rows each" if len(set(rows.values())) == 1 else
            f"{len(rows)} mixtures of one budget, which takes {sizes} rows")
    return (f"{same}. They differ in more than provenance: "
            f"{percent(single.min())} ({single.idxmin()}) to {percent(single.max())} "
            f"({single.idxmax()}) of the rows have a single right answer.")


def counts_finding(balance: pd.DataFrame, added: pd.DataFrame, counted: pd.DataFrame) -> str:
    """Task types by provenance, and how many of the study's sums and counts agree.

    Args:
        balance: of `medinj_utils.data.counts.task_balance`.
        added: of `medinj_utils.data.published.stated_and_added`.
        counted: of `medinj_utils.data.published.stated_and_counted`.
    """
    training = balance[balance["split"] == "train"]
    shares = listed(f"{percent(row['single-answer share'])} of the {row['provenance']} ones"
                    for row in training.to_dict("records"))
    here, agree = counted_here(counted), int((added["verdict"] == "agrees").sum())
    agreeing = int((here["verdict"] == "agrees").sum())
    rest = (f"Of {len(here)} stated numbers of rows that can be counted here {agreeing} agree."
            if len(here) else "None of its rows are counted here.")
    return (f"Of the training questions {shares} have a single right answer. Of the {len(added)} "
            f"sums that the study's card states {agree} are what their parts add up to [C]. {rest}")


def artefacts_finding(blind: pd.DataFrame) -> str:
    """Rules that are right more often than chance without seeing the question.

    Args:
        blind: of `medinj_utils.data.artefacts.blind_baselines`.
    """
    above = blind[blind["low"] > blind["chance"]]
    if above.empty:
        return (f"None of {len(blind)} rules that see no question is right more often than chance, "
                "by its 95 % interval.")
    best = above.loc[(above["exact_match"] - above["chance"]).idxmax()]
    return (f"{len(above)} of {len(blind)} rules that see no question are right more often than "
            f"chance, by their 95 % interval. The strongest, “{best['rule']}”, is right on "
            f"{percent(best['exact_match'])} of the {best['provenance']} {spelled(best['task'])} "
            f"questions of {best['source']}, where chance is {percent(best['chance'])}.")
