"""Records made in a test from fields, as a reader's rows are."""

from collections import Counter

import pandas as pd

from medinj_utils.data.files import RawTable
from medinj_utils.data.records import COLUMNS, QUARANTINE_COLUMNS, as_table, complete


def collect(*rows: dict, name: str = "f.json", changes: Counter | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(records, quarantine) of rows of fields."""
    good, bad = RawTable(name, rows, lambda number, raw: [raw]).work_off(0, len(rows), lambda fields: complete(fields, changes))
    return (as_table({column: [row[column] for row in good] for column in COLUMNS}),
            pd.DataFrame(bad, columns=QUARANTINE_COLUMNS))
