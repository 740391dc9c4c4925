import pytest
import torch
from transformers import AutoModelForCausalLM

from medinj_utils.training.batches import (
    StepPlan,
    by_length_within,
    filled,
    micro_batch_rows,
    padded,
    plan_steps,
)
from medinj_utils.training.text import IGNORED, TrainingText

from .tuning import PLANTED, quick_recipe


def text_of(length: int) -> TrainingText:
    ids = list(range(10, 10 + length))
    return TrainingText(ids, ids, str(length))


def test_padding_changes_no_token_of_a_row_and_steps_keep_their_rows():
    model = AutoModelForCausalLM.from_pretrained(PLANTED.folder)
    ordered = by_length_within([text_of(length) for length in (9, 3, 7, 30, 5, 4)], 4)
    assert [text.id for text in ordered] == ["3", "7", "9", "30", "4", "5"]
    batch = padded([vars(text) for text in ordered[:4]], 0)
    assert all(tensor.is_contiguous() for tensor in batch.values())  # else they can't be pinned
    with torch.inference_mode():
        logits = model(input_ids=batch["input_ids"], position_ids=batch["position_ids"]).logits
        for row, text in zip(logits, ordered, strict=False):
            alone = model(input_ids=torch.tensor([text.input_ids])).logits[0]
            torch.testing.assert_close(row[:len(text.input_ids)], alone, atol=1e-4, rtol=1e-4)
    assert (batch["labels"] == IGNORED).sum() == 4 * 30 - (3 + 7 + 9 + 30)


@pytest.mark.parametrize("most, step, most_tokens, expected", [
    (12, 96, 10_000, 12), (12, 96, 500, 4), (12, 96, 50, 1), (16, 16, 1600, 16), (5, 7, 10_000, 1)])
def test_micro_batches_divide_a_step_evenly_and_hold_what_is_asked(
        most, step, most_tokens, expected):
    assert micro_batch_rows([text_of(100)] * 8, most, step, most_tokens) == expected


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU takes the recipe's batch as it is")
def test_a_step_is_divided_among_processes():
    recipe = quick_recipe(batch_size=4, gradient_accumulation=1)
    assert plan_steps([text_of(20)], recipe, 2) == StepPlan(2, 1, 2)
    assert plan_steps([text_of(400)], recipe, 1) == StepPlan(2, 2, 1)
    with pytest.raises(ValueError, match="step of 4 rows .* among 3 processes .* 3 divides"):
        plan_steps([text_of(20)], recipe, 3)


def test_the_last_step_is_filled_with_copies_that_teach_nothing():
    texts = filled([text_of(9), text_of(3), text_of(7)], 4)
    assert [text.id for text in texts] == ["9", "3", "7", "3"]
    assert texts[-1].supervised == 0
    assert len(filled(texts, 4)) == 4
