"""What each notebook of this room found, in the sentences that its page opens with."""

from collections.abc import Mapping

import pandas as pd

from medinj_utils.core.names import Run
from medinj_utils.core.wording import number, percent


def tokens_finding(table: pd.DataFrame) -> str:
    """The share of supervised tokens, and how much mixtures differ in their number.

    Args:
        table: of `medinj_utils.training.tables.token_table`.
    """
    supervised = table.set_index("configuration")["supervised_tokens"]
    share = supervised.sum() / table["tokens"].sum()
    more = supervised.max() / supervised.min() - 1
    return (f"{percent(share)} of the tokens are supervised; the model only reads the others. "
            f"Mixtures of the same budget differ in their number: {supervised.idxmax()} has "
            f"{number(supervised.max())}, {percent(more)} more than {supervised.idxmin()}.")


def training_finding(cards: Mapping[Run, Mapping]) -> str:
    """Time, energy and speed of the runs, and their last losses.

    Args:
        cards: of the runs.
    """
    table = pd.DataFrame(cards.values(), index=[run.name for run in cards])
    minutes, hours = table["seconds"].sum() / 60, table["seconds"].sum() / 3600
    took = f"{number(hours, 1)} hours" if hours >= 2 else f"{number(minutes, 1)} minutes"
    energy = 1000 * table["energy_kwh"].sum()
    losses = table["final_loss"]
    return (f"Tuning {len(table)} runs took {took} and {number(energy, 1)} Wh, at "
            f"{number(table['tokens_per_second'].median())} tokens a second (median). Their last "
            f"losses lie between {number(losses.min(), 3)} ({losses.idxmin()}) and "
            f"{number(losses.max(), 3)} ({losses.idxmax()}). A low loss says that a mixture was "
            "learned, not that it teaches medicine.")
