"""How fast the data room is at the real set's size: ``python benchmarks/data.py [--data FOLDER] [--rows N]``.

A set with the size and shape of MedInjection-FR's ``ALL`` is made up of words and lengths sampled from open French sets,
with duplicates, near-duplicates, leaks and faults planted under a key. Then: read, validate, audit, seven mixtures. The last
line is a JSON object: rows, seconds, peak_gb (of the process and its workers), exponent (of the seconds, from --small rows
on), exact_recall (duplicates and leaks), near_recall, near_precision, ratio_plain (seconds of a row-by-row implementation of
the same work ÷ ours, both at --plain rows), and the steps' shares.
"""

import argparse
import contextlib
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import chain, pairwise
from pathlib import Path
from threading import Thread

import numpy as np
import pandas as pd
import psutil
from rensa import RMinHash, RMinHashLSH

from medinj_utils.core.identity import record_id
from medinj_utils.core.names import CONFIGURATIONS
from medinj_utils.core.prompts import LETTERS
from medinj_utils.data import (
    artefacts,
    audit,
    build_mixture,
    overlap,
    published,
    read_source,
    read_texts,
)
from medinj_utils.data.mixtures import remove_leaks
from medinj_utils.data.records import broken_rule, validate

ROWS = published.STATED["all"]["total"]
SHARES = {(part.capitalize(), split): n for part, stated in published.STATED.items() if part != "all"
          for split, n in stated.items() if split != "total" and n}
TASKS = {"Native": {"MCQU": 0.62, "MCQ": 0.24, "OEQ": 0.14}, "Synthetic": {"MCQ": 0.438, "OEQ": 0.562},
         "Translated": {"MCQU": 0.94, "MCQ": 0.03, "OEQ": 0.03}}


def open_texts(data: Path) -> dict[str, list[list[str]]]:
    """Words of questions, options, contexts and answers of the open sets in ``data``."""
    french, _ = read_source("frenchmedmcqa", data / "frenchmedmcqa" / "raw")
    cases, _ = read_source("casimedicos", data / "casimedicos-fr" / "raw")
    faq, _ = read_source("mesconseilscovid", data / "mesconseilscovid-faq" / "raw")
    texts, _ = read_texts("e3c", data / "e3c-fr-clinical-cases")
    return {"question": [text.split() for text in [*french["instruction"], *cases["instruction"]]],
            "option": [option.split() for options in [*french["options"], *cases["options"]] for option in options],
            "context": [text.split() for text in [*cases["context"], *texts["text"]] if text.strip()],
            "answer": [text.split() for text in [*faq["answer_text"], *cases["explanation"]] if text.strip()]}


class Writer:
    """Texts of sampled lengths whose words are sampled from the open sets' texts of the same kind."""

    def __init__(self, texts: dict[str, list[list[str]]], rng: np.random.Generator):
        self.rng = rng
        self.lengths = {kind: np.array([len(words) for words in told if words]) for kind, told in texts.items()}
        self.words = {kind: np.array(list(chain(*told)), dtype=object) for kind, told in texts.items()}

    def texts(self, kind: str, n: int, least: int = 1) -> list[str]:
        lengths = np.maximum(self.rng.choice(self.lengths[kind], n), least)
        words = self.words[kind][self.rng.integers(len(self.words[kind]), size=lengths.sum())]
        ends = np.cumsum(lengths)
        return [" ".join(words[end - length:end]) for end, length in zip(ends, lengths, strict=True)]


