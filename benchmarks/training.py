"""How fast the training room teaches: ``python benchmarks/training.py [--data FOLDER] [--only tiny]``.

Rows of FrenchMedMCQA, DDXPlus and CasiMedicos-FR, mixed, so that lengths differ as they do in real sets, are taught to the
shipped tiny model and to a random model of about 100 million parameters, by this book's call with each backend, by plain TRL
with the arguments of the study's released code (batches padded to their longest, grouped by length, whole-sequence loss,
gradient checkpointing), and by the recipe of Unsloth's own notebooks (two rows a pass, its checkpointing). All take the loss
over all tokens, so that they teach the same number of tokens from the same rows, in steps of as many rows; each in a process
of its own. ``held_loss`` is the loss on 24 other rows afterwards: those that teach alike have learned alike. "answer" and
"bfloat16" are the book's call with the loss on answers alone, and in bfloat16. Where torch sees a GPU, ``--only paper`` does
so with random weights in the shape of the study's base model, in bfloat16, all with gradient checkpointing, and with other
adapters too; ``steady`` are tokens a second after the first two steps, ``paper_hours`` what 10 epochs of the study's 33,493
rows would take at that rate if they were as long as these. The last line is a JSON object.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

ROWS = {"tiny": 240, "large": 16, "paper": 240}
STEP = {"tiny": (12, 4), "large": (4, 2), "paper": (12, 4)}  # rows of a pass, passes of a step
PAPER_ROWS = 10 * 33_493  # that the study teaches with each mixture
# Ways of teaching: label, who, precision, loss on, gradient checkpointing, adapter.
WAYS = [("study", "study", "float32", "all", True, "dora"), ("book", "peft", "float32", "all", False, "dora"),
        ("unsloth", "unsloth", "float32", "all", False, "dora"), ("recipe", "recipe", "float32", "all", True, "dora"),
        ("answer", "peft", "float32", "answer", False, "dora"), ("bfloat16", "peft", "bfloat16", "all", False, "dora")]
PAPER_WAYS = [("study", "study", "bfloat16", "all", True, "dora"), ("book", "peft", "bfloat16", "all", True, "dora"),
              ("unsloth", "unsloth", "bfloat16", "all", True, "dora"), ("lora", "peft", "bfloat16", "all", True, "lora"),
              ("qlora", "peft", "bfloat16", "all", True, "qlora"), ("answer", "peft", "bfloat16", "answer", True, "dora"),
              ("recipe", "recipe", "bfloat16", "all", True, "dora")]
DROPOUT = {"tiny": 0.0, "large": 0.0, "paper": 0.05}  # the study's; without it all ways draw nothing, and losses agree


def mixed_rows(data: Path, n: int) -> pd.DataFrame:
    """A fixed mixture of training rows of three open sets."""
    from medinj_utils.data import read_source
    found = [read_source(name, data / folder)[0] for name, folder in (
        ("frenchmedmcqa", "frenchmedmcqa/raw"), ("casimedicos", "casimedicos-fr/raw"), ("ddxplus", "ddxplus-fr/raw"))]
    rows = pd.concat([part[(part["split"] == "train") & (part["task"] != "oeq")].sample(n, random_state=0, replace=True)
                      for part in found])
    return rows.sample(n, random_state=0).reset_index(drop=True)


def held_loss(model, tokenizer, rows: pd.DataFrame) -> float:
    """Mean over ``rows`` of the loss over all tokens of each."""
    import torch

    from medinj_utils.training.text import training_text
    model.eval()
    with torch.no_grad():
        texts = [torch.tensor([training_text(row, tokenizer, loss_on="all").input_ids], device=model.device)
                 for row in rows.to_dict("records")]
        return sum(model(input_ids=ids, labels=ids).loss.item() for ids in texts) / len(texts)


def by_the_book(rows: pd.DataFrame, base: str, folder: Path, size: str, held: pd.DataFrame, backend: str, precision: str,
                loss_on: str, checkpointing: bool, adapter: str) -> dict:
    from medinj_utils.training.backends import start_backend
    used = start_backend(backend)
    from peft import PeftModel

    from medinj_utils.models.loading import load_base
    from medinj_utils.training.recipe import Recipe
    from medinj_utils.training.train import train_adapter
    recipe = Recipe(epochs=1, batch_size=STEP[size][0], gradient_accumulation=STEP[size][1],
                    gradient_checkpointing=checkpointing, dropout=DROPOUT[size], learning_rate=1e-3, loss_on=loss_on,
                    precision=precision, adapter=adapter)
    card = train_adapter(rows, folder, recipe, used, base)
    curve = pd.read_csv(folder / "curve.csv").iloc[2:]
    model, tokenizer = load_base(base, "", precision)
    model = PeftModel.from_pretrained(model, str(folder / "adapter"))
    return {"seconds": card["training_seconds"], "taught": card["tokens_taught"], "tokens": card["tokens"],
            "steady": round(len(curve) / (1 / curve["tokens_per_second"]).sum(), 1) if len(curve) else None,
            "expected_seconds": card["expected"]["seconds"], "expected_gb": card["expected"]["peak_memory_gb"],
            "held_tokens": card["expected"]["held_tokens"],
            "trained_gb": card["peak_memory_gb"], "energy_kwh": card["energy_kwh"], "power_known": card["power_known"],
            "held_loss": held_loss(model, tokenizer, held)}


def by_unsloths_recipe(rows: pd.DataFrame, base: str, folder: Path, size: str, held: pd.DataFrame, precision: str) -> dict:
    """As Unsloth's notebooks tune: texts rendered by the template, two rows a pass, its gradient checkpointing; DoRA, the
    loss over all tokens and the optimizer are the others'."""
    from medinj_utils.training.backends import start_backend
    start_backend("unsloth")
    from unsloth import FastLanguageModel  # noqa: I001
    import torch
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    from medinj_utils.core.prompts import messages
    from medinj_utils.models.loading import local_base
    from medinj_utils.training.backends import TARGETS
    model, tokenizer = FastLanguageModel.from_pretrained(local_base(base), max_seq_length=2048, load_in_4bit=False,
                                                         dtype=getattr(torch, precision))
    model = FastLanguageModel.get_peft_model(
        model, r=16, lora_alpha=16, lora_dropout=DROPOUT[size], bias="none", target_modules=TARGETS, use_dora=True,
        use_gradient_checkpointing="unsloth", random_state=0)
    texts = [{"text": tokenizer.apply_chat_template(messages(row), tokenize=False)} for row in rows.to_dict("records")]
    trainer = SFTTrainer(
        model=model, processing_class=tokenizer, train_dataset=Dataset.from_list(texts),
        args=SFTConfig(output_dir=str(folder), dataset_text_field="text", per_device_train_batch_size=2,
                       gradient_accumulation_steps=math.prod(STEP[size]) // 2, num_train_epochs=1, learning_rate=1e-3,
                       lr_scheduler_type="cosine", warmup_steps=0.05, optim="adamw_torch", max_length=2048, logging_steps=1,
                       save_strategy="no", report_to="none", disable_tqdm=True, use_cpu=not torch.cuda.is_available(),
                       bf16=precision == "bfloat16", seed=0))
    return trained(trainer, rows, tokenizer, held)


