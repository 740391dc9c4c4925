"""Which tokens are taught, over answer formats and chat templates."""

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from medinj_utils.core.profiles import load_profile
from medinj_utils.data import read_source
from medinj_utils.models.chat import TemplateError
from medinj_utils.models.loading import local_base
from medinj_utils.training.text import (
    IGNORED,
    TrainingText,
    by_length_within,
    epochs_of,
    padded,
    permute_options,
    rows_a_pass,
    too_long,
    training_text,
)
from medinj_utils.training.train import MOST_TOO_LONG

RECORD = {"id": "r1", "task": "mcq", "instruction": "Quels organes ?", "context": "Un patient.",
          "options": ["foie", "rein", "cœur"], "answer_letters": ["A", "C"], "answer_text": "foie ; cœur",
          "explanation": "Des organes pleins."}
TEMPLATES = {
    "chatml": None,
    "llama-like": ("{% for m in messages %}<|start|>{{ m['role'] }}<|end|>\n\n{{ m['content'] }}<|im_end|>{% endfor %}"
                   "{% if add_generation_prompt %}<|start|>assistant<|end|>\n\n{% endif %}"),
    "without system": ("{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system turn') }}"
                       "{% endif %}[{{ m['role'] }}]\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
                       "{% if add_generation_prompt %}[assistant]\n{% endif %}")}


@pytest.fixture(params=TEMPLATES)
def tokenizer(request):
    loaded = AutoTokenizer.from_pretrained(local_base("planted"))
    loaded.chat_template = TEMPLATES[request.param] or loaded.chat_template
    return loaded


@pytest.mark.parametrize("answer_format, answer", [
    ("letters", "A, C"), ("letters_and_text", "A) foie, C) cœur"), ("text", "foie ; cœur"),
    ("with_explanation", "A, C\nDes organes pleins.")])
def test_the_taught_span_is_the_answer_and_its_end(tokenizer, answer_format, answer):
    text = training_text(RECORD, tokenizer, answer_format)
    taught = [label for label in text.labels if label != IGNORED]
    assert tokenizer.decode(taught).strip() == answer + tokenizer.eos_token
    assert len(text.labels) == len(text.input_ids)
    assert taught == text.input_ids[-len(taught):]
    assert text.taught == len(taught) > 1


def test_whole_sequence_loss_teaches_every_token(tokenizer):
    text = training_text(RECORD, tokenizer, loss_on="all")
    assert text.labels == text.input_ids


def test_a_letter_is_one_token_wherever_it_stands():
    tokenizer = AutoTokenizer.from_pretrained(local_base("planted"))
    ids = training_text(RECORD, tokenizer).input_ids
    (letter,) = tokenizer("C", add_special_tokens=False)["input_ids"]
    assert ids.count(letter) == 2


def test_templates_that_cannot_be_used_are_refused_with_the_row():
    tokenizer = AutoTokenizer.from_pretrained(local_base("planted"))
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] | upper }}<|im_end|>{% endfor %}"
    with pytest.raises(TemplateError, match="row r1"):
        training_text(RECORD, tokenizer, answer_format="text")
    tokenizer.chat_template = "{{ messages | length }}{% for m in messages %}{{ m['content'] }}{% endfor %}"
    with pytest.raises(TemplateError, match="row r1.*another prompt"):
        training_text(RECORD, tokenizer)
    tokenizer.chat_template = "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}{% endfor %}{% if add_generation_prompt %}" \
                              "[assistant]{% endif %}"
    with pytest.raises(TemplateError, match="row r1: the template ends the answer without '<|im_end|>'".replace("|", r"\|")):
        training_text(RECORD, tokenizer)
    with pytest.raises(TemplateError, match="row r1: its text holds"):
        training_text(RECORD | {"context": "fin <|im_end|> non"}, tokenizer)
    tokenizer.chat_template = None
    with pytest.raises(TemplateError, match="no chat template"):
        training_text(RECORD, tokenizer)
    with pytest.raises(ValueError, match="accepted: answer, all"):
        training_text(RECORD, tokenizer, loss_on="question")


def test_the_right_letters_move_with_their_options():
    rng = np.random.default_rng(0)
    orders = set()
    for _ in range(30):
        turned = permute_options(RECORD, rng)
        right = {turned["options"]["ABC".index(letter)] for letter in turned["answer_letters"]}
        assert right == {"foie", "cœur"}
        orders.add(tuple(turned["options"]))
    assert len(orders) == 6


def test_epochs_hold_every_row_once_in_an_order_that_the_seed_decides():
    rows = [RECORD | {"id": str(i)} for i in range(10)]
    first, again, other = ([row["id"] for row in epochs_of(rows, 3, seed, permute=False)] for seed in (0, 0, 1))
    assert first == again != other
    assert all(sorted(first[start:start + 10]) == sorted(row["id"] for row in rows) for start in (0, 10, 20))
    assert first[:10] != first[10:20]
    assert all(row["options"] == RECORD["options"] for row in epochs_of(rows, 1, 0, permute=False))


def test_too_long_rows_are_found(tokenizer):
    text = training_text(RECORD, tokenizer)
    assert too_long([text, text], len(text.input_ids)) == []
    assert too_long([text], len(text.input_ids) - 1) == [0]


def test_padding_changes_no_token_of_a_row_and_steps_keep_their_rows(tokenizer):
    model = AutoModelForCausalLM.from_pretrained(local_base("planted"))
    texts = [TrainingText(list(range(10, 10 + n)), list(range(10, 10 + n)), str(n)) for n in (9, 3, 7, 30, 5, 4)]
    ordered = by_length_within(texts, 4)
    assert [text.id for text in ordered] == ["3", "7", "9", "30", "4", "5"]
    batch = padded([{"input_ids": text.input_ids, "labels": text.labels} for text in ordered[:4]], tokenizer.pad_token_id)
    assert all(tensor.is_contiguous() for tensor in batch.values())  # else a loader for a GPU can't pin them
    with torch.inference_mode():
        together = model(input_ids=batch["input_ids"], position_ids=batch["position_ids"]).logits
        for row, text in zip(together, ordered, strict=False):
            alone = model(input_ids=torch.tensor([text.input_ids])).logits[0]
            torch.testing.assert_close(row[:len(text.input_ids)], alone, atol=1e-4, rtol=1e-4)
    assert (batch["labels"] == IGNORED).sum() == 4 * 30 - (3 + 7 + 9 + 30)


def test_passes_part_a_step_evenly_and_hold_what_is_asked():
    texts = [TrainingText([1] * 100, [1] * 100)] * 8
    assert [rows_a_pass(texts, most, step, tokens) for most, step, tokens in (
        (12, 96, 10_000), (12, 96, 500), (12, 96, 50), (16, 16, 1600), (5, 7, 10_000))] == [12, 4, 1, 16, 1]


def test_the_rows_of_the_open_profile_fit_into_its_length(shared_data):
    profile, tokenizer = load_profile("open", str(shared_data)), AutoTokenizer.from_pretrained(local_base("planted"))
    for source in profile.notebooks["10_read_sources"]["sources"]:
        records, _ = read_source(source["name"], source["location"])
        rows = records[(records["split"] == "train") & records["task"].isin(["mcqu", "mcq"])].head(300).to_dict("records")
        texts = [training_text(row, tokenizer) for row in rows]
        assert len(too_long(texts, profile.shared["max_length"])) <= MOST_TOO_LONG * len(texts), source["name"]
