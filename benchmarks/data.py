"""How fast the data room is at the real set's size: ``python benchmarks/data.py [--data FOLDER]``.

A made-up set with the size and shape of MedInjection-FR's ``ALL`` has words and lengths sampled
from open French sets, with planted duplicates, near-duplicates, leaks and faults and their key. It
is read, validated, audited and made into seven mixtures. The last line is a JSON object: rows,
seconds, peak_gb (of the process and its workers), exponent (of the seconds, from --small rows on),
exact_recall (duplicates and leaks), near_recall, near_precision, ratio_plain (seconds of a
row-by-row implementation of the same work ÷ ours, both at --plain rows), and the steps' shares.
"""

import argparse
import contextlib
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread

import pandas as pd
import psutil
from made_up_set import made_up_rows, plant
from row_by_row import work_by_row

from medinj_utils.core.machine import peak_memory_gb
from medinj_utils.core.names import CONFIGURATIONS
from medinj_utils.data import artefacts, build_mixture, counts, published, read_source
from medinj_utils.data.mixtures import remove_leaks
from medinj_utils.data.near import near_duplicates
from medinj_utils.data.overlap import find_duplicates, find_leaks
from medinj_utils.data.records import validate
from medinj_utils.data.text_measures import text_summary, texts_by_row

ROWS = published.STATED["all"]["total"]
BUDGET = 33_493


class Peak(Thread):
    """Peak memory of this process and its children together, sampled every two seconds.

    It is the proportional set size: shared memory counts once.
    """

    def __init__(self):
        super().__init__(daemon=True)
        self.gigabytes = 0.0

    def run(self) -> None:
        own = psutil.Process()
        while True:
            held = 0
            for process in [own, *own.children(recursive=True)]:
                with contextlib.suppress(psutil.Error):  # a worker that has just ended
                    held += process.memory_full_info().pss
            self.gigabytes = max(self.gigabytes, held / 1e9)
            time.sleep(2)


class Steps:
    """Seconds of each step, by name."""

    def __init__(self):
        self.seconds: dict[str, float] = {}
        self._began = time.perf_counter()

    def done(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = round(now - self._began, 2)
        self._began = time.perf_counter()
        print(f"  {name}: {self.seconds[name]:.1f} s", flush=True)

    def result(self) -> dict:
        return {"steps": self.seconds, "seconds": round(sum(self.seconds.values()), 2)}


def measured(folder: Path, plain: bool = False) -> dict:
    """Seconds of each step on the set in ``folder``, with `key_found`."""
    key = json.loads((folder / "key.json").read_text())
    peak = Peak()
    peak.start()
    steps = Steps()
    records, quarantine = read_source("medinjection", folder / "all.parquet")
    steps.done("read")
    if plain:
        work_by_row(records, steps.done)
        return steps.result()
    duplicates, near, leaks = work(records, steps)
    broken = set(quarantine["row"]) >= set(key["broken"])
    return steps.result() | {
        "rows": len(records) + len(quarantine), **key_found(key, records, duplicates, near, leaks),
        "broken_rows_found": broken, "duplicate_groups": len(duplicates),
        "peak_gb": round(max(peak.gigabytes, peak_memory_gb()), 2)}


def work(records: pd.DataFrame, steps: Steps) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(duplicates, near-duplicates, leaks) after all steps of the data room on the records."""
    validate(records, "records")
    steps.done("validate")
    counts.count_records(records)
    duplicates = find_duplicates(records)
    steps.done("exact duplicates")
    near = near_duplicates(records)
    steps.done("near-duplicates")
    leaks = find_leaks(records, near)
    steps.done("leaks")
    artefacts.right_positions(records)
    artefacts.blind_baselines(records)
    artefacts.longest_is_right(records)
    text_summary(records, texts_by_row(records))
    steps.done("artefacts")
    training = records[(records["split"] == "train") & (records["task"] != "oeq")]
    kept = remove_leaks(training, leaks)[0].reset_index(drop=True)
    budget = min(BUDGET, int(kept["provenance"].value_counts().min()))
    for configuration in CONFIGURATIONS:
        build_mixture(kept, configuration, budget, 42)
    steps.done("seven mixtures")
    return duplicates, near, leaks


def key_found(key: dict, records: pd.DataFrame, duplicates: pd.DataFrame, near: pd.DataFrame,
              leaks: pd.DataFrame) -> dict[str, float]:
    """Recall and precision by the key; not timed."""
    positions = records["place"].str.rpartition(":")[2].astype(int)
    row_at = {position: row for row, position in enumerate(positions)}
    leaked = set(leaks["place"].str.rpartition(":")[2].astype(int))
    twice = {int(place.rpartition(":")[2]) for places in duplicates["places"]
             for place in places.split(", ")}
    # The original of a fault may be a broken row, which is no record.
    exact = [a in twice and b in twice for a, b in key["duplicate"] if b in row_at]
    exact += [a in leaked for a, b in key["leak"] if b in row_at]
    question = records["question_id"].to_numpy()
    named = {frozenset((question[a], question[b]))
             for a, b in zip(near["first"], near["second"], strict=True)}
    planted = [(question[row_at[a]], question[row_at[b]]) for a, b in key["near"]
               if a in row_at and b in row_at]
    true = {frozenset(pair) for pair in planted if pair[0] != pair[1]}
    copies = {copy for copy, _ in planted}
    # A pair with a planted copy in it is not a false one.
    wrong = [pair for pair in named if not pair & copies]
    return {"exact_recall": round(sum(exact) / len(exact), 4),
            "near_recall": round(len(named & true) / len(true), 4),
            "near_precision": round(1 - len(wrong) / max(len(named), 1), 4)}


def apart(folder: Path, *words: str) -> dict:
    """`measured` in a separate process, so that its memory is measured alone."""
    command = [sys.executable, __file__, "--measure", str(folder), *words]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            print(line.rstrip(), flush=True)
            lines.append(line)
    if run.returncode:
        sys.exit(f"measuring {folder} failed")
    return json.loads(lines[-1])


def write_set(folder: Path, data: Path, rows: int) -> Path:
    """Write a made-up set and its key; a process of its own would not share its memory."""
    folder.mkdir()
    table, key = plant(made_up_rows(data, rows))
    table.to_parquet(folder / "all.parquet")
    (folder / "key.json").write_text(json.dumps(key))
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"),
                        help="folder of the open sets")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--small", type=int, default=50_000)
    parser.add_argument("--plain", type=int, default=20_000, help="rows for the row-by-row work")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--by-row", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measured(chosen.measure, chosen.by_row)))
        return
    if not chosen.data.is_dir():
        sys.exit(f"{chosen.data}: no such folder; say where the open sets are, --data FOLDER")
    with tempfile.TemporaryDirectory() as scratch:
        results = {}
        for n in sorted({chosen.plain, chosen.small, chosen.rows}):
            print(f"{n:,} rows", flush=True)
            results[n] = apart(write_set(Path(scratch) / str(n), chosen.data, n))
        print(f"{chosen.plain:,} rows, row by row", flush=True)
        plain = apart(Path(scratch) / str(chosen.plain), "--by-row")
    large, small = results[chosen.rows], results[chosen.small]
    times, sizes = large["seconds"] / small["seconds"], large["rows"] / small["rows"]
    ratio = plain["seconds"] / results[chosen.plain]["seconds"]
    print(json.dumps(large | {"exponent": round(math.log(times) / math.log(sizes), 3),
                              "small": small, "ratio_plain": round(ratio, 2)}))


if __name__ == "__main__":
    main()
