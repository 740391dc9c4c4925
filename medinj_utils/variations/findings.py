"""What each notebook of this room found, in the sentences that its page opens with."""

import pandas as pd

from medinj_utils.core.wording import agreeing, listed, number, percent


def variations_finding(means: pd.DataFrame) -> str:
    """How far scores, and those of a single run, differ between variations.

    Args:
        means: of `medinj_utils.variations.trials.mean_scores`.
    """
    if means.empty:
        return "Nothing was varied."
    spans, scores = 100 * (means.max() - means.min()), means.stack()
    (low, low_run), (high, high_run) = scores.idxmin(), scores.idxmax()
    return (f"Over {len(means)} variations scores lie between {percent(scores.min())} ({low_run}, "
            f"{low}) and {percent(scores.max())} ({high_run}, {high}). "
            f"A single run moves by {number(spans.min(), 1)} ({spans.idxmin()}) to "
            f"{number(spans.max(), 1)} points ({spans.idxmax()}).")


def curves_finding(slopes: pd.DataFrame, rates: pd.DataFrame) -> str:
    """What a doubling of the questions gains, and what a thousand are worth in native ones.

    Args:
        slopes: of `medinj_utils.variations.curves.Curves.slopes`, in points.
        rates: of `medinj_utils.variations.curves.Curves.exchange_table`.
    """
    if slopes.empty:
        return "No smaller budget was tried."
    gains = "; ".join(f"{row['system']} {_in_points(row)}" for row in slopes.to_dict("records"))
    without = (rates["reason"] != "") | rates["estimate"].isna()
    worth = [f"A thousand {row['source']} questions are worth {number(row['estimate'])} native "
             f"ones [{_end(row['low'])}, {_end(row['high'])}]."
             for row in rates[~without].to_dict("records")]
    worth += [f"{listed(own['source'])} {agreeing(len(own), 'has', 'have')} no rate: {reason}."
              for reason, own in rates[without].groupby("reason", sort=False)]
    above = slopes[slopes["low"] > 0]["system"]
    clear = f"for {listed(above)}" if len(above) else "for none of them"
    return " ".join([f"Mean change with every doubling of the questions: {gains}. By its interval "
                     f"it is above zero {clear}.", *worth])


def _in_points(row: dict) -> str:
    return (f"{number(row['points'], 1, True)} points [{number(row['low'], 1, True)}, "
            f"{number(row['high'], 1, True)}]")


def _end(end: float) -> str:
    """An end of an interval in questions, or in words where it is infinite."""
    return number(end) if abs(end) != float("inf") else "beyond the budgets that were run"
