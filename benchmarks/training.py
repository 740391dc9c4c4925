"""How fast the training room teaches: ``python benchmarks/training.py [--data FOLDER] [--only tiny]``.

Rows of FrenchMedMCQA, DDXPlus and CasiMedicos-FR, mixed, so that lengths differ as they do in real sets, are taught to the
shipped tiny model and to a random model of about 100 million parameters, by this book's call with each backend, by plain TRL
with the arguments of the study's released code (batches padded to their longest, grouped by length, whole-sequence loss,
gradient checkpointing), and by the recipe of Unsloth's own notebooks (two rows a pass, its checkpointing). All take the loss
over all tokens, so that they teach the same number of tokens from the same rows, in steps of as many rows; each in a process
of its own. ``held_loss`` is the loss on 24 other rows afterwards: those that teach alike have learned alike. "answer" and
"bfloat16" are the book's call with the loss on answers alone, and in bfloat16. The last line is a JSON object.
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

ROWS = {"tiny": 240, "large": 16}
STEP = {"tiny": (12, 4), "large": (4, 2)}  # rows of a pass, passes of a step
LARGE = {"hidden_size": 640, "num_hidden_layers": 22, "num_attention_heads": 10, "num_key_value_heads": 5, "head_dim": 64,
         "intermediate_size": 1920, "layer_types": ["full_attention"] * 22, "max_window_layers": 22}


def mixed_rows(data: Path, n: int) -> pd.DataFrame:
    """A fixed mixture of training rows of three open sets."""
    from medinj_utils.data import read_source
    found = [read_source(name, data / folder)[0] for name, folder in (
        ("frenchmedmcqa", "frenchmedmcqa/raw"), ("casimedicos", "casimedicos-fr/raw"), ("ddxplus", "ddxplus-fr/raw"))]
    rows = pd.concat([part[(part["split"] == "train") & (part["task"] != "oeq")].sample(n, random_state=0, replace=True)
                      for part in found])
    return rows.sample(n, random_state=0).reset_index(drop=True)


def save_large(folder: Path) -> None:
    """A random model of the tiny one's architecture with about 100 million parameters, and the tiny one's tokenizer."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    from medinj_utils.runs import local_base
    torch.manual_seed(0)
    config = AutoConfig.from_pretrained(local_base("planted"))
    for name, value in LARGE.items():
        setattr(config, name, value)
    AutoModelForCausalLM.from_config(config, dtype=torch.float32).save_pretrained(folder)
    AutoTokenizer.from_pretrained(local_base("planted")).save_pretrained(folder)


def held_loss(model, tokenizer, rows: pd.DataFrame) -> float:
    """Mean over ``rows`` of the loss over all tokens of each."""
    import torch

    from medinj_utils.training.text import training_text
    model.eval()
    with torch.no_grad():
        texts = [torch.tensor([training_text(row, tokenizer, loss_on="all").input_ids]) for row in rows.to_dict("records")]
        return sum(model(input_ids=ids, labels=ids).loss.item() for ids in texts) / len(texts)


def by_the_book(rows: pd.DataFrame, base: str, folder: Path, step: tuple, held: pd.DataFrame, backend: str, precision: str,
                loss_on: str) -> dict:
    from medinj_utils.training.backends import start_backend
    used = start_backend(backend)
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from medinj_utils.runs import local_base
    from medinj_utils.training.recipe import Recipe
    from medinj_utils.training.train import train_adapter
    recipe = Recipe(epochs=1, batch_size=step[0], gradient_accumulation=step[1], gradient_checkpointing=False, dropout=0.0,
                    learning_rate=1e-3, loss_on=loss_on, precision=precision)
    card = train_adapter(rows, folder, recipe, used, base)
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(local_base(base)), str(folder / "adapter"))
    return {"seconds": card["training_seconds"], "taught": card["tokens_taught"], "tokens": card["tokens"],
            "expected_seconds": card["expected"]["seconds"], "trained_gb": card["peak_memory_gb"],
            "held_loss": held_loss(model, AutoTokenizer.from_pretrained(local_base(base)), held)}


