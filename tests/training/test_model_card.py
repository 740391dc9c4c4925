import shutil
import sys
from types import ModuleType, SimpleNamespace

import pytest
import torch
import yaml

from medinj_utils.models.loading import Base, adapted, load_base
from medinj_utils.training import model_card
from medinj_utils.training.model_card import merge, push, to_gguf, write_model_card

from .tuning import PLANTED


def test_the_model_card_says_what_the_run_knows(plain, tmp_path):
    text = (plain.folder / "adapter/README.md").read_text("utf-8")
    head = yaml.safe_load(text.split("---")[1])
    assert head["base_model"] == "planted" and head["language"] == "fr"
    assert head["library_name"] == "peft"
    assert "Not a medical device" in text and "| learning_rate | 0.004 |" in text
    assert "energy_kwh" in text and "| supervised_tokens |" in text
    assert "Mixture ALL, SHA-256" in text and "planted medicine | mcqu |" in text
    shutil.copytree(plain.folder, tmp_path / "ALL-s0")  # without its mixture
    text = write_model_card(tmp_path / "ALL-s0").read_text("utf-8")
    assert "See the run card" in text and "Mixture" not in text


def test_the_merged_model_answers_as_the_adapter_does(plain, tmp_path):
    merged, _ = load_base(Base(str(merge(plain.folder, tmp_path / "merged"))), "float32")
    assert (tmp_path / "merged/README.md").exists()
    model, _ = load_base(PLANTED, "float32")
    ids = torch.arange(20, device=model.device)[None]
    with adapted(model, plain.folder / "adapter") as tuned, torch.inference_mode():
        assert torch.allclose(merged(ids).logits, tuned(ids).logits, atol=1e-4)


@pytest.mark.skipif(torch.cuda.is_available(), reason="torch sees a GPU")
def test_gguf_needs_a_gpu(plain, tmp_path):
    with pytest.raises(RuntimeError, match="llama.cpp"):
        to_gguf(plain.folder, tmp_path / "gguf")


def test_gguf_is_made_of_the_pinned_base_with_the_adapter(plain, tmp_path, monkeypatch):
    """Unsloth's mapper replaces the base that an adapter names by a mirror of it."""
    given, merged = [], merge(plain.folder, tmp_path / "merged")

    def load(name, **options):
        given.append((name, options["use_exact_model_name"]))
        model = SimpleNamespace(save_pretrained_gguf=lambda to, *_, **__: given.append(to))
        return model, None

    unsloth = ModuleType("unsloth")
    unsloth.FastLanguageModel = SimpleNamespace(from_pretrained=load)
    monkeypatch.setattr(model_card, "merge", lambda run, folder: merged)
    monkeypatch.setitem(sys.modules, "unsloth", unsloth)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert to_gguf(plain.folder, tmp_path / "made/model") == tmp_path / "made/model_gguf"
    assert given == [(str(merged), True), str(tmp_path / "made/model")]
    assert not list((tmp_path / "made").iterdir())


def test_nothing_is_pushed_without_a_token(tmp_path, monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with pytest.raises(RuntimeError, match="set HF_TOKEN"):
        push(tmp_path, "org/name")


def test_a_folder_without_a_run_ends_the_command_with_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["model_card", str(tmp_path)])
    with pytest.raises(SystemExit, match="card.json does not exist yet: run notebook 21"):
        model_card._main()
