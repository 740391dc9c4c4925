"""PEFT's DoRA, computed with less work: the same outputs and gradients to rounding.

DoRA scales every output of a layer by its magnitude ÷ the norm of its row in W + s·B·A (Liu et al.
2024, https://arxiv.org/abs/2402.09353, equation 5; the norm takes no part in the gradient). PEFT
writes B·A out as a matrix of W's size in every forward pass. Here the norms come from
‖w + s·b·A‖² = ‖w‖² + 2s·(w·Aᵀ)·b + s²·b·(A·Aᵀ)·b, which needs products with the narrow A and B
alone; ‖w‖² is computed once.

Imported only after `medinj_utils.training.start_backend`.
"""

from types import MethodType

import torch
from peft.tuners.lora.dora import DoraLinearLayer
from peft.tuners.lora.layer import LoraLayer


def lighten(model) -> None:
    """Let the DoRA layers of a PEFT model compute their outputs in this way.

    Their parameters stay as they are. Inputs of adapters are not cast to the adapter's precision
    either: under autocast the product casts them back.
    """
    for module in model.modules():
        if isinstance(module, LoraLayer):
            module.cast_input_dtype_enabled = False
        if type(module) is DoraLinearLayer:
            module.forward = MethodType(_forward, module)
            module.squares = None


def _row_norms(layer: DoraLinearLayer, weight: torch.Tensor, a: torch.Tensor, b: torch.Tensor,
               scaling: float) -> torch.Tensor:
    """Norms of the rows of W + s·B·A, of shape (rows of W,)."""
    with torch.no_grad(), torch.autocast(weight.device.type, enabled=False):
        if layer.squares is None or layer.squares.device != weight.device:
            layer.squares = torch.linalg.vector_norm(weight, dim=1, dtype=torch.float32) ** 2
        a = a.float()
        b = b.float()
        crossed = (weight @ a.T.to(weight.dtype)).float()
        change = ((2 * crossed + scaling * (b @ (a @ a.T))) * b).sum(1) * scaling
        return (layer.squares + change).clamp(min=0).sqrt()


def _forward(self: DoraLinearLayer, x, *, lora_A, lora_B, scaling, base_layer, base_result=None,
             adapter_name="default"):
    """What is added to the base layer's output. The arguments' names are PEFT's."""
    norms = _row_norms(self, base_layer.weight, lora_A.weight, lora_B.weight, scaling)
    scale = (self.weight / norms)[None]
    if base_result is None:  # with dropout, whose input differs from the base layer's
        base_result = torch.nn.functional.linear(x, base_layer.weight)
    elif base_layer.bias is not None:
        base_result = base_result - base_layer.bias
    added = lora_B(lora_A(x))
    return torch.addcmul(base_result * (scale - 1).to(base_result.dtype), added,
                         (scale * scaling).to(added.dtype))
