import numpy as np
import pytest
import torch

from medinj_utils.models.generation import (
    Ends,
    FreeDecoder,
    SamplingDecoder,
    continue_prompts,
    log_likelihoods,
    read_prompts,
)

PROMPTS = [[5, 6, 7], [8, 9, 10, 11, 12, 13], [14]]


@pytest.fixture(autouse=True)
def no_gradients():
    with torch.inference_mode():
        yield


def test_prompts_of_all_lengths_are_read_as_if_each_stood_alone(loaded):
    prefill = read_prompts(loaded[0], PROMPTS)
    assert prefill.mask.sum(1).tolist() == [3, 6, 1] and len(prefill.logits) == 3
    for row, prompt in zip(prefill.logits, PROMPTS, strict=True):
        alone = loaded[0](torch.tensor([prompt], device=loaded[0].device)).logits[0, -1]
        assert torch.allclose(row, alone, atol=1e-4)


def test_a_branch_leaves_its_stem_as_it_is(loaded):
    prefill = read_prompts(loaded[0], PROMPTS)
    first, second = (
        continue_prompts(loaded[0], prefill, FreeDecoder(Ends(5, set()))) for _ in range(2)
    )
    assert first == second and prefill.cache.get_seq_length() == 6


def test_texts_end_at_a_stop_or_at_their_length(loaded):
    prefill = read_prompts(loaded[0], PROMPTS)
    long = continue_prompts(loaded[0], prefill, FreeDecoder(Ends(5, set())))
    assert [len(text) for text in long] == [5, 5, 5]
    stop = long[0][1]
    short = continue_prompts(loaded[0], prefill, FreeDecoder(Ends(5, {stop})))
    assert short == [text[:text.index(stop) + 1] if stop in text else text for text in long]


def test_log_likelihoods_of_texts_of_one_token_and_of_several(loaded):
    prefill = read_prompts(loaded[0], PROMPTS)
    texts = [[20], [21, 22, 23]]
    for own in (texts, texts[:1]):
        owners = [1, 2][:len(own)]
        result = log_likelihoods(loaded[0], prefill, owners, own).tolist()
        for owner, text, score in zip(owners, own, result, strict=True):
            ids = torch.tensor([[*PROMPTS[owner], *text]], device=loaded[0].device)
            logits = loaded[0](ids).logits[0, len(PROMPTS[owner]) - 1:-1].log_softmax(-1)
            assert score == pytest.approx(
                sum(float(logits[i, token]) for i, token in enumerate(text)), abs=1e-3
            )


def test_tokens_are_drawn_as_often_as_they_are_likely():
    p = torch.tensor([0.5, 0.0, 0.2, 0.3])
    rows = list(range(4000))
    decoder = SamplingDecoder(Ends(1, set()), 1.0, rows)
    drawn = np.bincount(decoder.choose(p.log().expand(len(rows), -1), rows), minlength=4) / len(
        rows
    )
    assert drawn == pytest.approx(p.numpy(), abs=0.03) and drawn[1] == 0
    squared = SamplingDecoder(Ends(1, set()), 0.5, rows).choose(p.log().expand(len(rows), -1), rows)
    assert np.bincount(squared, minlength=4)[0] / len(rows) == pytest.approx(0.25 / 0.38, abs=0.03)
