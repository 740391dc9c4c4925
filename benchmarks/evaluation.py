"""How fast the evaluation room answers: ``python benchmarks/evaluation.py [--data FOLDER] [--items N]``.

The test questions of FrenchMedMCQA are put to the shipped tiny model and to a random model of about 100 million parameters,
once by this book's engine and once by a loop as the study's released code has it: one item at a time, its chat rendered to
text, the prompt run twice (for free text, and for the letter), no batch. The tiny model's single-answer questions are also
asked by lm-evaluation-harness, by likelihood, at the fastest of several batch sizes. The last line is a JSON object.

- seconds_engine, seconds_loop, ratio_study_loop, and same_predictions: share of single-answer questions to which both give
  the same letter;
- seconds_floor: floating-point operations of one pass over the prompts ÷ the measured peak of matrix products, and
  ratio_possible, that of the loop to it: no engine can be faster with this precision on this machine;
- ratio_lm_eval, and same_as_lm_eval: share of the same letters;
- prefill_peak_share: operations a second of the large model's prefill ÷ that peak;
- flat_memory_ratio: peak memory of answering many items ÷ that of few; seconds_start: from nothing to a loaded model;
- seconds_one_by_one, same_one_by_one: the engine, constrained mode alone, without batches, and the share of single-answer
  questions to which both give the same letter.

Where torch sees a GPU, ``--paper`` asks random weights in the shape of the study's base model instead, in bfloat16.
"""

import argparse
import copy
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import torch
from shapes import device, peak_flops, random_model
from transformers import GenerationConfig

from medinj_utils.core.prompts import LETTERS, messages
from medinj_utils.data import read_source
from medinj_utils.evaluation.answer import answer_questions, batches_of
from medinj_utils.evaluation.harness import write_tasks
from medinj_utils.models.chat import chat_ids
from medinj_utils.models.engine import Engine
from medinj_utils.models.loading import load_base, local_base

NEW_TOKENS, BATCH_TOKENS = 16, 8192


def by_engine(model, tokenizer, items: list[dict], modes=("greedy", "constrained"),
              batch_tokens: int = BATCH_TOKENS) -> tuple[float, dict[int, str]]:
    """Seconds, and the answers in the last of the modes."""
    began = time.perf_counter()
    engine, found = Engine(model, tokenizer, NEW_TOKENS), {}
    prompts = [engine.prompt(item) for item in items]
    order = sorted(range(len(items)), key=lambda i: len(prompts[i]))
    for batch in batches_of([len(prompt) for prompt in prompts], order, batch_tokens):
        answers = engine.answer([prompts[i] for i in batch], [items[i] for i in batch], modes)
        found |= {i: answer.raw for i, answer in zip(batch, answers[modes[-1]], strict=True)}
    return time.perf_counter() - began, found


def by_harness(items: pd.DataFrame) -> tuple[float, dict[str, str]]:
    """Seconds of the harness' whole evaluation with the model loaded before, and its letters by question; the fastest of
    several batch sizes."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import lm_eval
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager
    best, letters = float("inf"), {}
    with tempfile.TemporaryDirectory() as scratch:
        write_tasks(items, scratch)
        tasks = TaskManager(include_path=scratch, include_defaults=False)
        for size in (16, 64, 256):
            model = HFLM(pretrained=local_base("planted"), dtype="float32", device="cpu", batch_size=size)
            began = time.perf_counter()
            told = lm_eval.simple_evaluate(model=model, tasks=["medinj_mcqu"], task_manager=tasks, apply_chat_template=True,
                                           bootstrap_iters=0, log_samples=True)
            best = min(best, time.perf_counter() - began)
            for sample in told["samples"]["medinj_mcqu"]:
                scores = [response[0][0] for response in sample["resps"]]
                letters[sample["doc"]["id"]] = LETTERS[scores.index(max(scores))]
    return best, letters


def by_loop(model, tokenizer, items: list[dict]) -> tuple[float, dict[int, str]]:
    """One item at a time: free text by the library's ``generate``, then the letter from the prompt run again."""
    began, found = time.perf_counter(), {}
    config = GenerationConfig(do_sample=False, max_new_tokens=NEW_TOKENS, eos_token_id=tokenizer.eos_token_id,
                              pad_token_id=tokenizer.pad_token_id)
    for number, item in enumerate(items):
        text = tokenizer.apply_chat_template(messages(item, with_answer=False), tokenize=False, add_generation_prompt=True)
        told = tokenizer(text, return_tensors="pt", add_special_tokens=False).to(model.device)
        with torch.inference_mode():
            model.generate(input_ids=told["input_ids"], attention_mask=told["attention_mask"], generation_config=config)
            logits = model(input_ids=told["input_ids"], attention_mask=told["attention_mask"]).logits[0, -1]
        letters = LETTERS[:len(item["options"])]
        first = [tokenizer(letter, add_special_tokens=False)["input_ids"][0] for letter in letters]
        found[number] = letters[int(logits[first].argmax())]
    return time.perf_counter() - began, found


