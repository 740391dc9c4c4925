"""The training loop: TRL's trainer, with this book's order of rows, checks and looks at validation questions."""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from medinj_utils.core.files import progress
from medinj_utils.training.checkpoints import mark_whole
from medinj_utils.training.memory import Recomputation
from medinj_utils.training.recipe import WARMUP, Recipe
from medinj_utils.training.text import TrainingText, padded

_EXPLODED = 10  # times the loss of a guess among all tokens
SAVE_SECONDS = 300  # after which what was learned is kept again, for a stopped run to go on from


class Step(NamedTuple):
    """How a step's rows are parted: ``processes`` go through so many ``passes`` of ``pass_rows`` rows each."""

    pass_rows: int
    passes: int
    processes: int

    @property
    def rows(self) -> int:
        return self.pass_rows * self.passes * self.processes


def make_trainer(model, tokenizer, texts: Sequence[TrainingText], looked_at: Sequence[TrainingText], recipe: Recipe,
                 seed: int, precision: str, step: Step, recomputation: Recomputation, folder: Path, spent: float,
                 examine: Callable | None):
    """TRL's trainer over ``texts``, in their order, a ``step`` at a time.

    ``looked_at`` are validation texts; after each look ``examine``, if given, is called with model and tokenizer, and its
    figures join the trainer's log. ``folder`` takes the checkpoints, ``spent`` are seconds of training before this start.
    """
    import torch
    from datasets import Dataset
    from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    name = folder.name.lstrip(".")

    class Trainer(SFTTrainer):
        looks_seconds = 0.0  # of this start

        def rows_of(self, number: int) -> Sequence[TrainingText]:
            return texts[(number - 1) * step.rows:number * step.rows]

        def training_step(self, model, inputs, *args, **kwargs):
            recomputation.prepare(inputs["input_ids"].numel())
            loss = super().training_step(model, inputs, *args, **kwargs)
            if not torch.isfinite(loss):
                self.refuse(loss.item(), self.state.global_step + 1)
            return loss

        def refuse(self, loss: float, number: int):
            rows = ", ".join(text.id for text in self.rows_of(number))
            raise FloatingPointError(f"{name}, step {number}: the loss is {loss}; lower learning_rate, or look at the rows "
                                     f"of this step: {rows}")

        def evaluate(self, *args, **kwargs):
            """The loss of each validation question alone, so that neither batches nor processes change it."""
            began = time.monotonic()
            self.model.eval()
            with torch.no_grad(), self.compute_loss_context_manager():
                losses = [self.model(**self._prepare_inputs(padded([vars(text)], tokenizer.pad_token_id))).loss.item()
                          for text in looked_at]
            metrics = {"eval_loss": sum(losses) / len(losses)}
            self.log(dict(metrics))
            self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
            self.model.train()
            self.last_step = time.monotonic()
            self.looks_seconds += self.last_step - began
            return metrics

        def log(self, logs, *args, **kwargs):
            if "loss" in logs:
                if logs["loss"] > _EXPLODED * math.log(self.model.config.get_text_config().vocab_size):
                    self.refuse(logs["loss"], self.state.global_step)
                tokens, now = sum(len(text.input_ids) for text in self.rows_of(self.state.global_step)), time.monotonic()
                logs["tokens_per_second"] = round(tokens / (now - self.last_step), 1)
                self.last_step = now
            super().log(logs, *args, **kwargs)

    class Steps(TrainerCallback):
        """Progress in a line every ten seconds, instead of the trainer's line at every logging step; what was learned, every
        few minutes; and examine's figures at each look."""

        def on_train_begin(self, args, state, control, **kwargs):
            self.bar = progress(None, f"steps of {name}", state.max_steps) if state.is_world_process_zero else None
            if self.bar is not None:
                self.bar.update(state.global_step)
            self.began = self.saved = trainer.last_step = time.monotonic()

        def on_step_end(self, args, state, control, **kwargs):
            if self.bar is not None:
                self.bar.update()
            due = torch.tensor(float(time.monotonic() - self.saved >= SAVE_SECONDS), device=args.device)
            due = trainer.accelerator.reduce(due, "max")  # all processes save, or none
            if due and state.global_step < state.max_steps:
                control.should_save = True

        def on_evaluate(self, args, state, control, **kwargs):
            if examine:
                with torch.random.fork_rng(), trainer.compute_loss_context_manager():  # in the precision of training
                    state.log_history[-1].update(examine(model, tokenizer))

        def on_save(self, args, state, control, **kwargs):
            self.saved = time.monotonic()
            if state.is_world_process_zero:
                mark_whole(Path(args.output_dir) / f"checkpoint-{state.global_step}", spent + self.saved - self.began)

        def on_train_end(self, args, state, control, **kwargs):
            if self.bar is not None:
                self.bar.close()

    def as_dataset(some: Sequence[TrainingText]) -> Dataset:
        return Dataset.from_list([{"input_ids": text.input_ids, "labels": text.labels} for text in some])

    if -(-len(texts) // step.rows) < 2:
        raise ValueError(f"{name}: {len(texts)} rows, all epochs together, make one step of {step.rows}, in which nothing "
                         "is learned: the learning rate rises from zero. Lower batch_size or gradient_accumulation")
    cuda, best = torch.cuda.is_available(), recipe.keep == "best"
    every = max(1, -(-len(texts) // step.rows) // max(recipe.validations, 1))  # steps between looks
    arguments = SFTConfig(
        output_dir=str(folder), num_train_epochs=1, train_sampling_strategy="sequential",
        per_device_train_batch_size=step.pass_rows, gradient_accumulation_steps=step.passes,
        save_total_limit=2,  # a checkpoint is marked as whole after the one before the last is gone
        eval_strategy="steps" if looked_at else "no", eval_steps=every,
        load_best_model_at_end=best, metric_for_best_model="eval_loss", greater_is_better=False,
        save_strategy="steps" if best else "no", save_steps=every,
        learning_rate=recipe.learning_rate, lr_scheduler_type="cosine", warmup_steps=WARMUP,
        ddp_find_unused_parameters=False, optim="adamw_torch", bf16=precision == "bfloat16", use_cpu=not cuda,
        gradient_checkpointing=recipe.gradient_checkpointing, max_length=None, packing=False, seed=seed,
        dataset_kwargs={"skip_prepare_dataset": True}, remove_unused_columns=False, logging_steps=1,
        restore_callback_states_from_checkpoint=bool(recipe.patience), report_to="none", disable_tqdm=True,
        dataloader_pin_memory=cuda)
    if arguments.n_gpu > 1:
        arguments._n_gpu = 1  # else the rows of a step are multiplied by the GPUs; several are accelerate's business
    trainer = Trainer(model=model, processing_class=tokenizer, train_dataset=as_dataset(texts), args=arguments,
                      eval_dataset=as_dataset(looked_at) if looked_at else None,
                      data_collator=lambda rows: padded(rows, tokenizer.pad_token_id))
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Steps())
    if recipe.patience:
        trainer.add_callback(EarlyStoppingCallback(recipe.patience))
    return trainer

