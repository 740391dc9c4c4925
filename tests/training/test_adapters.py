import ast
import inspect

import pytest
import torch

from medinj_utils.models.loading import Base
from medinj_utils.training import adapters, trainer
from medinj_utils.training.adapters import load_with_adapter

from .tuning import PLANTED, quick_recipe


def load(base: Base = PLANTED, **changes):
    recipe = quick_recipe(**changes)
    return load_with_adapter("peft", base, recipe, 0, recipe.precision)


def test_a_learner_is_ready_to_train():
    learner = load()
    assert len(learner.magnitudes) == 4 * 7  # layers × target modules
    assert learner.trainable < 300_000 < load(adapter="full").trainable
    assert not load(adapter="lora").magnitudes


def test_checkpointing_is_on_before_anything_is_measured():
    assert load(gradient_checkpointing=True).model.is_gradient_checkpointing


@pytest.mark.skipif(torch.cuda.is_available(), reason="torch sees a GPU")
def test_four_bits_need_cuda():
    with pytest.raises(ValueError, match="adapter qlora .* needs CUDA"):
        load(adapter="qlora", precision="bfloat16")


def test_a_base_that_cannot_be_tuned_is_refused_with_what_is_missing(tmp_path):
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained(PLANTED.folder)
    config = AutoConfig.for_model("gpt2", vocab_size=len(tokenizer), n_embd=32, n_layer=1, n_head=2)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path / "gpt2")
    tokenizer.save_pretrained(tmp_path / "gpt2")
    with pytest.raises(ValueError, match="target modules q_proj, .* match nothing"):
        load(Base(str(tmp_path / "gpt2")))
    AutoModelForCausalLM.from_pretrained(PLANTED.folder).save_pretrained(tmp_path / "mute")
    tokenizer.chat_template = None
    tokenizer.save_pretrained(tmp_path / "mute")
    with pytest.raises(ValueError, match="no chat template"):
        load(Base(str(tmp_path / "mute")))


def keywords_passed(module) -> dict[str, set[str]]:
    """By the name of what is called in a module: the keywords that it passes on."""
    found: dict[str, set[str]] = {}
    for call in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Attribute):
            name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            found.setdefault(name, set()).update(word.arg for word in call.keywords if word.arg)
    return found


def test_every_keyword_that_is_passed_on_exists_in_the_installed_libraries():
    from peft import LoraConfig
    from transformers import BitsAndBytesConfig
    from trl import SFTConfig, SFTTrainer
    training, loading = keywords_passed(trainer), keywords_passed(adapters)
    adapter = set(adapters._adapter_arguments(quick_recipe()))
    assert len(training["SFTConfig"]) > 15 and len(loading["BitsAndBytesConfig"]) == 4
    assert len(training["__init__"]) == 6 and len(adapter) == 7
    for passed, called in ((training["SFTConfig"], SFTConfig), (training["__init__"], SFTTrainer),
                           (loading["BitsAndBytesConfig"], BitsAndBytesConfig),
                           (loading["LoraConfig"] | adapter, LoraConfig)):
        assert passed <= set(inspect.signature(called).parameters), passed