def made_up_rows(data: Path, rows: int, seed: int = 0) -> pd.DataFrame:
    """Rows in the columns of ``ALL`` (and ``split``): no two alike but by chance, no faults."""
    rng = np.random.default_rng(seed)
    writer, parts = Writer(open_texts(data), rng), []
    for (origin, split), share in SHARES.items():
        n = round(rows * share / sum(SHARES.values()))
        task = rng.choice(list(TASKS[origin]), n, p=list(TASKS[origin].values()))
        questions, answers = writer.texts("question", n, least=6), writer.texts("answer", n, least=3)
        contexts = np.where(rng.random(n) < 0.5, np.array(writer.texts("context", n), dtype=object), "")
        options = iter(writer.texts("option", 5 * n, least=2))
        instruction, answer = [], []
        for i in range(n):
            own = [next(options) for _ in range(5)][:4 if task[i] == "MCQU" else 5]
            instruction.append(questions[i] if task[i] == "OEQ" else "\n".join(
                [questions[i], *(f"({letter}) {text}" for letter, text in zip(LETTERS, own, strict=False))]))
            right = sorted(rng.choice(len(own), 1 if task[i] == "MCQU" else rng.integers(1, 4), replace=False))
            answer.append(answers[i] if task[i] == "OEQ" else ";".join(LETTERS[place] for place in right))
        parts.append(pd.DataFrame({"instruction": instruction, "context": contexts, "answer": answer, "type": task,
                                   "origin": origin, "split": split}))
    return pd.concat(parts, ignore_index=True)


