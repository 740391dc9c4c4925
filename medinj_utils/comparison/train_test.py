"""Train × test interaction: does training help most on test items of its own provenance?"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from medinj_utils.comparison.inference import interval
from medinj_utils.comparison.resampling import Resampled, resample
from medinj_utils.comparison.scores import independent_units
from medinj_utils.comparison.unseen import outer_ends, unseen_reach
from medinj_utils.core.names import BASE

#: Gains (first − second) that are compared between native and translated test items.
GAINS = (("TRAD", BASE), ("NAT", BASE), ("TRAD", "NAT"), ("NAT-TRAD", "NAT"))
_TESTED = ("native", "translated")


def train_test_interactions(matrix: pd.DataFrame, provenance: pd.Series, clusters: pd.Series,
                            resamples: int = 10_000) -> pd.DataFrame:
    """Each gain on native and on translated test items, and the difference of the two.

    The two kinds of items are drawn separately; where some of both share a cluster, the interval of
    their difference is wider than necessary.

    Args:
        matrix: items × (system, seed).
        provenance: of each item, by the items' index.
        clusters: label of each item, by the items' index.
        resamples: draws of each bootstrap.

    Returns:
        Columns first, second, on ("native", "translated", "translated − native"), items, estimate,
        low, high (95 %). Empty where native or translated items have fewer than two clusters.
    """
    columns = ["first", "second", "on", "items", "estimate", "low", "high"]
    parts = [matrix[provenance.reindex(matrix.index) == name] for name in _TESTED]
    if any(independent_units(part.index, clusters) < 2 for part in parts):
        return pd.DataFrame(columns=columns)
    native, translated = (
        resample(part, resamples, seed, clusters.loc[part.index])
        for seed, part in enumerate(parts))
    rows = [row for first, second in GAINS if {first, second} <= set(native.means.index)
            for row in _gain_rows(native, translated, first, second)]
    return pd.DataFrame(rows, columns=columns)


def _gain_rows(native: Resampled, translated: Resampled, first: str,
               second: str) -> Iterator[dict]:
    gain = {"first": first, "second": second}
    contrast = {first: 1.0, second: -1.0}
    items = [len(part.scores.values) for part in (native, translated)]
    estimates = [part.contrast(contrast) for part in (native, translated)]
    for name, number, estimate in zip(_TESTED, items, estimates, strict=True):
        yield gain | {"on": name, "items": number} | estimate._asdict()
    yield gain | {"on": "translated − native", "items": sum(items),
                  "estimate": estimates[1].estimate - estimates[0].estimate} | dict(
        zip(("low", "high"), _difference_ends(native, translated, contrast), strict=True))


def _difference_ends(native: Resampled, translated: Resampled,
                     contrast: Mapping[str, float]) -> tuple[float, float]:
    """Ends of the interval of a contrast on translated items less the same on native ones.

    Where unseen clusters count in a part, the two parts' own intervals are put together (MOVER,
    Zou & Donner 2008).
    """
    low, high = interval(translated.drawn(contrast) - native.drawn(contrast))
    if any(any(unseen_reach(part.scores, contrast)) for part in (native, translated)):
        one, other = translated.contrast(contrast), native.contrast(contrast)
        difference = one.estimate - other.estimate
        low = min(low, difference - np.hypot(one.estimate - one.low, other.high - other.estimate))
        high = max(high, difference + np.hypot(one.high - one.estimate, other.estimate - other.low))
    bounds = [outer_ends(part.scores, contrast) for part in (native, translated)]
    return max(low, bounds[1][0] - bounds[0][1]), min(high, bounds[1][1] - bounds[0][0])
