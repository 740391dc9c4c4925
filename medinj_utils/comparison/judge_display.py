"""Tables of notebook 35 as readers see them; the CSV files keep shares and all digits."""

import pandas as pd

from medinj_utils.comparison.scorers import BASELINE, POOLED
from medinj_utils.comparison.verbosity import LABELS
from medinj_utils.core.wording import number, show_p, with_interval

_FIGURES = {"pearson": "Pearson's r", "spearman": "Spearman's ρ", "auc": "AUC", "kappa": "κ",
            "f1": "F1", "accuracy": "accuracy", BASELINE: "constant baseline on the same answers"}
_LABELS = dict(zip(LABELS, ("at a fixed label", "of wrong answers", "of right answers"),
                   strict=True))


def _plain(row: pd.Series, name: str = "estimate", sign: bool = False) -> str:
    return with_interval(row[name], row["low"], row["high"], sign=sign)


def _points(row: pd.Series, sign: bool = True) -> str:
    """In points or per cent."""
    return with_interval(*100 * row[["estimate", "low", "high"]], 1, sign)


def _wide(table: pd.DataFrame, shown: list[str], index: str, columns: str) -> pd.DataFrame:
    """One text per row and column, both in the order of the table."""
    wide = table.assign(shown=shown).pivot(index=index, columns=columns, values="shown")
    wide = wide.loc[table[index].unique(), table[columns].unique()]
    return wide.fillna("").rename_axis(columns=None)


def shown_agreement(agreement: pd.DataFrame) -> pd.DataFrame:
    """Figures of agreement of all generators together: scorers × figures.

    Args:
        agreement: of ``judge_agreement.csv``.
    """
    pooled = agreement[agreement["generator"] == POOLED]
    wide = _wide(pooled, [_plain(row) for _, row in pooled.iterrows()], "scorer", "figure")
    wide = wide.reindex(columns=[name for name in _FIGURES if name in wide]).rename(
        columns=_FIGURES)
    first = pooled.drop_duplicates("scorer").set_index("scorer")
    wide.insert(0, "answers", [number(first.loc[name, "n"]) for name in wide.index])
    wide.insert(1, "not scored", [number(first.loc[name, "unscored"]) for name in wide.index])
    return wide


def shown_by_generator(agreement: pd.DataFrame, figure: str) -> pd.DataFrame:
    """One figure of agreement, pooled and by generator: scorers × generators.

    Args:
        agreement: of ``judge_agreement.csv``.
        figure: of agreement.
    """
    own = agreement[agreement["figure"] == figure]
    return _wide(own, [_plain(row) for _, row in own.iterrows()], "scorer", "generator")


def shown_judge_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Differences of two scorers in a figure of agreement.

    Args:
        pairs: of ``judge_pairs.csv``.
    """
    shown = [_plain(row, "difference", True) for _, row in pairs.iterrows()]
    return pd.DataFrame({"first": pairs["first"], "second": pairs["second"], "difference": shown,
                         "adjusted p": pairs["p_holm"].map(show_p),
                         "answers": [number(n) for n in pairs["n"]]})


def shown_lengths(effects: pd.DataFrame) -> pd.DataFrame:
    """Points per doubling of the length: scorers × labels.

    Args:
        effects: of ``judge_length.csv``.
    """
    wide = _wide(effects, [_points(row) for _, row in effects.iterrows()], "scorer", "label")
    return wide.rename(columns=_LABELS)


def shown_changes(changes: pd.DataFrame, figure: str) -> pd.DataFrame:
    """What edits do to scores, in points: scorers × edits.

    Args:
        changes: of ``judge_edits.csv``.
        figure: "change" or "flips".
    """
    own = changes[changes["figure"] == figure]
    shown = [_points(row, figure == "change") for _, row in own.iterrows()]
    return _wide(own, shown, "scorer", "edit")


def shown_shares(shares: pd.DataFrame) -> pd.DataFrame:
    """Shares of right answers in per cent, a row per judge and way to find them.

    Args:
        shares: of ``judge_corrected.csv``.
    """
    shown = shares[["judge", "method"]].assign(
        share=[_points(row, False) for _, row in shares.iterrows()])
    for name in ("humans", "planted", "truth"):
        if name in shares:
            shown[f"{name}, %"] = [number(100 * value, 1) for value in shares[name]]
    for name in ("sample", "rest", "unreadable"):
        shown[name] = [number(value) for value in shares[name]]
    return shown.rename(columns={"share": "right answers, %"}).set_index(["judge", "method"])


def shown_answers_corrected(shares: pd.DataFrame) -> pd.DataFrame:
    """Shares of all answers as humans would call them, in per cent; where there is none, why.

    Args:
        shares: of ``judge_corrected_answers.csv``.
    """
    shown = shares[["judge", "system", "method"]].assign(share=[
        row["reason"] if pd.isna(row["estimate"]) else _points(row, False)
        for _, row in shares.iterrows()])
    shown = shown.rename(columns={"share": "right answers, %"})
    shown["judge's errors by"] = shares["rates_of"]
    for name in ("answers", "not_asked", "blank", "unreadable", "unrated", "rated",
                 "rated_unreadable", "tied"):
        shown[name.replace("_", " ")] = [number(value) for value in shares[name]]
    return shown


def shown_leaks(leaks: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.evaluation.triplets.leaks.leak_table` with shares in per cent."""
    return leaks.assign(share=[number(100 * share, 1) for share in leaks["share"]]).rename(
        columns={"share": "of the answers, %"})


def shown_beside_planted(agreement: pd.DataFrame) -> pd.DataFrame:
    """Estimates of agreement beside the planted values, all generators together.

    Args:
        agreement: of ``judge_agreement.csv``; empty where nothing was planted.
    """
    if "planted" not in agreement:
        return pd.DataFrame(columns=["scorer", "figure", "estimate", "planted", "inside"])
    own = agreement[(agreement["generator"] == POOLED) & agreement["planted"].notna()]
    return pd.DataFrame({"scorer": own["scorer"], "figure": own["figure"].map(_FIGURES),
                         "estimate": [_plain(row) for _, row in own.iterrows()],
                         "planted": [number(value, 2) for value in own["planted"]],
                         "inside": own["inside"].map({True: "yes", False: "no"})})
