"""How fast the training room teaches: ``python benchmarks/training.py [--data FOLDER]``.

Rows of FrenchMedMCQA, DDXPlus and CasiMedicos-FR, mixed, so that lengths differ as they do in real sets, are taught to the
shipped tiny model and to a random model of about 100 million parameters: by this book's call, and by plain TRL with the
arguments of the study's released code (batches padded to their longest, grouped by length, whole-sequence loss, gradient
checkpointing). Both take the loss over all tokens, so that they teach the same number of tokens from the same rows, in
steps of as many rows; each in a process of its own. The last line is a JSON object.
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

ROWS = {"tiny": 480, "large": 48}
STEP = (12, 4)  # rows of a pass, passes of a step
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


def by_the_book(rows: pd.DataFrame, base: str, folder: Path, backend: str, precision: str, loss_on: str) -> dict:
    from medinj_utils.training import Recipe, start_backend
    from medinj_utils.training.train import train_adapter
    used = start_backend(backend)
    recipe = Recipe(epochs=1, batch_size=STEP[0], gradient_accumulation=STEP[1], gradient_checkpointing=False, dropout=0.0,
                    learning_rate=1e-3, loss_on=loss_on, precision=precision)
    card = train_adapter(rows, folder, recipe, used, base)
    return {"seconds": card["training_seconds"], "taught": card["tokens_taught"], "tokens": card["tokens"],
            "loss": card["final_loss"]}


def by_the_study(rows: pd.DataFrame, base: str, folder: Path) -> dict:
    """Plain TRL with the arguments of the study's released code, as far as today's TRL has them."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed
    from trl import SFTConfig, SFTTrainer

    from medinj_utils.prompts import messages
    from medinj_utils.runs import local_base
    from medinj_utils.training.backends import TARGETS
    from medinj_utils.training.text import training_text
    set_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(local_base(base))
    model = AutoModelForCausalLM.from_pretrained(local_base(base), dtype=torch.float32)
    trainer = SFTTrainer(
        model=model, processing_class=tokenizer,
        train_dataset=Dataset.from_list([{"messages": messages(row)} for row in rows.to_dict("records")]),
        peft_config=LoraConfig(r=16, lora_alpha=16, lora_dropout=0.0, bias="none", target_modules=TARGETS, use_dora=True,
                               task_type="CAUSAL_LM"),
        args=SFTConfig(output_dir=str(folder), num_train_epochs=1, per_device_train_batch_size=STEP[0],
                       gradient_accumulation_steps=STEP[1], learning_rate=1e-3, lr_scheduler_type="cosine",
                       warmup_steps=0.05, gradient_checkpointing=True, train_sampling_strategy="group_by_length",
                       max_length=2048, use_cpu=True, logging_steps=1, save_strategy="no", report_to="none",
                       disable_tqdm=True, dataloader_pin_memory=False,
                       bf16=False))
    result = trainer.train()
    texts = [training_text(row, tokenizer, loss_on="all") for row in rows.to_dict("records")]
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return {"seconds": result.metrics["train_runtime"], "taught": sum(text.taught for text in texts),
            "tokens": sum(len(text.input_ids) for text in texts), "loss": losses[-1]}


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
    parser.add_argument("--one", nargs=5, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        way, base, rows, precision, loss_on = chosen.one
        table = pd.read_parquet(rows)
        for name in ("options", "answer_letters"):
            table[name] = table[name].map(list)
        with tempfile.TemporaryDirectory() as scratch:
            told = by_the_study(table, base, Path(scratch)) if way == "study" else by_the_book(
                table, base, Path(scratch) / "run-s0", way, precision, loss_on)
        peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1e6
        print(json.dumps(told | {"peak_gb": round(peak, 2)}))
        return
    if not chosen.data.is_dir():
        sys.exit(f"{chosen.data}: no such folder; say where the open sets are, --data FOLDER")
    with tempfile.TemporaryDirectory() as scratch:
        save_large(Path(scratch) / "large")
        result = {}
        for name, base in (("tiny", "planted"), ("large", str(Path(scratch) / "large"))):
            rows = Path(scratch) / f"{name}.parquet"
            mixed_rows(chosen.data, ROWS[name]).to_parquet(rows)
            found = {}
            for label, way, precision, loss_on in (
                    ("study", "study", "float32", "all"), ("book", "peft", "float32", "all"),
                    ("unsloth", "unsloth", "float32", "all"), ("answer", "peft", "float32", "answer"),
                    ("bfloat16", "peft", "bfloat16", "all")):
                run = subprocess.run([sys.executable, __file__, "--one", way, base, str(rows), precision, loss_on],
                                     capture_output=True, text=True)
                if run.returncode:
                    sys.exit(f"{name}, {label}: {run.stderr[-2000:]}")
                found[label] = json.loads(run.stdout.strip().splitlines()[-1])
                print(f"{name}, {label}: {found[label]}", flush=True)
            result[name] = found | {
                "ratio_study_arguments": round(found["study"]["seconds"] / found["book"]["seconds"], 2),
                "ratio_answer_alone": round(found["study"]["seconds"] / found["answer"]["seconds"], 2),
                "ratio_bfloat16": round(found["study"]["seconds"] / found["bfloat16"]["seconds"], 2),
                "step_peak_share": round(operations(base, found["book"]["tokens"]) / found["book"]["seconds"]
                                         / peak_flops("float32"), 3)}
    print(json.dumps({key: result["large"][key] for key in ("ratio_study_arguments", "step_peak_share")} | result))


if __name__ == "__main__":
    main()
