import torch

from medinj_utils.training import adapters

from .tuning import PLANTED, quick_recipe


def losses_and_gradients(model) -> list[torch.Tensor]:
    """Of two steps from the same weights; the second has other weights than the first."""
    torch.manual_seed(1)
    for name, parameter in model.named_parameters():
        if "lora_B" in name or "magnitude" in name:
            parameter.data += 0.05 * torch.randn_like(parameter)
    ids = torch.randint(5, 1000, (3, 40)).to(model.device)
    result = []
    for _ in range(2):
        loss = model.train()(input_ids=ids, labels=ids).loss
        loss.backward()
        trained = [parameter for parameter in model.parameters() if parameter.grad is not None]
        result += [loss.detach(), *(parameter.grad.clone() for parameter in trained)]
        with torch.no_grad():
            for parameter in trained:
                parameter -= 0.1 * parameter.grad
        model.zero_grad()
    return result


def test_light_dora_gives_the_outputs_and_gradients_of_peft(monkeypatch):
    result = []
    for light in (True, False):
        if not light:
            monkeypatch.setattr(adapters, "lighten", lambda model: None)
        recipe = quick_recipe(dropout=0.05)
        model = adapters.load_with_adapter("peft", PLANTED, recipe, 0, "float32").model
        result.append(losses_and_gradients(model))
    assert len(result[0]) > 100
    for light, peft in zip(*result, strict=True):
        assert torch.allclose(peft, light, rtol=1e-3, atol=1e-5 * float(peft.abs().max()))
