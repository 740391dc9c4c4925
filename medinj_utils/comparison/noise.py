"""The sampling noise of the study's means: a plain binomial interval for each."""

import pandas as pd
from scipy.special import ndtri

from medinj_utils.comparison.paper import EXACT_MATCH, EXACT_MATCH_MARK, ITEMS
from medinj_utils.core.names import BASE, in_order
from medinj_utils.core.wording import number


def half_widths(items: int) -> tuple[float, float]:
    """Half-widths of plain binomial 95 % intervals at the base's score, as shares.

    Args:
        items: number of questions.

    Returns:
        Of one score, and of the difference of two scores taken as unpaired.
    """
    base = EXACT_MATCH[BASE] / 100
    one = ndtri(0.975) * (base * (1 - base) / items) ** 0.5
    return one, 2 ** 0.5 * one


def beside_noise() -> pd.DataFrame:
    """The paper's means, and each gain over the base beside a plain interval of differences.

    Returns:
        A row per system, as texts: its mean in per cent, its gain in points, and whether this is
        inside the half-width for each number of `ITEMS`.
    """
    widths = {items: 100 * half_widths(items)[1] for items in ITEMS}
    rows = []
    for system in in_order(EXACT_MATCH):
        mean = EXACT_MATCH[system]
        gain = mean - EXACT_MATCH[BASE]
        rows.append({"system": system, f"exact match [{EXACT_MATCH_MARK}]": number(mean, 2),
                     "difference to the base [C]": number(gain, 2, sign=True),
                     "beside a plain interval [C]": _beside(abs(gain), widths)})
    rows[0] |= {"difference to the base [C]": "", "beside a plain interval [C]": ""}
    return pd.DataFrame(rows)


def _beside(gain: float, widths: dict[int, float]) -> str:
    inside = [f"{number(items)} items" for items, width in sorted(widths.items()) if gain <= width]
    outside = [f"{number(items)} items" for items, width in sorted(widths.items()) if gain > width]
    if inside and outside:
        return f"inside with {', '.join(inside)}, outside with {', '.join(outside)}"
    return "inside sampling noise" if inside else "outside"
