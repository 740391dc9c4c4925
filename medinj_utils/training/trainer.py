"""The training loop: TRL's trainer, with this book's order of rows, checks and validations.

Imported only after `medinj_utils.training.start_backend`.
"""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from datasets import Dataset
from torch.utils.data import BatchSampler, DataLoader
from transformers import EarlyStoppingCallback, PrinterCallback, Trainer, TrainerCallback
from trl import SFTConfig, SFTTrainer

from medinj_utils.core.files import progress
from medinj_utils.training.adapters import Learner
from medinj_utils.training.batches import padded
from medinj_utils.training.checkpoints import RunFolder
from medinj_utils.training.estimate import Forecast
from medinj_utils.training.job import Job
from medinj_utils.training.prepare import TrainingData
from medinj_utils.training.text import IGNORED, TrainingText

WARMUP = 0.05  # share of the steps over which the learning rate rises; the study's
SAVE_SECONDS = 300  # between checkpoints
_EXPLODED = 10  # times the loss of a uniform guess among all tokens


class BookTrainer(SFTTrainer):
    """TRL's trainer over texts in their order.

    Args:
        job: the recipe and the seed, and what asks questions at each validation.
        learner: the model that is tuned.
        data: what it learns.
        run_folder: takes the checkpoints; training resumes from the last one in it.
        power: the mean power in kW since its last call.

    Attributes:
        start: the checkpoint that training resumes from.
        forecast: what training is expected to take.
        validation_seconds: seconds that validations have taken since then.
    """

    def __init__(self, job: Job, learner: Learner, data: TrainingData, run_folder: RunFolder,
                 power: Callable[[], float]):
        self.job = job
        self.learner = learner
        self.data = data
        self.start = run_folder.last_checkpoint()
        self.validation_seconds = 0.0
        self.last_step = time.monotonic()
        pad_id = learner.tokenizer.pad_token_id
        arguments = _arguments(job, data, learner, run_folder.unfinished)
        if self.start.path:  # a resumed run has had its first validation
            arguments.eval_on_start = False
        super().__init__(
            model=learner.model, processing_class=learner.tokenizer, args=arguments,
            train_dataset=_as_dataset(data.texts),
            eval_dataset=_as_dataset(data.validation) if data.validation else None,
            data_collator=lambda rows: padded(rows, pad_id))
        self.remove_callback(PrinterCallback)
        self.add_callback(Progress(str(job.run)))
        self.forecast = Forecast(self, power)
        self.add_callback(self.forecast)
        self.add_callback(Keeping(self, run_folder))  # after what isn't part of training
        if job.validation:
            self.add_callback(Questions(self))
        if job.recipe.patience:
            self.add_callback(EarlyStoppingCallback(job.recipe.patience))

    def get_train_dataloader(self) -> DataLoader:
        """The micro-batches of this process, as they were planned."""
        own = slice(self.args.process_index, None, self.data.plan.processes)
        return DataLoader(self.train_dataset, batch_sampler=Planned(self.data.batches[own]),
                          collate_fn=self.data_collator, pin_memory=torch.cuda.is_available())

    def try_out(self, batch: Sequence[int]) -> None:
        """Pass a micro-batch of the plan through the model and back, as training does.

        Its gradients stay; the metrics of training don't count it.
        """
        rows = [vars(self.data.texts[i]) for i in batch]
        inputs = self._prepare_inputs(padded(rows, self.learner.tokenizer.pad_token_id))
        self.learner.recomputation.prepare(inputs["input_ids"].numel())
        supervised = (inputs["labels"] != IGNORED).sum()
        self.model.train()
        with self.compute_loss_context_manager():
            loss = Trainer.compute_loss(self, self.model, inputs | {"use_cache": False},
                                        num_items_in_batch=supervised)
        loss.backward()
        if torch.cuda.is_available():
            torch.cuda.synchronize()

    def training_step(self, model, inputs, *args, **kwargs):
        """One micro-batch, whose loss must be a number."""
        self.learner.recomputation.prepare(inputs["input_ids"].numel())
        loss = super().training_step(model, inputs, *args, **kwargs)
        if not torch.isfinite(loss):
            self._refuse(loss.item(), self.state.global_step + 1)
        return loss

    def _refuse(self, loss: float, step: int) -> None:
        rows = ", ".join(text.id for text in self.data.step_texts(step))
        raise FloatingPointError(f"{self.job.run}, step {step}: the loss is {loss}; lower "
                                 f"learning_rate, or look at the rows of this step: {rows}")

    def evaluate(self, *args, **kwargs) -> dict[str, float]:
        """The validation loss: the mean over texts of the mean over their supervised tokens.

        Each text passes alone, so that micro-batches and processes don't change the loss.
        """
        began = time.monotonic()
        self.model.eval()
        with torch.no_grad(), self.compute_loss_context_manager():
            losses = [self._loss_of(text) for text in self.data.validation]
        metrics = {"eval_loss": sum(losses) / len(losses)}
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control,
                                                         metrics)
        self.model.train()
        self.last_step = time.monotonic()
        self.validation_seconds += self.last_step - began
        return metrics

    def _loss_of(self, text: TrainingText) -> float:
        batch = padded([vars(text)], self.learner.tokenizer.pad_token_id)
        return self.model(**self._prepare_inputs(batch)).loss.item()

    def log(self, logs, *args, **kwargs):
        """Add the speed of a step to the log, and refuse a loss that has exploded."""
        if "loss" in logs:
            step = self.state.global_step
            if logs["loss"] > _EXPLODED * math.log(self.model.config.get_text_config().vocab_size):
                self._refuse(logs["loss"], step)
            tokens = sum(len(text.input_ids) for text in self.data.step_texts(step))
            now = time.monotonic()
            logs["tokens_per_second"] = round(tokens / (now - self.last_step), 1)
            self.last_step = now
        super().log(logs, *args, **kwargs)


