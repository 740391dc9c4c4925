"""What a records table holds, in numbers and in French typography."""

import pandas as pd


def count_records(records: pd.DataFrame) -> pd.DataFrame:
    """Rows per provenance × task × source (with its licence), a column per split, and the total."""
    table = records.pivot_table(index=["provenance", "task", "source", "licence"], columns="split", values="id",
                                aggfunc="count", fill_value=0)
    table = table.reindex(columns=["train", "validation", "test"], fill_value=0)
    return table.assign(total=table.sum(axis=1)).reset_index().rename_axis(columns=None)


def task_balance(records: pd.DataFrame) -> pd.DataFrame:
    """Per provenance and split: number of choice questions, and the share of those with a single right answer (``mcqu``).

    Where training sets differ in it, a difference between them may come from the task and not from the provenance.
    """
    choice = records[records["task"] != "oeq"]
    single = (choice["task"] == "mcqu").groupby([choice["provenance"], choice["split"]])
    return pd.DataFrame({"choice questions": single.size(), "single-answer share": single.mean()}).reset_index()


def in_french(number: float, decimals: int = 0) -> str:
    """A number in French typography: narrow no-break spaces between thousands, decimal comma."""
    return f"{number:,.{decimals}f}".replace(",", "\u202f").replace(".", ",")


def quoted(text: str, length: int = 120) -> str:
    """French text between guillemets, cut at ``length`` characters."""
    return f"«\u202f{text if len(text) <= length else text[:length - 1] + '…'}\u202f»"
