"""Tune one adapter on one mixture: the same call for both backends."""

import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from medinj_utils import prompts
from medinj_utils.data import load_mixture
from medinj_utils.runs import Card, local_base, progress, run_names, sha256, versions, write_csv, write_json
from medinj_utils.training.backends import choose_precision, load_with_adapter
from medinj_utils.training.text import by_length_within, epochs_of, padded, rows_a_pass, too_long, training_text

SAVE_SECONDS = 300  # after which what was learned is kept again, for a stopped run to go on from
_PASS_TOKENS = 1024  # of a pass without a GPU: what a processor's cache holds; measured by benchmarks/training.py


@dataclass(frozen=True)
class Recipe:
    """How an adapter is tuned. The defaults are the study's, but for the loss (answer alone) and the option order."""

    adapter: str = "dora"  # or "lora"
    rank: int = 16
    alpha: int = 16
    dropout: float = 0.05
    epochs: int = 10
    batch_size: int = 12  # rows of a forward pass; fewer, and more passes a step, where there is no GPU and rows are long
    gradient_accumulation: int = 8
    learning_rate: float = 1e-4
    warmup: float = 0.05  # share of the steps
    max_length: int = 2048  # tokens; longer rows are set aside and counted
    gradient_checkpointing: bool = True
    permute_options: bool = False  # a new option order for every row in every epoch
    answer_format: str = "letters"
    loss_on: str = "answer"
    system: str = ""
    precision: str = "auto"


def train_run(output: str | Path, configuration: str, seed: int, recipe: Recipe, backend: str, base_model: str,
              revision: str = "") -> dict:
    """`train_adapter` on a mixture of an output tree, into ``runs/<configuration>-s<seed>``; returns the card.

    A run that stands there with the same inputs and parameters is not repeated.
    """
    [name] = run_names([configuration], [seed])
    folder, mixtures = Path(output) / "runs" / name, Path(output) / "mixtures"
    mixture = load_mixture(mixtures, configuration)
    inputs = [mixtures / f"{configuration}.parquet"]
    if Path(local_base(base_model, revision)).is_dir():
        inputs.append(Path(local_base(base_model, revision)))
    inputs += [Path(prompts.__file__), *sorted(Path(__file__).parent.glob("*.py"))]  # a changed text is a changed run
    told = {"configuration": configuration}
    if (folder / "card.json").exists():
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        same_inputs = sorted(card["inputs"].values()) == sorted(sha256(path) for path in inputs)
        same = _parameters(recipe, backend, base_model, revision, seed, told) == card["parameters"]
        if same and same_inputs and card["versions"] == versions():
            return card
    return train_adapter(mixture, folder, recipe, backend, base_model, revision, seed, told, inputs)


def _parameters(recipe: Recipe, backend: str, base_model: str, revision: str, seed: int, told: dict) -> dict:
    return asdict(recipe) | {"backend": backend, "base_model": base_model, "revision": revision, "seed": seed} | told


class OtherRunError(ValueError):
    """An unfinished run stands in the folder that was begun with other parameters or inputs."""


def _checkpoint(unfinished: Path, begun: dict) -> tuple[Path | None, float]:
    """(the last whole checkpoint of an unfinished run, seconds that were spent up to it); the folder is made if need be.

    Raises `OtherRunError` if the run was begun otherwise than ``begun`` says.
    """
    key = unfinished / "begun.json"
    before = json.loads(key.read_text(encoding="utf-8")) if key.exists() else {}
    whole = {int(mark.parent.name.rpartition("-")[2]): mark for mark in unfinished.glob("checkpoint-*/whole.json")}
    told = json.loads(json.dumps(begun))
    if whole and before != told:
        differing = [f"{name} {before.get(name)!r}, now {told.get(name)!r}" for name in sorted(before.keys() | told.keys())
                     if before.get(name) != told.get(name)]
        raise OtherRunError(f"{unfinished}: an unfinished run stands there that was begun otherwise "
                            f"({'; '.join(differing)}): go on with what it was begun with, or delete the folder to "
                            "begin anew")
    if not whole:
        shutil.rmtree(unfinished, ignore_errors=True)
        write_json(begun, key)
        return None, 0.0
    for folder in unfinished.glob("checkpoint-*"):
        if not (folder / "whole.json").exists():
            shutil.rmtree(folder)  # the run was stopped while this was written
    mark = whole[max(whole)]
    return mark.parent, json.loads(mark.read_text(encoding="utf-8"))["seconds"]


