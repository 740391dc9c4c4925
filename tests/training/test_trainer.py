import pandas as pd
import pytest
import torch
from trl import SFTTrainer

from medinj_utils.training.text import training_text

from .tuning import Attention, quick_tune


@pytest.fixture(scope="module")
def wild(rows, tmp_path_factory):
    """Card and folder of a run that soon learns nothing of use: its validation answers are
    wrong."""
    class Count(Attention):
        calls = 0

        def __call__(self, model, tokenizer):
            self.calls += 1
            return super().__call__(model, tokenizer) | {"calls": self.calls}

    folder = tmp_path_factory.mktemp("wild") / "ALL-s0"
    wrong = rows.sample(8, random_state=0).assign(answer_letters=[["D"]] * 8)
    card = quick_tune(rows, folder, wrong, Count(), epochs=6, learning_rate=0.05, validations=15,
                      patience=2, keep="best")
    return card, folder


def test_the_best_weights_are_kept_and_training_stops_when_none_is_better(wild):
    card, folder = wild
    curve = pd.read_csv(folder / "validation.csv")
    assert curve["step"].iloc[0] == 0  # before the first step; nothing of it is kept
    best = curve.loc[curve["loss"].iloc[1:].idxmin(), "step"]
    assert card["steps"] < 30 and card["kept_step"] == best < card["steps"] == best + 2 * 2


def test_questions_are_asked_at_every_validation_of_a_model_at_rest(wild):
    curve = pd.read_csv(wild[1] / "validation.csv")
    assert curve["calls"].tolist() == [*range(1, len(curve) + 1)] and not curve["trained"].any()


def test_figures_of_a_run_that_stopped_early_are_of_what_it_learned(wild, rows):
    from transformers import AutoTokenizer
    card = wild[0]
    tokenizer = AutoTokenizer.from_pretrained(wild[1] / "adapter")
    tokens = sum(len(training_text(row, tokenizer).input_ids) for row in rows.to_dict("records"))
    assert card["examples"] == 8 * card["steps"] and card["tokens"] < 0.9 * 6 * tokens


def test_a_run_without_validations_keeps_its_last_weights(plain):
    assert plain.card["steps"] == plain.card["kept_step"] == 10
    assert not (plain.folder / "validation.csv").exists()


def refusal(rows: pd.DataFrame, loss: str) -> str:
    """Pattern of the message that names the step, the loss, and a row."""
    return (f"ALL-s0, step .: the loss is {loss}; lower learning_rate, .* this step: "
            f".*({'|'.join(rows['id'])})")


def test_a_loss_that_explodes_stops_with_its_step_and_rows(rows, tmp_path):
    with pytest.raises(FloatingPointError, match=refusal(rows, r"\d+.*")):
        quick_tune(rows, tmp_path / "ALL-s0", adapter="full", learning_rate=1.0)


def test_a_loss_that_is_no_number_stops_with_its_step_and_rows(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(SFTTrainer, "training_step", lambda *args,
                        **kwargs: torch.tensor(torch.nan))
    with pytest.raises(FloatingPointError, match=refusal(rows, "nan")):
        quick_tune(rows, tmp_path / "ALL-s0")