def trained(trainer, rows: pd.DataFrame, tokenizer, held: pd.DataFrame) -> dict:
    from transformers import TrainerCallback

    from medinj_utils.models.hardware import peak_memory
    from medinj_utils.training.text import training_text
    ends = []

    class Clock(TrainerCallback):
        def on_step_end(self, args, state, control, **kwargs):
            ends.append(time.perf_counter())

    trainer.add_callback(Clock())
    result = trainer.train()
    tokens = sum(len(training_text(row, tokenizer, loss_on="all").input_ids) for row in rows.to_dict("records"))
    # Steps hold about as many tokens each.
    steady = tokens * (len(ends) - 2) / len(ends) / (ends[-1] - ends[1]) if len(ends) > 2 else None
    return {"seconds": round(result.metrics["train_runtime"], 2), "taught": tokens, "tokens": tokens,
            "steady": steady and round(steady, 1), "trained_gb": round(peak_memory(), 3),
            "held_loss": held_loss(trainer.model, tokenizer, held)}


def by_the_study(rows: pd.DataFrame, base: str, folder: Path, size: str, held: pd.DataFrame, precision: str) -> dict:
    """Plain TRL with the arguments of the study's released code, as far as today's TRL has them."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed
    from trl import SFTConfig, SFTTrainer

    from medinj_utils.core.prompts import messages
    from medinj_utils.models.loading import local_base
    from medinj_utils.training.backends import TARGETS
    set_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(local_base(base))
    model = AutoModelForCausalLM.from_pretrained(local_base(base), dtype=getattr(torch, precision))
    trainer = SFTTrainer(
        model=model, processing_class=tokenizer,
        train_dataset=Dataset.from_list([{"messages": messages(row)} for row in rows.to_dict("records")]),
        peft_config=LoraConfig(r=16, lora_alpha=16, lora_dropout=DROPOUT[size], bias="none", target_modules=TARGETS,
                               use_dora=True, task_type="CAUSAL_LM"),
        args=SFTConfig(output_dir=str(folder), num_train_epochs=1, per_device_train_batch_size=STEP[size][0],
                       gradient_accumulation_steps=STEP[size][1], learning_rate=1e-3, lr_scheduler_type="cosine",
                       warmup_steps=0.05, gradient_checkpointing=True, train_sampling_strategy="group_by_length",
                       max_length=2048, use_cpu=not torch.cuda.is_available(), logging_steps=1, save_strategy="no",
                       report_to="none", disable_tqdm=True, bf16=precision == "bfloat16"))
    return trained(trainer, rows, tokenizer, held)


def operations(base: str, tokens: float) -> float:
    """Floating-point operations of teaching tokens: six a parameter for forward and backward, less the gradients of frozen
    weights, so four; attention is left out, so that the share told is a lower bound."""
    from safetensors import safe_open

    from medinj_utils.models.loading import local_base
    n = 0
    for path in Path(local_base(base)).glob("*.safetensors"):
        with safe_open(path, "pt") as weights:
            n += sum(math.prod(weights.get_slice(name).get_shape()) for name in weights.keys()  # noqa: SIM118
                     if "embed" not in name and "lm_head" not in name)
    return 4.0 * n * tokens


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the open sets")
    parser.add_argument("--only", choices=list(ROWS), help="one of the models; else tiny and large")
    parser.add_argument("--ways", default="", help="labels of the ways of teaching, with commas; else all")
    parser.add_argument("--one", nargs=8, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        size, base, rows, way, precision, loss_on, checkpointing, adapter = chosen.one
        table = pd.read_parquet(rows)
        for name in ("options", "answer_letters"):
            table[name] = table[name].map(list)
        with tempfile.TemporaryDirectory() as scratch:
            rest = (table.iloc[:-24], base, Path(scratch) / "run-s0", size, table.iloc[-24:])
            ways = {"study": by_the_study, "recipe": by_unsloths_recipe}
            found = ways[way](*rest, precision) if way in ways else by_the_book(
                *rest, way, precision, loss_on, checkpointing == "True", adapter)
        peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1e6
        print(json.dumps(found | {"peak_gb": round(peak, 2)}))
        return
    if not chosen.data.is_dir():
        sys.exit(f"{chosen.data}: no such folder; say where the open sets are, --data FOLDER")
    import torch
    from shapes import peak_flops, random_model
    from transformers import AutoTokenizer

    from medinj_utils.models.loading import local_base
    if chosen.only == "paper" and not torch.cuda.is_available():
        sys.exit("torch sees no GPU: a model of the study's size can't be taught here in reasonable time")
    result = {}
    for name in [chosen.only] if chosen.only else ["tiny", "large"]:
        with tempfile.TemporaryDirectory() as scratch:
            rows, base = Path(scratch) / "rows.parquet", "planted"
            mixed_rows(chosen.data, ROWS[name] + 24).to_parquet(rows)
            if name != "tiny":
                base = str(Path(scratch) / "base")
                random_model(name, "bfloat16" if name == "paper" else "float32").save_pretrained(base)
                AutoTokenizer.from_pretrained(local_base("planted")).save_pretrained(base)
                torch.cuda.empty_cache()
            found, ways = {}, PAPER_WAYS if name == "paper" else WAYS
            for label, *way in ways:
                if chosen.ways and label not in chosen.ways.split(","):
                    continue
                run = subprocess.run([sys.executable, __file__, "--one", name, base, str(rows), *map(str, way)],
                                     capture_output=True, text=True)
                if run.returncode:
                    print(f"{name}, {label}: failed: {run.stderr[-2000:]}", flush=True)
                    continue
                found[label] = json.loads(run.stdout.strip().splitlines()[-1])
                if name == "paper":
                    mean = found[label]["tokens"] / ROWS[name]
                    found[label]["paper_hours"] = round(PAPER_ROWS * mean / found[label]["steady"] / 3600, 2)
                print(f"{name}, {label}: {found[label]}", flush=True)
            result[name] = found | ratios(found, name == "paper")
            if "book" in found:
                peak = peak_flops(ways[1][2])
                rate = (found["book"]["steady"] if name == "paper" else found["book"]["tokens"] / found["book"]["seconds"])
                result[name] |= {"step_peak_share": round(operations(base, rate) / peak, 3), "peak_tflops": peak / 1e12}
    last = result[list(result)[-1]]
    keys = ("ratio_study_arguments", "ratio_unsloth_recipe", "step_peak_share")
    print(json.dumps({key: last.get(key) for key in keys} | result))


def ratios(found: dict, steady: bool) -> dict:
    """Of the ways that ran: how many times as fast one is as another, and expected ÷ spent seconds of each."""
    rates = {label: one["steady"] if steady else one["tokens"] / one["seconds"] for label, one in found.items()}
    pairs = [("study_arguments", "study", "book"), ("unsloth_recipe", "recipe", "unsloth"), ("lora", "book", "lora"),
             ("answer_alone", "study", "answer"), ("bfloat16", "study", "bfloat16")]
    told = {f"ratio_{name}": round(rates[fast] / rates[slow], 2) for name, slow, fast in pairs if {slow, fast} <= set(rates)}
    return told | {"expected_by_spent": {label: round(one["expected_seconds"] / one["seconds"], 2)
                                         for label, one in found.items() if "expected_seconds" in one}}


if __name__ == "__main__":
    main()