class Planned(BatchSampler):
    """Micro-batches whose rows were planned."""

    def __init__(self, batches: Sequence[Sequence[int]]):
        self.batches = batches
        self.sampler = None  # passed on by what skips batches in a resumed run

    def __iter__(self):
        return iter(self.batches)

    def __len__(self):
        return len(self.batches)


class Progress(TrainerCallback):
    """Progress in a line every ten seconds, instead of the trainer's line at every step."""

    def __init__(self, name: str):
        self._name = name
        self._bar = None

    def on_train_begin(self, args, state, control, **kwargs):
        if state.is_world_process_zero:
            self._bar = progress(None, f"steps of {self._name}", state.max_steps)
            self._bar.update(state.global_step)

    def on_step_end(self, args, state, control, **kwargs):
        if self._bar is not None:
            self._bar.update()

    def on_train_end(self, args, state, control, **kwargs):
        if self._bar is not None:
            self._bar.close()


class Keeping(TrainerCallback):
    """Saves a checkpoint every few minutes, from which a stopped run resumes.

    Args:
        trainer: the trainer that is saved.
        run_folder: folder of the checkpoints.
    """

    def __init__(self, trainer: BookTrainer, run_folder: RunFolder):
        self._trainer = trainer
        self._run_folder = run_folder

    def on_train_begin(self, args, state, control, **kwargs):
        self._began = self._saved = self._trainer.last_step = time.monotonic()

    def on_step_end(self, args, state, control, **kwargs):
        due = float(time.monotonic() - self._saved >= SAVE_SECONDS)
        due = torch.tensor(due, device=args.device)
        due = self._trainer.accelerator.reduce(due, "max")  # all processes save, or none
        if due and state.global_step < state.max_steps:
            control.should_save = True

    def on_save(self, args, state, control, **kwargs):
        self._saved = time.monotonic()
        if state.is_world_process_zero:
            seconds = self._trainer.start.seconds + self._saved - self._began
            self._run_folder.mark_whole(state.global_step, seconds)


class Questions(TrainerCallback):
    """Asks the model questions at each validation; the answers' scores join the trainer's log."""

    def __init__(self, trainer: BookTrainer):
        self._trainer = trainer

    def on_evaluate(self, args, state, control, **kwargs):
        trainer = self._trainer
        learner = trainer.learner
        # In the precision of training; the random state is restored.
        with torch.random.fork_rng(), trainer.compute_loss_context_manager():
            scores = trainer.job.validation(learner.model, learner.tokenizer)
        state.log_history[-1].update(scores)


def _as_dataset(texts: Sequence[TrainingText]) -> Dataset:
    return Dataset.from_list([{"input_ids": text.input_ids, "labels": text.labels}
                              for text in texts])


def _arguments(job: Job, data: TrainingData, learner: Learner, folder: Path) -> SFTConfig:
    """The trainer's arguments: one epoch over texts that are in order already."""
    recipe = job.recipe
    cuda = torch.cuda.is_available()
    best = recipe.keep == "best"
    between = math.ceil(data.steps / max(recipe.validations, 1))  # steps between validations
    arguments = SFTConfig(
        output_dir=str(folder), num_train_epochs=1, train_sampling_strategy="sequential",
        per_device_train_batch_size=recipe.batch_size,  # on average; see `get_train_dataloader`
        gradient_accumulation_steps=data.plan.micro_batches,
        save_total_limit=2,  # a checkpoint is marked complete after the one before the last is gone
        eval_strategy="steps" if data.validation else "no", eval_steps=between,
        eval_on_start=bool(data.validation),
        load_best_model_at_end=best, metric_for_best_model="eval_loss", greater_is_better=False,
        save_strategy="steps" if best else "no", save_steps=between,
        learning_rate=recipe.learning_rate, lr_scheduler_type="cosine", warmup_steps=WARMUP,
        ddp_find_unused_parameters=False, optim="adamw_torch",
        bf16=learner.precision == "bfloat16", fp16=learner.precision == "float16",
        use_liger_kernel=bool(learner.kernels),
        use_cpu=not cuda, gradient_checkpointing=recipe.gradient_checkpointing, max_length=None,
        packing=False, seed=job.run.seed, dataset_kwargs={"skip_prepare_dataset": True},
        remove_unused_columns=False, logging_steps=1,
        restore_callback_states_from_checkpoint=bool(recipe.patience), report_to="none",
        disable_tqdm=True, dataloader_pin_memory=cuda)
    if arguments.n_gpu > 1:
        # Else the rows of a step are multiplied by the GPUs; accelerate handles several.
        arguments._n_gpu = 1
    return arguments