def by_unsloths_recipe(rows: pd.DataFrame, base: str, folder: Path, step: tuple, held: pd.DataFrame) -> dict:
    """As Unsloth's notebooks tune: texts rendered by the template, two rows a pass, its gradient checkpointing; DoRA, the
    loss over all tokens and the optimizer are the others'."""
    from medinj_utils.training.backends import start_backend
    start_backend("unsloth")
    from unsloth import FastLanguageModel  # noqa: I001
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    from medinj_utils.prompts import messages
    from medinj_utils.runs import local_base
    from medinj_utils.training.backends import TARGETS
    model, tokenizer = FastLanguageModel.from_pretrained(local_base(base), max_seq_length=2048, load_in_4bit=False,
                                                         dtype=__import__("torch").float32)
    model = FastLanguageModel.get_peft_model(model, r=16, lora_alpha=16, lora_dropout=0, bias="none", target_modules=TARGETS,
                                             use_dora=True, use_gradient_checkpointing="unsloth", random_state=0)
    texts = [{"text": tokenizer.apply_chat_template(messages(row), tokenize=False)} for row in rows.to_dict("records")]
    trainer = SFTTrainer(
        model=model, processing_class=tokenizer, train_dataset=Dataset.from_list(texts),
        args=SFTConfig(output_dir=str(folder), dataset_text_field="text", per_device_train_batch_size=2,
                       gradient_accumulation_steps=step[0] * step[1] // 2, num_train_epochs=1, learning_rate=1e-3,
                       lr_scheduler_type="cosine", warmup_steps=0.05, optim="adamw_torch", max_length=2048, logging_steps=1,
                       save_strategy="no", report_to="none", disable_tqdm=True, use_cpu=True, seed=0))
    result = trainer.train()
    return told(result, rows, tokenizer) | {"held_loss": held_loss(model, tokenizer, held)}


def told(result, rows: pd.DataFrame, tokenizer) -> dict:
    from medinj_utils.training.text import training_text
    tokens = sum(len(training_text(row, tokenizer, loss_on="all").input_ids) for row in rows.to_dict("records"))
    return {"seconds": round(result.metrics["train_runtime"], 2), "taught": tokens, "tokens": tokens}


