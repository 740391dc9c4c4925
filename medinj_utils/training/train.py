"""Tune one adapter on one mixture: the same call for both backends, and for one device or several."""

import json
import os
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from medinj_utils.core import prompts
from medinj_utils.core.cards import Card
from medinj_utils.core.files import need, sha256, write_csv
from medinj_utils.core.machine import versions
from medinj_utils.core.names import run_names
from medinj_utils.data import load_mixture, load_records
from medinj_utils.models.hardware import choose_precision
from medinj_utils.models.loading import local_base
from medinj_utils.training.account import Account, counted, expected
from medinj_utils.training.backends import load_with_adapter
from medinj_utils.training.checkpoints import begin, begun_with, last_checkpoint
from medinj_utils.training.loop import Step, make_trainer
from medinj_utils.training.memory import Recomputation
from medinj_utils.training.model_card import write_model_card
from medinj_utils.training.recipe import MOST_TOO_LONG, VALIDATION_ROWS, Recipe
from medinj_utils.training.text import (
    TrainingText,
    by_length_within,
    epochs_of,
    filled,
    rows_a_pass,
    too_long,
    training_text,
)

_PASS_TOKENS = 1024  # of a pass without a GPU: what a processor's cache holds; measured by benchmarks/training.py


def train_run(output: str | Path, configuration: str, seed: int, recipe: Recipe, backend: str, base_model: str,
              revision: str = "", examine: Callable | None = None, under: str = "runs") -> dict:
    """`train_adapter` on a mixture of an output tree, into ``<under>/<configuration>-s<seed>`` there; returns the card.

    Validation questions are those of the mixture's provenances. A run that stands there with the same inputs and parameters
    is not repeated.
    """
    [name] = run_names([configuration], [seed])
    folder, mixtures = Path(output) / under / name, Path(output) / "mixtures"
    mixture, validation = load_mixture(mixtures, configuration), None
    inputs = [mixtures / f"{configuration}.parquet"]
    if recipe.validations:
        inputs.append(need(Path(output) / "data" / "records.parquet", "notebook 10_read_sources"))
        records = load_records(inputs[-1])
        validation = records[(records["split"] == "validation") & records["provenance"].isin(mixture["provenance"].unique())
                             & (records["task"] != "oeq")]
    if Path(local_base(base_model, revision)).is_dir():
        inputs.append(Path(local_base(base_model, revision)))
    inputs += [Path(prompts.__file__), *sorted(Path(__file__).parent.glob("*.py"))]  # a changed text is a changed run
    told = {"configuration": configuration, "examined": getattr(examine, "asked", [])}
    if (folder / "card.json").exists():
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        same_inputs = sorted(card["inputs"].values()) == sorted(sha256(path) for path in inputs)
        same = _parameters(recipe, backend, base_model, revision, seed, told) == card["parameters"]
        if same and same_inputs and card["versions"] == versions():
            return card
    return train_adapter(mixture, folder, recipe, backend, base_model, revision, seed, told, inputs, validation, examine)


def _parameters(recipe: Recipe, backend: str, base_model: str, revision: str, seed: int, told: dict) -> dict:
    return asdict(recipe) | {"backend": backend, "base_model": base_model, "revision": revision, "seed": seed} | told


def _texts(rows: list[dict], recipe: Recipe, tokenizer, what: str) -> tuple[list[TrainingText], int]:
    """(the texts that are short enough, how many are not)."""
    made: dict[tuple, TrainingText] = {}  # a row is tokenised once, and held once, however many epochs teach it
    for key, row in (keyed := [(tuple(map(str, row.values())), row) for row in rows]):
        if key not in made:
            made[key] = training_text(row, tokenizer, recipe.answer_format, recipe.system_prompt, recipe.loss_on)
    texts = [made[key] for key, _ in keyed]
    aside = set(too_long(texts, recipe.max_length))
    kept, share = [text for i, text in enumerate(texts) if i not in aside], len(aside) / max(len(texts), 1)
    if not kept or share > MOST_TOO_LONG:
        longest = max((len(text.input_ids) for text in texts), default=0)
        raise ValueError(f"{len(aside)} of {len(texts)} {what} have more than {recipe.max_length} tokens, the longest "
                         f"{longest}: a share of {share:.1%}, where {MOST_TOO_LONG:.0%} may be left out. Raise max_length "
                         "(more memory), or take such rows out of the records")
    return kept, len(aside)


