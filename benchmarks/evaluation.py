"""How fast models answer: ``python benchmarks/evaluation.py [--data FOLDER] [--items N]``.

The test questions of FrenchMedMCQA are put to the shipped tiny model and to a random model of about
100 million parameters, by this book's engine and by a loop as in the study's released code: one
item at a time, its chat rendered to text, the prompt run twice (for free text, and for the letter),
no batch. The tiny model's single-answer questions are also asked by lm-evaluation-harness, by
likelihood, at the fastest of several batch sizes. The last line is a JSON object.

- seconds_engine, seconds_loop, ratio_study_loop, and same_predictions: share of single-answer
  questions to which both give the same letter;
- seconds_floor: floating-point operations of one pass over the prompts ÷ the measured peak of
  matrix products, which no engine can beat with this precision on this machine; ratio_possible:
  seconds of the loop ÷ seconds_floor;
- ratio_lm_eval, and same_as_lm_eval: share of the same letters;
- prefill_peak_share: operations a second of the large model's prefill ÷ that peak;
- flat_memory_ratio: peak memory of answering many items ÷ peak memory of few; seconds_start: start
  of a process with a loaded model;
- seconds_one_by_one, same_one_by_one: the engine, constrained mode alone, without batches, and the
  share of single-answer questions to which both give the same letter.

Where torch sees a GPU, ``--paper`` asks random weights in the shape of the study's base model
instead, in bfloat16.
"""

import argparse
import copy
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import torch
from shapes import device, peak_flops, random_model
from transformers import GenerationConfig

from medinj_utils.core.cards import Origin
from medinj_utils.core.machine import peak_memory_gb
from medinj_utils.core.prompts import LETTERS, messages
from medinj_utils.data import read_source
from medinj_utils.evaluation.answer import answer_questions
from medinj_utils.evaluation.harness import write_tasks
from medinj_utils.evaluation.protocol import Protocol
from medinj_utils.models.answers import Asking, batches_of
from medinj_utils.models.chat import chat_ids
from medinj_utils.models.engine import Engine
from medinj_utils.models.hardware import tokens_at_once
from medinj_utils.models.loading import Base, load_base

NEW_TOKENS = 16
BATCH_TOKENS = tokens_at_once(8192)
PLANTED = Base("planted")


def prompt_ids(tokenizer, item: dict) -> list[int]:
    """The question's chat as token ids."""
    return chat_ids(tokenizer, messages(item, with_answer=False), open_answer=True)


def by_engine(model, tokenizer, items: list[dict], modes: Sequence[str] = ("greedy", "constrained"),
              batch_tokens: int = BATCH_TOKENS) -> tuple[float, dict[int, str]]:
    """Seconds, and the answers in the last of the modes."""
    began = time.perf_counter()
    engine = Engine(model, tokenizer, Asking(NEW_TOKENS))
    prompts = [engine.prompt(item) for item in items]
    lengths = [len(prompt) for prompt in prompts]
    order = sorted(range(len(items)), key=lengths.__getitem__)
    answered = {}
    for batch in batches_of(lengths, order, batch_tokens):
        answers = engine.answer([prompts[i] for i in batch], [items[i] for i in batch], modes)
        answered |= {i: answer.raw for i, answer in zip(batch, answers[modes[-1]], strict=True)}
    return time.perf_counter() - began, answered


