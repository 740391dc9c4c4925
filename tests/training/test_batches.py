from itertools import combinations, pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM

from medinj_utils.training.batches import (
    StepPlan,
    by_length_within,
    filled,
    micro_batches,
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


@pytest.mark.parametrize("cuda, length, processes, expected", [
    (True, 400, 1, StepPlan(8, 2, 1)), (True, 400, 2, StepPlan(8, 1, 2)),
    (True, 400, 3, StepPlan(8, 1, 3)),
    (False, 20, 1, StepPlan(8, 2, 1)), (False, 400, 1, StepPlan(8, 4, 1)),
    (False, 400, 2, StepPlan(8, 2, 2)),
    (False, 5000, 1, StepPlan(8, 8, 1)), (False, 5000, 3, StepPlan(8, 2, 3))])
def test_a_step_is_divided_among_processes_and_by_tokens(monkeypatch, cuda, length, processes,
                                                         expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    recipe = quick_recipe(batch_size=4, gradient_accumulation=2)
    plan = plan_steps([text_of(length)] * 3, recipe, processes)
    assert plan == expected and plan.micro_batch_rows * plan.micro_batches * plan.processes == 8
    with pytest.raises(ValueError, match="step of 8 rows .* among 9 processes: raise one of them"):
        plan_steps([text_of(length)], recipe, 9)


def padded_tokens(lengths, batches):
    return [max(lengths[i] for i in batch) * len(batch) for batch in batches]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=9), st.integers(1, 4), st.integers(1, 3))
def test_no_other_cut_of_a_step_makes_its_largest_micro_batch_smaller(lengths, turns, processes):
    lengths = sorted([*lengths, *[1] * (-len(lengths) % processes)])
    plan = StepPlan(len(lengths), min(turns, len(lengths) // processes), processes)
    batches = micro_batches(lengths, plan)
    parts = plan.micro_batches * processes
    assert len(batches) == parts
    assert all(batches)
    assert [i for batch in batches for i in batch] == list(range(len(lengths)))
    others = ([range(*pair) for pair in pairwise([0, *cut, len(lengths)])]
              for cut in combinations(range(1, len(lengths)), parts - 1))
    assert max(padded_tokens(lengths, batches)) == min(
        max(padded_tokens(lengths, other)) for other in others
    )


def test_every_step_has_its_own_micro_batches_and_the_last_may_have_fewer():
    lengths = [1, 1, 1, 9, 2, 2, 2, 2, 5, 7]
    batches = micro_batches(lengths, StepPlan(4, 2, 2))
    assert batches == [[0], [1], [2], [3], [4], [5], [6], [7], [8], [9]]
    assert micro_batches(lengths, StepPlan(4, 2, 1)) == [[0, 1, 2], [3], [4, 5], [6, 7], [8], [9]]
    assert micro_batches(lengths[:9], StepPlan(4, 2, 1))[-1] == [8]


def test_the_last_step_is_filled_with_copies_that_teach_nothing():
    texts = filled([text_of(9), text_of(3), text_of(7)], 4)
    assert [text.id for text in texts] == ["9", "3", "7", "3"]
    assert texts[-1].supervised == 0
    assert len(filled(texts, 4)) == 4
