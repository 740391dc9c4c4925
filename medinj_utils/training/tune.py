"""Tune the model of one run and write its folder, on one device or several.

Imported only after `medinj_utils.training.start_backend`.
"""

import os
from contextlib import nullcontext
from pathlib import Path

import pandas as pd
import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list
from transformers import set_seed

from medinj_utils.core.cards import Card
from medinj_utils.core.files import read_json, write_csv
from medinj_utils.core.recipe import Recipe
from medinj_utils.core.run_files import RunFiles
from medinj_utils.models.hardware import choose_precision, room_for
from medinj_utils.training.account import Account
from medinj_utils.training.adapters import Learner, load_with_adapter
from medinj_utils.training.checkpoints import RunFolder
from medinj_utils.training.job import Job, Rows
from medinj_utils.training.model_card import write_model_card
from medinj_utils.training.prepare import TrainingData, prepare
from medinj_utils.training.trainer import BookTrainer

_CURVE = ["step", "loss", "learning_rate", "grad_norm", "tokens_per_second"]


def tune(job: Job, rows: Rows, card: Card, folder: Path) -> dict:
    """Tune the base on ``rows`` and write ``folder``, which appears whole or not at all.

    A checkpoint is saved every five minutes in ``.<folder>``. A stopped run resumes from it and
    ends with the same adapter (bit by bit in float32 on a processor). Started by
    ``accelerate launch``, each process takes its part of every step, and the first one writes.

    Args:
        job: everything but its rows that determines the run.
        rows: what it learns.
        card: of the run; it is written with all figures.
        folder: gets ``adapter/`` (safetensors that plain peft loads, the tokenizer, a model card),
            ``curve.csv`` (step, loss, learning_rate, grad_norm, tokens_per_second),
            ``validation.csv`` (step, loss, and the scores of ``job.validation``) and ``card.json``.

    Returns:
        The card's content.

    Raises:
        ValueError: the run can't be done in this way; the message says what to change.
        BaseTooBigError, MemoryBudgetError: memory can't hold the base, or the largest micro-batch.
        OtherRunError: there is an unfinished run with other parameters.
        FloatingPointError: a loss is not a number or has exploded; the message names its rows.
    """
    _refuse_invalid(job, rows)
    run_folder = RunFolder(folder)
    state = PartialState(cpu=not torch.cuda.is_available())
    precision = _common_precision(job.recipe, run_folder, state)
    set_seed(job.run.seed)
    learner = _load(job, precision)
    data = prepare(rows, learner.tokenizer, job, state.num_processes)
    if state.is_main_process:
        run_folder.begin(_begun_with(card, precision, state))
    state.wait_for_everyone()
    account = Account(state.num_processes)
    trainer = BookTrainer(job, learner, data, run_folder, account.power)
    if state.is_main_process:
        print(_announcement(job, learner, data), flush=True)
    with account if state.is_main_process else nullcontext():
        seconds = _train(trainer)
    if state.is_main_process:
        unfinished = RunFiles(run_folder.unfinished)
        _write(trainer, unfinished)
        figures = {"rows": len(rows.training), **_figures(trainer, seconds)}
        figures |= account.scaled((seconds - trainer.start.seconds) / seconds)
        card.write(unfinished.card, [unfinished.adapter], **figures)
        write_model_card(unfinished.folder)
        run_folder.finish()
    state.wait_for_everyone()
    return read_json(RunFiles(folder).card)


def _load(job: Job, precision: str) -> Learner:
    """The base with its adapter, on the device that trains."""
    with room_for(job.base.name):
        return load_with_adapter(job.backend.name, job.base, job.recipe, job.run.seed, precision)


def _refuse_invalid(job: Job, rows: Rows) -> None:
    if os.environ.get("ACCELERATE_USE_FSDP", "").lower() in ("1", "true"):
        raise ValueError(
            "FSDP, which splits a model's weights among GPUs, is not supported: every process "
            "holds the whole base. Launch without it; where a GPU is too small, take adapter qlora "
            "or a smaller base")
    if not len(rows.training):
        raise ValueError(f"{job.run}: the mixture has no rows")
    if job.recipe.validations and not len(rows.validation):
        raise ValueError("validations is set, but there are no validation questions of this "
                         "mixture's provenances")


