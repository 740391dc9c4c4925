"""What tuning makes a model forget: questions on general knowledge, compared as the others are."""

import pandas as pd

from medinj_utils.comparison.pairs import COMPARISON_COLUMNS, pair_table, system_table
from medinj_utils.comparison.resampling import resample
from medinj_utils.comparison.tables import Compared, extraction_failure_shares


def forgetting_table(general: Compared | None, resamples: int) -> pd.DataFrame:
    """Scores on general knowledge, and their difference to the base.

    Args:
        general: of `medinj_utils.comparison.tables.load_general`.
        resamples: draws of the bootstrap.

    Returns:
        As `medinj_utils.comparison.pairs.system_table`; empty without such questions.
    """
    if general is None:
        return pd.DataFrame(columns=COMPARISON_COLUMNS)
    resampled = resample(general.matrix, resamples, clusters=general.clusters)
    return system_table(resampled, pair_table(resampled), extraction_failure_shares(general.scores))


def general_in_words(general: Compared | None) -> str:
    """How many questions ask for general knowledge, in a sentence."""
    if general is None:
        return "No question of the test asks for general knowledge: forgetting isn't measured here."
    return f"{len(general.matrix)} questions on general knowledge."
