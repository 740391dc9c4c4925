from types import SimpleNamespace

import pandas as pd
import pytest
import torch
from transformers.models.qwen3.modeling_qwen3 import Qwen3Model

from medinj_utils.training import estimate, tune
from medinj_utils.training.estimate import Forecast
from medinj_utils.training.memory import MemoryBudgetError
from medinj_utils.training.text import TrainingText
from medinj_utils.training.trainer import BookTrainer

from .tuning import RUN, quick_tune

TRIALS = 2 if torch.cuda.is_available() else 1


def forecast_of(steps: list[tuple[int, float]], all_tokens: int) -> Forecast:
    """What is foretold after steps of so many tokens and tokens a second."""
    texts = [TrainingText([1] * tokens, [1] * tokens) for tokens, _ in steps]
    texts.append(TrainingText([1] * (all_tokens - sum(tokens for tokens, _ in steps)), []))
    trainer = SimpleNamespace(
        learner=SimpleNamespace(recomputation=SimpleNamespace(held_tokens=7)),
        job=SimpleNamespace(run=RUN), data=SimpleNamespace(
            texts=texts, step_texts=lambda number: [texts[number - 1]], batches=[[0]],
            width=lambda batch: 100))
    powers = iter([9.0, 0.36])  # of the start, and afterwards
    forecast = Forecast(trainer, lambda: next(powers))
    forecast.trial_seconds = 5.0
    for number, (_, speed) in enumerate(steps, 1):
        state = SimpleNamespace(global_step=number, is_world_process_zero=True)
        forecast.on_log(None, state, None, {"loss": 1.0, "tokens_per_second": speed})
        forecast.on_log(None, state, None, {"eval_loss": 1.0})
    return forecast


def test_the_rest_is_foretold_from_the_first_steps_and_the_start_told_apart(capsys):
    # The first two steps compile, which took 100 s and 3 s.
    speeds = [(1000, 1000 / 110), (500, 500 / 8), *[(1000, 100.0)] * 4]
    expected = forecast_of(speeds, 100_000).expected
    assert expected["seconds"] == 1000 and expected["start_seconds"] == 5 + 100 + 3
    assert expected["energy_kwh"] == pytest.approx(0.36 * 1000 / 3600)
    assert expected["held_tokens"] == 7
    assert "expected 1,000 s after 108 s of start-up" in capsys.readouterr().out


@pytest.mark.parametrize("done, seconds", [(0, 150), (1, 330), (3, 30)])
def test_a_run_with_few_steps_left_is_foretold_at_its_end(done, seconds):
    forecast = forecast_of([(1000, 1000 / 110), *[(1000, 100.0)] * 2][:done], 3000)
    assert not forecast.expected
    forecast.on_train_end(None, SimpleNamespace(is_world_process_zero=True), None)
    assert forecast.expected["seconds"] == pytest.approx(seconds)


def test_nothing_passes_through_the_model_before_training_and_no_trial_leaves_a_trace(
    rows, tmp_path, monkeypatch
):
    calls, forward, train = [], Qwen3Model.forward, BookTrainer.train

    def noted(self, *words, **more):
        calls.append("forward")
        return forward(self, *words, **more)

    def begun(self, *words, **more):
        calls.append("train")
        return train(self, *words, **more)

    monkeypatch.setattr(Qwen3Model, "forward", noted)
    monkeypatch.setattr(BookTrainer, "train", begun)
    card = quick_tune(rows, tmp_path / "tried" / "ALL-s0", dropout=0.1)
    micro_batches = card["steps"] * card["micro_batches_per_step"]
    assert calls == ["train", *["forward"] * (micro_batches + TRIALS)]
    assert set(card["expected"]) == {
        "seconds", "start_seconds", "peak_memory_gb", "energy_kwh", "held_tokens"}
    assert card["expected"]["seconds"] > 0 < card["expected"]["energy_kwh"]
    monkeypatch.setattr(tune.BookTrainer, "try_out", lambda self, batch: None)
    quick_tune(rows, tmp_path / "untried" / "ALL-s0", dropout=0.1)
    losses = [pd.read_csv(tmp_path / name / "ALL-s0/curve.csv")["loss"]
              for name in ("tried", "untried")]
    pd.testing.assert_series_equal(
        *losses, check_exact=not torch.cuda.is_available(), rtol=1e-3)


def test_a_micro_batch_that_memory_cannot_hold_says_what_to_lower(rows, tmp_path, monkeypatch):
    def small(*args, **kwargs):
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"
        )

    monkeypatch.setattr(Qwen3Model, "forward", small)
    with pytest.raises(MemoryBudgetError, match="largest micro-batch, .*lower batch_size"):
        quick_tune(rows, tmp_path / "ALL-s0")


def test_the_largest_micro_batch_is_tried(rows, tmp_path, monkeypatch):
    tried = []
    monkeypatch.setattr(BookTrainer, "try_out", lambda self, batch: tried.append(
        self.data.width(batch) - max(map(self.data.width, self.data.batches))))
    monkeypatch.setattr(estimate, "FIRST_STEPS", 2)
    quick_tune(rows, tmp_path / "ALL-s0", epochs=1)
    assert tried == [0] * TRIALS
