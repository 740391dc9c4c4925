"""Records made in a test from fields, as a reader's rows are."""

from collections import Counter
from functools import partial

import pandas as pd

from medinj_utils.data.files import RawTable
from medinj_utils.data.records import COLUMNS, QUARANTINE_COLUMNS, as_table, complete

#: Words that texts are made up of.
WORDS = [f"mot{i}" for i in range(3000)]


def collect(*rows: dict, name: str = "f.json",
            changes: Counter | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(records, quarantine) of rows of fields."""
    published = RawTable(name, rows, lambda number, row: [row])
    good, refused = published.records(0, len(rows), partial(complete, changes=changes))
    records = as_table({column: [row[column] for row in good] for column in COLUMNS})
    return records, pd.DataFrame(refused, columns=QUARANTINE_COLUMNS)


def choice(instruction, options, letters="A", split="train", task="mcqu", provenance="native",
           source="essai", **more):
    """Fields of a choice question."""
    return {"provenance": provenance, "task": task, "source": source, "split": split,
            "instruction": instruction, "options": list(options),
            "answer_letters": list(letters)} | more


def table(*rows):
    """Records of rows that are all whole."""
    records, quarantine = collect(*rows)
    assert quarantine.empty
    return records