def operations_of(model, lengths: list[int]) -> float:
    """Floating-point operations of reading prompts: two a parameter and token, embeddings aside, and the attention's, of
    which causality spares half."""
    config = model.config
    weights = sum(p.numel() for name, p in model.named_parameters() if "embed" not in name and "lm_head" not in name)
    attention = 2 * config.num_hidden_layers * config.num_attention_heads * config.head_dim
    return sum(n * (2 * weights + attention * n) for n in lengths)


def prefill_share(model, tokenizer, items: list[dict], precision: str) -> float:
    """Operations a second of reading a batch of the longest prompts, as a share of the measured peak."""
    prompts = sorted((chat_ids(tokenizer, messages(item, with_answer=False), open_answer=True) for item in items), key=len)
    batch = batches_of([len(prompt) for prompt in prompts], range(len(prompts)), BATCH_TOKENS)[-1]
    chosen = [prompts[i] for i in batch]
    engine, best, single = Engine(model, tokenizer, 1), float("inf"), [{"task": "mcqu", "options": ["a", "b"]}] * len(chosen)
    for _ in range(3):
        began = time.perf_counter()
        engine.answer(chosen, single, ["likelihood"])
        best = min(best, time.perf_counter() - began)
    return operations_of(model, [len(prompt) for prompt in chosen]) / best / peak_flops(precision)


def peak_memory(items: pd.DataFrame, times: int) -> float:
    """Megabytes of a process that answers the items, repeated so many times, with the tiny model."""
    many = pd.concat([items.assign(id=items["id"] + f"-{n}") for n in range(times)], ignore_index=True)
    with tempfile.TemporaryDirectory() as scratch:
        many.to_parquet(Path(scratch) / "items.parquet")
        run = subprocess.run([sys.executable, __file__, "--memory", scratch], capture_output=True, text=True, check=True)
    return float(run.stdout.strip().splitlines()[-1])