def by_the_study(rows: pd.DataFrame, base: str, folder: Path, step: tuple, held: pd.DataFrame) -> dict:
    """Plain TRL with the arguments of the study's released code, as far as today's TRL has them."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed
    from trl import SFTConfig, SFTTrainer

    from medinj_utils.prompts import messages
    from medinj_utils.runs import local_base
    from medinj_utils.training.backends import TARGETS
    set_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(local_base(base))
    model = AutoModelForCausalLM.from_pretrained(local_base(base), dtype=torch.float32)
    trainer = SFTTrainer(
        model=model, processing_class=tokenizer,
        train_dataset=Dataset.from_list([{"messages": messages(row)} for row in rows.to_dict("records")]),
        peft_config=LoraConfig(r=16, lora_alpha=16, lora_dropout=0.0, bias="none", target_modules=TARGETS, use_dora=True,
                               task_type="CAUSAL_LM"),
        args=SFTConfig(output_dir=str(folder), num_train_epochs=1, per_device_train_batch_size=step[0],
                       gradient_accumulation_steps=step[1], learning_rate=1e-3, lr_scheduler_type="cosine",
                       warmup_steps=0.05, gradient_checkpointing=True, train_sampling_strategy="group_by_length",
                       max_length=2048, use_cpu=True, logging_steps=1, save_strategy="no", report_to="none",
                       disable_tqdm=True, dataloader_pin_memory=False,
                       bf16=False))
    result = trainer.train()
    return told(result, rows, tokenizer) | {"held_loss": held_loss(trainer.model, tokenizer, held)}


def operations(base: str, tokens: int) -> float:
    """Floating-point operations of teaching tokens: six a parameter for forward and backward, less the gradients of frozen
    weights, so four; attention is left out, so that the share told is a lower bound."""
    from safetensors import safe_open

    from medinj_utils.runs import local_base
    with safe_open(Path(local_base(base)) / "model.safetensors", "pt") as weights:
        n = sum(math.prod(weights.get_slice(name).get_shape()) for name in weights.keys()  # noqa: SIM118
                if "embed" not in name and "lm_head" not in name)
    return 4.0 * n * tokens


def peak_flops(precision: str, size: int = 2048, times: int = 8) -> float:
    import torch
    a = torch.rand(size, size).to(getattr(torch, precision))
    a @ a
    began = time.perf_counter()
    for _ in range(times):
        a @ a
    return times * 2 * size**3 / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the open sets")
    parser.add_argument("--only", choices=list(ROWS), help="one of the two models; else both")
    parser.add_argument("--one", nargs=6, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        way, size, base, rows, precision, loss_on = chosen.one
        table = pd.read_parquet(rows)
        for name in ("options", "answer_letters"):
            table[name] = table[name].map(list)
        with tempfile.TemporaryDirectory() as scratch:
            rest = (table.iloc[:-24], base, Path(scratch) / "run-s0", STEP[size], table.iloc[-24:])
            ways = {"study": by_the_study, "recipe": by_unsloths_recipe}
            found = ways[way](*rest) if way in ways else by_the_book(*rest, way, precision, loss_on)
        peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1e6
        print(json.dumps(found | {"peak_gb": round(peak, 2)}))
        return
    if not chosen.data.is_dir():
        sys.exit(f"{chosen.data}: no such folder; say where the open sets are, --data FOLDER")
    with tempfile.TemporaryDirectory() as scratch:
        save_large(Path(scratch) / "large")
        result = {}
        for name, base in (("tiny", "planted"), ("large", str(Path(scratch) / "large"))):
            if chosen.only not in (None, name):
                continue
            rows = Path(scratch) / f"{name}.parquet"
            mixed_rows(chosen.data, ROWS[name] + 24).to_parquet(rows)
            found = {}
            for label, way, precision, loss_on in (
                    ("study", "study", "float32", "all"), ("book", "peft", "float32", "all"),
                    ("unsloth", "unsloth", "float32", "all"), ("recipe", "recipe", "float32", "all"),
                    ("answer", "peft", "float32", "answer"),
                    ("bfloat16", "peft", "bfloat16", "all")):
                run = subprocess.run([sys.executable, __file__, "--one", way, name, base, str(rows), precision, loss_on],
                                     capture_output=True, text=True)
                if run.returncode:
                    sys.exit(f"{name}, {label}: {run.stderr[-2000:]}")
                found[label] = json.loads(run.stdout.strip().splitlines()[-1])
                print(f"{name}, {label}: {found[label]}", flush=True)
            result[name] = found | {
                "ratio_study_arguments": round(found["study"]["seconds"] / found["book"]["seconds"], 2),
                "ratio_unsloth_recipe": round(found["recipe"]["seconds"] / found["unsloth"]["seconds"], 2),
                "expected_by_spent": round(found["book"]["expected_seconds"] / found["book"]["seconds"], 2),
                "ratio_answer_alone": round(found["study"]["seconds"] / found["answer"]["seconds"], 2),
                "ratio_bfloat16": round(found["study"]["seconds"] / found["bfloat16"]["seconds"], 2),
                "step_peak_share": round(operations(base, found["book"]["tokens"]) / found["book"]["seconds"]
                                         / peak_flops("float32"), 3)}
    last = result[list(result)[-1]]
    keys = ("ratio_study_arguments", "ratio_unsloth_recipe", "step_peak_share")
    print(json.dumps({key: last[key] for key in keys} | result))


if __name__ == "__main__":
    main()