def train_adapter(mixture: pd.DataFrame, folder: str | Path, recipe: Recipe, backend: str, base_model: str,
                  revision: str = "", seed: int = 0, told: dict | None = None, inputs: tuple = ()) -> dict:
    """Tune an adapter on ``mixture`` (records) and save it in ``folder`` with its loss curve and run card.

    ``folder`` gets ``adapter/`` (safetensors that plain peft loads, and the tokenizer), ``curve.csv`` (step, loss,
    learning_rate, grad_norm) and ``card.json``; it appears whole or not at all. ``inputs`` are files whose hashes
    the card keeps; ``told`` enters the card's parameters. Returns the card's content.

    What was learned is kept every five minutes in ``.<folder>``. A run that was stopped goes on from there when it is called
    again in the same way, and ends with the same adapter (in float32 on a processor bit by bit); called in another way it
    raises `OtherRunError`. A loss that is no finite number raises FloatingPointError, with the rows that gave it.
    """
    import torch
    from datasets import Dataset
    from transformers import PrinterCallback, TrainerCallback, set_seed
    from trl import SFTConfig, SFTTrainer

    folder, precision = Path(folder), choose_precision(recipe.precision)
    card = Card("train_adapter", _parameters(recipe, backend, base_model, revision, seed, told or {}), inputs)
    set_seed(seed)
    model, tokenizer = load_with_adapter(backend, base_model, revision, recipe, seed, precision)
    texts = [training_text(row, tokenizer, recipe.answer_format, recipe.system, recipe.loss_on)
             for row in epochs_of(mixture.to_dict("records"), recipe.epochs, seed, recipe.permute_options)]
    aside = set(too_long(texts, recipe.max_length))
    kept, step = [text for i, text in enumerate(texts) if i not in aside], recipe.batch_size * recipe.gradient_accumulation
    if not kept:
        raise ValueError(f"none of the {len(mixture)} rows has at most {recipe.max_length} tokens: raise max_length")
    kept = by_length_within(kept, step)
    pass_rows = recipe.batch_size if torch.cuda.is_available() else rows_a_pass(kept, recipe.batch_size, step, _PASS_TOKENS)
    unfinished = folder.with_name(f".{folder.name}")
    checkpoint, spent = _checkpoint(unfinished, card.content["parameters"] | {
        "inputs": sorted(card.content["inputs"].values()), "versions": card.content["versions"]})

    class Trainer(SFTTrainer):
        def training_step(self, *args, **kwargs):
            loss = super().training_step(*args, **kwargs)
            if not torch.isfinite(loss):
                number = self.state.global_step
                rows = ", ".join(text.id for text in kept[number * step:(number + 1) * step])
                raise FloatingPointError(f"{folder.name}, step {number + 1}: the loss is {loss.item()}; lower "
                                         f"learning_rate, or look at the rows of this step: {rows}")
            return loss

    trainer = Trainer(
        model=model, processing_class=tokenizer,
        train_dataset=Dataset.from_list([{"input_ids": t.input_ids, "labels": t.labels} for t in kept]),
        data_collator=lambda rows: padded(rows, tokenizer.pad_token_id),
        args=SFTConfig(
            output_dir=str(unfinished), num_train_epochs=1, train_sampling_strategy="sequential",
            per_device_train_batch_size=pass_rows, gradient_accumulation_steps=step // pass_rows, save_total_limit=1,
            learning_rate=recipe.learning_rate, lr_scheduler_type="cosine", warmup_steps=recipe.warmup,
            optim="adamw_torch", bf16=precision == "bfloat16", use_cpu=not torch.cuda.is_available(),
            gradient_checkpointing=recipe.gradient_checkpointing, max_length=None, packing=False, seed=seed,
            dataset_kwargs={"skip_prepare_dataset": True}, remove_unused_columns=False, logging_steps=1,
            save_strategy="no", report_to="none", disable_tqdm=True, dataloader_pin_memory=torch.cuda.is_available()))
    class Steps(TrainerCallback):
        """Progress in a line every ten seconds, instead of the trainer's line at every logging step; and what was learned,
        every few minutes."""

        def on_train_begin(self, args, state, control, **kwargs):
            self.bar = progress(None, f"steps of {folder.name}", state.max_steps)
            self.bar.update(state.global_step)
            self.began = self.saved = time.monotonic()

        def on_step_end(self, args, state, control, **kwargs):
            self.bar.update()
            if time.monotonic() - self.saved >= SAVE_SECONDS and state.global_step < state.max_steps:
                control.should_save = True

        def on_save(self, args, state, control, **kwargs):
            self.saved = time.monotonic()
            write_json({"seconds": spent + self.saved - self.began},
                       Path(args.output_dir) / f"checkpoint-{state.global_step}" / "whole.json")

        def on_train_end(self, args, state, control, **kwargs):
            self.bar.close()

    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Steps())
    magnitudes = {n: p.detach().clone() for n, p in model.named_parameters() if "lora_magnitude_vector" in n}
    result = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    still = [n for n, p in model.named_parameters() if n in magnitudes and torch.equal(p.detach(), magnitudes[n])]
    if still:
        raise RuntimeError(f"{len(still)} of {len(magnitudes)} DoRA magnitudes did not move, {still[0]} first")
    model.save_pretrained(unfinished / "adapter", safe_serialization=True)
    tokenizer.save_pretrained(unfinished / "adapter")
    history = [entry for entry in trainer.state.log_history if "loss" in entry]
    curve = pd.DataFrame(history)[["step", "loss", "learning_rate", "grad_norm"]]
    write_csv(curve, unfinished / "curve.csv")
    seconds = spent + result.metrics["train_runtime"]
    tokens = sum(len(text.input_ids) for text in kept)
    content = card.write(
        unfinished / "card.json", [unfinished / "adapter"], rows=len(mixture), examples=len(kept),
        examples_too_long=len(aside), steps=trainer.state.global_step, tokens=tokens, precision_used=precision,
        tokens_taught=sum(text.taught for text in kept), training_seconds=round(seconds, 2),
        rows_a_pass=pass_rows, passes_a_step=step // pass_rows, went_on=checkpoint.name if checkpoint else "",
        tokens_per_second=round(tokens / seconds, 1), final_loss=float(curve["loss"].tail(5).mean()),
        trainable_parameters=sum(p.numel() for p in model.parameters() if p.requires_grad))
    for left in (*unfinished.glob("checkpoint-*"), unfinished / "begun.json"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
    return content
