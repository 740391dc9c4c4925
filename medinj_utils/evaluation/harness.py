"""To and from lm-evaluation-harness 0.4: our questions as its tasks, its logs of samples as answers, and ours as its logs.

``lm_eval --include_path FOLDER --tasks medinj_mcqu --apply_chat_template --log_samples`` asks by the same prompts:
single-answer questions by the likelihood of each letter, as our mode "likelihood", several-answer ones by free text, as
"greedy".
"""

import hashlib
import json
import math
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from medinj_utils.core.files import write_json, write_text
from medinj_utils.core.prompts import LETTERS, user_turn
from medinj_utils.evaluation.scoring import usable_gold

_MODES = {"mcqu": "likelihood", "mcq": "greedy"}


def _doc(item: Mapping) -> dict:
    letters = item["answer_letters"]
    return {"id": item["id"], "question": user_turn(item),
            "choices": list(LETTERS[:len(item["options"])]), "answer": ", ".join(letters),
            "gold": LETTERS.index(letters[0])}


def _lines(rows: list[dict]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_tasks(items: pd.DataFrame, folder: str | Path, max_new_tokens: int = 32) -> list[Path]:
    """Write the choice questions of ``items`` (records) as tasks ``medinj_mcqu`` and ``medinj_mcq``: a YAML file each, and
    beside it the questions as JSON lines, which it names by their whole path. Questions without a usable gold (see
    `medinj_utils.evaluation.scoring.usable_gold`) are left out. Returns the YAML files."""
    made = []
    for task in ("mcqu", "mcq"):
        docs = [_doc(item) for item in items[items["task"] == task].drop_duplicates("id").to_dict("records")
                if usable_gold(item)]
        if not docs:
            continue
        data = write_text(_lines(docs), Path(folder) / f"medinj_{task}.jsonl")
        config = {"task": f"medinj_{task}", "dataset_path": "json",
                  "dataset_kwargs": {"data_files": {"test": str(data.resolve())}}, "test_split": "test",
                  "doc_to_text": "question", "target_delimiter": "", "metadata": {"version": 1}}
        if task == "mcqu":
            config |= {"output_type": "multiple_choice", "doc_to_choice": "choices", "doc_to_target": "gold",
                       "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}]}
        else:
            config |= {"output_type": "generate_until", "doc_to_target": "answer",
                       "generation_kwargs": {"do_sample": False, "max_gen_toks": max_new_tokens, "until": []},
                       "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}]}
        made.append(write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True),
                               Path(folder) / f"medinj_{task}.yaml"))
    return made


def read_samples(path: str | Path) -> pd.DataFrame:
    """Answers (id, mode, raw, probabilities, cut, note) from a log of samples of one of the tasks of `write_tasks`.

    Raises ValueError, with the line, where a sample isn't of such a task.
    """
    rows, seen = [], defaultdict(set)
    for number, line in enumerate(Path(path).read_text(encoding="utf-8-sig").split("\n")):  # a text may hold other line ends
        if not line.strip():
            continue
        try:
            sample = json.loads(line)
            told, n = sample["resps"], len(sample["doc"]["choices"])
            row = {"id": sample["doc"]["id"], "cut": 0, "note": ""}
            if isinstance(told[0][0], str):
                row |= {"mode": "greedy", "raw": told[0][0], "probabilities": []}
            else:
                scores = np.array([float(response[0][0]) for response in told])
                if len(scores) != n or not np.isfinite(scores.max()):
                    raise ValueError(f"likelihoods {scores.tolist()} of {n} letters")
                p = np.exp(scores - scores.max())
                row |= {"mode": "likelihood", "raw": LETTERS[int(p.argmax())], "probabilities": list(p / p.sum())}
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise ValueError(f"{path}, line {number + 1}: no sample of a task medinj_mcqu or medinj_mcq "
                             f"({type(error).__name__}: {error})") from error
        if row["id"] in seen[row["mode"]]:
            raise ValueError(f"{path}, line {number + 1}: question {row['id']} stands there a second time")
        seen[row["mode"]].add(row["id"])
        rows.append(row)
    return pd.DataFrame(rows, columns=["id", "mode", "raw", "probabilities", "cut", "note"])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def write_samples(scores: pd.DataFrame, answers: pd.DataFrame, items: pd.DataFrame, system: str,
                  folder: str | Path) -> Path:
    """Write a system's answers as the harness does: ``samples_medinj_<task>.jsonl`` and ``results.json``, which is returned.

    ``scores`` are the system's rows of `medinj_utils.evaluation.scoring.score_answers` of ``answers``. Likelihoods are those
    of the letters among each other, so they differ from the harness' own by one number per question; where an answer has
    none, all letters get the same. ``exact_match`` of several-answer questions compares strings, as the harness does; beside
    it the results tell ``exact_match_read``, ours, of the letters that were read.
    """
    known = items.drop_duplicates("id").set_index("id", drop=False)
    given = answers.set_index(["id", "mode"])
    results = {"results": {}, "configs": {}, "versions": {}, "n-samples": {}, "model_name": system}
    for task, mode in _MODES.items():
        asked, samples = scores[(scores["task"] == task) & (scores["mode"] == mode) & ~scores["set_aside"]], []
        for number, score in enumerate(asked.to_dict("records")):
            doc, answer = _doc(known.loc[score["id"]]), given.loc[(score["id"], mode)]
            match, n = float(score["exact_match"]), len(doc["choices"])
            p = answer["probabilities"] if len(answer["probabilities"]) else [1 / n] * n
            told = [[answer["raw"]]] if task == "mcq" else [
                [[math.log(max(own, sys.float_info.min)), letter == answer["raw"]]]  # JSON has no infinity
                for letter, own in zip(doc["choices"], p, strict=True)]
            target = doc["gold"] if task == "mcqu" else doc["answer"]
            measured = {"acc": match} if task == "mcqu" else {"exact_match": float(answer["raw"] == target)}
            endings = enumerate(doc["choices"] if task == "mcqu" else [""])
            samples.append({
                "doc_id": number, "doc": doc, "target": str(target),
                "arguments": {f"gen_args_{i}": {"arg_0": doc["question"], "arg_1": ending} for i, ending in endings},
                "resps": told, "filtered_resps": [response[0] for response in told], "filter": "none",
                "metrics": [*measured], "doc_hash": _hash(json.dumps(doc, indent=2, ensure_ascii=False)),
                "prompt_hash": _hash(doc["question"]), "target_hash": _hash(str(target)), **measured})
        if samples:
            name, values = f"medinj_{task}", pd.DataFrame([{m: sample[m] for m in sample["metrics"]} for sample in samples])
            if task == "mcq":
                values["exact_match_read"] = asked["exact_match"].to_numpy(float)
            write_text(_lines(samples), Path(folder) / f"samples_{name}.jsonl")
            results["results"][name] = {"alias": name}
            for metric in values:
                results["results"][name] |= {
                    f"{metric},none": values[metric].mean(),
                    f"{metric}_stderr,none": float(values[metric].sem()) if len(values) > 1 else "N/A"}
            results["versions"][name] = 1
            results["n-samples"][name] = {"original": len(samples), "effective": len(samples)}
    return write_json(results, Path(folder) / "results.json")


def read_results(path: str | Path) -> pd.DataFrame:
    """Figures of a results file of the harness: task, metric, value, standard error (missing where the file has none)."""
    told = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(told, dict) or not isinstance(told.get("results"), dict):
        raise ValueError(f"{path}: no results of lm-evaluation-harness (an object with the key 'results')")
    rows = []
    for task, figures in told["results"].items():
        for key, value in figures.items():
            metric, _, chosen = key.partition(",")
            if chosen and not metric.endswith("_stderr") and isinstance(value, int | float):
                error = figures.get(f"{metric}_stderr,{chosen}")
                rows.append({"task": task, "metric": metric, "value": float(value),
                             "standard error": error if isinstance(error, int | float) else np.nan})
    return pd.DataFrame(rows, columns=["task", "metric", "value", "standard error"])