def by_harness(items: pd.DataFrame) -> tuple[float, dict[str, str]]:
    """Seconds of the harness' evaluation at the fastest of several batch sizes, and its letters.

    Loading the model is not timed.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import lm_eval
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager
    best = float("inf")
    letters = {}
    with tempfile.TemporaryDirectory() as scratch:
        write_tasks(items, scratch, NEW_TOKENS)
        tasks = TaskManager(include_path=scratch, include_defaults=False)
        for size in (16, 64, 256):
            model = HFLM(pretrained=str(PLANTED.folder), dtype="float32", device="cpu",
                         batch_size=size)
            began = time.perf_counter()
            result = lm_eval.simple_evaluate(
                model=model, tasks=["medinj_mcqu"], task_manager=tasks, apply_chat_template=True,
                bootstrap_iters=0, log_samples=True)
            best = min(best, time.perf_counter() - began)
            for sample in result["samples"]["medinj_mcqu"]:
                scores = [response[0][0] for response in sample["resps"]]
                letters[sample["doc"]["id"]] = LETTERS[scores.index(max(scores))]
    return best, letters


def by_loop(model, tokenizer, items: list[dict]) -> tuple[float, dict[int, str]]:
    """One item at a time: free text by the library's ``generate``, then the letter from the prompt
    run again."""
    began = time.perf_counter()
    letters_by_item = {}
    config = GenerationConfig(do_sample=False, max_new_tokens=NEW_TOKENS,
                              eos_token_id=tokenizer.eos_token_id,
                              pad_token_id=tokenizer.pad_token_id)
    for number, item in enumerate(items):
        text = tokenizer.apply_chat_template(messages(item, with_answer=False), tokenize=False,
                                             add_generation_prompt=True)
        encoded = tokenizer(text, return_tensors="pt", add_special_tokens=False).to(model.device)
        prompt = {name: encoded[name] for name in ("input_ids", "attention_mask")}
        with torch.inference_mode():
            model.generate(**prompt, generation_config=config)
            logits = model(**prompt).logits[0, -1]
        letters = LETTERS[:len(item["options"])]
        first = [tokenizer(letter, add_special_tokens=False)["input_ids"][0] for letter in letters]
        letters_by_item[number] = letters[int(logits[first].argmax())]
    return time.perf_counter() - began, letters_by_item


def operations_of(model, lengths: list[int]) -> float:
    """Floating-point operations of reading prompts.

    Two per parameter and token, embeddings aside, and the attention's, halved by causality.
    """
    config = model.config
    weights = sum(parameter.numel() for name, parameter in model.named_parameters()
                  if "embed" not in name and "lm_head" not in name)
    attention = 2 * config.num_hidden_layers * config.num_attention_heads * config.head_dim
    return sum(n * (2 * weights + attention * n) for n in lengths)


def prefill_share(model, tokenizer, items: list[dict], precision: str) -> float:
    """Operations a second of reading a batch of the longest prompts, as a share of the peak."""
    prompts = sorted((prompt_ids(tokenizer, item) for item in items), key=len)
    lengths = [len(prompt) for prompt in prompts]
    batch = batches_of(lengths, range(len(prompts)), BATCH_TOKENS)[-1]
    chosen = [prompts[i] for i in batch]
    single = [{"task": "mcqu", "options": ["a", "b"]}] * len(chosen)
    engine = Engine(model, tokenizer, Asking(1))
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        engine.answer(chosen, single, ["likelihood"])
        best = min(best, time.perf_counter() - began)
    return operations_of(model, [lengths[i] for i in batch]) / best / peak_flops(precision)


def peak_memory(items: pd.DataFrame, times: int) -> float:
    """Megabytes of a process that answers the items, repeated, with the tiny model."""
    many = pd.concat([items.assign(id=items["id"] + f"-{n}") for n in range(times)],
                     ignore_index=True)
    with tempfile.TemporaryDirectory() as scratch:
        many.to_parquet(Path(scratch) / "items.parquet")
        run = subprocess.run([sys.executable, __file__, "--memory", scratch], capture_output=True,
                             text=True, check=True)
    return float(run.stdout.strip().splitlines()[-1])


def answer_and_tell_memory(folder: Path) -> None:
    """Answer the items in a folder and print the most memory held, in megabytes."""
    engine = Engine(*load_base(PLANTED), Asking())
    answer_questions(pd.read_parquet(folder / "items.parquet"), engine, folder / "a.parquet", {},
                     Protocol(["constrained"], BATCH_TOKENS), Origin("benchmarks/evaluation.py"))
    print(1e3 * peak_memory_gb())


def against_the_loop(model, tokenizer, items: list[dict], precision: str) -> dict:
    """Engine and loop on the same questions; the engine also one by one."""
    single = [i for i, item in enumerate(items) if item["task"] == "mcqu"]

    def share(some: dict[int, str], others: dict[int, str]) -> float:
        return round(sum(some[i] == others[i] for i in single) / len(single), 4)

    seconds, own_answers = by_engine(model, tokenizer, items)
    alone_seconds, alone = by_engine(model, tokenizer, items, ["constrained"], 1)
    loop_seconds, their_answers = by_loop(model, tokenizer, items)
    lengths = [len(prompt_ids(tokenizer, item)) for item in items]
    floor = operations_of(model, lengths) / peak_flops(precision)
    return {"items": len(items), "parameters": sum(p.numel() for p in model.parameters()),
            "device": device(), "precision": precision, "seconds_engine": round(seconds, 2),
            "seconds_loop": round(loop_seconds, 2),
            "ratio_study_loop": round(loop_seconds / seconds, 2),
            "same_predictions": share(own_answers, their_answers),
            "seconds_one_by_one": round(alone_seconds, 2),
            "same_one_by_one": share(own_answers, alone),
            "seconds_floor": round(floor, 3), "ratio_possible": round(loop_seconds / floor, 2)}


def against_the_harness(model, tokenizer, items: pd.DataFrame) -> dict:
    """Engine and harness on the same single-answer questions."""
    rows = items.to_dict("records")
    timed = [by_engine(model, tokenizer, rows, ["likelihood"]) for _ in range(3)]
    seconds, own_answers = min(timed, key=lambda one: one[0])
    harness_seconds, their_answers = by_harness(items)
    same = sum(their_answers[name] == own_answers[i] for i, name in enumerate(items["id"]))
    return {"ratio_lm_eval": round(harness_seconds / seconds, 2),
            "seconds_lm_eval": round(harness_seconds, 2), "same_as_lm_eval": same / len(items)}


def start_seconds() -> float:
    """Seconds from the start of a process to a loaded model."""
    code = ("import time; began = time.perf_counter(); "
            "from medinj_utils.models.loading import Base, load_base; load_base(Base('planted')); "
            "print(time.perf_counter() - began)")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(run.stdout)


def of_the_papers_size(tokenizer, test: pd.DataFrame, some: list[dict]) -> dict:
    """A random model of the study's size against the loop, and on all questions."""
    if not torch.cuda.is_available():
        sys.exit("torch sees no GPU: a model of the study's size can't answer here in reasonable "
                 "time")
    paper = random_model("paper", "bfloat16")
    by_engine(paper, tokenizer, some)  # warms up
    result = against_the_loop(paper, tokenizer, some, "bfloat16")
    rows = test.to_dict("records")
    seconds = {tokens: round(by_engine(paper, tokenizer, rows, batch_tokens=tokens)[0], 2)
               for tokens in (BATCH_TOKENS, 4 * BATCH_TOKENS, 16 * BATCH_TOKENS)}
    whole = result["seconds_loop"] / len(some) * len(test) / min(seconds.values())
    share = prefill_share(paper, tokenizer, rows, "bfloat16")
    return result | {"seconds_by_batch_tokens": seconds,
                     "ratio_study_loop_all_items": round(whole, 1),
                     "prefill_peak_share": round(share, 3)}


