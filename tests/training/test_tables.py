import pytest
from transformers import AutoTokenizer

from medinj_utils.training.tables import (
    describe_runs,
    estimate_table,
    read_curves,
    read_validations,
    run_table,
    token_table,
    tokens_html,
)
from medinj_utils.training.text import IGNORED, TrainingText

from .tuning import PLANTED, RUN, quick_recipe


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(PLANTED.folder)


def test_tokens_are_shown_with_what_is_supervised(tokenizer):
    ids = tokenizer("a\n<b>")["input_ids"]
    shown = tokens_html(TrainingText(ids, [IGNORED, *ids[1:]]), tokenizer).data
    assert shown.count("<span") == len(ids) and shown.count("#bfe0f5") == len(ids) - 1
    assert "↵" in shown and "&lt;" in shown
    assert f"{len(ids) - 1} of {len(ids)} tokens are supervised" in shown


def test_tokens_of_a_mixture_are_counted(rows, tokenizer):
    [row] = token_table({"ALL": rows}, tokenizer, quick_recipe()).to_dict("records")
    assert row["configuration"] == "ALL" and row["rows"] == 40 and row["rows_too_long"] == 0
    assert row["tokens"] > 40 * row["median_row"] * 0.5 and row["longest_row"] >= row["median_row"]
    assert 80 <= row["supervised_tokens"] < row["tokens"]
    short = quick_recipe(max_length=int(row["longest_row"]) - 1)
    assert token_table({"ALL": rows}, tokenizer, short)["rows_too_long"][0] >= 1


def test_runs_are_described_from_their_cards(plain):
    cards = {RUN: plain.card}
    assert run_table(cards).loc["ALL-s0", "supervised_tokens"] == plain.card["supervised_tokens"]
    assert run_table(cards).index.name == estimate_table(cards).index.name == "run"
    estimated = estimate_table(cards).loc["ALL-s0"]
    assert estimated["start-up s"] > 0
    assert estimated["spent s"] == plain.card["training_seconds"] and estimated["validation s"] == 0
    described = describe_runs(cards)
    assert "precision: float32 · backend: peft · hardware" in described
    refused = describe_runs({RUN: plain.card | {"why_not_unsloth": "no GPU"}})
    assert "backend: peft (Unsloth can't be used: no GPU) · hardware" in refused
    assert "Training itself takes" in described


def test_curves_are_read_by_run(plain):
    assert len(read_curves(plain.tree, [RUN])[RUN]) == plain.card["steps"]
    with pytest.raises(FileNotFoundError, match="run notebook 21_train_adapter first"):
        read_validations(plain.tree, [RUN], quick_recipe(validations=2))
    assert read_validations(plain.tree, [RUN], quick_recipe(validations=0)) == {}
