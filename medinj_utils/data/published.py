"""What the study says about its data, held against what adds up and against what was read here.

Figures are from the data set's card and the authors' README [V] (arXiv 2603.06905).
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from medinj_utils.data.audit import in_french

#: Rows by component and split; the table's own totals beside them.
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


def said_and_added() -> pd.DataFrame:
    """Every stated sum beside what its stated parts add up to: what, said, added [C], verdict."""
    rows = [(f"{part}: its splits", STATED[part]["total"], sum(STATED[part][split] for split in (
        "train", "validation", "test"))) for part in (*_COMPONENTS, "all")]
    rows += [(f"all components: {split}", STATED["all"][split], sum(STATED[part][split] for part in _COMPONENTS))
             for split in ("train", "validation", "test")]
    rows += [("all components: total, translated by its header", STATED["all"]["total"],
              STATED["native"]["total"] + STATED["synthetic"]["total"] + TRANSLATED_IN_HEADER),
             ("translated: total in table and in header", TRANSLATED_IN_HEADER, STATED["translated"]["total"]),
             ("all rows by task", STATED["all"]["total"], sum(BY_TASK.values())),
             ("native: its listed sources", STATED["native"]["total"], sum(NATIVE_SOURCES.values())),
             ("MediQAl: its tasks and splits", NATIVE_SOURCES["MediQAl"], sum(map(sum, MEDIQAL.values()))),
             ("synthetic: its tasks", STATED["synthetic"]["total"], sum(SYNTHETIC_TASKS.values()))]
    table = pd.DataFrame(rows, columns=["what", "said [V]", "adds up to [C]"])
    return table.assign(verdict=(table["adds up to [C]"] - table["said [V]"]).map(_verdict))


def _verdict(gap: int) -> str:
    return "agrees" if gap == 0 else f"{'+' if gap > 0 else ''}{in_french(gap)} apart"


def said_and_counted(records: pd.DataFrame, quarantine: pd.DataFrame) -> pd.DataFrame:
    """Stated numbers of rows beside those read here (records and quarantine together): what, said, counted, verdict.

    "not counted here" where no row of the study's set was read. Rows in quarantine have no split or task that is sure, so
    they enter the totals alone.
    """
    own = records[records["source"] == "MedInjection-FR"]
    bad = int((quarantine["source"] == "medinjection").sum()) if "source" in quarantine else 0
    rows = []
    for part in (*_COMPONENTS, "all"):
        held = own if part == "all" else own[own["provenance"] == part]
        rows += [(f"{part}: {split}", STATED[part][split], int((held["split"] == split).sum()))
                 for split in ("train", "validation", "test")]
    rows += [(f"task {task}", said, int((own["task"] == task).sum())) for task, said in BY_TASK.items()]
    rows.append(("all rows, quarantine included", STATED["all"]["total"], len(own) + bad))
    table = pd.DataFrame(rows, columns=["what", "said [V]", "counted here"])
    if own.empty:
        return table.assign(**{"counted here": ""}, verdict="not counted here")
    return table.assign(verdict=(table["counted here"] - table["said [V]"]).map(_verdict))


def expected_and_read(read: Iterable[tuple[str, pd.DataFrame, pd.DataFrame]], sources: Mapping) -> pd.DataFrame:
    """Rows that the publishers of each source state, where known, beside those read and the source's quarantine, whose
    rows have no split that is sure.

    Sources of which one row gives several records are counted by rows of their files. ``read`` holds (source, records,
    quarantine) of each reading, ``sources`` is `medinj_utils.data.SOURCES`.
    """
    rows = []
    for name, records, quarantine in read:
        for split, stated in sources[name].expected:
            held = records if split == "all" else records[records["split"] == split]
            gap = held["place"].nunique() - stated
            if gap < 0:
                gap = min(0, gap + len(quarantine))
            rows.append({"source": name, "split": split, "stated": stated, "read": held["place"].nunique(),
                         "in quarantine": len(quarantine), "verdict": _verdict(gap)})
    return pd.DataFrame(rows, columns=["source", "split", "stated", "read", "in quarantine", "verdict"])
