"""Exchange with lm-evaluation-harness 0.4: questions as its tasks, answers as its logs, and back.

``lm_eval --include_path FOLDER --tasks medinj_mcqu --apply_chat_template --log_samples`` asks by
the same prompts, without examples or a system turn: single-answer questions by the likelihood of
each letter, as the mode "likelihood", several-answer ones by free text, as "greedy".
"""

import hashlib
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from medinj_utils.core.files import read_json, write_json, write_text
from medinj_utils.core.names import CHOICE_TASKS, Run
from medinj_utils.core.prompts import LETTERS, user_turn
from medinj_utils.evaluation.scoring import score_answers, usable_gold
from medinj_utils.models.answers import UNKNOWN

#: By task: the mode of the harness' answers.
_MODES = {"mcqu": "likelihood", "mcq": "greedy"}
_METRICS = {"mcqu": "acc", "mcq": "exact_match"}


def write_tasks(items: pd.DataFrame, folder: str | Path, max_new_tokens: int) -> list[Path]:
    """Write choice questions as the tasks ``medinj_mcqu`` and ``medinj_mcq``.

    Args:
        items: records; those without a usable gold (`scoring.usable_gold`) are left out.
        folder: folder of the tasks: a YAML file each, and beside it the questions as JSON lines,
            which it names by their absolute path.
        max_new_tokens: tokens of a free answer.

    Returns:
        The YAML files.
    """
    made = []
    for task in CHOICE_TASKS:
        own = items[items["task"] == task].drop_duplicates("id").to_dict("records")
        docs = [_doc(item) for item in own if usable_gold(item)]
        if docs:
            data = write_text(_lines(docs), Path(folder) / f"medinj_{task}.jsonl")
            config = yaml.safe_dump(_config(task, data, max_new_tokens), sort_keys=False,
                                    allow_unicode=True)
            made.append(write_text(config, Path(folder) / f"medinj_{task}.yaml"))
    return made


def _config(task: str, data: Path, max_new_tokens: int) -> dict:
    """The harness' description of a task."""
    config = {"task": f"medinj_{task}", "dataset_path": "json",
              "dataset_kwargs": {"data_files": {"test": str(data.resolve())}}, "test_split": "test",
              "doc_to_text": "question", "target_delimiter": "", "metadata": {"version": 1}}
    if task == "mcqu":
        config |= {"output_type": "multiple_choice", "doc_to_choice": "choices",
                   "doc_to_target": "gold"}
    else:
        generation = {"do_sample": False, "max_gen_toks": max_new_tokens, "until": []}
        config |= {"output_type": "generate_until", "doc_to_target": "answer",
                   "generation_kwargs": generation}
    metric = {"metric": _METRICS[task], "aggregation": "mean", "higher_is_better": True}
    return config | {"metric_list": [metric]}


def _doc(item: Mapping) -> dict:
    """A question as a document of the harness."""
    letters = item["answer_letters"]
    return {"id": item["id"], "question": user_turn(item),
            "choices": list(LETTERS[:len(item["options"])]), "answer": ", ".join(letters),
            "gold": LETTERS.index(letters[0])}


