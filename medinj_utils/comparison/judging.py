"""The tables that notebook 35 makes from triplets; all are empty where there are none."""

from itertools import combinations

import pandas as pd

from medinj_utils.comparison.edited import COLUMNS as CHANGES
from medinj_utils.comparison.edited import FLIPS, edit_changes
from medinj_utils.comparison.planted_judges import (
    Planted,
    beside,
    planted_agreement,
    planted_changes,
    planted_length_effects,
)
from medinj_utils.comparison.scorers import Labelled, scorer_agreement, scorer_pairs
from medinj_utils.comparison.verbosity import Written, length_effects
from medinj_utils.evaluation.triplets.leaks import NONE
from medinj_utils.evaluation.triplets.scorers import (
    HUMAN,
    JUDGE,
    LENGTH,
    METRIC,
    kind_of,
    metric_scores,
    words_of,
)

_AGREEMENT = ["generator", "scorer", "figure", "estimate", "low", "high", "n", "unscored"]
_PAIRS = ["first", "second", "difference", "low", "high", "p", "p_holm", "n"]


def of_kind(scores: pd.DataFrame, *kinds: str) -> pd.DataFrame:
    """The scorers of some kinds.

    Args:
        scores: of `medinj_utils.evaluation.triplets.scorers.triplet_scores`.
        kinds: as `medinj_utils.evaluation.triplets.scorers.kind_of` gives them.
    """
    return scores[[name for name in scores if kind_of(name) in kinds]]


def agreement_table(triplets: pd.DataFrame, scores: pd.DataFrame, planted: Planted | None,
                    resamples: int) -> pd.DataFrame:
    """`medinj_utils.comparison.scorers.scorer_agreement`, beside what was planted.

    Args:
        triplets: that are labelled.
        scores: triplets × scorers.
        planted: what was planted in them, or None.
        resamples: number of draws.
    """
    if triplets.empty:
        return pd.DataFrame(columns=_AGREEMENT)
    agreement = scorer_agreement(_labelled(triplets), scores, resamples)
    return beside(agreement, planted_agreement(planted, triplets) if planted else None)


def judge_pairs(triplets: pd.DataFrame, scores: pd.DataFrame, figure: str,
                resamples: int) -> pd.DataFrame:
    """Each judge against every metric, the length, further humans and the other judges.

    Args:
        triplets: that are labelled.
        scores: triplets × scorers.
        figure: of agreement.
        resamples: number of draws.

    Returns:
        As `medinj_utils.comparison.scorers.scorer_pairs`, adjusted over these pairs.
    """
    judges = list(of_kind(scores, JUDGE))
    others = list(of_kind(scores, METRIC, LENGTH, HUMAN))
    if triplets.empty or not judges:
        return pd.DataFrame(columns=_PAIRS)
    pairs = [*((judge, other) for judge in judges for other in others), *combinations(judges, 2)]
    return scorer_pairs(_labelled(triplets), scores, figure, resamples, pairs=pairs)


def length_table(triplets: pd.DataFrame, scores: pd.DataFrame, planted: Planted | None,
                 resamples: int) -> pd.DataFrame:
    """`medinj_utils.comparison.verbosity.length_effects`, beside what was planted.

    Args:
        triplets, scores, planted, resamples: as for `agreement_table`.
    """
    written = Written(triplets["label"], triplets["question_id"], words_of(triplets["candidate"]))
    effects = length_effects(written, of_kind(scores, METRIC, JUDGE, HUMAN), resamples)
    return beside(effects, planted_length_effects(planted, triplets) if planted else None)


def edited_scores(edited: pd.DataFrame, planted: Planted | None,
                  judged: pd.DataFrame) -> pd.DataFrame:
    """Scores of edited answers: metrics, judges that were asked, and in a planted world its judges.

    Args:
        edited: of `medinj_utils.evaluation.triplets.edits.edited_triplets`.
        planted: what was planted in the triplets, or None.
        judged: edited answers × judges that were asked about them.

    Returns:
        Edited answers × scorers, with their index.
    """
    tables = [metric_scores(edited), judged]
    if planted:
        tables.append(planted.verdicts(edited["original"], edited["candidate"]))
    return pd.concat(tables, axis=1)


def changes_table(triplets: pd.DataFrame, edited: pd.DataFrame, scores: pd.DataFrame,
                  after: pd.DataFrame, planted: Planted | None, resamples: int) -> pd.DataFrame:
    """`medinj_utils.comparison.edited.edit_changes`, beside what was planted.

    Args:
        triplets: that were edited.
        edited: the edited ones.
        scores: triplets × scorers.
        after: of `edited_scores`.
        planted: as for `agreement_table`.
        resamples: number of draws.
    """
    if edited.empty:
        return pd.DataFrame(columns=CHANGES)
    both = [name for name in after if name in scores]
    before = scores.set_axis(triplets["item"])[both].loc[edited["original"]].set_axis(edited.index)
    changes = edit_changes(edited, before, after[both], resamples)
    changes = changes[(changes["figure"] != FLIPS) | (changes["scorer"].map(kind_of) == JUDGE)]
    return beside(changes, planted_changes(planted, edited, triplets) if planted else None)


def agreement_by_leak(triplets: pd.DataFrame, scores: pd.DataFrame, reasons: pd.Series,
                      resamples: int) -> pd.DataFrame:
    """Agreement of judges on answers that may have been seen in their training, and on others.

    Args:
        triplets: that are labelled.
        scores: triplets × scorers.
        reasons: of `medinj_utils.evaluation.triplets.leaks.leaked`.
        resamples: number of draws.

    Returns:
        As `agreement_table` of judges, with "met in training" and "not seen" for generators; empty
        where there is nothing to compare.
    """
    in_training = reasons.ne(NONE).loc[triplets.index]
    judges = of_kind(scores, JUDGE)
    if not in_training.any() or in_training.all() or judges.empty:
        return pd.DataFrame(columns=_AGREEMENT)
    parts = in_training.map({True: "met in training", False: NONE})
    table = scorer_agreement(Labelled(triplets["label"].to_numpy(), triplets["question_id"],
                                      parts), judges, resamples)
    return table[table["generator"] != "pooled"].reset_index(drop=True)


def _labelled(triplets: pd.DataFrame) -> Labelled:
    return Labelled(triplets["label"].to_numpy(), triplets["question_id"], triplets["run"])
