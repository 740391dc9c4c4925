"""What is in a records table: counts, duplicates, overlap of train and test, options, answers, lengths."""

import pandas as pd

from medinj_utils.identity import question_key
from medinj_utils.prompts import LETTERS

_CHOICE = ("mcqu", "mcq")


def count_records(records: pd.DataFrame) -> pd.DataFrame:
    """Rows per provenance × task × source, a column per split, and the total."""
    table = records.pivot_table(index=["provenance", "task", "source"], columns="split", values="id", aggfunc="count",
                                fill_value=0)
    table = table.reindex(columns=["train", "validation", "test"], fill_value=0)
    return table.assign(total=table.sum(axis=1)).reset_index().rename_axis(columns=None)


def find_duplicates(records: pd.DataFrame) -> pd.DataFrame:
    """Every group of choice questions that ask the same (options in any order), a row per group: how often it stands
    where, whether the right answers agree, and the question. Sorted, so that the table is the same at every run."""
    keyed = records.assign(question=[question_key(row) for row in records.to_dict("records")],
                           normal_answer=[" | ".join(sorted(text.casefold() for text in _right_texts(row)))
                                          for row in records.to_dict("records")])
    keyed = keyed[keyed["task"].isin(_CHOICE)]
    groups = keyed[keyed.duplicated("question", keep=False)].groupby("question", sort=True)
    rows = [{"times": len(group), "splits": ", ".join(sorted(group["split"].unique())),
             "sources": ", ".join(sorted(group["source"].unique())),
             "same_answer": group["normal_answer"].nunique() == 1,
             "identical": group["id"].nunique() == 1, "instruction": group["instruction"].iloc[0]}
            for _, group in groups]
    columns = ["times", "splits", "sources", "same_answer", "identical", "instruction"]
    return pd.DataFrame(rows, columns=columns).sort_values(["splits", "sources", "instruction"], ignore_index=True)


def _right_texts(row: dict) -> list[str]:
    return [row["options"][LETTERS.index(letter)] for letter in row["answer_letters"]] or [row["answer_text"]]


def overlap(records: pd.DataFrame) -> pd.DataFrame:
    """Training questions that also stand in the test: rows are (provenance, source) of the training row,
    columns of the test row, cells numbers of training rows."""
    keyed = records.assign(question=[question_key(row) for row in records.to_dict("records")],
                           where=records["provenance"] + " · " + records["source"])
    train, test = keyed[keyed["split"] == "train"], keyed[keyed["split"] == "test"]
    places = test.drop_duplicates(["question", "where"])[["question", "where"]]
    pairs = train[["question", "where"]].merge(places, on="question", suffixes=(" (train)", " (test)"))
    table = pd.crosstab(pairs["where (train)"], pairs["where (test)"])
    return table.reindex(index=sorted(train["where"].unique()), columns=sorted(test["where"].unique()), fill_value=0)


def option_counts(records: pd.DataFrame) -> pd.DataFrame:
    """Choice questions per provenance × task × source and number of options."""
    choices = records[records["task"].isin(_CHOICE)]
    return pd.crosstab([choices["provenance"], choices["task"], choices["source"]],
                       choices["options"].map(len).rename("options")).reset_index().rename_axis(columns=None)


def right_positions(records: pd.DataFrame) -> pd.DataFrame:
    """Share of right letters at each position, a row per provenance × task, and the number of right letters."""
    choices = records[records["task"].isin(_CHOICE)][["provenance", "task", "answer_letters"]]
    letters = choices.explode("answer_letters")
    table = pd.crosstab([letters["provenance"], letters["task"]], letters["answer_letters"], normalize="index")
    counts = letters.groupby(["provenance", "task"]).size().rename("right letters")
    return table.join(counts).reset_index().rename_axis(columns=None)


def text_lengths(records: pd.DataFrame) -> pd.DataFrame:
    """Words (parts between white space) of question, context and answer: median and 95th percentile per
    provenance × task."""
    words = pd.DataFrame({
        "provenance": records["provenance"], "task": records["task"],
        "question": records["instruction"].str.split().str.len(),
        "context": records["context"].str.split().str.len(),
        "answer": records["answer_text"].str.split().str.len()})
    summary = words.groupby(["provenance", "task"]).quantile([0.5, 0.95]).unstack()
    summary.columns = [f"{name}, {'median' if level == 0.5 else '95th percentile'}" for name, level in summary.columns]
    return summary.reset_index()


def in_french(number: float, decimals: int = 0) -> str:
    """A number in French typography: narrow no-break spaces between thousands, decimal comma."""
    return f"{number:,.{decimals}f}".replace(",", "\u202f").replace(".", ",")


def quoted(text: str, length: int = 120) -> str:
    """French text between guillemets, cut at ``length`` characters."""
    return f"«\u202f{text if len(text) <= length else text[:length - 1] + '…'}\u202f»"
