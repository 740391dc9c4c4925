"""Liger's kernels, which compute norms, activations and the loss on CUDA with less memory and time.

The logits of a micro-batch, which fill a GPU first, are never stored. Unsloth has kernels of its
own.
"""

import importlib.util
from importlib import metadata

import torch

from medinj_utils.core.hub import first_line


def fuse(model) -> str:
    """Put Liger's kernels into a model, where there is CUDA and they support its architecture.

    Args:
        model: of transformers, with an adapter or without.

    Returns:
        Their name and version, such as "liger-kernel 0.8.5"; empty where nothing was changed.
    """
    if not torch.cuda.is_available() or importlib.util.find_spec("liger_kernel") is None:
        return ""
    try:
        from liger_kernel.transformers.monkey_patch import (
            MODEL_TYPE_TO_APPLY_LIGER_FN,
            _apply_liger_kernel_to_instance,
        )
    except Exception as error:  # whatever a library, a driver or a compiler raises
        print(f"Training without liger-kernel: its import fails ({first_line(error)}).")
        return ""
    if model.config.model_type not in MODEL_TYPE_TO_APPLY_LIGER_FN:
        return ""
    inner = model.get_base_model() if hasattr(model, "peft_config") else model
    _apply_liger_kernel_to_instance(model=inner)
    return f"liger-kernel {metadata.version('liger-kernel')}"
