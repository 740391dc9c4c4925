import ast
import inspect
import json
import os
import subprocess
import sys

import pytest
import torch

from medinj_utils.models.loading import Base
from medinj_utils.training import adapters, trainer
from medinj_utils.training.adapters import load_with_adapter

from .tuning import BACKENDS, PLANTED, quick_recipe


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


def base_with(folder, **tokens):
    """The planted base, whose tokenizer has other special tokens."""
    from transformers import AutoModelForCausalLM, AutoTokenizer
    AutoModelForCausalLM.from_pretrained(PLANTED.folder).save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(PLANTED.folder)
    for name, token in tokens.items():
        tokenizer.add_tokens([token], special_tokens=True) if token else None
        setattr(tokenizer, name, token)
    tokenizer.save_pretrained(folder)
    return Base(str(folder))


@pytest.mark.parametrize("pad_token, said", [
    (None, "the tokenizer has no pad_token"),
    ("[PAD]", "the tokenizer's pad_token '[PAD]' is no token of the model's ")])
def test_a_base_without_a_pad_token_that_it_knows_pads_with_its_eos_and_says_so(
    tmp_path, capsys, pad_token, said
):
    learner = load(base_with(tmp_path, pad_token=pad_token))
    assert learner.tokenizer.pad_token_id == learner.tokenizer.eos_token_id
    assert said in capsys.readouterr().out


def test_a_base_with_neither_pad_nor_eos_is_refused(tmp_path):
    with pytest.raises(ValueError, match="neither pad_token nor eos_token: .*set eos_token"):
        load(base_with(tmp_path, pad_token=None, eos_token=None))


NAME, COMMIT = "Qwen/Qwen3-4B-Instruct-2507", "cdbee75f17c01a7cc42f958dc650907174af0554"
LOADED = """
import json, sys
from pathlib import Path
from medinj_utils.core.recipe import load_recipe
from medinj_utils.models.loading import Base
from medinj_utils.training import start_backend
base, recipe = Base(*sys.argv[2:4]), load_recipe("profiles/recipes/demo.yaml")
backend = start_backend(sys.argv[1], base, recipe)
from medinj_utils.training.adapters import load_with_adapter
learner = load_with_adapter(backend.name, base, recipe, 0, "float32")
learner.save(Path(sys.argv[4]), base)
weights = dict(learner.model.named_parameters())
[name] = [name for name in weights if name.endswith("layers.0.input_layernorm.weight")]
print(json.dumps([weights[name].tolist(), learner.tokenizer.pad_token, base.hash]))
"""


@pytest.fixture
def mirrored(local_hub, tmp_path):
    """A hub with the study's base and a mirror of other weights, to which Unsloth's mapper leads;
    the base's own files."""
    from safetensors.torch import load, save

    files = {
        path.name: path.read_bytes()
        for path in PLANTED.folder.iterdir()
        if path.suffix in (".json", ".safetensors", ".jinja")
    }
    [weights] = [name for name in files if name.endswith(".safetensors")]
    other = save({name: tensor + 1 for name, tensor in load(files[weights]).items()},
                 {"format": "pt"})
    local_hub.publish("models", NAME, files, commit=COMMIT)
    local_hub.publish("models", NAME.replace("Qwen/", "unsloth/"), files | {weights: other})
    return local_hub, files, load(files[weights])["model.layers.0.input_layernorm.weight"].tolist()


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_pinned_base_is_loaded_and_no_mirror_of_it(mirrored, tmp_path, backend):
    hub, files, own = mirrored
    made = subprocess.run(
        [sys.executable, "-c", LOADED, backend, NAME, COMMIT, str(tmp_path / "adapter")],
        text=True,
        env=os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home")},
        capture_output=True,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    loaded, pad_token, digest = json.loads(made.stdout.strip().splitlines()[-1])
    assert loaded == own and pad_token == json.loads(files["tokenizer_config.json"])["pad_token"]
    assert digest == Base(NAME, COMMIT).hash and not hub.asked(pattern="unsloth/")
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert (config["base_model_name_or_path"], config["revision"]) == (NAME, COMMIT)


def keywords_passed(module) -> dict[str, set[str]]:
    """By the name of what is called in a module: the keywords that it passes on."""
    result: dict[str, set[str]] = {}
    for call in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Attribute):
            name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            result.setdefault(name, set()).update(word.arg for word in call.keywords if word.arg)
    return result


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
