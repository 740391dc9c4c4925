"""What was planted in raters and judges of a world's triplets, as the figures that are estimated.

Rater and judge give an answer of known truth a 1 with known probabilities, independently of each
other. So each figure has a known value for these answers, which the interval from one rating and
one verdict each should hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from medinj_utils.comparison.corrected import COLUMNS as SHARES
from medinj_utils.comparison.prevalence import JUDGE as ALONE
from medinj_utils.comparison.scorers import POOLED
from medinj_utils.comparison.verbosity import LABELS, slope
from medinj_utils.demo.simulated import SimulatedJudge, SimulatedRater
from medinj_utils.evaluation.triplets.scorers import words_of


@dataclass(frozen=True)
class Planted:
    """What was planted in triplets.

    Args:
        truth: 1 or 0 of each triplet, by item.
        rater: whose ratings are the labels.
        others: further raters.
        judges: the judges.
    """

    truth: pd.Series
    rater: SimulatedRater
    others: tuple[SimulatedRater, ...]
    judges: tuple[SimulatedJudge, ...]

    def labels(self, triplets: pd.DataFrame) -> np.ndarray:
        """The probability that each triplet is labelled 1.

        Args:
            triplets: of the planted world.

        Returns:
            A number from 0 to 1 for each, shape (triplets,).
        """
        return np.array([self.rater.probability(truth) for truth in self._truth(triplets["item"])])

    def chances(self, items: pd.Series, candidates: pd.Series) -> pd.DataFrame:
        """The probability of a 1 from each scorer.

        Args:
            items: of triplets; of edited ones the originals'.
            candidates: the answers that are scored.

        Returns:
            Answers × scorers, with the candidates' index.
        """
        words, truth = words_of(candidates), self._truth(items)
        chances = {rater.name: [rater.probability(own) for own in truth] for rater in self.others}
        chances |= {judge.name: [judge.probability(*pair)
                                 for pair in zip(truth, words, strict=True)]
                    for judge in self.judges}
        return pd.DataFrame(chances, index=candidates.index)

    def verdicts(self, items: pd.Series, candidates: pd.Series) -> pd.DataFrame:
        """What each judge says of answers, as it said of the triplets; NaN: unreadable.

        Args:
            items, candidates: as for `chances`.
        """
        answers = list(zip(items.map(place_of), self._truth(items), candidates, strict=True))
        return pd.DataFrame({judge.name: [judge.verdict(*one) for one in answers]
                             for judge in self.judges}, index=candidates.index, dtype=float)

    def _truth(self, items: pd.Series) -> list[int]:
        return self.truth.loc[items].tolist()


def place_of(item: str) -> str:
    """File and row of a triplet, without the name of its set."""
    return item.partition("/")[2]


def planted_in(key: Mapping | None, triplets: pd.DataFrame) -> Planted | None:
    """What was planted in triplets; None where a triplet is not of a planted world.

    Args:
        key: of the world, `medinj_utils.core.tree.Tree.key`.
        triplets: of `medinj_utils.evaluation.triplets.read_triplets`.
    """
    known = (key or {}).get("triplets", {})
    rows = triplets["item"].map(place_of)
    if triplets.empty or not rows.isin(known.get("answers", {})).all():
        return None
    truth = pd.Series([known["answers"][row]["truth"] for row in rows], triplets["item"])
    rater, *others = (SimulatedRater(**one) for one in known["raters"])
    return Planted(truth, rater, tuple(others), tuple(map(SimulatedJudge.of, known["judges"])))


def planted_agreement(planted: Planted, triplets: pd.DataFrame) -> pd.DataFrame:
    """Figures of agreement that were planted.

    Args:
        planted: of `planted_in`.
        triplets: that are labelled.

    Returns:
        ``generator``, ``scorer``, ``figure`` and ``planted``, as
        `medinj_utils.comparison.scorers.scorer_agreement` names them.
    """
    human = planted.labels(triplets)
    chances = planted.chances(triplets["item"], triplets["candidate"])
    rows = []
    for generator in [POOLED, *pd.unique(triplets["run"])]:
        from_generator = (triplets["run"] == generator).to_numpy() | (generator == POOLED)
        for name in chances:
            figures = _expected(human[from_generator], chances[name].to_numpy()[from_generator])
            rows += [(generator, name, figure, value) for figure, value in figures.items()]
    return pd.DataFrame(rows, columns=["generator", "scorer", "figure", "planted"])


def _expected(human: np.ndarray, score: np.ndarray) -> dict[str, float]:
    """Figures of 0s and 1s that are drawn independently with these probabilities."""
    h, s, both = human.mean(), score.mean(), (human * score).mean()
    accuracy, chance = 1 - h - s + 2 * both, h * s + (1 - h) * (1 - s)
    correlation = (both - h * s) / np.sqrt(h * (1 - h) * s * (1 - s))
    return {"pearson": correlation, "spearman": correlation,
            "auc": (1 + both / h - (s - both) / (1 - h)) / 2,
            "kappa": (accuracy - chance) / (1 - chance), "f1": 2 * both / (h + s),
            "accuracy": accuracy}


def planted_length_effects(planted: Planted, triplets: pd.DataFrame) -> pd.DataFrame:
    """Effects of length that were planted.

    Args:
        planted, triplets: as for `planted_agreement`.

    Returns:
        ``scorer``, ``label`` and ``planted``, as
        `medinj_utils.comparison.verbosity.length_effects` names them.
    """
    human = planted.labels(triplets)
    chances = planted.chances(triplets["item"], triplets["candidate"])
    length = np.log2(np.maximum(words_of(triplets["candidate"]).to_numpy(dtype=float), 1))
    by_label = {"0": 1 - human, "1": human}
    rows = []
    for name in chances:
        for label in LABELS:
            own = [label] if label in by_label else list(by_label)
            given = [np.tile(values, len(own)) for values in (length, chances[name].to_numpy())]
            weights = np.concatenate([by_label[one] for one in own])
            labels = np.repeat([float(one) for one in own], len(human))
            effect = slope(labels, *given, weights[None])
            rows.append((name, label, float(effect[0])))
    return pd.DataFrame(rows, columns=["scorer", "label", "planted"])


def planted_changes(planted: Planted, edited: pd.DataFrame,
                    triplets: pd.DataFrame) -> pd.DataFrame:
    """Changes and flips by edits that were planted in the judges.

    Args:
        planted: of `planted_in`.
        edited: of `medinj_utils.evaluation.triplets.edits.edited_triplets`.
        triplets: that they were made from.

    Returns:
        ``edit``, ``scorer``, ``figure`` and ``planted``, as
        `medinj_utils.comparison.edited.edit_changes` names them.
    """
    texts = triplets.set_index("item")["candidate"].loc[edited["original"]]
    before = planted.chances(edited["original"], texts.set_axis(edited.index))
    change = planted.chances(edited["original"], edited["candidate"]) - before
    rows = []
    for edit, own in change.groupby(edited["edit"], sort=False):
        for judge in planted.judges:
            rows += [(edit, judge.name, "change", own[judge.name].mean()),
                     (edit, judge.name, "flips", own[judge.name].abs().mean())]
    return pd.DataFrame(rows, columns=["edit", "scorer", "figure", "planted"])


def planted_shares(planted: Planted | None, triplets: pd.DataFrame,
                   shares: pd.DataFrame) -> pd.DataFrame:
    """Shares of right answers beside what the rater and the truth would say.

    Args:
        planted: of `planted_in`, or None.
        triplets: that are labelled.
        shares: of `medinj_utils.comparison.corrected.corrected_shares`.

    Returns:
        The shares, with ``planted``, what humans such as this rater find on average, and ``truth``.
    """
    if planted is None:
        return shares
    return shares.assign(planted=planted.labels(triplets).mean() if len(shares) else 0.0,
                         truth=planted.truth.loc[triplets["item"]].mean() if len(shares) else 0.0
                         ).reindex(columns=[*SHARES, "planted", "truth"])


def planted_leaks(key: Mapping | None, planted: Planted | None) -> dict[str, int] | None:
    """How many answers are planted in the file on which a judge is said to be tuned; or None.

    Args:
        key: of the world.
        planted: of `planted_in`.
    """
    return key["triplets"]["leaked"] if planted and key else None


def corrected_inside(shares: pd.DataFrame) -> pd.DataFrame:
    """Shares that aren't the judge's alone, with ``inside``; without it where nothing was planted.

    Args:
        shares: of `planted_shares`.
    """
    own = shares[shares["method"] != ALONE]
    return with_inside(own) if "planted" in own else own


def beside(estimated: pd.DataFrame, planted: pd.DataFrame | None) -> pd.DataFrame:
    """Estimates with the planted values that there are.

    Args:
        estimated: with columns of names, ``estimate``, ``low``, ``high``.
        planted: the same names with ``planted``; None where nothing was planted.

    Returns:
        The estimates with ``planted`` and ``inside``, whether it is within the interval; NaN and
        None where nothing was planted.
    """
    if planted is None:
        return estimated
    names = [name for name in planted if name != "planted"]
    table = estimated.merge(planted, how="left", on=names)
    return with_inside(table)


def with_inside(table: pd.DataFrame) -> pd.DataFrame:
    """A table with ``inside``, whether ``planted`` is within the interval; None where unknown."""
    inside = table["planted"].between(table["low"] - 1e-12, table["high"] + 1e-12)
    known = table[["planted", "low"]].notna().all(axis=1)
    return table.assign(inside=inside.astype(object).where(known, None))