def _step(texts: list[TrainingText], recipe: Recipe, processes: int) -> Step:
    import torch
    step = recipe.batch_size * recipe.gradient_accumulation
    part, left = divmod(step, processes)
    pass_rows = recipe.batch_size if torch.cuda.is_available() else rows_a_pass(
        texts, recipe.batch_size, part or 1, _PASS_TOKENS)
    if left or part % pass_rows:
        raise ValueError(f"a step of {step} rows (batch_size {recipe.batch_size} × gradient_accumulation "
                         f"{recipe.gradient_accumulation}) can't be parted among {processes} processes in passes of "
                         f"{pass_rows} rows: choose a gradient_accumulation that {processes} divides")
    return Step(pass_rows, part // pass_rows, processes)


def train_adapter(mixture: pd.DataFrame, folder: str | Path, recipe: Recipe, backend: str, base_model: str,
                  revision: str = "", seed: int = 0, told: dict | None = None, inputs: tuple = (),
                  validation: pd.DataFrame | None = None, examine: Callable | None = None) -> dict:
    """Tune an adapter on ``mixture`` (records) and save it in ``folder`` with its curves and run card.

    ``folder`` gets ``adapter/`` (safetensors that plain peft loads, the tokenizer, a model card), ``curve.csv`` (step, loss,
    learning_rate, grad_norm, tokens_per_second), ``validation.csv`` (step, loss, and what ``examine`` says) and
    ``card.json``; it appears whole or not at all. ``inputs`` are files whose hashes the card keeps; ``told`` enters the
    card's parameters. Before the first step and at ``recipe.validations`` moments the loss is taken on ``validation``
    (records), and ``examine``, if given, is called with the model and the tokenizer and returns figures by name. Returns
    the card's content.

    What was learned is kept every five minutes in ``.<folder>``. A run that was stopped goes on from there when it is called
    again in the same way, and ends with the same adapter (in float32 on a processor bit by bit); called in another way it
    raises `medinj_utils.training.checkpoints.OtherRunError`. A loss that is no finite number raises FloatingPointError, with the
    rows that gave it.

    Started by ``accelerate launch``, each process takes its part of every step; the first one writes.
    """
    import torch
    from accelerate import PartialState
    from accelerate.utils import broadcast_object_list
    from transformers import set_seed

    if os.environ.get("ACCELERATE_USE_FSDP", "").lower() in ("1", "true"):
        raise ValueError("FSDP, which parts a model's weights among GPUs, is not supported: every process holds the whole "
                         "base. Launch without it; where a GPU is too small, take adapter qlora or a smaller base")
    folder, processes = Path(folder), int(os.environ.get("WORLD_SIZE", 1))
    unfinished, state = folder.with_name(f".{folder.name}"), PartialState(cpu=not torch.cuda.is_available())
    # What was measured once holds for all processes, and for a run that goes on.
    chosen = [begun_with(unfinished).get("precision_used") or choose_precision(recipe.precision)]
    [precision] = broadcast_object_list(chosen) if processes > 1 else chosen
    card = Card("train_adapter", _parameters(recipe, backend, base_model, revision, seed, told or {}), inputs)
    if mixture.empty:
        raise ValueError(f"{folder.name}: the mixture has no rows")
    set_seed(seed)
    model, tokenizer = load_with_adapter(backend, base_model, revision, recipe, seed, precision)
    rows = list(epochs_of(mixture.to_dict("records"), recipe.epochs, seed, recipe.permute_options))
    texts, aside = _texts(rows, recipe, tokenizer, "rows")
    examples, tokens = len(texts), sum(len(text.input_ids) for text in texts)
    taught = sum(text.taught for text in texts)
    step, recomputation = _step(texts, recipe, processes), Recomputation(model)
    texts = by_length_within(texts, step.rows)
    texts = filled(texts, step.pass_rows * processes) if processes > 1 else texts
    looked_at: list[TrainingText] = []
    if recipe.validations:
        if validation is None or validation.empty:
            raise ValueError("validations is set, but there are no validation questions of this mixture's provenances")
        chosen = validation.sample(min(VALIDATION_ROWS, len(validation)), random_state=0).to_dict("records")
        looked_at, _ = _texts(chosen, recipe, tokenizer, "validation rows")
        looked_at = by_length_within(looked_at, len(looked_at))

    if state.is_main_process:
        begin(unfinished, card.content["parameters"] | {"inputs": sorted(card.content["inputs"].values()),
                                                        "versions": card.content["versions"], "processes": processes,
                                                        "precision_used": precision})
    state.wait_for_everyone()
    checkpoint, spent = last_checkpoint(unfinished)
    trainer = make_trainer(model, tokenizer, texts, looked_at, recipe, seed, precision, step, recomputation, unfinished,
                           spent, examine)
    trainer.args.eval_on_start = bool(looked_at) and not checkpoint  # one that goes on has had its first look
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
    before = expected(model, texts, step.pass_rows, processes, tokenizer.pad_token_id, precision, recomputation)
    if state.is_main_process:
        print(f"{folder.name}: {trainable:,} trainable parameters, {tokens:,} tokens ({taught:,} taught) in "
              f"{-(-len(texts) // step.rows):,} steps; expected: {before['seconds']:,.0f} s, "
              f"{before['peak_memory_gb']:.2f} GB, {1000 * before['energy_kwh']:.2g} Wh", flush=True)
    magnitudes = {n: p.detach().clone() for n, p in model.named_parameters() if "lora_magnitude_vector" in n}
    with Account() if state.is_main_process else nullcontext() as account:
        result = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    still = [n for n, p in model.named_parameters() if n in magnitudes and torch.equal(p.detach(), magnitudes[n])]
    if still:
        raise RuntimeError(f"{len(still)} of {len(magnitudes)} DoRA magnitudes did not move, {still[0]} first")
    if state.is_main_process:
        model.save_pretrained(unfinished / "adapter", safe_serialization=True)
        tokenizer.save_pretrained(unfinished / "adapter")
        history = pd.DataFrame(trainer.state.log_history)
        curve = history[history["loss"].notna()][["step", "loss", "learning_rate", "grad_norm", "tokens_per_second"]]
        write_csv(curve, unfinished / "curve.csv")
        if looked_at:
            write_csv(_looks(trainer.state.log_history), unfinished / "validation.csv")
        seconds = spent + result.metrics["train_runtime"]
        seen = texts[:trainer.state.global_step * step.rows]  # all, unless training stopped early
        # Energy of earlier starts is not known: taken in proportion to their time.
        account.told |= {key: round(account.told[key] * counted(processes) * seconds / (seconds - spent), 8)
                         for key in ("energy_kwh", "emissions_kg")}
        length = sum(len(text.input_ids) for text in seen)
        card.write(
            unfinished / "card.json", [unfinished / "adapter"], rows=len(mixture), examples=min(examples, len(seen)),
            examples_too_long=aside, epochs=recipe.epochs, steps=trainer.state.global_step, tokens=length,
            tokens_taught=sum(text.taught for text in seen), precision_used=precision, processes=processes,
            rows_a_pass=step.pass_rows, passes_a_step=step.passes, training_seconds=round(seconds, 2),
            looks_seconds=round(trainer.looks_seconds, 2),
            tokens_per_second=round(length / (seconds - trainer.looks_seconds), 1),
            final_loss=float(curve["loss"].tail(5).mean()), trainable_parameters=trainable,
            kept_step=_kept_step(trainer, recipe), went_on=checkpoint.name if checkpoint else "",
            expected=before, **account.told)
        for left in (*unfinished.glob("checkpoint-*"), unfinished / "begun.json"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        write_model_card(unfinished)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    state.wait_for_everyone()
    return json.loads((folder / "card.json").read_text(encoding="utf-8"))


def _looks(history: list[dict]) -> pd.DataFrame:
    """Of the trainer's log, the looks at validation questions: step, loss (mean over questions of the mean over their taught
    tokens), and what examine said."""
    told = [entry for entry in history if "eval_loss" in entry]
    keys = {key for entry in told for key in entry}
    examined = sorted(key for key in keys - {"step", "epoch"} if not key.startswith("eval_"))
    return pd.DataFrame([{"step": entry["step"], "loss": entry["eval_loss"]} | {key: entry.get(key) for key in examined}
                         for entry in told])


def _kept_step(trainer, recipe: Recipe) -> int:
    """The step whose weights were kept."""
    best = trainer.state.best_model_checkpoint
    return int(best.rpartition("-")[2]) if recipe.keep == "best" and best else trainer.state.global_step
