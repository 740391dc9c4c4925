"""DoRA as PEFT has it, computed with less work: the same outputs and gradients to rounding.

DoRA scales every output of a layer by its magnitude ÷ the norm of its row in W + s·B·A (Liu et al. 2024,
https://arxiv.org/abs/2402.09353, equation 5; the norm takes no part in the gradient). PEFT writes B·A out as a matrix of W's
size in every pass. Here the norms come from ‖w + s·b·A‖² = ‖w‖² + 2s·(w·Aᵀ)·b + s²·b·(A·Aᵀ)·b, which needs products with
the narrow A and B alone; ‖w‖² is computed once.
"""

from types import MethodType


def lighten(model) -> None:
    """Let the DoRA layers of a PEFT model compute their outputs in this way. Their parameters stay as they are.

    Inputs of adapters are not cast to the adapter's precision either: under autocast the product casts them back.
    """
    import torch
    from peft.tuners.lora.dora import DoraLinearLayer
    from peft.tuners.lora.layer import LoraLayer

    def norms(layer, weight, a, b, scaling):
        with torch.no_grad(), torch.autocast(weight.device.type, enabled=False):
            if layer.squares is None or layer.squares.device != weight.device:
                layer.squares = torch.linalg.vector_norm(weight, dim=1, dtype=torch.float32) ** 2
            a, b = a.float(), b.float()
            crossed = (weight @ a.T.to(weight.dtype)).float()
            return (layer.squares + ((2 * crossed + scaling * (b @ (a @ a.T))) * b).sum(1) * scaling).clamp(min=0).sqrt()

    def forward(self, x, *, lora_A, lora_B, scaling, base_layer, base_result=None, adapter_name="default"):  # PEFT's names
        """What is added to the base layer's output."""
        scale = (self.weight / norms(self, base_layer.weight, lora_A.weight, lora_B.weight, scaling))[None]
        if base_result is None:  # with dropout, whose input is another than the base layer's
            base_result = torch.nn.functional.linear(x, base_layer.weight)
        elif base_layer.bias is not None:
            base_result = base_result - base_layer.bias
        added = lora_B(lora_A(x))
        return torch.addcmul(base_result * (scale - 1).to(base_result.dtype), added, (scale * scaling).to(added.dtype))

    for module in model.modules():
        if isinstance(module, LoraLayer):
            module.cast_input_dtype_enabled = False
        if type(module) is DoraLinearLayer:
            module.forward, module.squares = MethodType(forward, module), None