def _lines(rows: list[dict]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_samples(path: str | Path) -> pd.DataFrame:
    """Answers from a log of samples of one of the tasks of `write_tasks`.

    Returns:
        The columns of `medinj_utils.evaluation.answer.answer_questions`.

    Raises:
        ValueError: a line is no sample of such a task, or a question is repeated.
    """
    rows, questions = [], set()
    text = Path(path).read_text(encoding="utf-8-sig")
    for number, line in enumerate(text.split("\n"), 1):  # a text may hold other line ends
        if not line.strip():
            continue
        location = f"{path}, line {number}"
        try:
            row = _sample_answer(json.loads(line))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise ValueError(f"{location}: no sample of a task medinj_mcqu or medinj_mcq "
                             f"({type(error).__name__}: {error})") from error
        if (row["mode"], row["id"]) in questions:
            raise ValueError(f"{location}: question {row['id']} appears a second time")
        questions.add((row["mode"], row["id"]))
        rows.append(row)
    columns = ["id", "mode", "raw", "probabilities", "cut", "note", "ended"]
    return pd.DataFrame(rows, columns=columns)


def _sample_answer(sample: Mapping) -> dict:
    """The answer of one sample."""
    responses, letters = sample["resps"], len(sample["doc"]["choices"])
    row = {"id": sample["doc"]["id"], "cut": 0, "note": "", "ended": ""}
    if isinstance(responses[0][0], str):  # the harness doesn't say why a text ended
        row |= {"mode": "greedy", "raw": responses[0][0], "ended": UNKNOWN}
        return row | {"probabilities": []}
    scores = np.array([float(response[0][0]) for response in responses])
    if len(scores) != letters or not np.isfinite(scores.max()):
        raise ValueError(f"likelihoods {scores.tolist()} of {letters} letters")
    p = np.exp(scores - scores.max())
    names_one = letters == 1 or np.ptp(scores) > 0  # with all alike, none is the likeliest
    return row | {"mode": "likelihood", "raw": LETTERS[int(p.argmax())] if names_one else "",
                  "probabilities": list(p / p.sum())}


def write_samples(answers: pd.DataFrame, items: pd.DataFrame, run: Run,
                  folder: str | Path) -> Path:
    """Write a run's answers as the harness does: ``samples_medinj_<task>.jsonl``, ``results.json``.

    Log-likelihoods are normalised over the letters, so they differ from the harness' own by a
    constant per question. Where an answer has none, its letter gets them all, and where it has no
    letter, all letters get the same, which `read_samples` reads as no letter. The metric
    ``exact_match`` of several-answer questions compares strings, as the harness does;
    ``exact_match_read`` beside it is ours, on the letters read.

    Args:
        answers: the run's answers.
        items: records of their questions.
        run: the run.
        folder: where the files go.

    Returns:
        The results file.
    """
    answers = answers[answers["mode"].isin(_MODES.values())]
    scores = score_answers(answers, items, run)
    docs = {item["id"]: _doc(item) for item in items.to_dict("records") if usable_gold(item)}
    by_question = {(answer["id"], answer["mode"]): answer for answer in answers.to_dict("records")}
    results = {name: {} for name in ("results", "configs", "versions", "n-samples")}
    for task, mode in _MODES.items():
        scored = scores[(scores["task"] == task) & (scores["mode"] == mode) & ~scores["set_aside"]]
        if scored.empty:
            continue
        name = f"medinj_{task}"
        samples = [_sample(number, task, docs[score["id"]], by_question[score["id"], mode],
                           score["exact_match"])
                   for number, score in enumerate(scored.to_dict("records"))]
        values = pd.DataFrame([{_METRICS[task]: sample[_METRICS[task]]} for sample in samples])
        if task == "mcq":
            values["exact_match_read"] = scored["exact_match"].to_numpy(float)
        write_text(_lines(samples), Path(folder) / f"samples_{name}.jsonl")
        results["results"][name] = {"alias": name} | _figures(values)
        results["versions"][name] = 1
        results["n-samples"][name] = {"original": len(samples), "effective": len(samples)}
    return write_json(results | {"model_name": run.name}, Path(folder) / "results.json")


def _sample(number: int, task: str, doc: dict, answer: Mapping, match: float) -> dict:
    """One answer in the form of the harness' logs."""
    if task == "mcq":
        target = doc["answer"]
        endings = [""]
        responses = [[answer["raw"]]]
        measured = float(answer["raw"] == target)
    else:
        target = doc["gold"]
        endings = doc["choices"]
        responses = [[[_log(p), letter == answer["raw"]]]
                     for letter, p in zip(endings, _shares(answer, endings), strict=True)]
        measured = float(match)
    arguments = {f"gen_args_{i}": {"arg_0": doc["question"], "arg_1": ending}
                 for i, ending in enumerate(endings)}
    return {"doc_id": number, "doc": doc, "target": str(target), "arguments": arguments,
            "resps": responses, "filtered_resps": [response[0] for response in responses],
            "filter": "none", "metrics": [_METRICS[task]],
            "doc_hash": _hash(json.dumps(doc, indent=2, ensure_ascii=False)),
            "prompt_hash": _hash(doc["question"]), "target_hash": _hash(str(target)),
            _METRICS[task]: measured}


def _shares(answer: Mapping, letters: Sequence[str]) -> Sequence[float]:
    """Probabilities of the letters. Where the answer has none, its letter has them all; where it
    has no letter either, all letters share them."""
    probabilities = answer["probabilities"]
    if len(probabilities):
        return probabilities
    if answer["raw"] in letters:
        return [float(letter == answer["raw"]) for letter in letters]
    return [1 / len(letters)] * len(letters)


def _log(p: float) -> float:
    return math.log(max(p, sys.float_info.min))  # JSON has no infinity


def _figures(values: pd.DataFrame) -> dict[str, float | str]:
    """Mean and standard error of each metric, by the harness' names."""
    figures = {}
    for metric in values:
        error = float(values[metric].sem()) if len(values) > 1 else "N/A"
        figures |= {f"{metric},none": values[metric].mean(), f"{metric}_stderr,none": error}
    return figures


def read_results(path: str | Path) -> pd.DataFrame:
    """Figures of a results file of the harness.

    Returns:
        ``task``, ``metric``, ``value``, ``standard error`` (missing where the file has none).

    Raises:
        ValueError: the file holds no such results.
    """
    content = read_json(path)
    if not isinstance(content, dict) or not isinstance(content.get("results"), dict):
        raise ValueError(f"{path}: no results of lm-evaluation-harness (an object with the key "
                         "'results')")
    rows = []
    for task, figures in content["results"].items():
        for key, value in figures.items():
            metric, _, chosen = key.partition(",")
            if chosen and not metric.endswith("_stderr") and isinstance(value, int | float):
                error = figures.get(f"{metric}_stderr,{chosen}")
                rows.append({"task": task, "metric": metric, "value": float(value),
                             "standard error": error if isinstance(error, int | float) else np.nan})
    return pd.DataFrame(rows, columns=["task", "metric", "value", "standard error"])
