"""The two ways to load a base model and give it an adapter: Unsloth, and plain transformers with PEFT.

Unsloth rewrites parts of transformers, TRL and PEFT when it is imported, and must be imported before them.
So a process chooses its backend once, first thing, with `start_backend`.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile

from medinj_utils.models.loading import local_base
from medinj_utils.training.dora import lighten

BACKENDS = ("unsloth", "peft")
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def why_not_unsloth() -> str | None:
    """None where Unsloth can be used in this process, else the reason why not."""
    missing = [name for name in ("unsloth", "unsloth_zoo") if importlib.util.find_spec(name) is None]
    if missing:
        return f"{' and '.join(missing)} not installed"
    if "unsloth" not in sys.modules and {"trl", "peft"} & set(sys.modules):
        return "trl or peft was imported first in this process"
    return None


def start_backend(name: str = "auto") -> str:
    """Choose the training backend of this process and import what it needs; returns "unsloth" or "peft".

    "auto" takes Unsloth where it can be used. On a machine without an accelerator Unsloth is told to use the CPU.
    """
    if name not in ("auto", *BACKENDS):
        raise ValueError(f"backend is {name!r}; accepted: auto, {', '.join(BACKENDS)}")
    problem = why_not_unsloth()
    if name == "unsloth" and problem:
        raise RuntimeError(f"backend unsloth can't be used: {problem}. Take backend 'peft'")
    if name == "peft" or problem:
        return "peft"
    import torch
    if not torch.cuda.is_available():
        os.environ.setdefault("UNSLOTH_FORCE_CPU", "1")
    os.environ.setdefault("UNSLOTH_DISABLE_STATISTICS", "1")  # its start would otherwise ask a hub
    # Its generated code would else lie in the working folder, where two runs side by side overwrite each other's.
    os.environ.setdefault("UNSLOTH_COMPILE_LOCATION", tempfile.mkdtemp(prefix="unsloth_"))
    import unsloth  # noqa: F401
    return "unsloth"


def why_not(backend: str) -> str | None:
    """None where the backend does its work on the shipped tiny model in a process of its own, else what it said.

    "unsloth" and "peft" load it with an adapter; "transformers" goes through it once, as answering does.
    """
    code = ("from medinj_utils.training import Recipe, backends as b; "
            f"b.load_with_adapter(b.start_backend({backend!r}), 'planted', '', Recipe(), 0, 'float32')")
    if backend == "transformers":
        code = ("from transformers import AutoModelForCausalLM; from medinj_utils.models.loading import local_base; "
                "m = AutoModelForCausalLM.from_pretrained(local_base('planted')); m(**m.dummy_inputs)")
    tried = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    return None if tried.returncode == 0 else tried.stderr.strip().rpartition("\n")[2]


def load_with_adapter(backend: str, base_model: str, revision: str, recipe, seed: int, precision: str):
    """(model with a fresh adapter, tokenizer), ready to train. ``recipe`` is a `medinj_utils.training.recipe.Recipe`."""
    import torch
    from transformers.utils.logging import disable_progress_bar
    disable_progress_bar()  # a bar per loaded weight tells nothing; downloads keep theirs
    full = recipe.adapter == "full"
    # Weights that are trained themselves are held in float32: in bfloat16 most updates would be rounded away.
    name, dtype = local_base(base_model, revision), torch.float32 if full else getattr(torch, precision)
    four_bit = recipe.adapter == "qlora"
    if four_bit and not torch.cuda.is_available():
        raise ValueError("adapter qlora holds the base in 4 bits, which needs CUDA: take lora or dora here")
    shape = {"r": recipe.rank, "lora_alpha": recipe.alpha, "lora_dropout": recipe.dropout, "bias": "none",
             "target_modules": TARGETS, "use_dora": recipe.adapter == "dora", "use_rslora": recipe.adapter == "rslora"}
    if backend == "unsloth":
        from unsloth import FastLanguageModel
        model, tokenizer = FastLanguageModel.from_pretrained(
            name, revision=revision or None, max_seq_length=recipe.max_length, dtype=dtype, load_in_4bit=four_bit,
            full_finetuning=full)
        _check_base(model, tokenizer, name, full)
        model = model if full else FastLanguageModel.get_peft_model(
            model, random_state=seed, max_seq_length=recipe.max_length,
            use_gradient_checkpointing="unsloth" if recipe.gradient_checkpointing else False, **shape)
    else:
        from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
        from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
        tokenizer = AutoTokenizer.from_pretrained(name, revision=revision or None)
        bits = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
                                  bnb_4bit_compute_dtype=dtype) if four_bit else None
        model = AutoModelForCausalLM.from_pretrained(
            name, revision=revision or None, dtype=dtype, use_safetensors=True, quantization_config=bits)
        _check_base(model, tokenizer, name, full)
        model = prepare_model_for_kbit_training(model, recipe.gradient_checkpointing) if bits else model
        torch.manual_seed(seed)
        model = model if full else get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **shape))
        if recipe.gradient_checkpointing:  # the trainer would do so only after its first passes have been estimated
            model.gradient_checkpointing_enable()
    if not full:
        lighten(model)
    magnitudes = [p for n, p in model.named_parameters() if "lora_magnitude_vector" in n and p.requires_grad]
    if recipe.adapter == "dora" and not magnitudes:
        raise RuntimeError(f"backend {backend} gave an adapter without trainable DoRA magnitudes")
    return model, tokenizer


def _check_base(model, tokenizer, name: str, full: bool) -> None:
    """Refuse a base that can't be tuned here, before anything is done with it."""
    if not tokenizer.chat_template:
        raise ValueError(f"{name}: its tokenizer has no chat template: take an instruction-tuned model, or add a template "
                         "to its tokenizer")
    there = {module.rpartition(".")[2] for module, _ in model.named_modules()}
    missing = [target for target in TARGETS if target not in there]
    if missing and not full:
        linear = sorted({module.rpartition(".")[2] for module, layer in model.named_modules()
                         if type(layer).__name__ == "Linear"})
        raise ValueError(f"{name}: the adapter's target modules {', '.join(missing)} match nothing in this model; its "
                         f"linear layers are {', '.join(linear)}")