def plant(rows: pd.DataFrame, seed: int = 1) -> tuple[pd.DataFrame, dict[str, list]]:
    """The rows with faults among them, and the key: for each kind the pairs (position, position of its original), and the
    positions of broken rows."""
    rng = np.random.default_rng(seed)
    n = max(20, len(rows) // 400)
    choices = np.flatnonzero(rows["type"] != "OEQ")
    train, test = (rng.permutation(choices[rows["split"].to_numpy()[choices] == split]) for split in ("train", "test"))
    made, key, place = [], {"duplicate": [], "leak": [], "near": [], "broken": []}, len(rows)

    def add(kind: str, original: int, **changes: str) -> None:
        nonlocal place
        made.append(rows.iloc[original].to_dict() | {"split": "train"} | changes)
        key[kind].append(place if kind == "broken" else (place, int(original)))
        place += 1

    for original in train[:n]:
        add("duplicate", original)
    for original in test[:n // 2]:
        stem, *options = rows["instruction"].iloc[original].split("\n")
        turned = [f"({letter}) {line[4:]}" for letter, line in zip(LETTERS, options[::-1], strict=False)]
        add("leak", original, instruction="\n".join([stem, *turned]), answer="A")
    words = np.array(list(chain(*rows["instruction"].head(5000).str.split())), dtype=object)
    for original in train[n:2 * n]:
        told = {field: rows[field].iloc[original].split(" ") for field in ("instruction", "context")}
        plain = [(field, i) for field, parts in told.items() for i, word in enumerate(parts) if word.isalpha()]
        for i in rng.choice(len(plain), max(1, round(0.05 * len(plain))), replace=False):
            field, at = plain[i]
            told[field][at] = str(rng.choice(words)).strip("()") or "autre"
        add("near", original, **{field: " ".join(parts) for field, parts in told.items()})
    for original in train[2 * n:2 * n + n // 4]:
        add("broken", original, answer="Z")
    return pd.concat([rows, pd.DataFrame(made)], ignore_index=True), key


class Peak(Thread):
    """The most memory that this process and its children held together, looked at every two seconds (proportional set size:
    what processes share counts once)."""

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


def measured(folder: Path, plain: bool = False) -> dict:
    """Seconds of each step on the set in ``folder``, and what was found of the key."""
    key, peak = json.loads((folder / "key.json").read_text()), Peak()
    peak.start()
    began, steps = time.perf_counter(), {}

    def step(name: str) -> None:
        nonlocal began
        steps[name], began = round(time.perf_counter() - began, 2), time.perf_counter()
        print(f"  {name}: {steps[name]:.1f} s", flush=True)

    records, quarantine = read_source("medinjection", folder / "all.parquet")
    step("read")
    if plain:
        step_by_row(records, step)
        return {"steps": steps, "seconds": round(sum(steps.values()), 2)}
    validate(records, "records")
    step("validate")
    audit.count_records(records)
    duplicates = overlap.find_duplicates(records)
    step("exact duplicates")
    near = overlap.near_duplicates(records)
    step("near-duplicates")
    leaks = overlap.find_leaks(records, near)
    step("leaks")
    artefacts.right_positions(records), artefacts.blind_baselines(records), artefacts.longest_is_right(records)
    artefacts.text_summary(records, artefacts.texts_by_row(records))
    step("artefacts")
    kept, _ = remove_leaks(records[(records["split"] == "train") & (records["task"] != "oeq")], leaks)
    kept = kept.reset_index(drop=True)
    budget = min(33_493, int(kept["provenance"].value_counts().min()))
    for configuration in CONFIGURATIONS:
        build_mixture(kept, configuration, budget, 42)
    step("seven mixtures")
    # What of the key was found; not timed.
    place = records["place"].str.rpartition(":")[2].astype(int).to_numpy()
    at = {int(position): i for i, position in enumerate(place)}
    question = records["question_id"].to_numpy()
    leaked = set(leaks["place"].str.rpartition(":")[2].astype(int))
    twice = {int(told.rpartition(":")[2]) for places in duplicates["places"] for told in places.split(", ")}
    exact = [a in twice and b in twice for a, b in key["duplicate"] if b in at]  # the original may be a broken row
    exact += [a in leaked for a, b in key["leak"] if b in at]
    found = {frozenset((question[a], question[b])) for a, b in zip(near["first"], near["second"], strict=True)}
    near_key = [(at[a], at[b]) for a, b in key["near"] if a in at and b in at]
    true = {frozenset((question[a], question[b])) for a, b in near_key if question[a] != question[b]}
    copies = {question[a] for a, _ in near_key}
    wrong = [pair for pair in found if not pair & copies]  # a pair with a planted copy in it is no false one
    status = Path("/proc/self/status").read_text()  # ru_maxrss would count the process that started this one
    highest = int(status.partition("VmHWM:")[2].split()[0])
    broken = set(quarantine["row"]) >= set(key["broken"])
    return {"steps": steps, "seconds": round(sum(steps.values()), 2), "rows": len(records) + len(quarantine),
            "exact_recall": round(sum(exact) / len(exact), 4), "near_recall": round(len(found & true) / len(true), 4),
            "near_precision": round(1 - len(wrong) / max(len(found), 1), 4), "broken_rows_found": broken,
            "duplicate_groups": len(duplicates),
            "peak_gb": round(max(peak.gigabytes, highest / 1e6), 2)}


def text_measures(row: pd.Series) -> tuple[float, ...]:
    """Of one row what `artefacts.texts_by_row` gives of all."""
    text = f"{row['instruction']} {' '.join(row['options'])} {row['answer_text']}"
    words = [word.strip(".,;:!?()[]«»\"'-").lower() for word in text.split()]
    found = {language: sum(word in listed for word in words) for language, listed in artefacts.FUNCTION_WORDS.items()}
    sentences, long = max(1, len(re.findall(r"[.!?:…]+(?:\s|$)", text))), sum(len(word) > 6 for word in words)
    negative = re.search(r"\b(faux|fausses?|sauf|excepté|inexacte?s?|incorrecte?s?)\b", row["instruction"], re.IGNORECASE)
    return (len(words), len(words) / sentences + 100 * long / len(words),
            (found["en"] + found["es"]) / max(1, sum(found.values())), bool(negative))


def guesses(choice: pd.DataFrame) -> list[int]:
    """What the rule *options alone* of `artefacts.blind_baselines` takes; positions and longest options are counted too."""
    counts, positions, longest = (Counter(), Counter()), Counter(), []
    for _, row in choice.iterrows():
        positions[row["provenance"], row["task"], len(row["options"]), *row["answer_letters"]] += 1
        longest.append(max(range(len(row["options"])), key=lambda i: len(row["options"][i])))
        if row["split"] == "train":
            for letter, option in zip(LETTERS, row["options"], strict=False):
                counts[letter in row["answer_letters"]].update(option.lower().split())
    scores = [[sum(math.log(counts[True][word] + 1) - math.log(counts[False][word] + 1) for word in option.lower().split())
               for option in row["options"]] for _, row in choice[choice["split"] == "test"].iterrows()]
    return [max(range(len(score)), key=score.__getitem__) for score in scores]


def step_by_row(records: pd.DataFrame, step) -> None:
    """The same work as one writes it first: a Python call for every row in every step."""
    assert records.apply(lambda row: broken_rule(row) is None, axis=1).all()
    step("validate")
    ids = records.apply(record_id, axis=1)
    questions = records.apply(lambda row: (row["instruction"].casefold(), row["context"].casefold(), *sorted(
        option.casefold() for option in row["options"])), axis=1)
    asked = set(questions[records["split"] == "test"])
    leaked = questions.map(lambda question: question in asked) & (records["split"] == "train")
    ids.duplicated().sum()
    step("exact duplicates and leaks")
    index, signatures, shingles = RMinHashLSH(threshold=0.75, num_perm=120, num_bands=24), [], []
    for row in records.to_dict("records"):
        words = " ".join([row["context"], row["instruction"], *sorted(row["options"])]).casefold().split()
        shingles.append({*words, *(" ".join(pair) for pair in pairwise(words))})
        signatures.append(RMinHash(num_perm=120, seed=42))
        signatures[-1].update(list(shingles[-1]))
        index.insert(len(signatures) - 1, signatures[-1])
    pairs = {tuple(sorted((i, j))) for i, signature in enumerate(signatures) for j in index.query(signature) if i != j}
    [(a, b) for a, b in pairs if len(shingles[a] & shingles[b]) >= 0.75 * len(shingles[a] | shingles[b])]
    step("near-duplicates")
    records.apply(text_measures, axis=1, result_type="expand").groupby(records["provenance"]).median()
    guesses(records[records["task"] != "oeq"])
    step("artefacts")
    kept = records[(records["split"] == "train") & ~leaked]
    for configuration in CONFIGURATIONS:
        names = ("native", "synthetic", "translated") if configuration == "ALL" else [
            {"NAT": "native", "SYN": "synthetic", "TRAD": "translated"}[part] for part in configuration.split("-")]
        size = kept["provenance"].value_counts().min() // len(names)
        pd.concat([kept[kept["provenance"] == name].sample(size, random_state=42) for name in names]).sample(frac=1)
    step("seven mixtures")


def apart(folder: Path, *words: str) -> dict:
    """`measured` in a process of its own, so that its memory is its own."""
    command = [sys.executable, __file__, "--measure", str(folder), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        lines = [line.rstrip() for line in iter(run.stdout.readline, "") if not print(line.rstrip(), flush=True)]
    if run.returncode:
        sys.exit(f"measuring {folder} failed")
    return json.loads(lines[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the open sets")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--small", type=int, default=50_000)
    parser.add_argument("--plain", type=int, default=20_000, help="rows for the row-by-row implementation")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--by-row", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measured(chosen.measure, chosen.by_row)))
        return
    if not chosen.data.is_dir():
        sys.exit(f"{chosen.data}: no such folder; say where the open sets are, --data FOLDER")
    with tempfile.TemporaryDirectory() as scratch:
        found = {}
        for n in sorted({chosen.plain, chosen.small, chosen.rows}):
            print(f"{n:,} rows", flush=True)
            folder = Path(scratch) / str(n)
            folder.mkdir()
            rows, key = plant(made_up_rows(chosen.data, n))
            rows.to_parquet(folder / "all.parquet")
            (folder / "key.json").write_text(json.dumps(key))
            del rows
            found[n] = apart(folder)
        print(f"{chosen.plain:,} rows, row by row", flush=True)
        plain = apart(Path(scratch) / str(chosen.plain), "--by-row")
    large, small = found[chosen.rows], found[chosen.small]
    exponent = math.log(large["seconds"] / small["seconds"]) / math.log(large["rows"] / small["rows"])
    print(json.dumps(large | {"exponent": round(exponent, 3), "small": small,
                              "ratio_plain": round(plain["seconds"] / found[chosen.plain]["seconds"], 2)}))


if __name__ == "__main__":
    main()
