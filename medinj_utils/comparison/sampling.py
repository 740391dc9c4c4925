"""Scores of answers drawn from the letters' probabilities, beside those of the likeliest ones."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from medinj_utils.comparison.inference import interval
from medinj_utils.comparison.probes import kendall
from medinj_utils.comparison.resampling import Estimate
from medinj_utils.core.names import Run
from medinj_utils.core.prompts import LETTERS

_DRAWS = 10_000  # of the whole test


def single_letters(items: pd.DataFrame) -> pd.Series:
    """The right letter by id, of questions with one right answer."""
    return items.loc[items["task"] == "mcqu", "answer_letters"].str[0]


def sampled_answers(answers: Mapping[Run, pd.DataFrame], gold: pd.Series) -> pd.DataFrame:
    """Scores that answers drawn at temperature 1 would have, from those in the mode "likelihood".

    Args:
        answers: raw answers by run. Those without probabilities, as a server may give them, are
            left out.
        gold: the right letter by item.

    Returns:
        Columns run, system, seed, ``items``, exact match of the ``likeliest`` letters, mean over
        all that could be ``drawn``, and ``sd``, the standard deviation of one draw of the whole
        test: that of a sum of independent draws.
    """
    rows = []
    for run, table in answers.items():
        likely = table[(table["mode"] == "likelihood") & table["id"].isin(gold.index)]
        likely = likely[likely["raw"].notna() & likely["probabilities"].map(len).gt(0)]
        right = gold.loc[likely["id"]].to_list()
        p = np.array([probabilities[LETTERS.index(letter)] for probabilities, letter
                      in zip(likely["probabilities"], right, strict=True)])
        if len(p):
            likeliest = (likely["raw"].to_numpy() == np.array(right)).mean()
            rows.append(run.columns() | {
                "items": len(p), "likeliest": likeliest, "drawn": p.mean(),
                "sd": np.sqrt((p * (1 - p)).sum()) / len(p)})
    columns = ["run", "system", "seed", "items", "likeliest", "drawn", "sd"]
    return pd.DataFrame(rows, columns=columns)


def sampled_ranking_in_words(sampled: pd.DataFrame) -> str:
    """`sampled_ranking` in a sentence, or why there is none.

    Args:
        sampled: of `sampled_answers`.
    """
    if sampled.empty:
        return "No variant, or no likelihoods, were asked for (modes of notebook 30)."
    tau = sampled_ranking(sampled)
    return ("Kendall's tau of the systems' order by one drawn test with that by the likeliest "
            f"answers: {tau.estimate:.2f}; 95 % of draws lie between {tau.low:.2f} and "
            f"{tau.high:.2f}.")


def sampled_ranking(sampled: pd.DataFrame) -> Estimate:
    """Kendall's tau of the systems' order by one drawn test with that by the likeliest answers.

    Args:
        sampled: of `sampled_answers`.

    Returns:
        The mean over 10,000 drawn tests, and the ends between which 95 % of them lie.
    """
    system = sampled["system"].to_numpy()
    rng = np.random.default_rng(0)
    by_run = rng.normal(sampled["drawn"], sampled["sd"], size=(_DRAWS, len(sampled)))
    drawn = pd.DataFrame(by_run).T.groupby(system).mean().T
    likeliest = sampled["likeliest"].groupby(system).mean()[drawn.columns].to_numpy()
    taus = kendall(drawn.to_numpy(), np.tile(likeliest, (_DRAWS, 1)))
    return Estimate(float(taus.mean()), *interval(taus))