def on_this_machine(tokenizer, test: pd.DataFrame, some: list[dict], many: int) -> dict:
    """The tiny and the large model against the loop, the tiny one against the harness."""
    start = start_seconds()
    tiny = load_base(PLANTED)[0]
    large = random_model("large", "float32")
    rows = test.to_dict("records")
    result = {"tiny": against_the_loop(tiny, tokenizer, rows, "float32")}
    print(f"tiny: {result['tiny']}", flush=True)
    result["large"] = against_the_loop(large, tokenizer, some, "float32")
    print(f"large: {result['large']}", flush=True)
    half = copy.deepcopy(large).bfloat16()
    result["large bfloat16"] = against_the_loop(half, tokenizer, some, "bfloat16")
    print(f"large, bfloat16: {result['large bfloat16']}", flush=True)
    harness = against_the_harness(tiny, tokenizer, test[test["task"] == "mcqu"])
    print(f"lm-evaluation-harness: {harness}", flush=True)
    share = prefill_share(large, tokenizer, rows, "float32")
    print(f"prefill at {share:.0%} of the peak", flush=True)
    megabytes_few = peak_memory(test, 1)
    megabytes_many = peak_memory(test, many)
    return result["tiny"] | harness | {
        "seconds_start": round(start, 2), "large": result["large"],
        "large_bfloat16": result["large bfloat16"], "prefill_peak_share": round(share, 3),
        "megabytes_few": round(megabytes_few), "megabytes_many": round(megabytes_many),
        "items_many": len(test) * many,
        "flat_memory_ratio": round(megabytes_many / megabytes_few, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"),
                        help="folder of the open sets")
    parser.add_argument("--items", type=int, default=622)
    parser.add_argument("--large-items", type=int, default=64,
                        help="items for the large model, and for the one of --paper")
    parser.add_argument("--many", type=int, default=32,
                        help="times the items are repeated to measure memory")
    parser.add_argument("--paper", action="store_true",
                        help="only a model of the study's size, on a GPU")
    parser.add_argument("--memory", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.memory:
        answer_and_tell_memory(chosen.memory)
        return
    if not chosen.data.is_dir():
        sys.exit(f"{chosen.data}: no such folder; say where the open sets are, --data FOLDER")
    records, _ = read_source("frenchmedmcqa", chosen.data / "frenchmedmcqa" / "raw")
    test = records[records["split"] == "test"].head(chosen.items)
    some = test.sample(min(chosen.large_items, len(test)), random_state=0).to_dict("records")
    tokenizer = load_base(PLANTED)[1]
    if chosen.paper:
        result = of_the_papers_size(tokenizer, test, some)
    else:
        result = on_this_machine(tokenizer, test, some, chosen.many)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