def _common_precision(recipe: Recipe, run_folder: RunFolder, state: PartialState) -> str:
    """The precision for all processes, measured once; a resumed run keeps its own."""
    precision = run_folder.begun_with().get("precision_used") or choose_precision(recipe.precision)
    if state.num_processes == 1:
        return precision
    [precision] = broadcast_object_list([precision])
    return precision


def _begun_with(card: Card, precision: str, state: PartialState) -> dict:
    """The settings that a resumed run must share."""
    return card.content["parameters"] | {
        "inputs": sorted(card.content["inputs"].values()), "versions": card.content["versions"],
        "processes": state.num_processes, "precision_used": precision}


def _announcement(job: Job, learner: Learner, data: TrainingData) -> str:
    # The copies that fill the last step follow the examples.
    tokens = sum(len(text.input_ids) for text in data.texts[:data.examples])
    supervised = sum(text.supervised for text in data.texts)
    return (f"{job.run}: {learner.trainable:,} trainable parameters, {tokens:,} tokens "
            f"({supervised:,} supervised) in {data.steps:,} steps")


def _train(trainer: BookTrainer) -> float:
    """Train to the end; returns the seconds of training, those of earlier starts included.

    Raises:
        RuntimeError: a DoRA magnitude has not changed.
    """
    magnitudes = trainer.learner.magnitudes
    before = {name: parameter.detach().clone() for name, parameter in magnitudes.items()}
    checkpoint = trainer.start.path
    result = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    unmoved = [name for name, parameter in magnitudes.items()
               if torch.equal(parameter.detach(), before[name])]
    if unmoved:
        raise RuntimeError(f"{len(unmoved)} of {len(magnitudes)} DoRA magnitudes did not move, "
                           f"{unmoved[0]} first")
    trained = result.metrics["train_runtime"] - trainer.forecast.trial_seconds
    return trainer.start.seconds + trained


def _write(trainer: BookTrainer, files: RunFiles) -> None:
    """Write adapter, tokenizer and curves."""
    trainer.learner.save(files.adapter, trainer.job.base)
    write_csv(_curve(trainer), files.curve)
    if trainer.data.validation:
        write_csv(_validation_curve(trainer.state.log_history), files.validation)


def _curve(trainer: BookTrainer) -> pd.DataFrame:
    history = pd.DataFrame(trainer.state.log_history)
    return history[history["loss"].notna()][_CURVE]


def _validation_curve(history: list[dict]) -> pd.DataFrame:
    """Of the trainer's log, the validations: step, loss, and scores by name."""
    entries = [entry for entry in history if "eval_loss" in entry]
    names = {name for entry in entries for name in entry} - {"step", "epoch"}
    scores = sorted(name for name in names if not name.startswith("eval_"))
    return pd.DataFrame([{"step": entry["step"], "loss": entry["eval_loss"]}
                         | {name: entry.get(name) for name in scores} for entry in entries])


def _figures(trainer: BookTrainer, seconds: float) -> dict:
    """The card's figures of the training, without energy and memory."""
    recipe = trainer.job.recipe
    data = trainer.data
    steps = trainer.state.global_step
    learned = data.texts[:steps * data.plan.rows]  # all, unless training stopped early
    tokens = sum(len(text.input_ids) for text in learned)
    return {
        "expected": trainer.forecast.expected, "examples": min(data.examples, len(learned)),
        "examples_too_long": data.too_long,
        "epochs": recipe.epochs, "steps": steps, "tokens": tokens,
        "supervised_tokens": sum(text.supervised for text in learned),
        "precision_used": trainer.learner.precision, "kernels": trainer.learner.kernels,
        "why_not_unsloth": trainer.job.backend.why_not_unsloth,
        "pad_token": trainer.learner.tokenizer.pad_token, "processes": data.plan.processes,
        "micro_batch_rows": round(data.plan.micro_batch_rows, 2),
        "micro_batches_per_step": data.plan.micro_batches,
        "training_seconds": round(seconds, 2),
        "validation_seconds": round(trainer.validation_seconds, 2),
        "tokens_per_second": round(tokens / (seconds - trainer.validation_seconds), 1),
        "final_loss": float(_curve(trainer)["loss"].tail(5).mean()),
        "trainable_parameters": trainer.learner.trainable,
        "kept_step": _kept_step(trainer), "went_on": trainer.start.name}


def _kept_step(trainer: BookTrainer) -> int:
    """The step whose weights were kept."""
    best = trainer.state.best_model_checkpoint
    if trainer.job.recipe.keep == "best" and best:
        return int(best.rpartition("-")[2])
    return trainer.state.global_step
