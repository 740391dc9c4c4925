"""Do intervals cover the planted values of raters and judges? ``python -m simulations.judges``

Triplets of the planted world are written with other seeds, and every estimate of notebook 35 for
their simulated judges and their second rater is compared with the planted value.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from medinj_utils.comparison.corrected import corrected_shares
from medinj_utils.comparison.edited import edit_changes
from medinj_utils.comparison.judging import agreement_table, length_table, of_kind
from medinj_utils.comparison.planted_judges import (
    beside,
    planted_changes,
    planted_in,
    planted_shares,
    with_inside,
)
from medinj_utils.core.files import progress
from medinj_utils.demo.facts import all_facts
from medinj_utils.demo.triplets import EVALUATED, write_triplets
from medinj_utils.evaluation.triplets import read_triplets
from medinj_utils.evaluation.triplets.columns import SCORE
from medinj_utils.evaluation.triplets.edits import edited_triplets
from medinj_utils.evaluation.triplets.scorers import JUDGE

_FACTS = 32  # to be taught, as in the demo


def held_in(seed: int, resamples: int) -> pd.DataFrame:
    """Whether each planted value of one world lies inside its interval.

    Args:
        seed: of the world's triplets.
        resamples: draws of each interval.

    Returns:
        A row per value: ``kind`` (agreement, length, edits or shares), ``figure`` (for shares, the
        estimator), ``scorer`` and ``inside``.
    """
    general_facts, taught_facts = all_facts()
    with TemporaryDirectory() as folder:
        key = {"triplets": write_triplets(Path(folder), taught_facts[:_FACTS], general_facts,
                                          seed)}
        file = str(Path(folder) / EVALUATED)
        triplets, _ = read_triplets([{"name": "planted", "location": file}])
    planted = planted_in(key, triplets)
    scores = triplets.filter(like=SCORE).rename(columns=lambda name: name.removeprefix(SCORE))
    edited = edited_triplets(triplets)
    after = planted.verdicts(edited["original"], edited["candidate"])
    before = scores.set_axis(triplets["item"])[list(after)].loc[edited["original"]]
    changes = edit_changes(edited, before.set_axis(edited.index), after, resamples)
    shares = corrected_shares(triplets, of_kind(scores, JUDGE))
    tables = {
        "agreement": agreement_table(triplets, scores, planted, resamples),
        "length": length_table(triplets, scores, planted, resamples).rename(
            columns={"label": "figure"}),
        "edits": beside(changes, planted_changes(planted, edited, triplets)),
        "shares": with_inside(planted_shares(planted, triplets, shares)).rename(
            columns={"judge": "scorer", "method": "figure"})}
    table = pd.concat(tables, names=["kind"]).reset_index("kind").dropna(subset="inside")
    return table[["kind", "figure", "scorer", "inside"]].reset_index(drop=True)


def held(worlds: int, resamples: int) -> pd.DataFrame:
    """How often intervals cover the planted values, over several worlds.

    Args:
        worlds: number of worlds, with seeds from 0 on.
        resamples: draws of each interval.

    Returns:
        A row per kind of estimate (for shares, per estimator) and scorer: ``inside``, a share of
        the ``cases``.
    """
    table = pd.concat([held_in(seed, resamples) for seed in progress(range(worlds), "worlds")])
    table["figure"] = table["figure"].where(table["kind"].isin(["shares", "edits"]), "all")
    inside = table.astype({"inside": float}).groupby(["kind", "figure", "scorer"])["inside"]
    return inside.agg(inside="mean", cases="size").reset_index()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=60)
    parser.add_argument("--resamples", type=int, default=500)
    print(held(**vars(parser.parse_args())).round(3).to_string(index=False))
