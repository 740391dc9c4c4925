"""Numbers that the study states about its data, compared with their sums and with the rows read.

Figures are from the data set's card and the authors' README [V] (arXiv 2603.06905).
"""

from collections.abc import Iterable

import pandas as pd

from medinj_utils.core.names import SPLITS
from medinj_utils.core.wording import number
from medinj_utils.data.gather import SourceRead

#: Rows by component and split, with the totals of the study's table.
STATED = {"native": {"train": 57_563, "validation": 5_055, "test": 14_629, "total": 77_247},
          "synthetic": {"train": 76_506, "validation": 0, "test": 0, "total": 76_506},
          "translated": {"train": 366_370, "validation": 38_011, "test": 13_293, "total": 416_401},
          "all": {"train": 500_439, "validation": 43_066, "test": 27_931, "total": 571_436}}
TRANSLATED_IN_HEADER = 417_674
BY_TASK = {"oeq": 63_267, "mcq": 59_597, "mcqu": 454_713}
NATIVE_SOURCES = {"S-Editions": 526, "MediQAl": 32_603, "FrenchMedMCQA": 3_105,
                  "mlabonne/medical-cases-fr and medical-mcqa-fr": 12_194, "FrBMedQA": 19_836}
MEDIQAL = {"mcqu": (10_113, 2_561, 4_343), "mcqm": (5_767, 1_466, 3_384), "oeq": (0, 0, 4_969)}
SYNTHETIC_TASKS = {"multiple choice": 33_493, "open-ended": 43_013}
_COMPONENTS = ("native", "synthetic", "translated")
_PARTS = tuple(STATED)
_SOURCE, _READER = "MedInjection-FR", "medinjection"
_NOT_COUNTED = "not counted here"
_EXPECTED = ["source", "split", "stated", "read", "in quarantine", "verdict"]


def stated_and_added() -> pd.DataFrame:
    """Every sum that the study states, beside the sum of its stated parts.

    Returns:
        Columns ``what``, ``stated [V]``, ``adds up to [C]``, ``verdict``.
    """
    total = {part: STATED[part]["total"] for part in _PARTS}
    rows = [(f"{part}: its splits", total[part], sum(STATED[part][split] for split in SPLITS))
            for part in _PARTS]
    rows += [(f"all components: {split}", STATED["all"][split],
              sum(STATED[part][split] for part in _COMPONENTS)) for split in SPLITS]
    with_header = total["native"] + total["synthetic"] + TRANSLATED_IN_HEADER
    rows += [
        ("all components: total, translated by its header", total["all"], with_header),
        ("translated: total in table and in header", TRANSLATED_IN_HEADER, total["translated"]),
        ("all rows by task", total["all"], sum(BY_TASK.values())),
        ("native: its listed sources", total["native"], sum(NATIVE_SOURCES.values())),
        ("MediQAl: its tasks and splits", NATIVE_SOURCES["MediQAl"],
         sum(map(sum, MEDIQAL.values()))),
        ("synthetic: its tasks", total["synthetic"], sum(SYNTHETIC_TASKS.values()))]
    table = pd.DataFrame(rows, columns=["what", "stated [V]", "adds up to [C]"])
    return table.assign(verdict=(table["adds up to [C]"] - table["stated [V]"]).map(_verdict))


def _verdict(gap: int) -> str:
    return "agrees" if gap == 0 else f"{number(gap, sign=True)} apart"


def stated_and_counted(records: pd.DataFrame, quarantine: pd.DataFrame) -> pd.DataFrame:
    """Numbers of rows that the study states beside those read here.

    Split and task of rows in quarantine are uncertain, so these rows count in the total only.

    Args:
        records: a records table.
        quarantine: the quarantine, with a column ``source``.

    Returns:
        Columns ``what``, ``stated [V]``, ``counted here``, ``verdict``: "not counted here" where no
        row of the study's set was read.
    """
    own = records[records["source"] == _SOURCE]
    refused = int((quarantine["source"] == _READER).sum()) if "source" in quarantine else 0
    rows = []
    for part in _PARTS:
        of_part = own if part == "all" else own[own["provenance"] == part]
        rows += [(f"{part}: {split}", STATED[part][split], int((of_part["split"] == split).sum()))
                 for split in SPLITS]
    rows += [(f"task {task}", stated, int((own["task"] == task).sum()))
             for task, stated in BY_TASK.items()]
    rows.append(("all rows, quarantine included", STATED["all"]["total"], len(own) + refused))
    table = pd.DataFrame(rows, columns=["what", "stated [V]", "counted here"])
    if own.empty:
        return table.assign(**{"counted here": ""}, verdict=_NOT_COUNTED)
    return table.assign(verdict=(table["counted here"] - table["stated [V]"]).map(_verdict))


def counted_here(counted: pd.DataFrame) -> pd.DataFrame:
    """The rows of `stated_and_counted` that could be counted."""
    return counted[counted["verdict"] != _NOT_COUNTED]


def expected_and_read(read: Iterable[SourceRead]) -> pd.DataFrame:
    """Rows that the publishers of each source state, where known, beside those read.

    A row that gives several records counts once. The split of rows in quarantine is uncertain, so
    the source's whole quarantine is shown beside each split.

    Args:
        read: what each source gave.

    Returns:
        Columns ``source``, ``split``, ``stated``, ``read``, ``in quarantine``, ``verdict``.
    """
    rows = []
    for part in read:
        refused = len(part.quarantine)
        for split, stated in part.source.expected:
            of_split = part.records["split"].eq(split) | (split == "all")
            n_read = part.records.loc[of_split, "place"].nunique()
            gap = n_read - stated
            if gap < 0:
                gap = min(0, gap + refused)
            rows.append((part.source.name, split, stated, n_read, refused, _verdict(gap)))
    return pd.DataFrame(rows, columns=_EXPECTED)