def against_the_loop(model, tokenizer, items: list[dict], precision: str) -> dict:
    """Engine and loop on the same questions; and with the engine, single-answer questions by the batch and one by one."""
    single = [i for i, item in enumerate(items) if item["task"] == "mcqu"]

    def share(some: dict[int, str], others: dict[int, str]) -> float:
        return round(sum(some[i] == others[i] for i in single) / len(single), 4)

    seconds, ours = by_engine(model, tokenizer, items)
    alone_seconds, alone = by_engine(model, tokenizer, items, ["constrained"], 1)
    loop_seconds, theirs = by_loop(model, tokenizer, items)
    lengths = [len(chat_ids(tokenizer, messages(item, with_answer=False), open_answer=True)) for item in items]
    floor = operations_of(model, lengths) / peak_flops(precision)
    return {"items": len(items), "parameters": sum(p.numel() for p in model.parameters()), "device": device(),
            "precision": precision, "seconds_engine": round(seconds, 2), "seconds_loop": round(loop_seconds, 2),
            "ratio_study_loop": round(loop_seconds / seconds, 2), "same_predictions": share(ours, theirs),
            "seconds_one_by_one": round(alone_seconds, 2), "same_one_by_one": share(ours, alone),
            "seconds_floor": round(floor, 3), "ratio_possible": round(loop_seconds / floor, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the open sets")
    parser.add_argument("--items", type=int, default=622)
    parser.add_argument("--large-items", type=int, default=64, help="items for the large model, and for that of --paper")
    parser.add_argument("--many", type=int, default=32, help="times the items are repeated to measure memory")
    parser.add_argument("--paper", action="store_true", help="only a model of the study's size, on a GPU")
    parser.add_argument("--memory", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.memory:
        answer_questions(pd.read_parquet(chosen.memory / "items.parquet"), Engine(*load_base("planted")),
                         chosen.memory / "a.parquet", {}, ["constrained"], BATCH_TOKENS)
        status = Path("/proc/self/status").read_text()  # ru_maxrss would count the process that started this one
        print(int(status.partition("VmHWM:")[2].split()[0]) / 1e3)
        return
    if not chosen.data.is_dir():
        sys.exit(f"{chosen.data}: no such folder; say where the open sets are, --data FOLDER")
    records, _ = read_source("frenchmedmcqa", chosen.data / "frenchmedmcqa" / "raw")
    test = records[records["split"] == "test"].head(chosen.items)
    some = test.sample(min(chosen.large_items, len(test)), random_state=0).to_dict("records")
    tiny, tokenizer = load_base("planted")
    if chosen.paper:
        if not torch.cuda.is_available():
            sys.exit("torch sees no GPU: a model of the study's size can't answer here in reasonable time")
        paper = random_model("paper", "bfloat16")
        by_engine(paper, tokenizer, some)  # warms up
        result = against_the_loop(paper, tokenizer, some, "bfloat16")
        seconds = {}
        for tokens in (BATCH_TOKENS, 4 * BATCH_TOKENS, 16 * BATCH_TOKENS):
            seconds[tokens] = round(by_engine(paper, tokenizer, test.to_dict("records"), batch_tokens=tokens)[0], 2)
        result |= {"seconds_by_batch_tokens": seconds, "ratio_study_loop_all_items": round(
            result["seconds_loop"] / len(some) * len(test) / min(seconds.values()), 1)}
        share = prefill_share(paper, tokenizer, test.to_dict("records"), "bfloat16")
        print(json.dumps(result | {"prefill_peak_share": round(share, 3)}))
        return
    start = subprocess.run([sys.executable, "-c", "import time; began = time.perf_counter(); from medinj_utils.evaluation."
                            "models import load_base; load_base('planted'); print(time.perf_counter() - began)"],
                           capture_output=True, text=True, check=True)
    large, result = random_model("large", "float32"), {}
    for name, model, items in (("tiny", tiny, test.to_dict("records")), ("large", large, some)):
        result[name] = against_the_loop(model, tokenizer, items, "float32")
        print(f"{name}: {result[name]}", flush=True)
    result["large bfloat16"] = against_the_loop(copy.deepcopy(large).bfloat16(), tokenizer, some, "bfloat16")
    print(f"large, bfloat16: {result['large bfloat16']}", flush=True)
    asked = test[test["task"] == "mcqu"]
    ours_seconds, ours = min((by_engine(tiny, tokenizer, asked.to_dict("records"), ["likelihood"]) for _ in range(3)),
                             key=lambda one: one[0])
    harness_seconds, theirs = by_harness(asked)
    result["tiny"] |= {
        "ratio_lm_eval": round(harness_seconds / ours_seconds, 2), "seconds_lm_eval": round(harness_seconds, 2),
        "same_as_lm_eval": sum(theirs[name] == ours[i] for i, name in enumerate(asked["id"])) / len(asked)}
    print(f"lm-evaluation-harness: {result['tiny']}", flush=True)
    share = prefill_share(large, tokenizer, test.to_dict("records"), "float32")
    print(f"prefill at {share:.0%} of the peak", flush=True)
    few, many = peak_memory(test, 1), peak_memory(test, chosen.many)
    print(json.dumps(result["tiny"] | {"seconds_start": round(float(start.stdout), 2), "large": result["large"],
                                       "large_bfloat16": result["large bfloat16"], "prefill_peak_share": round(share, 3),
                                       "megabytes_few": round(few), "megabytes_many": round(many),
                                       "items_many": len(test) * chosen.many, "flat_memory_ratio": round(many / few, 3)}))


if __name__ == "__main__":
    main()
