"""Load a base model with a fresh adapter, by Unsloth or by plain PEFT.

Imported only after `medinj_utils.training.start_backend`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from transformers.utils.logging import disable_progress_bar

from medinj_utils.core.recipe import Recipe
from medinj_utils.models.loading import Base, check_files
from medinj_utils.training.dora import lighten
from medinj_utils.training.kernels import fuse
from medinj_utils.training.memory import Recomputation

#: Linear layers that get an adapter: the study's.
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


@dataclass(frozen=True)
class Learner:
    """A model that is ready to be tuned.

    Args:
        model: with its fresh adapter.
        tokenizer: the base's.
        precision: number format that it computes in.
        recomputation: which micro-batches compute their activations twice.
        kernels: what `medinj_utils.training.kernels.fuse` changed; empty for nothing.
    """

    model: Any
    tokenizer: Any
    precision: str
    recomputation: Recomputation
    kernels: str

    @property
    def magnitudes(self) -> dict[str, torch.nn.Parameter]:
        """The trainable DoRA magnitudes, by name."""
        return {name: parameter for name, parameter in self.model.named_parameters()
                if "lora_magnitude_vector" in name and parameter.requires_grad}

    @property
    def trainable(self) -> int:
        """Number of trainable parameters."""
        return sum(parameter.numel() for parameter in self.model.parameters()
                   if parameter.requires_grad)

    def save(self, folder: Path, base: Base) -> None:
        """Write the adapter, or the whole model where all weights are trained, and the tokenizer.

        Args:
            folder: to write.
            base: the base model, whose name and revision the adapter records.
        """
        if configs := getattr(self.model, "peft_config", None):
            for config in configs.values():  # else the folder of this machine's cache
                config.base_model_name_or_path = base.name
                config.revision = base.revision or None
            # Embeddings never change; to find that out, peft would ask the hub for the name.
            self.model.save_pretrained(folder, save_embedding_layers=False)
        else:
            self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)


def load_with_adapter(backend: str, base: Base, recipe: Recipe, seed: int,
                      precision: str) -> Learner:
    """Load a base model and give it a fresh adapter.

    Args:
        backend: "unsloth" or "peft", which `medinj_utils.training.start_backend` has started.
        base: the model.
        recipe: says which adapter, and whether activations are recomputed.
        seed: of the adapter's first weights.
        precision: "float32", "bfloat16" or "float16". With adapter "full" the
            weights are held in float32: in 16 bits most updates would be rounded away.

    Returns:
        The model with its adapter, on the training device, its tokenizer, and what training needs
        to know about them.

    Raises:
        BaseFilesError: the files of the base are not a whole model.
        ValueError: the base can't be tuned in this way, or adapter qlora is asked for without CUDA.
    """
    disable_progress_bar()  # one bar per loaded weight is noise; downloads keep theirs
    if recipe.adapter == "qlora" and not torch.cuda.is_available():
        raise ValueError("adapter qlora holds the base in 4 bits, which needs CUDA: take lora or "
                         "dora here")
    dtype = torch.float32 if recipe.adapter == "full" else getattr(torch, precision)
    load = _load_by_unsloth if backend == "unsloth" else _load_by_peft
    model, tokenizer = load(base, recipe, seed, dtype)
    kernels = fuse(model) if backend == "peft" else ""  # Unsloth has its own
    if recipe.adapter != "full":
        lighten(model)
    if recipe.adapter != "qlora":  # a model in 4 bits is on the GPU already
        model.to(PartialState(cpu=not torch.cuda.is_available()).device)
    learner = Learner(model, tokenizer, precision, Recomputation(model), kernels)
    if recipe.adapter == "dora" and not learner.magnitudes:
        raise RuntimeError(f"backend {backend} gave an adapter without trainable DoRA magnitudes")
    return learner


def _adapter_arguments(recipe: Recipe) -> dict:
    """Arguments of an adapter that both backends take."""
    return {"r": recipe.rank, "lora_alpha": recipe.alpha, "lora_dropout": recipe.dropout,
            "bias": "none", "target_modules": TARGETS, "use_dora": recipe.adapter == "dora",
            "use_rslora": recipe.adapter == "rslora"}


def _load_by_unsloth(base: Base, recipe: Recipe, seed: int, dtype: torch.dtype) -> tuple:
    from unsloth import FastLanguageModel
    full = recipe.adapter == "full"
    model, tokenizer = FastLanguageModel.from_pretrained(
        str(base.folder), max_seq_length=recipe.max_length, dtype=dtype,
        load_in_4bit=recipe.adapter == "qlora", full_finetuning=full, use_exact_model_name=True)
    _check_base(model, tokenizer, base, full)
    if full:
        return model, tokenizer
    checkpointing = "unsloth" if recipe.gradient_checkpointing else False
    model = FastLanguageModel.get_peft_model(
        model, random_state=seed, max_seq_length=recipe.max_length,
        use_gradient_checkpointing=checkpointing, **_adapter_arguments(recipe))
    return model, tokenizer


def _load_by_peft(base: Base, recipe: Recipe, seed: int, dtype: torch.dtype) -> tuple:
    full = recipe.adapter == "full"
    bits = None
    if recipe.adapter == "qlora":
        bits = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4",
                                  bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype)
    check_files(base)
    tokenizer = AutoTokenizer.from_pretrained(base.folder)
    model = AutoModelForCausalLM.from_pretrained(
        base.folder, dtype=dtype, use_safetensors=True, quantization_config=bits)
    _check_base(model, tokenizer, base, full)
    if bits:
        model = prepare_model_for_kbit_training(model, recipe.gradient_checkpointing)
    torch.manual_seed(seed)
    if not full:
        config = LoraConfig(task_type="CAUSAL_LM", **_adapter_arguments(recipe))
        model = get_peft_model(model, config)
    if recipe.gradient_checkpointing:  # the trainer would do so only after the trial micro-batches
        model.gradient_checkpointing_enable()
    return model, tokenizer


def _check_base(model, tokenizer, base: Base, full: bool) -> None:
    """Refuse a base that can't be tuned here, before anything is done with it.

    A tokenizer without a padding token that the model knows pads with its end-of-text token:
    padding has no loss.
    """
    if not tokenizer.chat_template:
        raise ValueError(f"{base.name}: its tokenizer has no chat template: take an "
                         "instruction-tuned model, or add a template to its tokenizer")
    rows = model.get_input_embeddings().num_embeddings
    if tokenizer.pad_token_id is None or tokenizer.pad_token_id >= rows:
        if tokenizer.eos_token_id is None:
            raise ValueError(f"{base.name}: its tokenizer has neither pad_token nor eos_token: "
                             "nothing would teach the model to stop; set eos_token")
        lacks = "the tokenizer has no pad_token" if tokenizer.pad_token_id is None else (
            f"the tokenizer's pad_token {tokenizer.pad_token!r} is no token of the model's {rows}")
        tokenizer.pad_token = tokenizer.eos_token
        print(f"{base.name}: {lacks}; padding with its eos_token, {tokenizer.eos_token!r}",
              flush=True)
    modules = {name.rpartition(".")[2] for name, _ in model.named_modules()}
    missing = [target for target in TARGETS if target not in modules]
    if missing and not full:
        linear = sorted({name.rpartition(".")[2] for name, layer in model.named_modules()
                         if type(layer).__name__ == "Linear"})
        raise ValueError(f"{base.name}: the adapter's target modules {', '.join(missing)} match "
                         f"nothing in this model; its linear layers are {', '.join(linear)}")
